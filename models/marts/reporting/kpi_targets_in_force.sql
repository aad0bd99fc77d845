with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

benchmarks as (

    select * from {{ ref('benchmarks') }}

),

dated_targets as (

    select
        targets.*,
        {{ target_valid_to('targets') }} as last_valid_on

    from targets

),

target_versions as (

    select
        dated_targets.target_id,
        dated_targets.kpi,
        {{ target_measure('dated_targets') }} as measure,
        dated_targets.period_grain,
        dated_targets.dimension,
        dated_targets.dimension_value,
        dated_targets.direction,
        dated_targets.target_value,
        dated_targets.warning_value,
        dated_targets.critical_value,
        cast(dated_targets.version as {{ type_name('integer') }}) as version,
        dated_targets.valid_from,
        dated_targets.last_valid_on as valid_to,
        dated_targets.valid_from <= as_of.as_of_on
        and coalesce(dated_targets.last_valid_on, as_of.as_of_on) >= as_of.as_of_on
            as is_in_force,
        dated_targets.owner,
        dated_targets.rationale,
        dated_targets.change_reason,
        dated_targets.next_review_on,
        coalesce(dated_targets.next_review_on <= as_of.as_of_on, false)
            as is_review_due,
        dated_targets.benchmark_id,
        benchmarks.figure as benchmark_figure,
        benchmarks.source as benchmark_source,
        benchmarks.quality as benchmark_quality,
        as_of.as_of_on

    from dated_targets
    cross join as_of
    left join benchmarks
        on dated_targets.benchmark_id = benchmarks.benchmark_id

)

select * from target_versions
