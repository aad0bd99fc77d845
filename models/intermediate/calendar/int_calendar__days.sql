{#- Only the semantic layer asks for single days, so they are not stored. -#}
{{ config(materialized='view') }}

with

months as (

    select * from {{ ref('int_calendar__months') }}

),

day_numbers as (

    {{ dbt_utils.generate_series(31) }}

),

days as (

    select
        {{ add_days('months.month_start', 'day_numbers.generated_number - 1') }}
            as calendar_day

    from months
    inner join day_numbers
        on {{ add_days('months.month_start', 'day_numbers.generated_number - 1') }}
            <= months.month_end

)

select * from days
