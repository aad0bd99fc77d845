with

finance_rates as (

    select * from {{ ref('stg_finance__exchange_rates') }}
    where set_aside_reason is null

),

crm_rates as (

    {{ union_crms('exchange_rates') }}

),

{# Both directions of each pair with the reporting currency, never over a third. #}
finance_pairs as (

    select
        'finance' as rate_kind,
        from_currency as currency_code,
        rate_date,
        max(rate) as rate

    from finance_rates
    where to_currency = '{{ var("reporting_currency") }}'
    group by from_currency, rate_date
    union all
    select
        'finance_inverse' as rate_kind,
        to_currency as currency_code,
        rate_date,
        max(rate) as rate

    from finance_rates
    where from_currency = '{{ var("reporting_currency") }}'
    group by to_currency, rate_date

),

dated_finance_rates as (

    select
        cast(null as {{ type_name('text') }}) as source_system,
        rate_kind,
        currency_code,
        rate_date as valid_from,
        coalesce(
            lead(rate_date) over (
                partition by rate_kind, currency_code
                order by rate_date
            ),
            cast('2200-01-01' as date)
        ) as valid_to,
        rate

    from finance_pairs

),

dated_crm_rates as (

    select
        source_system,
        'crm' as rate_kind,
        currency_code,
        starts_on as valid_from,
        coalesce(
            lead(starts_on) over (
                partition by source_system, currency_code
                order by starts_on
            ),
            min(ends_on),
            cast('2200-01-01' as date)
        ) as valid_to,
        max(units_per_home_unit) as rate

    from crm_rates
    where set_aside_reason is null and starts_on is not null and units_per_home_unit > 0
    group by source_system, currency_code, starts_on

),

undated_crm_rates as (

    select
        source_system,
        'crm_undated' as rate_kind,
        currency_code,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        max(units_per_home_unit) as rate

    from crm_rates
    where set_aside_reason is null
        and raw_table = 'currency_type' and units_per_home_unit > 0
    group by source_system, currency_code

),

exchange_rates as (

    select * from dated_finance_rates
    union all
    select * from dated_crm_rates
    union all
    select * from undated_crm_rates

)

select * from exchange_rates
