{#-
    What figures lack where a loader did not land a table: the CRM, the tables of which
    one has to hold a used row, the reason and the KPIs that miss it. `converted_lead`
    is a lead with a link to what it became, `lead_source` a lead and `contact_of_deal` a
    deal that has one, `merged_deal`, `merged_contact`, `merged_company`,
    `primary_company` and `company_of_deal` what a property of HubSpot tells,
    `deleted_deal` a deal of which the loader tells that it was deleted, or could, and
    `net_invoice` all invoices without VAT. `deal_of_invoice` is an invoice of Zoho with
    a deal, and `order_of_contract` no contract of Salesforce that orders could price.
-#}
{% macro input_gaps() %}
    {%- set spend = [] if var('spend_source') == 'crm_campaigns'
        else ['acquisition_spend'] -%}
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
            'no_contacts_of_deals', journeys],
        ['salesforce', ['contract'], 'no_contracts', customers + first_period],
        ['salesforce', ['order', 'order_of_contract'], 'no_orders_of_contracts',
            customers],
        ['salesforce', ['user'], 'no_sellers',
            orders + journeys + ['churn_rate']],
        ['salesforce', ['converted_lead'], 'no_converted_leads', journeys + orders],
        ['hubspot', ['contact_property_history'], 'no_lead_history',
            ['conversion_rate']],
        ['hubspot', ['deal_stage', 'deal_property_history'], 'no_stage_history',
            closes],
        ['hubspot', ['deal_pipeline_stage', 'deal_pipeline'], 'no_stage_table', all],
        ['hubspot', ['line_item'], 'no_contracts', customers + first_period],
        ['hubspot', ['owner'], 'no_sellers',
            orders + journeys + ['churn_rate']],
        ['hubspot', ['deal_contact'], 'no_contacts_of_deals', journeys + customers],
        ['hubspot', ['deal_company', 'company_of_deal'], 'no_companies_of_deals',
            customers],
        ['hubspot', ['primary_company'], 'no_primary_companies', customers + orders],
        ['hubspot', ['merged_deal'], 'no_merges', all],
        ['hubspot', ['merged_contact'], 'no_merges', journeys],
        ['hubspot', ['merged_company'], 'no_merges', orders + customers],
        ['zoho', ['lead_history'], 'no_lead_history', ['conversion_rate']],
        ['zoho', ['deal_stage_history'], 'no_stage_history', all],
        ['zoho', ['stage'], 'no_stage_table', all],
        ['zoho', ['contract_periods'], 'no_contracts', customers + first_period],
        ['zoho', ['user'], 'no_sellers',
            orders + journeys + ['churn_rate']],
        ['zoho', ['converted_lead'], 'no_converted_leads', journeys + orders],
    ] -%}
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
            [system, ['deleted_' ~ lead], 'no_deletions', journeys],
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
    {%- if var('spend_source') == 'finance' -%}
        {%- do gaps.append(['finance', ['acquisition_spend'], 'no_spend', cost]) -%}
    {%- endif -%}
    {{- return(gaps) -}}
{% endmacro %}
