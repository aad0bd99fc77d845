{#-
    What a figure depends on beside the raw data, as SQL text: the vars, the seeds by their
    checksums, and of the hash key that names the sellers eight characters of a hash. The
    as-of day has a column of its own, and so have the targets.
-#}
{% macro published_settings() -%}
    {%- set settings = {} -%}
    {%- for name in setting_vars() -%}
        {%- set value = var(name) -%}
        {#- Without quotes a day is a date to YAML, which JSON does not know. -#}
        {%- set is_plain = value is none or value is number or value is iterable -%}
        {%- do settings.update({name: value if is_plain else value | string}) -%}
    {%- endfor -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'seed' and node.name in setting_seeds() -%}
            {%- do settings.update({node.name: node.checksum.checksum[:8]}) -%}
        {%- endfor -%}
    {%- endif -%}
    '{{ tojson(settings, sort_keys=true) | replace("'", "''") }}'
    {%- if var('sales_rep_identity') == 'pseudonym' %}
        || ' ' || substr({{ sha_256(hash_key() ~ " || 'hash key'") }}, 1, 8)
    {%- endif %}
{%- endmacro %}

{#- The vars that can change a figure: all but the as-of day and what makes no figure. -#}
{% macro setting_vars() -%}
    {%- set names = [
        'salesforce_contract_amount_column', 'crm_column_overrides', 'finance_database',
        'finance_schema', 'business_timezone', 'fiscal_year_start_month',
        'reporting_currency', 'revenue_basis', 'close_date_basis',
        'conversion_window_days', 'churn_inactivity_days', 'churn_grace_days',
        'cac_lag_months', 'spend_source', 'gross_margin_rate', 'min_sample_size',
        'min_event_count', 'history_start_date', 'crm_precedence', 'sales_rep_identity',
    ] -%}
    {%- for system in ['salesforce', 'hubspot', 'zoho'] -%}
        {%- for setting in ['enabled', 'loader', 'database', 'schema', 'home_currency'] -%}
            {%- do names.append(system ~ '_' ~ setting) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(names) -}}
{%- endmacro %}

{% macro known_vars() -%}
    {{- return(setting_vars() + [
        'use_sample_data', 'as_of_date', 'off_target_severity', 'pseudonymise_people',
    ]) -}}
{%- endmacro %}

{% macro setting_seeds() -%}
    {{- return([
        'excluded_records', 'free_mail_domains', 'sales_team_members', 'segment_bands',
        'stage_definitions', 'value_mapping',
    ]) -}}
{%- endmacro %}
