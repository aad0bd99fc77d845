{%- set dimensions = common_dimensions() -%}
{%- set duration_keys = [
    'period_grain', 'period_start', 'dimension', 'dimension_value', 'duration',
] -%}

with

deals as (

    select * from {{ ref('int_crm__deals') }}
    where deal_type = 'new_business' and not is_refund

),

leads as (

    select * from {{ ref('int_funnel__leads') }}
    where won_deal_id is not null

),

won_deals as (

    select
        *,
        {{ days_between('created_on', 'closed_on') }} as opportunity_days,
        {{ month_start('closed_on') }} as month_start

    from deals
    where is_win

),

{# One value per lead, by the deal that won it: several leads can share a deal. #}
lead_cycles as (

    select
        won_deals.*,
        leads.cycle_days,
        leads.lead_to_opportunity_days

    from leads
    inner join won_deals
        on leads.won_deal_id = won_deals.deal_id

),

durations as (
    {% for duration, days, rows in [
        ('lead_to_won', 'cycle_days', 'lead_cycles'),
        ('lead_to_opportunity', 'lead_to_opportunity_days', 'lead_cycles'),
        ('opportunity_to_won', 'opportunity_days', 'won_deals'),
    ] %}
    select
        '{{ duration }}' as duration,
        {{ days }} as duration_days,
        {{ dimensions | join(', ') }},
        month_start

    from {{ rows }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

days_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        duration,
        duration_days,
        count(*) as row_count,
        sum(case when duration_days >= 0 then 1 else 0 end) as timed_count

    from durations
    {{ group_by_dimension(dimensions, ['month_start', 'duration', 'duration_days']) }}

),

counted_days as (

    {{ periods_of_months(
        'days_by_month', ['row_count', 'timed_count'], ['duration', 'duration_days']
    ) }}

),

running_days as (

    {{ running_counts(
        'counted_days', duration_keys, 'duration_days', 'timed_count'
    ) }}

),

durations_by_period as (

    select
        {{ duration_keys | join(',\n        ') }},
        sum(row_count) as row_count,
        sum(timed_count) as timed_count,
        sum(case when duration_days < 0 then row_count else 0 end) as negative_count,
        sum(timed_count * duration_days) as total_days,
        {{ percentile_of_counts(0.5, 'duration_days') }} as median_days,
        {{ percentile_of_counts(0.9, 'duration_days') }} as p90_days

    from running_days
    group by {{ duration_keys | join(', ') }}

),

cycles_by_period as (

    select * from durations_by_period
    where duration = 'lead_to_won'

),

lead_to_opportunity_by_period as (

    select * from durations_by_period
    where duration = 'lead_to_opportunity'

),

won_deals_by_period as (

    select * from durations_by_period
    where duration = 'opportunity_to_won'

),

{# Kaplan-Meier: how long from creation until a deal is decided either way. #}
watched_deals as (

    {{ watched_deals() }}

),

observed_deals as (

    select
        *,
        case when deal_state = 'open' then 0 else 1 end as is_decided,
        {{ month_start('created_on') }} as month_start

    from watched_deals

),

exits_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        observed_days,
        count(*) as exit_count,
        sum(is_decided) as decided_count

    from observed_deals
    {{ group_by_dimension(dimensions, ['month_start', 'observed_days']) }}

),

exits as (

    {{ periods_of_months(
        'exits_by_month', ['exit_count', 'decided_count'], ['observed_days']
    ) }}

),

at_risk as (

    select
        *,
        sum(exit_count) over (
            partition by period_grain, period_start, dimension, dimension_value
            order by observed_days
            rows between current row and unbounded following
        ) as at_risk_count

    from exits

),

survival as (

    select
        *,
        {{ survival_share() }} as open_share

    from at_risk
    window earlier_days as (
        partition by period_grain, period_start, dimension, dimension_value
        order by observed_days
        rows between unbounded preceding and current row
    )

),

survival_by_period as (

    select
        period_grain,
        period_start,
        dimension,
        dimension_value,
        sum(exit_count) as created_deal_count,
        min(case when open_share <= 0.5 + 0.000000001 then observed_days end)
            as median_cycle_days_censored

    from survival
    group by period_grain, period_start, dimension, dimension_value

),

period_grid as (

    {{ period_grid(['durations_by_period', 'survival_by_period']) }}

),

rated as (

    select
        period_grid.*,
        coalesce(cycles_by_period.timed_count, 0) as cycle_count,
        coalesce(cycles_by_period.negative_count, 0) as negative_cycle_count,
        cycles_by_period.median_days as median_cycle_days,
        {{ ratio('cycles_by_period.total_days', 'cycles_by_period.timed_count') }}
            as mean_cycle_days,
        cycles_by_period.p90_days as p90_cycle_days,
        coalesce(lead_to_opportunity_by_period.timed_count, 0)
            as lead_to_opportunity_count,
        lead_to_opportunity_by_period.median_days as median_lead_to_opportunity_days,
        coalesce(won_deals_by_period.row_count, 0) as won_deal_count,
        coalesce(won_deals_by_period.timed_count, 0) as opportunity_to_won_count,
        coalesce(won_deals_by_period.negative_count, 0)
            as negative_opportunity_to_won_count,
        won_deals_by_period.median_days as median_opportunity_to_won_days,
        {{ ratio(
            'won_deals_by_period.total_days', 'won_deals_by_period.timed_count'
        ) }} as mean_opportunity_to_won_days,
        won_deals_by_period.p90_days as p90_opportunity_to_won_days,
        coalesce(survival_by_period.created_deal_count, 0) as created_deal_count,
        survival_by_period.median_cycle_days_censored

    from period_grid
    {{ join_to_grid('cycles_by_period') }}
    {{ join_to_grid('lead_to_opportunity_by_period') }}
    {{ join_to_grid('won_deals_by_period') }}
    {{ join_to_grid('survival_by_period') }}
    where period_grid.is_reported

),

targeted as (

    {{ with_target('rated', 'sales_cycle_length') }}

),

judged as (

    select
        {{ period_columns() }},
        cast(cycle_count as {{ type_name('integer') }}) as cycle_count,
        median_cycle_days,
        mean_cycle_days,
        p90_cycle_days,
        cast(negative_cycle_count as {{ type_name('integer') }})
            as negative_cycle_count,
        cast(lead_to_opportunity_count as {{ type_name('integer') }})
            as lead_to_opportunity_count,
        median_lead_to_opportunity_days,
        cast(won_deal_count as {{ type_name('integer') }}) as won_deal_count,
        cast(opportunity_to_won_count as {{ type_name('integer') }})
            as opportunity_to_won_count,
        median_opportunity_to_won_days,
        mean_opportunity_to_won_days,
        p90_opportunity_to_won_days,
        cast(negative_opportunity_to_won_count as {{ type_name('integer') }})
            as negative_opportunity_to_won_count,
        cast(created_deal_count as {{ type_name('integer') }}) as created_deal_count,
        cast(median_cycle_days_censored as {{ type_name('number') }})
            as median_cycle_days_censored,
        {{ verdict_columns() }}

    from targeted

)

select * from judged
