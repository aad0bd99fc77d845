{#-
    What only a property of HubSpot's own or a table tells, of what landed. dlt lands no
    property that begins with hs_ unless it is told to.
-#}
{%- set deal = raw_table('hubspot', 'deal') -%}
{%- set merged_deal = raw_table('hubspot', 'merged_deal', optional=true) -%}
{%- set landed = [] -%}
{%- if landed_column(deal, 'hs_merged_object_ids') or merged_deal.columns -%}
    {%- do landed.append('merged_record') -%}
{%- endif -%}
{%- if landed_column(deal, 'hs_primary_associated_company') -%}
    {%- do landed.append('primary_company') -%}
{%- elif var('hubspot_loader') != 'airbyte' -%}
    {%- if landed_column(
        raw_table('hubspot', 'deal_company', optional=true), 'typeId'
    ) -%}
        {%- do landed.append('primary_company') -%}
    {%- endif -%}
{%- endif -%}

with

landed_properties as (

    {%- for name in landed %}
    select
        'hubspot' as source_system,
        '{{ name }}' as raw_table
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    {{ no_rows({'source_system': 'text', 'raw_table': 'text'}) }}
    {%- endfor %}

)

select * from landed_properties
