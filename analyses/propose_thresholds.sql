with

kpi_values as (

    select * from {{ ref('kpi_values') }}
    where is_judged and status not in ('period_open', 'no_data')

),

headlines as (

    select
        *,
        coalesce(direction, {{ default_direction('kpi') }}) as better_direction

    from {{ ref('kpi_scorecard') }}
    where is_headline and period_grain in ('month', 'quarter')

),

recent_periods as (

    select
        kpi_values.*,
        row_number() over (
            partition by kpi_values.kpi, kpi_values.period_grain
            order by kpi_values.period_start desc
        ) as periods_back

    from headlines
    inner join kpi_values
        on headlines.kpi = kpi_values.kpi
        and headlines.measure = kpi_values.measure
        and headlines.period_grain = kpi_values.period_grain
        and headlines.dimension = kpi_values.dimension
        and headlines.dimension_value = kpi_values.dimension_value

),

distributions as (

    select
        kpi,
        measure,
        unit,
        period_grain,
        dimension,
        dimension_value,
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
    group by kpi, measure, unit, period_grain, dimension, dimension_value

),

proposals as (

    select
        distributions.kpi,
        distributions.measure,
        distributions.unit,
        distributions.period_grain,
        distributions.dimension,
        distributions.dimension_value,
        distributions.period_count,
        distributions.first_period_start,
        distributions.on_target_count,
        headlines.target_value as target_value_today,
        headlines.critical_value as critical_value_today,
        case
            when headlines.better_direction = 'lower' then distributions.lower_quartile
            else distributions.upper_quartile
        end as proposed_target_value,
        distributions.median as proposed_warning_value,
        case
            when headlines.better_direction = 'lower' then distributions.ninetieth
            else distributions.tenth
        end as proposed_critical_value

    from distributions
    inner join headlines
        on distributions.kpi = headlines.kpi
        and distributions.measure = headlines.measure
        and distributions.period_grain = headlines.period_grain
    order by distributions.kpi, distributions.period_grain

)

select * from proposals
