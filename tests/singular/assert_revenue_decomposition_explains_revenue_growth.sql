{#- The effects of the total add up to the change that `kpi_revenue_growth` reports. -#}
with

decomposition as (

    select * from {{ ref('revenue_decomposition') }}

),

growth as (

    select * from {{ ref('kpi_revenue_growth') }}
    where is_complete_period and dimension in ('total', 'deal_type')

),

changes as (

    select
        *,
        'prior_period' as comparison,
        revenue_change as expected_change

    from growth
    union all
    select
        *,
        'prior_year' as comparison,
        revenue - prior_year_revenue as expected_change

    from growth

),

unexplained_changes as (

    select
        changes.kpi_key,
        changes.comparison,
        changes.expected_change,
        decomposition.volume_effect,
        decomposition.value_effect,
        decomposition.refund_effect

    from changes
    left join decomposition
        on changes.comparison = decomposition.comparison
        and changes.period_grain = decomposition.period_grain
        and changes.period_start = decomposition.period_start
        and changes.dimension = decomposition.dimension
        and changes.dimension_value = decomposition.dimension_value
    where changes.expected_change is not null
        and changes.expected_change != coalesce(
            decomposition.volume_effect + decomposition.value_effect
            + decomposition.refund_effect,
            0
        )

)

select * from unexplained_changes
