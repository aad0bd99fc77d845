{%- set spend = raw_table('finance', 'acquisition_spend', optional=true) -%}

with

raw_spend as (

    select
        -- attributes
        {{ pick(spend, 'channel') }} as channel,
        {{ pick(spend, 'cost_type') }} as cost_type,
        {{ pick(spend, 'region') }} as region,
        {{ pick(spend, 'segment') }} as segment,
        {{ pick(spend, 'sales_team') }} as sales_team,
        lower({{ pick(spend, 'source_system') }}) as spend_source_system,
        upper({{ pick(spend, 'currency_code') }}) as currency_code,

        -- measures
        {{ pick(spend, 'amount', 'money', required=true) }} as amount,

        -- dates
        {{ pick(spend, 'spend_month', 'date', required=true) }} as spend_on,
        {{ pick(spend, 'spend_month') }} as raw_spend_month

    from {{ spend.relation }}

),

acquisition_spend as (

    select
        'finance' as source_system,
        'acquisition_spend' as raw_table,
        coalesce(raw_spend_month, '?') || ' ' || coalesce(channel, '?')
        || ' ' || coalesce(cost_type, '?') as source_record_id,
        channel,
        region,
        segment,
        sales_team,
        spend_source_system,
        currency_code,
        amount,
        {{ month_start('spend_on') }} as spend_month,
        case
            when spend_on is null or amount is null then 'unreadable'
        end as set_aside_reason

    from raw_spend

)

select * from acquisition_spend
