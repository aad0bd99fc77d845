{#- The version of each target that is valid on the last day of each period. -#}
with

targets as (

    select * from {{ ref('kpi_targets') }}

),

periods as (

    select * from {{ ref('int_calendar__periods') }}

),

dated_targets as (

    select
        targets.*,
        {{ target_valid_to('targets') }} as last_valid_on

    from targets

),

targets_by_period as (

    select
        dated_targets.target_id,
        dated_targets.kpi,
        {{ target_measure('dated_targets') }} as measure,
        dated_targets.period_grain,
        periods.period_start,
        dated_targets.dimension,
        dated_targets.dimension_value,
        dated_targets.direction,
        dated_targets.target_value,
        dated_targets.warning_value,
        dated_targets.critical_value

    from dated_targets
    inner join periods
        on dated_targets.period_grain = periods.period_grain
        and dated_targets.valid_from <= periods.period_end
        and coalesce(dated_targets.last_valid_on, periods.period_end)
        >= periods.period_end

)

select * from targets_by_period
