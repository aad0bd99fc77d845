{#-
    What figures lack where a loader did not land a table: the CRM, the tables of which
    one has to hold a used row, the reason and the KPIs that miss it. `converted_lead`
    is a lead with a link to what it became, `lead_source` a lead and `contact_of_deal` a
    deal that has one, `merged_deal`, `merged_contact`, `merged_company`,
    `primary_company`, `company_of_deal`, `synced_deal`, `lead_status` and `lead_date`
    what a property of HubSpot tells, `deleted_deal` a deal of which the loader tells that
    it was deleted, or could, `net_invoice` all invoices without VAT, `deal_of_invoice` an
    invoice of Zoho with a deal, `order_of_contract` no contract of Salesforce that orders
    could price, and `campaign_spend` that finance delivered no row, so that the campaigns
    are asked.

    Whose deal it is says in which region, segment and industry it counts, whether it is
    new business, and which leads it converts; which leads are linked to it, from which
    source and channel it came. What hides one of the two changes all KPIs.
-#}
{% macro input_gaps() %}
    {%- set is_spend_open = var('spend_source') is none -%}
    {%- set spend = ['acquisition_spend'] if is_spend_open else [] -%}
    {%- set cycle = ['sales_cycle_length'] -%}
    {%- set customers = ['churn_rate', 'customer_acquisition_cost'] -%}
    {%- set first_period = ['revenue_growth'] -%}
    {%- set cost = ['customer_acquisition_cost'] -%}
    {%- set orders = ['revenue_growth', 'average_order_value'] -%}
    {%- set journeys = ['conversion_rate', 'sales_cycle_length'] -%}
    {%- set all = orders + journeys + customers -%}
    {#- On which day a deal closed, all figures of deals depend on. -#}
    {%- set closes = all if var('close_date_basis') == 'stage_history' else cycle -%}
    {%- set gaps = [
        ['salesforce', ['lead_history'], 'no_lead_history', ['conversion_rate']],
        ['salesforce', ['opportunity_history', 'opportunity_field_history'],
            'no_stage_history', closes],
        ['salesforce', ['opportunity_contact_role', 'contact_of_deal'],
            'no_contacts_of_deals', all],
        ['salesforce', ['contact'], 'no_contacts', all],
        ['salesforce', ['contract'], 'no_contracts', customers + first_period],
        ['salesforce', ['order', 'order_of_contract'], 'no_orders_of_contracts',
            customers],
        ['salesforce', ['user'], 'no_sellers',
            orders + journeys + ['churn_rate']],
        ['salesforce', ['converted_lead'], 'no_converted_leads', all],
        ['hubspot', ['contact_property_history'], 'no_lead_history',
            ['conversion_rate']],
        ['hubspot', ['contact_property_history', 'lead_date'], 'no_lead_history',
            orders + cycle + customers],
        ['hubspot', ['lead_status'], 'no_lead_statuses', ['conversion_rate']],
        ['hubspot', ['deal_stage', 'deal_property_history'], 'no_stage_history',
            closes],
        ['hubspot', ['deal_pipeline_stage'], 'no_stage_table', all],
        ['hubspot', ['line_item'], 'no_contracts', customers + first_period],
        ['hubspot', ['owner'], 'no_sellers',
            orders + journeys + ['churn_rate']],
        ['hubspot', ['deal_contact'], 'no_contacts_of_deals', all],
        ['hubspot', ['deal_company', 'company_of_deal'], 'no_companies_of_deals', all],
        ['hubspot', ['primary_company'], 'no_primary_companies', all],
        ['hubspot', ['merged_deal'], 'no_merges', all],
        ['hubspot', ['merged_contact'], 'no_merges', all],
        ['hubspot', ['merged_company'], 'no_merges', all],
        ['zoho', ['lead_history'], 'no_lead_history', ['conversion_rate']],
        ['zoho', ['deal_stage_history'], 'no_stage_history', all],
        ['zoho', ['stage'], 'no_stage_table', all],
        ['zoho', ['contract_periods'], 'no_contracts', customers + first_period],
        ['zoho', ['user'], 'no_sellers',
            orders + journeys + ['churn_rate']],
        ['zoho', ['contact'], 'no_contacts', all],
        ['zoho', ['converted_lead'], 'no_converted_leads', all],
    ] -%}
    {%- if var('salesforce_enabled') -%}
        {%- do gaps.append(['hubspot', ['synced_deal'], 'no_synced_deals', all]) -%}
    {%- endif -%}
    {%- for system in ['salesforce', 'hubspot', 'zoho'] -%}
        {%- do gaps.append(
            [system, ['lead_source'], 'no_lead_sources', all]
        ) -%}
    {%- endfor -%}
    {%- for system, lead, deal in [
        ('salesforce', 'lead', 'opportunity'), ('hubspot', 'contact', 'deal'),
        ('zoho', 'lead', 'deal'),
    ] -%}
        {%- do gaps.extend([
            [system, ['deleted_' ~ lead], 'no_deletions', all],
            [system, ['deleted_' ~ deal], 'no_deletions', all],
        ]) -%}
    {%- endfor -%}
    {%- if var('revenue_basis') == 'billings' -%}
        {%- do gaps.extend([
            ['salesforce', ['order'], 'no_billing_documents', orders + ['churn_rate']],
            ['hubspot', ['billing_document'], 'no_billing_documents',
                orders + ['churn_rate']],
            ['zoho', ['invoice'], 'no_billing_documents', orders + ['churn_rate']],
            ['zoho', ['net_invoice'], 'no_net_amounts', orders],
            ['zoho', ['sales_order', 'deal_of_invoice'], 'no_deals_of_invoices',
                orders],
        ]) -%}
    {%- endif -%}
    {%- if var('spend_source') != 'finance' -%}
        {%- do gaps.extend([
            ['salesforce', ['campaign'] + spend, 'no_campaigns', cost],
            ['hubspot', ['marketing_campaign'] + spend, 'no_campaigns', cost],
            ['zoho', ['campaign'] + spend, 'no_campaigns', cost],
        ]) -%}
    {%- endif -%}
    {%- if var('spend_source') != 'crm_campaigns' -%}
        {%- do gaps.append([
            'finance',
            ['acquisition_spend'] + (['campaign_spend'] if is_spend_open else []),
            'no_spend',
            cost,
        ]) -%}
    {%- endif -%}
    {{- return(gaps) -}}
{% endmacro %}
