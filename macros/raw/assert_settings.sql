{#- Stops a run whose settings cannot work, with one sentence; an on-run-start hook. -#}
{% macro assert_settings() %}
    {%- if execute and flags.WHICH in ['build', 'run', 'test', 'seed'] -%}
        {%- do assert_known('revenue_basis', ['bookings', 'billings']) -%}
        {%- do assert_known('close_date_basis', ['crm_field', 'stage_history']) -%}
        {%- do assert_known('spend_source', [none, 'finance', 'crm_campaigns']) -%}
        {%- do assert_known('sales_rep_identity', ['name', 'pseudonym', 'none']) -%}
        {%- do assert_known('fiscal_year_start_month', range(1, 13) | list) -%}
        {%- if not modules.re.match('^[A-Z]{3}$', var('reporting_currency')) -%}
            {%- do exceptions.raise_compiler_error(
                'The var reporting_currency is ' ~ var('reporting_currency')
                ~ '; it must be an ISO code of three capital letters, for instance EUR.'
            ) -%}
        {%- endif -%}
        {%- for system in enabled_crms() -%}
            {%- do assert_known(system ~ '_loader', ['fivetran', 'airbyte', 'dlt']) -%}
        {%- else -%}
            {%- do exceptions.raise_compiler_error(
                'Every CRM is switched off: set at least one of the vars '
                ~ 'salesforce_enabled, hubspot_enabled, zoho_enabled to true.'
            ) -%}
        {%- endfor -%}
        {%- do assert_hash_key() -%}
    {%- endif -%}
{% endmacro %}

{#- Stops a run if a var has a value it cannot have. -#}
{% macro assert_known(name, values) %}
    {%- if var(name) not in values -%}
        {%- do exceptions.raise_compiler_error(
            'The var ' ~ name ~ ' is ' ~ var(name) ~ '; it can be '
            ~ values | map('string') | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
{% endmacro %}
