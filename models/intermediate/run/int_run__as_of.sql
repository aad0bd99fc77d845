with

load_stamps as (

    {{ load_stamps() }}

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
