{#-
    One target for one row and day: versions of the same goal may neither overlap nor
    leave a gap, and two targets for the same rows may not judge different measures. A
    version without a last day ends by itself where the next one of its goal begins.
-#}
{{ config(tags=['seeds']) }}

with

targets as (

    select
        target_id,
        kpi,
        {{ target_measure('kpi_targets') }} as measure,
        period_grain,
        dimension,
        dimension_value,
        valid_from,
        coalesce(
            {{ target_valid_to('kpi_targets') }}, cast('2199-12-31' as date)
        ) as valid_to,
        row_number() over (
            order by valid_from, valid_to, target_id
        ) as row_rank

    from {{ ref('kpi_targets') }} as kpi_targets

),

pairs as (

    select
        targets.target_id,
        case
            when targets.dimension_value = others.dimension_value
                then 'it and ' || others.target_id || ' overlap: end the older version'
                    || ' the day before the newer one begins'
            when targets.measure != others.measure
                then 'it and ' || others.target_id || ' judge two measures, one for *'
                    || ' and one for a single value'
        end as problem

    from targets
    inner join targets as others
        on targets.kpi = others.kpi
        and targets.period_grain = others.period_grain
        and targets.dimension = others.dimension
        and targets.row_rank < others.row_rank
        and targets.valid_from <= others.valid_to
        and targets.valid_to >= others.valid_from
    where targets.dimension_value = others.dimension_value
        or '*' in (targets.dimension_value, others.dimension_value)

),

followed_versions as (

    select
        target_id,
        valid_to,
        lead(target_id) over versions as next_target_id,
        lead(valid_from) over versions as next_valid_from

    from targets
    window versions as (
        partition by kpi, period_grain, dimension, dimension_value
        order by valid_from
    )

),

problems as (

    select
        'kpi_targets' as seed,
        target_id as seed_row,
        problem

    from pairs
    where problem is not null
    union all
    select
        'kpi_targets' as seed,
        target_id as seed_row,
        'there is a gap between it and its next version, ' || next_target_id as problem

    from followed_versions
    where next_valid_from > {{ add_days('valid_to', 1) }}

)

select * from problems
