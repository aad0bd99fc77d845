with

value_mapping as (

    select * from {{ ref('int_crm__value_mapping') }}
    where field = 'channel'

),

channels as (

    select
        raw_value,
        min(mapped_value) as channel

    from value_mapping
    group by raw_value

)

select * from channels
