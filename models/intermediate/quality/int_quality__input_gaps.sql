{#- What no loader landed although a KPI needs it, one row per CRM, reason and KPI. -#}
with

used_tables as (

    select * from {{ ref('int_quality__row_counts') }}
    where row_state = 'used'

),

{# A row that is gone in the CRM shows that the loader tells of such rows. #}
deleted_rows as (

    select * from {{ ref('int_quality__row_counts') }}
    where row_state = 'deleted'

),

{# What nobody can read was delivered, too: the spend is finance's, and is none. #}
delivered_spend as (

    select * from {{ ref('int_quality__row_counts') }}
    where source_system = 'finance' and raw_table = 'acquisition_spend'

),

contract_periods as (

    select * from {{ ref('stg_finance__contract_periods') }}

),

lead_records as (

    select * from {{ ref('int_crm__lead_records') }}

),

deal_records as (

    select * from {{ ref('int_crm__deal_records') }}
    where record_state is null

),

{# A campaign without its cost is no spend. #}
campaigns_with_cost as (

    select * from {{ ref('int_crm__campaign_records') }}
    where record_state is null and cost is not null

),

billing_documents as (

    select * from {{ ref('int_crm__billing_document_records') }}
    where record_state is null and is_counted

),

{# Tables that hold anything to count; finance's speak for the CRM they name. #}
filled_tables as (

    select
        source_system,
        raw_table

    from used_tables
    where raw_table not in ('campaign', 'marketing_campaign')
    union
    select
        source_system,
        raw_table

    from campaigns_with_cost
    union
    select
        contract_source_system as source_system,
        raw_table

    from contract_periods
    where set_aside_reason is null
    {%- for system in enabled_crms() %}
    union
    select
        source_system,
        raw_table

    from {{ ref('stg_' ~ system ~ '__landed_properties') }}
    {%- endfor %}
    union
    select
        source_system,
        'deleted_' || raw_table as raw_table

    from deleted_rows
    union
    select
        source_system,
        'converted_lead' as raw_table

    from lead_records
    where record_state is null
        and (account_id is not null or contact_id is not null or deal_id is not null)
    union
    select
        source_system,
        'contact_of_deal' as raw_table

    from deal_records
    where contact_id is not null
    union
    select
        'zoho' as source_system,
        'net_invoice' as raw_table

    from billing_documents
    where may_hold_tax
    having count(*) = 0
    union
    select
        'zoho' as source_system,
        'deal_of_invoice' as raw_table

    from billing_documents
    where source_system = 'zoho'
    having count(*) = 0 or count(deal_id) > 0
    union
    select
        'salesforce' as source_system,
        'order_of_contract' as raw_table

    from used_tables
    where source_system = 'salesforce' and raw_table = 'contract'
    having count(*) = 0
    {%- for system in enabled_crms() %}
    union
    select
        '{{ system }}' as source_system,
        'lead_source' as raw_table

    from lead_records
    where source_system = '{{ system }}' and record_state is null and is_lead
    having count(*) = 0 or count(lead_source) > 0
    {%- endfor %}
    {%- for system in enabled_crms() %}
    union
    select
        '{{ system }}' as source_system,
        raw_table

    from delivered_spend
    {%- endfor %}
    union
    select
        'finance' as source_system,
        'campaign_spend' as raw_table

    from delivered_spend
    having count(*) = 0

),

needed_tables as (

    {%- set rows = [] %}
    {%- for system, tables, reason, kpis in input_gaps()
        if system in enabled_crms() + ['finance'] %}
        {%- for kpi in kpis %}
            {%- for table in tables %}
                {%- do rows.append([system, tables[0], reason, kpi, table]) %}
            {%- endfor %}
        {%- endfor %}
    {%- endfor %}
    {%- for row in rows %}
    select
        '{{ row[0] }}' as source_system,
        '{{ row[1] }}' as raw_table,
        '{{ row[2] }}' as reason,
        '{{ row[3] }}' as kpi,
        '{{ row[4] }}' as filled_table
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

gaps as (

    select
        needed_tables.source_system,
        needed_tables.raw_table,
        needed_tables.reason,
        needed_tables.kpi

    from needed_tables
    left join filled_tables
        on needed_tables.source_system = filled_tables.source_system
        and needed_tables.filled_table = filled_tables.raw_table
    group by
        needed_tables.source_system,
        needed_tables.raw_table,
        needed_tables.reason,
        needed_tables.kpi
    having count(filled_tables.raw_table) = 0

)

select * from gaps
