with

kpi_values as (

    select * from {{ ref('kpi_values') }}
    where is_judged
        and dimension = 'total'
        and period_grain in ('month', 'quarter')
        and status not in ('period_open', 'no_data')

),

scorecard as (

    select
        *,
        coalesce(direction, {{ default_direction('kpi') }}) as better_direction

    from {{ ref('kpi_scorecard') }}
    where dimension = 'total'

),

recent_periods as (

    select
        kpi_values.*,
        row_number() over (
            partition by kpi_values.kpi, kpi_values.period_grain
            order by kpi_values.period_start desc
        ) as periods_back

    from kpi_values

),

distributions as (

    select
        kpi,
        measure,
        unit,
        period_grain,
        count(*) as period_count,
        min(period_start) as first_period_start,
        {{ percentile(0.1, 'value') }} as tenth,
        {{ percentile(0.25, 'value') }} as lower_quartile,
        {{ percentile(0.5, 'value') }} as median,
        {{ percentile(0.75, 'value') }} as upper_quartile,
        {{ percentile(0.9, 'value') }} as ninetieth,
        sum(case when status = 'on_target' then 1 else 0 end) as on_target_count

    from recent_periods
    where periods_back <= case when period_grain = 'month' then 24 else 8 end
    group by kpi, measure, unit, period_grain

),

proposals as (

    select
        distributions.kpi,
        distributions.measure,
        distributions.unit,
        distributions.period_grain,
        distributions.period_count,
        distributions.first_period_start,
        distributions.on_target_count,
        scorecard.target_value as target_value_today,
        scorecard.critical_value as critical_value_today,
        case
            when scorecard.better_direction = 'lower' then distributions.lower_quartile
            else distributions.upper_quartile
        end as proposed_target_value,
        distributions.median as proposed_warning_value,
        case
            when scorecard.better_direction = 'lower' then distributions.ninetieth
            else distributions.tenth
        end as proposed_critical_value

    from distributions
    inner join scorecard
        on distributions.kpi = scorecard.kpi
        and distributions.measure = scorecard.measure
        and distributions.period_grain = scorecard.period_grain
    order by distributions.kpi, distributions.period_grain

)

select * from proposals
