{% macro assert_settings() %}
    {%- if execute and flags.WHICH in ['build', 'run', 'test', 'seed'] -%}
        {%- set problems = settings_problems() -%}
        {%- if problems -%}
            {%- do exceptions.raise_compiler_error(problems | join('\n')) -%}
        {%- endif -%}
        {%- do assert_hash_key() -%}
    {%- endif -%}
{% endmacro %}

{% macro settings_problems() %}
    {%- set choices = {
        'revenue_basis': ['bookings', 'billings'],
        'close_date_basis': ['crm_field', 'stage_history'],
        'spend_source': [none, 'finance', 'crm_campaigns'],
        'sales_rep_identity': ['name', 'pseudonym', 'none'],
        'fiscal_year_start_month': range(1, 13) | list,
    } -%}
    {%- set currencies = ['reporting_currency'] -%}
    {%- for system in enabled_crms() -%}
        {%- do choices.update({system ~ '_loader': ['fivetran', 'airbyte', 'dlt']}) -%}
        {%- if var(system ~ '_home_currency') -%}
            {%- do currencies.append(system ~ '_home_currency') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set wanted = {} -%}
    {#- Vars that switch models on or off are checked by dbt itself. -#}
    {%- if var('pseudonymise_people') is not boolean -%}
        {%- do wanted.update({
            'pseudonymise_people': 'it must be true or false, without quotes',
        }) -%}
    {%- endif -%}
    {%- for name, values in choices.items()
        if var(name) not in values or var(name) is boolean -%}
        {%- do wanted.update({
            name: 'it can be ' ~ values | map('default', 'null', true) | join(', ')
                ~ (', without quotes' if values[0] is number else ''),
        }) -%}
    {%- endfor -%}
    {%- for name in currencies
        if not modules.re.match('^[A-Z]{3}$', var(name) | string) -%}
        {%- do wanted.update({
            name: 'it must be an ISO code of three capital letters, for instance EUR',
        }) -%}
    {%- endfor -%}
    {#- Who was active for no day after an order never was a customer. -#}
    {%- for name, least in {
        'conversion_window_days': 0, 'churn_inactivity_days': 1, 'churn_grace_days': 0,
        'cac_lag_months': 0, 'min_sample_size': 0, 'min_event_count': 0,
    }.items()
        if var(name) is not integer or var(name) is boolean or var(name) < least -%}
        {%- do wanted.update({
            name: 'it must be a whole number from ' ~ least ~ ' on, without quotes',
        }) -%}
    {%- endfor -%}
    {%- for name in ['as_of_date', 'history_start_date']
        if var(name) is not none and not is_calendar_day(var(name) | string) -%}
        {%- do wanted.update({
            name: 'it must be a day of the calendar written as YYYY-MM-DD, or null',
        }) -%}
    {%- endfor -%}
    {%- set margin = var('gross_margin_rate') -%}
    {%- if margin is not none
        and (margin is not number or margin is boolean or not 0 < margin <= 1) -%}
        {%- do wanted.update({
            'gross_margin_rate': 'it must be a share above 0 and up to 1, for instance '
                ~ '0.8 for 80 %, or null',
        }) -%}
    {%- endif -%}
    {#- To PostgreSQL the four are offsets without summer time, to the others zones. -#}
    {%- if var('business_timezone') not in modules.pytz.all_timezones
        or var('business_timezone') in ['CET', 'EET', 'MET', 'WET'] -%}
        {%- do wanted.update({
            'business_timezone': 'it must be a place of the time zone database, for '
                ~ 'instance Europe/Berlin',
        }) -%}
    {%- endif -%}
    {%- set precedence = var('crm_precedence') -%}
    {%- set ranked = precedence if precedence is iterable and precedence is not string
        else [] -%}
    {%- if not ranked or enabled_crms() | reject('in', ranked) | list
        or ranked | reject('in', ['salesforce', 'hubspot', 'zoho']) | list
        or ranked | unique | list | length < ranked | length -%}
        {%- do wanted.update({
            'crm_precedence': 'it must be a list that names each CRM that is '
                ~ 'switched on once: ' ~ enabled_crms() | join(', '),
        }) -%}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- for name, sentence in wanted.items() -%}
        {%- do problems.append(
            'The var ' ~ name ~ ' is ' ~ var(name) ~ '; ' ~ sentence ~ '.'
        ) -%}
    {%- endfor -%}
    {%- if not enabled_crms() -%}
        {%- do problems.append(
            'Every CRM is switched off: set at least one of the vars '
            ~ 'salesforce_enabled, hubspot_enabled, zoho_enabled to true.'
        ) -%}
    {%- endif -%}
    {%- do problems.extend(unknown_vars() + override_problems()) -%}
    {{- return(problems) -}}
{% endmacro %}

{% macro is_calendar_day(text) %}
    {%- set pattern = '^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]$' -%}
    {%- if not modules.re.match(pattern, text) -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- set year, month, day = text.split('-') | map('int') -%}
    {%- set is_leap_year = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) -%}
    {%- set february = 29 if is_leap_year else 28 -%}
    {%- set lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
    {{- return(1 <= day <= lengths[month - 1]) -}}
{% endmacro %}

{#-
    Vars of the command line that nothing reads, but which begin like one of ours: a typing
    error would leave every figure as it was. What else an orchestrator hands over is its
    own affair.
-#}
{% macro unknown_vars() %}
    {%- set problems = [] -%}
    {%- set given = invocation_args_dict.get('vars') or {} -%}
    {%- for name in given if given is mapping and name not in known_vars() -%}
        {%- set alike = [] -%}
        {%- for known in known_vars() if known[:5] == (name | string)[:5] -%}
            {%- do alike.append(known) -%}
        {%- endfor -%}
        {%- if alike -%}
            {%- do problems.append(
                'The var ' ~ name ~ ' is read by nothing; it may be meant for '
                ~ alike | join(' or ') ~ '; all vars stand in dbt_project.yml.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(problems) -}}
{% endmacro %}

{% macro override_problems() %}
    {%- set problems = [] -%}
    {%- set systems = ['salesforce', 'hubspot', 'zoho', 'finance'] -%}
    {%- set overrides = var('crm_column_overrides') or {} -%}
    {%- set levels = [overrides] -%}
    {%- do levels.extend(overrides.values() if overrides is mapping else []) -%}
    {%- for tables in levels[1:] if tables is mapping -%}
        {%- do levels.extend(tables.values()) -%}
    {%- endfor -%}
    {%- if levels | reject('mapping') | list -%}
        {{- return([
            'The var crm_column_overrides is ' ~ overrides ~ '; it must name system, table,'
            ~ ' API name and your column: {salesforce: {opportunity: {Amount: arr__c}}}.'
        ]) -}}
    {%- endif -%}
    {%- for system, tables in overrides.items() -%}
        {%- if system not in systems -%}
            {%- do problems.append(
                'The var crm_column_overrides names the system ' ~ system
                ~ ', which is not read; it can be ' ~ systems | join(', ') ~ '.'
            ) -%}
        {%- elif var(system ~ '_enabled', true) -%}
            {%- set known = [] -%}
            {%- for node in graph.sources.values() if node.source_name == system -%}
                {%- do known.append(node.name) -%}
            {%- endfor -%}
            {%- for table in tables if table not in known -%}
                {%- do problems.append(
                    'The var crm_column_overrides names the table ' ~ table ~ ' of '
                    ~ system ~ ', which is not read; it can be '
                    ~ known | sort | join(', ') ~ '.'
                ) -%}
            {%- endfor -%}
            {%- set asked = asked_fields(system) -%}
            {%- for table, own_names in tables.items() if table in known -%}
                {%- for field in own_names
                    if not is_asked(system, table, field.split('.')[0], asked) -%}
                    {%- do problems.append(
                        'The var crm_column_overrides names the field ' ~ field ~ ' of '
                        ~ system ~ ' ' ~ table ~ ', which is not read; write the name '
                        ~ "that it has in the CRM's API, then your column: {Amount: "
                        ~ 'your_column}.'
                    ) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(problems) -}}
{% endmacro %}

{% macro asked_fields(system) %}
    {#- One is named by a var, not in the model. -#}
    {%- set amount_column = var('salesforce_contract_amount_column') -%}
    {%- set fields = [amount_column] if amount_column and system == 'salesforce' else [] -%}
    {%- set picked = "\\(\\s*\\w+,\\s*(?:\\[[^\\]]*\\]|'\\w+)" -%}
    {%- for node in graph.nodes.values()
        if node.name.startswith('stg_' ~ system ~ '__') -%}
        {%- for names in modules.re.findall(picked, node.raw_code) -%}
            {%- do fields.extend(modules.re.findall("'(\\w+)", names)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(fields | unique(case_sensitive=true) | list) -}}
{% endmacro %}

{#-
    Whether staging asks for a field: its models name it, or the beginning of it
    (hs_v2_date_entered_), or a macro does: loaders' own columns, deletion, and all of
    HubSpot's tables that are no objects.
-#}
{% macro is_asked(system, table, field, asked) %}
    {%- set objects = ['contact', 'company', 'deal', 'line_item', 'marketing_campaign'] -%}
    {%- set is_asked = field in asked or field.startswith('_')
        or field in ['IsDeleted', 'Record_Status__s']
        or (system == 'hubspot' and table not in objects) -%}
    {%- for word in asked if word.endswith('_') and field.startswith(word) -%}
        {{- return(true) -}}
    {%- endfor -%}
    {{- return(is_asked) -}}
{% endmacro %}
