with

{# Each way to a deal reads deals apart: none is then kept for a second pass. #}
leads_of_accounts as (

    select * from {{ ref('int_funnel__lead_persons') }}
    where account_customer_id is not null

),

lead_deals as (

    select * from {{ ref('int_funnel__lead_deals') }}

),

won_deals as (

    select * from {{ ref('int_crm__deals') }}
    where is_win and deal_type = 'new_business'

),

wins_of_customers as (

    select * from {{ ref('int_crm__deals') }}
    where is_win and deal_type = 'new_business' and customer_id is not null

),

directly_linked as (

    select lead_id from {{ ref('int_funnel__lead_deals') }}
    group by lead_id

),

{# Direct links decide; the account speaks only for leads that have none. #}
wins_of_leads as (

    select
        lead_deals.lead_id,
        won_deals.deal_id,
        won_deals.created_at,
        won_deals.created_on,
        won_deals.closed_on

    from lead_deals
    inner join won_deals
        on lead_deals.deal_id = won_deals.deal_id
    union all
    select
        leads_of_accounts.lead_id,
        wins_of_customers.deal_id,
        wins_of_customers.created_at,
        wins_of_customers.created_on,
        wins_of_customers.closed_on

    from leads_of_accounts
    left join directly_linked
        on leads_of_accounts.lead_id = directly_linked.lead_id
    inner join wins_of_customers
        on {{ is_won_over_account('leads_of_accounts', 'wins_of_customers') }}
    where directly_linked.lead_id is null

),

ranked_wins as (

    select
        *,
        row_number() over (
            partition by lead_id
            order by closed_on, created_at nulls last, deal_id
        ) as win_rank

    from wins_of_leads

),

first_wins as (

    select * from ranked_wins
    where win_rank = 1

),

lead_outcomes as (

    select
        coalesce(directly_linked.lead_id, first_wins.lead_id) as lead_id,
        first_wins.deal_id as won_deal_id,
        first_wins.created_on as won_deal_created_on,
        first_wins.closed_on as won_on

    from directly_linked
    full join first_wins
        on directly_linked.lead_id = first_wins.lead_id

)

select * from lead_outcomes
