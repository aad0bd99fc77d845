{%- set exchange_rates = raw_table('finance', 'exchange_rates', optional=true) -%}

with

raw_rates as (

    select
        {{ pick(exchange_rates, 'rate_date', 'date', required=true) }} as rate_date,
        upper({{ pick(exchange_rates, 'from_currency', required=true) }})
            as from_currency,
        upper({{ pick(exchange_rates, 'to_currency', required=true) }}) as to_currency,
        {{ pick(exchange_rates, 'rate', 'rate', required=true) }} as rate,
        {{ pick(exchange_rates, 'rate_date') }} as raw_rate_date

    from {{ exchange_rates.relation }}

),

exchange_rates as (

    select
        'finance' as source_system,
        'exchange_rates' as raw_table,
        coalesce(raw_rate_date, '?') || ' ' || coalesce(from_currency, '?')
        || '/' || coalesce(to_currency, '?') as source_record_id,
        rate_date,
        from_currency,
        to_currency,
        rate,
        case
            when rate_date is null or from_currency is null or to_currency is null
                or rate is null or rate <= 0
                then 'unreadable'
        end as set_aside_reason

    from raw_rates

)

select * from exchange_rates
