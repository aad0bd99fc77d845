{#- All months of the days that count as dates, 1970 to 2199. -#}
with

month_numbers as (

    {{ dbt_utils.generate_series(2760) }}

),

month_starts as (

    select {{ add_months(
        "cast('1970-01-01' as date)", 'cast(generated_number - 1 as integer)'
    ) }} as month_start
    from month_numbers

),

months as (

    select
        month_start,
        {{ add_days(add_months('month_start', 1), -1) }} as month_end

    from month_starts

)

select * from months
