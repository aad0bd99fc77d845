{#- A target names a KPI, measure, grain, direction and dimension that exist and that go
    together, and its thresholds stand in the order of its direction. -#}
{{ config(tags=['seeds']) }}

with

targets as (

    select * from {{ ref('kpi_targets') }}

),

known_measures as (
    {% for kpi, measures in kpi_measures(none).items() %}
        {% set outer_loop = loop %}
        {% for measure in measures %}
    select
        '{{ kpi }}' as kpi,
        '{{ measure.name }}' as measure,
        '{{ measure.unit }}' as unit
    {%- if not (outer_loop.last and loop.last) %}
    union all
    {%- endif %}
        {% endfor %}
    {% endfor %}

),

checked_targets as (

    select
        'kpi_targets' as seed,
        targets.target_id as seed_row,
        case
            when known_measures.kpi is null
                then 'unknown kpi or measure, kpi_values lists all'
            when coalesce(targets.period_grain, '')
                not in ('month', 'quarter', 'fiscal_year')
                then 'period_grain must be month, quarter or fiscal_year'
            when coalesce(targets.direction, '') not in ('higher', 'lower')
                then 'direction must be higher or lower'
            when coalesce(targets.dimension, '') not in (
                'total', 'channel', 'deal_type',
                {%- for dimension in common_dimensions() %}
                '{{ dimension }}'{{ ',' if not loop.last }}
                {%- endfor %}
            )
                then 'dimension must be total, channel, deal_type, '
                    || '{{ common_dimensions() | join(", ") }}'
            when targets.dimension = 'channel'
                and targets.kpi != 'customer_acquisition_cost'
                then 'the kpi never has this dimension'
            when targets.dimension = 'deal_type'
                and targets.kpi not in ('revenue_growth', 'average_order_value')
                then 'the kpi never has this dimension'
            when targets.dimension in ('industry', 'lead_source', 'sales_rep')
                and targets.kpi = 'customer_acquisition_cost'
                then 'the kpi never has this dimension'
            when targets.dimension_value is null
                then 'dimension_value must be there, * for every value'
            when targets.dimension = 'total' and targets.dimension_value != '(all)'
                then 'the value of total is (all)'
            when targets.target_value is null or targets.valid_from is null
                then 'target_value and valid_from must be there'
            when known_measures.unit = 'share'
                and greatest(
                    targets.target_value, targets.warning_value, targets.critical_value
                ) > 1
                then 'rates are shares: 0.05 for 5 %'
            when targets.valid_to < targets.valid_from then 'valid_to before valid_from'
            when targets.direction = 'higher' and (
                targets.warning_value > targets.target_value
                or targets.critical_value
                > coalesce(targets.warning_value, targets.target_value)
            )
                then 'thresholds must fall: target, warning, critical'
            when targets.direction = 'lower' and (
                targets.warning_value < targets.target_value
                or targets.critical_value
                < coalesce(targets.warning_value, targets.target_value)
            )
                then 'thresholds must rise: target, warning, critical'
        end as problem

    from targets
    left join known_measures
        on targets.kpi = known_measures.kpi
        and {{ target_measure('targets') }} = known_measures.measure

),

problems as (

    select * from checked_targets
    where problem is not null

)

select * from problems
