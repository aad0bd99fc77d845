{#- Stops a run whose settings cannot work, with one sentence; an on-run-start hook. -#}
{% macro assert_settings() %}
    {%- if execute and flags.WHICH in ['build', 'run', 'test', 'seed'] -%}
        {%- do assert_known('revenue_basis', ['bookings', 'billings']) -%}
        {%- do assert_known('close_date_basis', ['crm_field', 'stage_history']) -%}
        {%- do assert_known('spend_source', [none, 'finance', 'crm_campaigns']) -%}
        {%- do assert_known('sales_rep_identity', ['name', 'pseudonym', 'none']) -%}
        {%- do assert_known('fiscal_year_start_month', range(1, 13) | list) -%}
        {%- do assert_currency('reporting_currency') -%}
        {%- for system in enabled_crms() -%}
            {%- if var(system ~ '_home_currency') -%}
                {%- do assert_currency(system ~ '_home_currency') -%}
            {%- endif -%}
            {%- do assert_known(system ~ '_loader', ['fivetran', 'airbyte', 'dlt']) -%}
        {%- else -%}
            {%- do exceptions.raise_compiler_error(
                'Every CRM is switched off: set at least one of the vars '
                ~ 'salesforce_enabled, hubspot_enabled, zoho_enabled to true.'
            ) -%}
        {%- endfor -%}
        {%- do assert_overridden_tables() -%}
        {%- do assert_hash_key() -%}
    {%- endif -%}
{% endmacro %}

{#- Stops a run whose `crm_column_overrides` name a table that nothing reads. -#}
{% macro assert_overridden_tables() %}
    {%- for system, tables in var('crm_column_overrides').items() -%}
        {%- set known = [] -%}
        {%- for node in graph.sources.values() if node.source_name == system -%}
            {%- do known.append(node.name) -%}
        {%- endfor -%}
        {%- for table in tables
            if table not in known and var(system ~ '_enabled', true) -%}
            {%- do exceptions.raise_compiler_error(
                'The var crm_column_overrides names the table ' ~ table ~ ' of '
                ~ system ~ ', which is not read; it can be '
                ~ known | sort | join(', ') ~ '.'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}

{#- Stops a run if a var is no currency. -#}
{% macro assert_currency(name) %}
    {%- if not modules.re.match('^[A-Z]{3}$', var(name)) -%}
        {%- do exceptions.raise_compiler_error(
            'The var ' ~ name ~ ' is ' ~ var(name)
            ~ '; it must be an ISO code of three capital letters, for instance EUR.'
        ) -%}
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
