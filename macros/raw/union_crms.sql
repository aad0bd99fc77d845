{% macro enabled_crms() %}
    {%- set systems = [] -%}
    {%- for system in ['salesforce', 'hubspot', 'zoho'] if var(system ~ '_enabled') -%}
        {%- do systems.append(system) -%}
    {%- endfor -%}
    {{- return(systems) -}}
{% endmacro %}

{#-
    What every CRM's staging model of one kind of object has, whatever it has beside:
    the columns that the layers above read, with their types. Of none all kinds, in the
    order of the raw tables, each with what is its own; nothing where it is staging alone
    that reads them.
-#}
{% macro canonical_columns(objects) %}
    {%- set record = {
        'source_system': 'text', 'raw_table': 'text', 'source_record_id': 'text',
        'record_id': 'text', 'loaded_at': 'timestamp', 'modified_at': 'timestamp',
        'set_aside_reason': 'text', 'unreadable_columns': 'text',
    } -%}
    {%- set columns = {
        'leads': {
            'created_at': 'timestamp', 'merged_into_id': 'text', 'is_lead': 'boolean',
            'lead_status': 'text', 'lifecycle_stage': 'text', 'lead_source': 'text',
            'owner_id': 'text',
            'email_key': 'text', 'email_domain_key': 'text', 'company_key': 'text',
            'industry': 'text', 'country': 'text', 'employee_count': 'integer',
            'account_id': 'text', 'contact_id': 'text', 'deal_id': 'text',
            'lead_since_at': 'timestamp', 'lead_at': 'timestamp',
            'past_lead_at': 'timestamp',
            'mql_at': 'timestamp', 'sql_at': 'timestamp',
            'opportunity_at': 'timestamp', 'salesforce_lead_id': 'text',
            'salesforce_contact_id': 'text',
        },
        'lead_statuses': {
            'lead_record_id': 'text', 'field': 'text', 'lead_status': 'text',
            'previous_status': 'text', 'entered_at': 'timestamp',
        },
        'accounts': {
            'created_at': 'timestamp', 'merged_into_id': 'text',
            'web_domain_key': 'text', 'industry': 'text', 'country': 'text',
            'segment': 'text', 'employee_count': 'integer', 'owner_id': 'text',
            'salesforce_account_id': 'text',
        },
        'contacts': {
            'created_at': 'timestamp', 'merged_into_id': 'text', 'account_id': 'text',
            'email_key': 'text',
        },
        'deals': {
            'created_at': 'timestamp', 'account_id': 'text', 'contact_id': 'text',
            'contract_id': 'text', 'owner_id': 'text',
            'deal_type': 'text', 'lead_source': 'text', 'pipeline': 'text',
            'stage': 'text', 'amount': 'money', 'currency_code': 'text',
            'home_amount': 'money', 'units_per_home_unit': 'rate',
            'probability': 'rate', 'close_on': 'date', 'is_closed': 'boolean',
            'is_won': 'boolean', 'salesforce_deal_id': 'text',
        },
        'deal_contacts': {
            'deal_record_id': 'text', 'contact_id': 'text', 'is_primary': 'boolean',
        },
        'stages': {
            'pipeline': 'text', 'stage': 'text', 'stage_label': 'text',
            'other_name': 'text',
            'is_won': 'boolean', 'is_lost': 'boolean', 'sort_order': 'integer',
        },
        'stage_visits': {
            'deal_record_id': 'text', 'stage': 'text', 'previous_stage': 'text',
            'entered_at': 'timestamp',
        },
        'billing_documents': {
            'created_at': 'timestamp', 'account_id': 'text', 'deal_id': 'text',
            'contract_id': 'text', 'owner_id': 'text', 'billed_on': 'date',
            'amount': 'money', 'currency_code': 'text', 'units_per_home_unit': 'rate',
            'is_counted': 'boolean', 'is_reduction': 'boolean',
            'may_hold_tax': 'boolean',
        },
        'contracts': {
            'created_at': 'timestamp', 'account_id': 'text', 'deal_id': 'text',
            'starts_on': 'date', 'ends_on': 'date', 'term_months': 'integer',
            'term_days': 'integer', 'is_draft': 'boolean', 'amount': 'money',
            'monthly_amount': 'money', 'home_monthly_amount': 'money',
            'currency_code': 'text',
        },
        'campaigns': {
            'created_at': 'timestamp', 'parent_id': 'text', 'campaign_type': 'text',
            'starts_on': 'date', 'ends_on': 'date', 'cost': 'money',
            'currency_code': 'text', 'units_per_home_unit': 'rate',
        },
        'users': {'sales_rep': 'text'},
        'exchange_rates': {
            'currency_code': 'text', 'starts_on': 'date', 'ends_on': 'date',
            'units_per_home_unit': 'rate',
        },
        'associations': {},
        'pipelines': {},
        'merges': {},
    } -%}
    {%- if objects is none -%}
        {{- return(columns) -}}
    {%- endif -%}
    {%- do record.update(columns[objects]) -%}
    {{- return(record) -}}
{% endmacro %}

{% macro union_crms(objects) %}
    {%- set columns = canonical_columns(objects) -%}
    {%- for system in enabled_crms() if staging_has(system, objects) %}
    select {{ columns | join(', ') }}
    from {{ ref('stg_' ~ system ~ '__' ~ objects) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    {{ no_rows(columns) }}
    {%- endfor %}
{% endmacro %}

{% macro no_rows(columns) -%}
    select
        {%- for name, type in columns.items() %}
        cast(null as {{ type_name(type) }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (select 1 as no_row where 1 = 0) as nothing_landed
{%- endmacro %}

{% macro staging_has(system, objects) %}
    {%- set absent = {
        'salesforce': ['associations', 'pipelines', 'merges'],
        'hubspot': ['billing_documents', 'exchange_rates'],
        'zoho': [
            'lead_statuses', 'deal_contacts', 'contracts', 'exchange_rates',
            'associations', 'pipelines', 'merges',
        ],
    } -%}
    {{- return(objects not in absent.get(system, [])) -}}
{% endmacro %}
