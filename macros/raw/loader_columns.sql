{#-
    When the row was landed, UTC. Older versions of Airbyte call it _airbyte_emitted_at,
    dlt writes it as seconds since 1970 in text. A loader that nobody knows must get
    through parsing, so that `assert_settings` can refuse it.
-#}
{% macro loaded_at(raw) -%}
    {%- set names = {
        'fivetran': ['_fivetran_synced'],
        'airbyte': ['_airbyte_extracted_at', '_airbyte_emitted_at'],
        'dlt': ['_dlt_load_id'],
    } -%}
    {{ pick_first(raw, names.get(var(raw.system ~ '_loader'), []), 'timestamp') }}
{%- endmacro %}

{% macro is_deleted(raw, api_names=['IsDeleted']) -%}
    {%- set flags = [] -%}
    {%- for name in api_names + ['_fivetran_deleted'] -%}
        {%- do flags.append('coalesce(' ~ pick(raw, name, 'boolean') ~ ', false)') -%}
    {%- endfor -%}
    ({{ flags | join(' or ') }})
{%- endmacro %}

{#-
    Whether any of the spellings of deletion landed, with whatever values. In history mode
    no row of a deleted record is active.
-#}
{% macro tells_deletions(raw, api_names=['IsDeleted']) %}
    {%- set landed = [] -%}
    {%- for name in api_names + ['_fivetran_deleted', '_fivetran_active']
        if landed_column(raw, name) -%}
        {%- do landed.append(name) -%}
    {%- endfor -%}
    {{- return(landed != []) -}}
{% endmacro %}

{% macro rows_of_what_landed(system, names) -%}
    {%- for name in names %}
    select
        '{{ system }}' as source_system,
        '{{ name }}' as raw_table
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    {{ no_rows({'source_system': 'text', 'raw_table': 'text'}) }}
    {%- endfor %}
{%- endmacro %}

{% macro is_old_version(raw) -%}
    not coalesce({{ pick(raw, '_fivetran_active', 'boolean') }}, true)
{%- endmacro %}

{#-
    Ranks the versions of one record, the one that counts first. `tie_breakers`: the
    columns that decide between versions with equal stamps, so that the order in
    which rows landed never does.
-#}
{% macro version_number(record_id, tie_breakers=[]) -%}
    row_number() over (
        partition by {{ record_id }}
        order by
            case when is_old_version then 1 else 0 end,
            loaded_at desc nulls last,
            modified_at desc nulls last,
            case when is_deleted then 1 else 0 end
            {%- for column in tie_breakers %},
            {{ column }} desc nulls last
            {%- endfor %}
    )
{%- endmacro %}

{#-
    All rows with their `version_number`. Most records landed once, and sorting is dear:
    only those that landed again are ranked. The raw table is read once for each step,
    because an engine would keep all rows of a step that two others read. Histories, which
    are views but on PostgreSQL, rank all rows instead: whoever reads only their stamps is
    spared the ranking, because the engine leaves out a window that nobody asks for.
-#}
{% macro ranked_versions(rows, keys, tie_breakers=[]) -%}
    {%- set same_keys = [] -%}
    {%- for key in keys -%}
        {%- do same_keys.append('repeated_records.' ~ key ~ ' = landed_rows.' ~ key) -%}
    {%- endfor -%}
    {%- set is_repeated -%}
        exists (select 1 from repeated_records where {{ same_keys | join(' and ') }})
    {%- endset -%}
    with

    landed_keys as (

        {{ rows }}

    ),

    repeated_records as (

        select {{ keys | join(', ') }}
        from landed_keys
        group by {{ keys | join(', ') }}
        having count(*) > 1

    ),

    landed_once as (

        {{ rows }}

    ),

    landed_again as (

        {{ rows }}

    )

    select
        *,
        1 as version_number
    from landed_once as landed_rows
    where not {{ is_repeated }}
    union all
    select
        *,
        {{ version_number(keys | join(', '), tie_breakers) }} as version_number
    from landed_again as landed_rows
    where {{ is_repeated }}
{%- endmacro %}

{#-
    Why a raw row is not used, NULL if it is; expects the columns is_old_version,
    version_number and is_deleted, and the names of the others. History mode leaves no
    active row of a record that is gone: what is then first is its last version.
-#}
{% macro set_aside_reason(
    record_id, merged_into_id=none, excluded_id=none, keeps_deleted=false
) -%}
    case
        when {{ record_id }} is null then 'missing_id'
        when versions.is_old_version and versions.version_number > 1 then 'superseded'
        when versions.version_number > 1 then 'duplicate'
        {%- if merged_into_id %}
        when {{ merged_into_id }} is not null then 'merged'
        {%- endif %}
        {%- if not keeps_deleted %}
        when versions.is_deleted or versions.is_old_version then 'deleted'
        {%- endif %}
        {%- if excluded_id %}
        when {{ excluded_id }} is not null then 'excluded'
        {%- endif %}
    end
{%- endmacro %}
