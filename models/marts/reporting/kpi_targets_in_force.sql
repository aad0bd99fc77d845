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

target_versions as (

    select
        targets.target_id,
        targets.kpi,
        {{ target_measure('targets') }} as measure,
        targets.period_grain,
        targets.dimension,
        targets.dimension_value,
        targets.direction,
        targets.target_value,
        targets.warning_value,
        targets.critical_value,
        cast(targets.version as {{ type_name('integer') }}) as version,
        targets.valid_from,
        targets.valid_to,
        targets.valid_from <= as_of.as_of_on
        and (targets.valid_to is null or targets.valid_to >= as_of.as_of_on)
            as is_in_force,
        targets.owner,
        targets.rationale,
        targets.change_reason,
        targets.next_review_on,
        coalesce(targets.next_review_on <= as_of.as_of_on, false) as is_review_due,
        targets.benchmark_id,
        benchmarks.figure as benchmark_figure,
        benchmarks.source as benchmark_source,
        benchmarks.quality as benchmark_quality,
        as_of.as_of_on

    from targets
    cross join as_of
    left join benchmarks
        on targets.benchmark_id = benchmarks.benchmark_id

)

select * from target_versions
