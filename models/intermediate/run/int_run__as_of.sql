with

{# From staging, because what day it is must be known before any record is left out. #}
load_stamps as (
    {% for system in enabled_crms() %}
    {%- for objects, columns in canonical_columns(none).items()
        if staging_has(system, objects) %}
    {%- set recorded_at = 'coalesce(modified_at, created_at)'
        if 'created_at' in columns else 'modified_at' %}
    select
        '{{ system }}' as source_system,
        max(loaded_at) as loaded_at,
        max({{ recorded_at }}) as recorded_at

    from {{ ref('stg_' ~ system ~ '__' ~ objects) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

crm_stamps as (

    select
        source_system,
        coalesce(max(loaded_at), max(recorded_at)) as loaded_at

    from load_stamps
    group by source_system

),

oldest_crm as (

    select
        min(loaded_at) as data_as_of,
        max(loaded_at) as latest_data_as_of

    from crm_stamps

),

as_of as (

    select
        {% if var('as_of_date') -%}
            cast('{{ var("as_of_date") }}' as date)
        {%- else -%}
            {{ add_days(local_date('data_as_of'), -1) }}
        {%- endif %} as as_of_on,
        data_as_of,
        latest_data_as_of

    from oldest_crm

)

select * from as_of
