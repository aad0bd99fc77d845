{% macro pick(raw, api_name, type='text', required=false) %}
    {%- set picks = [] -%}
    {%- for column in landed_columns(raw, api_name) -%}
        {%- for part in [column] + columns_beside(raw, column) -%}
            {%- set name = adapter.quote(part.name) -%}
            {%- do picks.append(safe_cast_to(name, type, part.type)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if picks -%}
        {{- return(first_of(picks)) -}}
    {%- endif -%}
    {%- if required and raw.columns -%}
        {%- do exceptions.raise_compiler_error(
            'Column ' ~ loader_column_names(raw, api_name)[0] ~ ' (' ~ raw.system ~ ' '
            ~ api_name ~ ') is missing in ' ~ raw.relation ~ ': add it to the sync, '
            ~ 'or name your own column in the var crm_column_overrides: {'
            ~ raw.system ~ ': {' ~ raw.table ~ ': {' ~ api_name ~ ': your_column}}}.'
        ) -%}
    {%- endif -%}
    {{- return('cast(null as ' ~ type_name(type) ~ ')') -}}
{% endmacro %}

{% macro pick_first(raw, api_names, type='text') %}
    {%- set picks = [] -%}
    {%- for api_name in api_names if landed_column(raw, api_name) -%}
        {%- do picks.append(pick(raw, api_name, type)) -%}
    {%- endfor -%}
    {{- return(first_of(picks or ['cast(null as ' ~ type_name(type) ~ ')'])) -}}
{% endmacro %}

{% macro first_of(expressions) %}
    {%- if expressions | length == 1 -%}
        {{- return(expressions[0]) -}}
    {%- endif -%}
    {{- return('coalesce(' ~ expressions | join(', ') ~ ')') -}}
{% endmacro %}

{#-
    The columns that dlt lands beside a column for values that do not fit its type, that
    of the first value: amount__v_double beside amount.
-#}
{% macro columns_beside(raw, column) %}
    {%- set beside = [] -%}
    {%- if raw.columns and var(raw.system ~ '_loader', none) == 'dlt' -%}
        {%- set start = column.name | lower ~ '__v_' -%}
        {%- for name in raw.columns | sort if name.startswith(start) -%}
            {%- set other = raw.columns[name] -%}
            {%- do beside.append({'name': other.name, 'type': other.dtype | lower}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(beside) -}}
{% endmacro %}

{% macro landed_columns(raw, api_name) %}
    {%- set names = loader_column_names(raw, api_name) -%}
    {%- if raw.columns is none -%}
        {{- return([{'name': names[0], 'type': none}]) -}}
    {%- endif -%}
    {%- set landed = [] -%}
    {%- for name in names | unique if name | lower in raw.columns -%}
        {%- set column = raw.columns[name | lower] -%}
        {%- do landed.append({'name': column.name, 'type': column.dtype | lower}) -%}
    {%- endfor -%}
    {{- return(landed) -}}
{% endmacro %}

{% macro landed_column(raw, api_name) %}
    {%- set landed = landed_columns(raw, api_name) -%}
    {{- return(landed[0] if landed else none) -}}
{% endmacro %}

{#-
    The names that a column can have through the loader, the likeliest first. An own
    column that is not there is a mistake, and not a column that did not land.
-#}
{% macro loader_column_names(raw, api_name) %}
    {%- set own_names = own_column_names(raw.system).get(raw.table, {}) -%}
    {%- set field = api_name.split('.')[0] -%}
    {%- set own_name = own_names.get(api_name) or own_names.get(field) -%}
    {%- if own_name -%}
        {%- if raw.columns and own_name | lower not in raw.columns -%}
            {%- do exceptions.raise_compiler_error(
                'The var crm_column_overrides names the column ' ~ own_name ~ ' for '
                ~ raw.system ~ ' ' ~ raw.table ~ ' ' ~ api_name
                ~ ', which is missing in ' ~ raw.relation ~ '.'
            ) -%}
        {%- endif -%}
        {{- return([own_name]) -}}
    {%- elif raw.system == 'zoho' and not api_name.startswith('_') -%}
        {{- return(zoho_column_names(var('zoho_loader'), api_name)) -}}
    {%- endif -%}
    {%- set names = [loader_column_name(raw, api_name)] -%}
    {%- if raw.system == 'salesforce' -%}
        {#- Some of Fivetran's connections keep the spelling of the source. -#}
        {%- do names.append(api_name) -%}
        {#- Where the one stamp of a change did not land, the other may have. -#}
        {%- if api_name == 'SystemModstamp' -%}
            {%- do names.extend(loader_column_names(raw, 'LastModifiedDate')) -%}
        {%- endif -%}
    {%- elif var(raw.system ~ '_loader', none) == 'fivetran' -%}
        {#- hs_v2_date_entered_lead is property_hs_v_2_date_entered_lead, too. -#}
        {%- do names.append(digits_apart(names[0])) -%}
    {%- endif -%}
    {{- return(names) -}}
{% endmacro %}

{#-
    What `crm_column_overrides` says of a system, {table: {API name: own column}}. What is
    written in another form must get through parsing, so that `assert_settings` can
    refuse it.
-#}
{% macro own_column_names(system) %}
    {%- set overrides = var('crm_column_overrides') -%}
    {%- set tables = overrides.get(system) if overrides is mapping else none -%}
    {%- set own_names = {} -%}
    {%- for table, names in (tables if tables is mapping else {}).items()
        if names is mapping -%}
        {%- do own_names.update({table: names}) -%}
    {%- endfor -%}
    {{- return(own_names) -}}
{% endmacro %}

{% macro loader_column_name(raw, api_name) %}
    {%- set loader = var(raw.system ~ '_loader', none) -%}
    {%- if raw.system == 'hubspot' and not api_name.startswith('_') -%}
        {{- return(hubspot_column_name(raw, api_name)) -}}
    {%- elif api_name.startswith('_') or loader in ['airbyte', none] -%}
        {{- return(api_name) -}}
    {%- endif -%}
    {%- set words = modules.re.sub('([a-z0-9])([A-Z])', '\\1_\\2', api_name) -%}
    {%- if loader == 'fivetran' -%}
        {%- set words = digits_apart(words) | replace('__', '_') -%}
    {%- endif -%}
    {{- return(words | lower) -}}
{% endmacro %}

{% macro digits_apart(name) %}
    {{- return(modules.re.sub('([a-zA-Z])([0-9])', '\\1_\\2', name)) -}}
{% endmacro %}

{#-
    The API names of the given columns, joined by a comma, whose value landed but
    cannot be read as its type; NULL if all can. `columns`: list of [API name, type], or
    [API name, type, form of a text that the CRM itself offers and that is no mistake].
    The flags of deletion are checked in every table, for a row whose flag nobody can
    read counts; only in a unit test they need not be there.
-#}
{% macro unreadable_columns(raw, columns) -%}
    {%- set checks = [] -%}
    {%- set flags = [] -%}
    {%- set names = {
        'salesforce': ['IsDeleted', '_fivetran_deleted'],
        'hubspot': ['archived', '_fivetran_deleted'],
        'zoho': ['_fivetran_deleted'],
    } -%}
    {%- for name in names.get(raw.system, []) if raw.columns -%}
        {%- set flag = landed_column(raw, name) -%}
        {%- if flag and flag.type != 'boolean' -%}
            {%- do flags.append([name, 'boolean']) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for column in columns + flags if landed_column(raw, column[0]) -%}
        {%- set api_name, type = column[0], column[1] -%}
        {%- set spellings = landed_columns(raw, api_name) -%}
        {%- set landed = spellings[0] -%}
        {#- What has a type of its own is no blank text. -#}
        {%- set may_be_blank = is_text_type(landed.type) or spellings | length > 1
            or columns_beside(raw, landed) -%}
        {%- set value = pick(raw, api_name) if may_be_blank
            else adapter.quote(landed.name) -%}
        {%- set check -%}
            case
                when {{ value }} is not null
                    and {{ pick(raw, api_name, type) }} is null
                    {%- if column | length > 2 and may_be_blank %}
                    and not {{ matches(value, column[2]) }}
                    {%- endif %}
                    then '{{ api_name }},'
                else ''
            end
        {%- endset -%}
        {%- do checks.append(check) -%}
    {%- endfor -%}
    nullif({{ checks | join(' || ') if checks else "''" }}, '')
{%- endmacro %}
