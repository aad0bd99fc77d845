{#-
    The scorecard and the record of what was published show the figures of `kpi_values`,
    and that mart has every measure of every row of the six.
-#}
with

kpi_values as (

    select * from {{ ref('kpi_values') }}

),

expected_counts as (

    {% for kpi, measures in kpi_measures(none).items() %}
    select
        '{{ kpi }}' as kpi,
        count(*) * {{ measures | length }} as row_count

    from {{ ref('kpi_' ~ kpi) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

value_counts as (

    select
        kpi,
        count(*) as row_count
    from kpi_values
    group by kpi

),

scorecard as (

    select * from {{ ref('kpi_scorecard') }}

),

current_history as (

    select * from {{ ref('kpi_value_history') }}
    where replaced_as_of is null and not is_removed

),

differences as (

    select
        'kpi_values' as mart,
        expected_counts.kpi as differing_key

    from expected_counts
    left join value_counts
        on expected_counts.kpi = value_counts.kpi
    where expected_counts.row_count != coalesce(value_counts.row_count, 0)
    union all
    select
        'kpi_scorecard' as mart,
        scorecard.scorecard_key as differing_key

    from scorecard
    left join kpi_values
        on scorecard.kpi = kpi_values.kpi
        and scorecard.measure = kpi_values.measure
        and scorecard.period_grain = kpi_values.period_grain
        and scorecard.period_start = kpi_values.period_start
        and scorecard.dimension = kpi_values.dimension
        and scorecard.dimension_value = kpi_values.dimension_value
    where kpi_values.kpi_key is null
        or (scorecard.value is distinct from kpi_values.value)
    union all
    select
        'kpi_value_history' as mart,
        kpi_values.kpi_key as differing_key

    from kpi_values
    left join current_history
        on kpi_values.kpi_key = current_history.kpi_key
    where kpi_values.is_complete_period
        and (kpi_values.value is distinct from current_history.value)

)

select * from differences
