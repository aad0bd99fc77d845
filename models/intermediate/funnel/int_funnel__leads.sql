with

lead_persons as (

    select * from {{ ref('int_funnel__lead_persons') }}
    where lead_created_on is not null

),

{# Each way to a deal reads leads and deals apart: none is kept for a second pass. #}
leads_of_accounts as (

    select * from {{ ref('int_funnel__lead_persons') }}
    where lead_created_on is not null and account_customer_id is not null

),

lead_deals as (

    select * from {{ ref('int_funnel__lead_deals') }}

),

won_deals as (

    select * from {{ ref('int_crm__deals') }}
    where is_win and deal_type = 'new_business'

),

won_deals_of_customers as (

    select * from {{ ref('int_crm__deals') }}
    where is_win and deal_type = 'new_business' and customer_id is not null

),

directly_linked as (

    select lead_id from {{ ref('int_funnel__lead_deals') }}
    group by lead_id

),

{# Direct links decide; the account speaks only for leads that have none. #}
conversions as (

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
        won_deals_of_customers.deal_id,
        won_deals_of_customers.created_at,
        won_deals_of_customers.created_on,
        won_deals_of_customers.closed_on

    from leads_of_accounts
    left join directly_linked
        on leads_of_accounts.lead_id = directly_linked.lead_id
    inner join won_deals_of_customers
        on leads_of_accounts.account_customer_id = won_deals_of_customers.customer_id
        and leads_of_accounts.lead_created_on <= won_deals_of_customers.closed_on
    where directly_linked.lead_id is null

),

ranked_conversions as (

    select
        *,
        row_number() over (
            partition by lead_id
            order by closed_on, created_at nulls last, deal_id
        ) as conversion_rank

    from conversions

),

first_conversions as (

    select * from ranked_conversions
    where conversion_rank = 1

),

leads as (

    select
        -- ids
        lead_persons.lead_id,
        first_conversions.deal_id as won_deal_id,

        -- days
        lead_persons.lead_created_on,
        first_conversions.created_on as won_deal_created_on,
        first_conversions.closed_on as won_on,
        {{ days_between(
            'lead_persons.lead_created_on', 'first_conversions.closed_on'
        ) }}
            as cycle_days,
        {{ days_between(
            'lead_persons.lead_created_on', 'first_conversions.created_on'
        ) }}
            as lead_to_opportunity_days,

        -- journey: who reached a stage has reached those before it
        lead_persons.is_disqualified,
        lead_persons.is_mql
        or lead_persons.has_opportunity
        or directly_linked.lead_id is not null
        or first_conversions.lead_id is not null as is_mql,
        lead_persons.is_sql
        or lead_persons.has_opportunity
        or directly_linked.lead_id is not null
        or first_conversions.lead_id is not null as is_sql,
        lead_persons.has_opportunity
        or directly_linked.lead_id is not null
        or first_conversions.lead_id is not null as is_opportunity,
        first_conversions.lead_id is not null as is_customer,

        -- dimensions
        lead_persons.source_system,
        {{ known('lead_persons.region') }} as region,
        {{ known('lead_persons.segment') }} as segment,
        {{ known('lead_persons.industry') }} as industry,
        {{ known('lead_persons.lead_source') }} as lead_source,
        {{ known('lead_persons.sales_team') }} as sales_team,
        {{ known('lead_persons.sales_rep') }} as sales_rep

    from lead_persons
    left join directly_linked
        on lead_persons.lead_id = directly_linked.lead_id
    left join first_conversions
        on lead_persons.lead_id = first_conversions.lead_id

)

select * from leads
