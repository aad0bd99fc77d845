{#- Companies won as new business, one row each, described by the deal of the win. -#}
with

first_wins as (

    select * from {{ ref('int_crm__deals') }}
    where win_number = 1 and deal_type = 'new_business'

),

contracts as (

    select * from {{ ref('int_customers__contracts') }}
    where unusable_reason is null

),

ranked_contracts as (

    select
        customer_id,
        monthly_amount,
        rank() over (
            partition by customer_id
            order by starts_on
        ) as contract_rank

    from contracts

),

first_values as (

    select
        customer_id,
        sum(monthly_amount) as first_monthly_amount

    from ranked_contracts
    where contract_rank = 1
    group by customer_id

),

new_customers as (

    select
        first_wins.customer_id,
        first_wins.deal_id,
        first_wins.closed_on as won_on,
        first_wins.lead_id,
        cast(first_values.first_monthly_amount as {{ type_name('money') }})
            as first_monthly_amount,
        first_wins.source_system,
        coalesce(channels.channel, first_wins.lead_source)
            as channel,
        first_wins.region,
        first_wins.segment,
        first_wins.sales_team

    from first_wins
    left join first_values
        on first_wins.customer_id = first_values.customer_id
    {{ join_channel('first_wins', 'lead_source') }}

)

select * from new_customers
