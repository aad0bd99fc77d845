{#-
    What only a property of HubSpot's own or a table tells, of what landed. dlt lands no
    property that begins with hs_ unless it is told to. Airbyte lands a flag of deletion
    with each contact and deal, which is never true: its search finds no deleted contact,
    and deleted deals land in a table of their own.
-#}
{%- set loader = var('hubspot_loader') -%}
{%- set contact = raw_table('hubspot', 'contact') -%}
{%- set deal = raw_table('hubspot', 'deal') -%}
{%- set merged_deal, contact_merge = hubspot_merge_tables() -%}
{%- set landed = [] -%}
{%- if landed_column(deal, 'hs_merged_object_ids') or merged_deal.columns -%}
    {%- do landed.append('merged_deal') -%}
{%- endif -%}
{%- if landed_column(contact, 'hs_merged_object_ids')
    or landed_column(contact, 'hs_calculated_merged_vids') or contact_merge.columns -%}
    {%- do landed.append('merged_contact') -%}
{%- endif -%}
{%- if landed_column(raw_table('hubspot', 'company'), 'hs_merged_object_ids') -%}
    {%- do landed.append('merged_company') -%}
{%- endif -%}
{%- if landed_column(deal, 'hs_salesforceopportunityid') -%}
    {%- do landed.append('synced_deal') -%}
{%- endif -%}
{%- if landed_column(contact, 'hs_lead_status') -%}
    {%- do landed.append('lead_status') -%}
{%- endif -%}
{%- if landed_column(contact, 'hs_v2_date_entered_lead')
    or landed_column(contact, 'hs_lifecyclestage_lead_date') -%}
    {%- do landed.append('lead_date') -%}
{%- endif -%}
{%- if landed_column(deal, 'hs_primary_associated_company') -%}
    {%- do landed.extend(['primary_company', 'company_of_deal']) -%}
{%- elif loader != 'airbyte' -%}
    {%- if landed_column(
        raw_table('hubspot', 'deal_company', optional=true), 'typeId'
    ) -%}
        {%- do landed.append('primary_company') -%}
    {%- endif -%}
{%- endif -%}
{%- if loader != 'airbyte' and tells_deletions(contact, ['archived']) -%}
    {%- do landed.append('deleted_contact') -%}
{%- endif -%}
{%- if loader == 'airbyte' -%}
    {%- if (hubspot_deal_tables() | last).columns -%}
        {%- do landed.append('deleted_deal') -%}
    {%- endif -%}
{%- elif tells_deletions(deal, ['archived']) -%}
    {%- do landed.append('deleted_deal') -%}
{%- endif -%}

with

landed_properties as (

    {{ rows_of_what_landed('hubspot', landed) }}

)

select * from landed_properties
