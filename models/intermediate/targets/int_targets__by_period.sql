{#- The version of each target that is valid on the last day of each period. -#}
with

targets as (

    select * from {{ ref('kpi_targets') }}

),

periods as (

    select * from {{ ref('int_calendar__periods') }}

),

targets_by_period as (

    select
        targets.target_id,
        targets.kpi,
        {{ target_measure('targets') }} as measure,
        targets.period_grain,
        periods.period_start,
        targets.dimension,
        targets.dimension_value,
        targets.direction,
        targets.target_value,
        targets.warning_value,
        targets.critical_value

    from targets
    inner join periods
        on targets.period_grain = periods.period_grain
        and targets.valid_from <= periods.period_end
        and coalesce(targets.valid_to, periods.period_end) >= periods.period_end

)

select * from targets_by_period
