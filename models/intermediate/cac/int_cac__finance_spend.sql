{#- Spend as finance delivers it, in reporting currency. -#}
with

acquisition_spend as (

    select * from {{ ref('stg_finance__acquisition_spend') }}

),

priced_spend as (

    select
        raw_table,
        source_record_id,
        set_aside_reason,
        coalesce(spend_source_system, 'finance') as source_system,
        spend_source_system,
        spend_month,
        channel,
        region,
        segment,
        sales_team,
        amount,
        cast(null as {{ type_name('money') }}) as home_amount,
        cast(null as {{ type_name('rate') }}) as units_per_home_unit,
        coalesce(currency_code, '{{ var("reporting_currency") }}') as currency_code,
        spend_month as converted_on

    from acquisition_spend

),

rated_spend as (

    {{ with_rates('priced_spend') }}

),

finance_spend as (

    select
        raw_table,
        source_record_id,
        set_aside_reason,
        spend_source_system,
        spend_month,
        channel,
        region,
        segment,
        sales_team,
        amount as record_amount,
        currency_code,
        amount_source,
        {{ reporting_amount('rated_spend') }} as amount

    from rated_spend

)

select * from finance_spend
