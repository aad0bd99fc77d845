{#- The lead journey of `funnel_stages` is that of `kpi_conversion_rate`. -#}
with

funnel_stages as (

    select * from {{ ref('funnel_stages') }}
    where stage_kind = 'lead_journey'

),

cohorts as (

    select * from {{ ref('kpi_conversion_rate') }}
    where lead_count > 0

),

expected_stages as (
    {% for stage, count, rate in [
        ('lead', 'lead_count', 'null'),
        ('mql', 'mql_count', 'lead_to_mql_rate'),
        ('sql', 'sql_count', 'mql_to_sql_rate'),
        ('opportunity', 'opportunity_count', 'sql_to_opportunity_rate'),
        ('customer', 'ever_customer_count', 'opportunity_to_customer_rate'),
    ] %}
    select
        period_grain,
        period_start,
        dimension,
        dimension_value,
        '{{ stage }}' as stage,
        {{ count }} as reached_count,
        cast({{ rate }} as {{ type_name('number') }}) as share_of_previous_stage

    from cohorts
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

differences as (

    select
        expected_stages.*,
        funnel_stages.funnel_stage_key,
        funnel_stages.reached_count as funnel_count,
        funnel_stages.share_of_previous_stage as funnel_share

    from expected_stages
    full outer join funnel_stages
        on expected_stages.period_grain = funnel_stages.period_grain
        and expected_stages.period_start = funnel_stages.period_start
        and expected_stages.dimension = funnel_stages.dimension
        and expected_stages.dimension_value = funnel_stages.dimension_value
        and expected_stages.stage = funnel_stages.stage
    where expected_stages.stage is null
        or funnel_stages.stage is null
        or expected_stages.reached_count != funnel_stages.reached_count
        or expected_stages.share_of_previous_stage
        is distinct from funnel_stages.share_of_previous_stage

)

select * from differences
