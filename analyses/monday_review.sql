with

kpi_values as (

    select * from {{ ref('kpi_values') }}

),

scorecard as (

    select * from {{ ref('kpi_scorecard') }}

),

headlines as (

    select
        *,
        coalesce(direction, {{ default_direction('kpi') }}) as better_direction

    from scorecard
    where is_headline

),

verdicts_before as (

    select
        headlines.scorecard_key,
        kpi_values.status as prior_year_status

    from headlines
    inner join kpi_values
        on headlines.kpi = kpi_values.kpi
        and headlines.measure = kpi_values.measure
        and headlines.period_grain = kpi_values.period_grain
        and headlines.dimension = kpi_values.dimension
        and headlines.dimension_value = kpi_values.dimension_value
        and kpi_values.period_start = {{ add_months('headlines.period_start', -12) }}

),

parts as (

    select
        headlines.scorecard_key,
        scorecard.dimension,
        scorecard.dimension_value,
        scorecard.value,
        scorecard.change_to_prior_year,
        row_number() over (
            partition by headlines.scorecard_key
            order by
                scorecard.change_to_prior_year
                * case when headlines.better_direction = 'lower' then -1 else 1 end,
                scorecard.scorecard_key
        ) as worst_first

    from headlines
    inner join scorecard
        on headlines.kpi = scorecard.kpi
        and headlines.measure = scorecard.measure
        and headlines.period_grain = scorecard.period_grain
        and headlines.period_start = scorecard.period_start
    where headlines.dimension = 'total'
        and scorecard.dimension in ('region', 'segment', 'deal_type', 'channel')
        and scorecard.sample_size >= {{ var('min_event_count') }}
        and scorecard.change_to_prior_year
        * case when headlines.better_direction = 'lower' then -1 else 1 end < 0

),

review as (

    select
        headlines.period_grain,
        headlines.period_label,
        headlines.label_en,
        headlines.measure,
        headlines.unit,
        headlines.dimension_value,
        headlines.value,
        headlines.target_value,
        headlines.status,
        verdicts_before.prior_year_status,
        headlines.change_to_prior_period,
        headlines.change_to_prior_year,
        parts.dimension as worst_dimension,
        parts.dimension_value as worst_value,
        parts.value as value_there,
        parts.change_to_prior_year as change_there

    from headlines
    left join verdicts_before
        on headlines.scorecard_key = verdicts_before.scorecard_key
    left join parts
        on headlines.scorecard_key = parts.scorecard_key
        and parts.worst_first = 1
    order by
        headlines.period_grain desc,
        headlines.kpi_number asc,
        headlines.dimension_value asc

)

select * from review
