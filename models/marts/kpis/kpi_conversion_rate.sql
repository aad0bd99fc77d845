{%- set dimensions = common_dimensions() -%}

with

leads as (

    select
        leads.*,
        stage_sources.has_mql_source,
        stage_sources.has_sql_source,
        {{ month_start('leads.lead_created_on') }} as month_start

    from {{ ref('int_funnel__leads') }} as leads
    left join {{ ref('int_funnel__stage_sources') }} as stage_sources
        on leads.source_system = stage_sources.source_system

),

deals as (

    select * from {{ ref('int_crm__deals') }}
    where deal_type = 'new_business' and not is_refund and closed_on is not null

),

new_customers as (

    select deal_id from {{ ref('int_customers__new_customers') }}
    where lead_id is null

),

closed_deals as (

    select
        deals.*,
        new_customers.deal_id is not null as is_customer_without_lead,
        {{ month_start('deals.closed_on') }} as month_start

    from deals
    left join new_customers
        on deals.deal_id = new_customers.deal_id

),

leads_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        count(*) as lead_count,
        sum(
            case
                when is_customer and cycle_days <= {{ var('conversion_window_days') }}
                    then 1
                else 0
            end
        ) as customer_count,
        sum(case when is_customer then 1 else 0 end) as ever_customer_count,
        sum(case when is_disqualified then 1 else 0 end) as disqualified_lead_count,
        sum(case when is_mql then 1 else 0 end) as mql_count,
        sum(case when is_sql then 1 else 0 end) as sql_count,
        sum(case when is_opportunity then 1 else 0 end) as opportunity_count,
        sum(case when has_mql_source then 1 else 0 end) as known_mql_count,
        sum(case when has_sql_source then 1 else 0 end) as known_sql_count,
        sum(case when has_mql_source and has_sql_source then 1 else 0 end)
            as known_both_count

    from leads
    {{ group_by_dimension(dimensions, ['month_start']) }}

),

cohorts as (

    {{ periods_of_months('leads_by_month', [
        'lead_count', 'customer_count', 'ever_customer_count',
        'disqualified_lead_count', 'mql_count', 'sql_count', 'opportunity_count',
        'known_mql_count', 'known_sql_count', 'known_both_count',
    ]) }}

),

closed_deals_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        sum(case when is_win then 1 else 0 end) as won_deal_count,
        sum(case when not is_win then 1 else 0 end) as lost_deal_count,
        sum(case when is_win then amount end) as won_amount,
        sum(case when not is_win then amount end) as lost_amount,
        sum(case when not is_win and coalesce(amount, 0) <= 0 then 1 else 0 end)
            as lost_deals_without_value_count,
        sum(case when is_customer_without_lead then 1 else 0 end)
            as customers_without_lead_count

    from closed_deals
    {{ group_by_dimension(dimensions, ['month_start']) }}

),

closed_deals_by_period as (

    {{ periods_of_months('closed_deals_by_month', [
        'won_deal_count', 'lost_deal_count', 'won_amount', 'lost_amount',
        'lost_deals_without_value_count', 'customers_without_lead_count',
    ]) }}

),

period_grid as (

    {{ period_grid(['cohorts', 'closed_deals_by_period']) }}

),

measured as (

    select
        period_grid.*,
        coalesce(cohorts.lead_count, 0) as lead_count,
        coalesce(cohorts.customer_count, 0) as customer_count,
        coalesce(cohorts.ever_customer_count, 0) as ever_customer_count,
        coalesce(cohorts.disqualified_lead_count, 0) as disqualified_lead_count,
        coalesce(cohorts.mql_count, 0) as mql_count,
        coalesce(cohorts.sql_count, 0) as sql_count,
        coalesce(cohorts.opportunity_count, 0) as opportunity_count,
        coalesce(cohorts.known_mql_count, 0) > 0 as has_mql_source,
        coalesce(cohorts.known_sql_count, 0) > 0 as has_sql_source,
        coalesce(cohorts.known_both_count, 0) > 0 as has_both_sources,
        coalesce(closed_deals_by_period.won_deal_count, 0) as won_deal_count,
        coalesce(closed_deals_by_period.lost_deal_count, 0) as lost_deal_count,
        coalesce(closed_deals_by_period.won_amount, 0) as won_amount,
        coalesce(closed_deals_by_period.lost_amount, 0) as lost_amount,
        coalesce(closed_deals_by_period.lost_deals_without_value_count, 0)
            as lost_deals_without_value_count,
        coalesce(closed_deals_by_period.customers_without_lead_count, 0)
            as customers_without_lead_count

    from period_grid
    {{ join_to_grid('cohorts') }}
    {{ join_to_grid('closed_deals_by_period') }}
    where period_grid.is_reported

),

rated as (

    select
        *,
        case
            when is_mature_cohort then {{ ratio('customer_count', 'lead_count') }}
        end as conversion_rate,
        case
            when is_mature_cohort
                then {{ wilson('customer_count', 'lead_count', 'low') }}
        end as conversion_rate_low,
        case
            when is_mature_cohort
                then {{ wilson('customer_count', 'lead_count', 'high') }}
        end as conversion_rate_high,
        {{ ratio('ever_customer_count', 'lead_count') }} as ever_conversion_rate,
        case
            when has_mql_source then {{ ratio('mql_count', 'lead_count') }}
        end as lead_to_mql_rate,
        case
            when has_both_sources then {{ ratio('sql_count', 'mql_count') }}
        end as mql_to_sql_rate,
        case
            when has_sql_source then {{ ratio('opportunity_count', 'sql_count') }}
        end as sql_to_opportunity_rate,
        {{ ratio('ever_customer_count', 'opportunity_count') }}
            as opportunity_to_customer_rate,
        {{ ratio('won_deal_count', '(won_deal_count + lost_deal_count)') }} as win_rate,
        case
            when lost_deals_without_value_count = 0
                then {{ ratio('won_amount', '(won_amount + lost_amount)') }}
        end as win_rate_by_value

    from measured

),

targeted as (

    {{ with_target('rated', 'conversion_rate') }}

),

judged as (

    select
        {{ period_columns() }},
        cast(lead_count as {{ type_name('integer') }}) as lead_count,
        cast(customer_count as {{ type_name('integer') }}) as customer_count,
        conversion_rate,
        conversion_rate_low,
        conversion_rate_high,
        cast(ever_customer_count as {{ type_name('integer') }}) as ever_customer_count,
        ever_conversion_rate,
        is_mature_cohort,
        cast(disqualified_lead_count as {{ type_name('integer') }})
            as disqualified_lead_count,
        cast(mql_count as {{ type_name('integer') }}) as mql_count,
        cast(sql_count as {{ type_name('integer') }}) as sql_count,
        cast(opportunity_count as {{ type_name('integer') }}) as opportunity_count,
        lead_to_mql_rate,
        mql_to_sql_rate,
        sql_to_opportunity_rate,
        opportunity_to_customer_rate,
        cast(won_deal_count as {{ type_name('integer') }}) as won_deal_count,
        cast(lost_deal_count as {{ type_name('integer') }}) as lost_deal_count,
        cast(won_amount as {{ type_name('money') }}) as won_amount,
        cast(lost_amount as {{ type_name('money') }}) as lost_amount,
        win_rate,
        win_rate_by_value,
        cast(customers_without_lead_count as {{ type_name('integer') }})
            as customers_without_lead_count,
        {{ verdict_columns() }}

    from targeted

)

select * from judged
