with

lead_persons as (

    select * from {{ ref('int_funnel__lead_persons') }}

),

lead_outcomes as (

    select * from {{ ref('int_funnel__lead_outcomes') }}

),

leads as (

    select
        -- ids
        lead_persons.lead_id,
        lead_outcomes.won_deal_id,

        -- days
        lead_persons.lead_created_on,
        lead_outcomes.won_deal_created_on,
        lead_outcomes.won_on,
        {{ days_between(
            'lead_persons.lead_created_on', 'lead_outcomes.won_on'
        ) }}
            as cycle_days,
        {{ days_between(
            'lead_persons.lead_created_on', 'lead_outcomes.won_deal_created_on'
        ) }}
            as lead_to_opportunity_days,

        -- journey: who reached a stage has reached those before it
        lead_persons.is_disqualified,
        lead_persons.is_mql
        or lead_persons.has_opportunity
        or lead_outcomes.lead_id is not null as is_mql,
        lead_persons.is_sql
        or lead_persons.has_opportunity
        or lead_outcomes.lead_id is not null as is_sql,
        lead_persons.has_opportunity
        or lead_outcomes.lead_id is not null as is_opportunity,
        lead_outcomes.won_deal_id is not null as is_customer,

        -- dimensions
        lead_persons.source_system,
        {{ known('lead_persons.region') }} as region,
        {{ known('lead_persons.segment') }} as segment,
        {{ known('lead_persons.industry') }} as industry,
        {{ known('lead_persons.lead_source') }} as lead_source,
        {{ known('lead_persons.sales_team') }} as sales_team,
        {{ known('lead_persons.sales_rep') }} as sales_rep

    from lead_persons
    left join lead_outcomes
        on lead_persons.lead_id = lead_outcomes.lead_id
    where lead_persons.lead_created_on is not null

)

select * from leads
