{% macro exclusion_columns(entity=none) -%}
    {%- set columns = {
        'lead': ['email', 'company', 'lead_source', 'lead_status'],
        'contact': ['email'],
        'account': ['name', 'website'],
        'deal': ['name', 'deal_type', 'lead_source'],
    } -%}
    {{ return(columns[entity] if entity else columns) }}
{%- endmacro %}

{#-
    The versions that a row of seed `excluded_records` names. The raw table is read once
    more, for the reason of `ranked_versions`.
-#}
{% macro excluded_versions(source_system, rows, entity, entities=none) -%}
    {%- set columns = exclusion_columns(entity) -%}
    {%- set compared -%}
        lower(
            case exclusions.column_name
                {%- for column in columns %}
                when '{{ column }}' then landed_versions.{{ column }}
                {%- endfor %}
            end
        )
    {%- endset -%}
    with

    exclusions as (

        select * from {{ ref('excluded_records') }}
        where source_system = '{{ source_system }}'
            and entity in ('{{ (entities or [entity]) | join("', '") }}')

    ),

    landed_versions as (

        {{ rows }}

    )

    select
        landed_versions.record_id,
        landed_versions.{{ columns | join(', landed_versions.') }}

    from landed_versions
    inner join exclusions
        on {{ is_like(compared, 'lower(' ~ trimmed('exclusions.pattern') ~ ')') }}
    group by
        landed_versions.record_id,
        landed_versions.{{ columns | join(', landed_versions.') }}
{%- endmacro %}

{% macro is_same_version(excluded, entity) -%}
    versions.record_id = {{ excluded }}.record_id
    {%- for column in exclusion_columns(entity) %}
        and versions.{{ column }} is not distinct from {{ excluded }}.{{ column }}
    {%- endfor %}
{%- endmacro %}
