with

value_mapping as (

    select * from {{ ref('value_mapping') }}
    {% if var('use_sample_data') -%}
        union all
        select * from {{ ref('sample_value_mapping') }}
    {%- endif %}

),

mapped_values as (

    select
        source_system,
        field,
        lower(trim(both ' ' from raw_value)) as raw_value,
        min(trim(both ' ' from value)) as mapped_value

    from value_mapping
    group by source_system, field, lower(trim(both ' ' from raw_value))

)

select * from mapped_values
