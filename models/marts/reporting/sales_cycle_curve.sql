{%- set dimensions = ['source_system', 'segment'] -%}

with

deals as (

    select * from {{ ref('int_crm__deals') }}
    where deal_type = 'new_business' and not is_refund

),

periods as (

    select * from {{ ref('int_calendar__periods') }}
    where period_grain = 'fiscal_year' and is_reported

),

watched_deals as (

    {{ watched_deals() }}

),

dated_deals as (

    select
        *,
        {{ fiscal_year_start('created_on') }} as period_start

    from watched_deals

),

{# Day 0 belongs to every curve, even if nothing happens on it. #}
curve_starts as (

    select
        period_start,
        {{ dimension_columns(dimensions) }},
        0 as day_number,
        0 as won_count,
        0 as lost_count,
        0 as still_open_count

    from dated_deals
    {{ group_by_dimension(dimensions, ['period_start']) }}

),

exits as (

    select
        period_start,
        {{ dimension_columns(dimensions) }},
        observed_days as day_number,
        sum(case when deal_state = 'won' then 1 else 0 end) as won_count,
        sum(case when deal_state = 'lost' then 1 else 0 end) as lost_count,
        sum(case when deal_state = 'open' then 1 else 0 end) as still_open_count

    from dated_deals
    {{ group_by_dimension(dimensions, ['period_start', 'observed_days']) }}

),

events as (

    select * from curve_starts
    union all
    select * from exits

),

curve_days as (

    select
        period_start,
        dimension,
        dimension_value,
        day_number,
        sum(won_count) as won_count,
        sum(lost_count) as lost_count,
        sum(won_count + lost_count) as decided_count,
        sum(still_open_count) as still_open_count

    from events
    group by period_start, dimension, dimension_value, day_number

),

at_risk as (

    select
        *,
        sum(decided_count + still_open_count) over (
            partition by period_start, dimension, dimension_value
            order by day_number
            rows between current row and unbounded following
        ) as at_risk_count

    from curve_days

),

survival as (

    select
        *,
        {{ survival_share() }} as open_share

    from at_risk
    window earlier_days as (
        partition by period_start, dimension, dimension_value
        order by day_number
        rows between unbounded preceding and current row
    )

),

{# Aalen-Johansen: who was still open the day before is won or lost on this day. #}
daily_shares as (

    select
        *,
        coalesce(
            lag(open_share) over (
                partition by period_start, dimension, dimension_value
                order by day_number
            ),
            1.0
        ) as open_share_before

    from survival

),

incidence as (

    select
        *,
        sum(open_share_before * {{ ratio('won_count', 'at_risk_count') }})
            over earlier_days as won_share,
        sum(open_share_before * {{ ratio('lost_count', 'at_risk_count') }})
            over earlier_days as lost_share

    from daily_shares
    window earlier_days as (
        partition by period_start, dimension, dimension_value
        order by day_number
        rows between unbounded preceding and current row
    )

),

curve as (

    select
        cast(incidence.period_start as {{ type_name('text') }})
        || '|' || incidence.dimension || '|' || incidence.dimension_value
        || '|' || lpad(cast(incidence.day_number as {{ type_name('text') }}), 5, '0')
            as curve_key,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        periods.period_label,
        periods.is_complete_period,
        incidence.dimension,
        incidence.dimension_value,
        cast(incidence.day_number as {{ type_name('integer') }}) as day_number,
        cast(incidence.at_risk_count as {{ type_name('integer') }}) as at_risk_count,
        cast(incidence.won_count as {{ type_name('integer') }}) as won_count,
        cast(incidence.lost_count as {{ type_name('integer') }}) as lost_count,
        cast(incidence.still_open_count as {{ type_name('integer') }})
            as still_open_count,
        {#- Logarithms leave errors in the last digits; 14 places are exact. #}
        {%- for share in ['open_share', 'won_share', 'lost_share'] %}
        cast(
            cast(incidence.{{ share }} as decimal(18, 14)) as {{ type_name('number') }}
        ) as {{ share }},
        {%- endfor %}
        periods.data_as_of

    from incidence
    inner join periods
        on incidence.period_start = periods.period_start

)

select * from curve
