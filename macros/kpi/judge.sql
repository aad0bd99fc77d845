{% macro with_target(rated, kpi) %}
    {%- set measures = kpi_measures(kpi) -%}
    {%- set judged_measure =
        "coalesce(own_targets.measure, any_targets.measure, '" ~ measures[0].name ~ "')"
    -%}
    {%- set target_columns = [
        'direction', 'target_value', 'warning_value', 'critical_value',
    ] -%}
    select
        {{ rated }}.*,
        {{ judged_measure }} as judged_measure,
        case {{ judged_measure }}
            {%- for measure in measures %}
            when '{{ measure.name }}'
                then cast({{ rated }}.{{ measure.name }} as {{ type_name('number') }})
            {%- endfor %}
        end as judged_value,
        cast(
            case {{ judged_measure }}
                {%- for measure in measures %}
                when '{{ measure.name }}' then {{ measure.sample }}
                {%- endfor %}
            end as {{ type_name('integer') }}
        ) as sample_size,
        case {{ judged_measure }}
            {%- for measure in measures %}
            when '{{ measure.name }}'
                then {{ var(measure.minimum) if measure.minimum else 0 }}
            {%- endfor %}
        end as minimum_sample_size,
        case {{ judged_measure }}
            {%- for measure in measures %}
            when '{{ measure.name }}'
                then {{ rated }}.is_complete_period
                {%- if measure.open_until %} and {{ rated }}.{{ measure.open_until }}
                {%- endif %}
            {%- endfor %}
        end as is_decided,
        case {{ judged_measure }}
            {%- for measure in measures %}
            when '{{ measure.name }}' then {{ 'true' if measure.unit == 'growth' else 'false' }}
            {%- endfor %}
        end as is_growth
        {%- for column in target_columns %},
        case
            when own_targets.target_id is not null then own_targets.{{ column }}
            else any_targets.{{ column }}
        end as {{ column }}
        {%- endfor %}

    from {{ rated }}
    {{ join_targets(rated, "'" ~ kpi ~ "'") }}
{% endmacro %}

{% macro join_targets(relation, kpi) -%}
    {%- for targets, value in [
        ('own_targets', relation ~ '.dimension_value'), ('any_targets', "'*'"),
    ] -%}
    left join {{ ref('int_targets__by_period') }} as {{ targets }}
        on {{ targets }}.kpi = {{ kpi }}
        and {{ targets }}.period_grain = {{ relation }}.period_grain
        and {{ targets }}.period_start = {{ relation }}.period_start
        and {{ targets }}.dimension = {{ relation }}.dimension
        and {{ targets }}.dimension_value = {{ value }}
    {% endfor -%}
{%- endmacro %}

{% macro kpi_status() -%}
    case
        when not is_decided then 'period_open'
        when judged_value is null then 'no_data'
        when target_value is null then 'no_target'
        when sample_size < minimum_sample_size then 'insufficient_data'
        when {{ at_least_as_good('coalesce(warning_value, target_value)') }} then 'on_target'
        when {{ at_least_as_good(
            'coalesce(critical_value, warning_value, target_value)'
        ) }} then 'at_risk'
        else 'off_target'
    end
{%- endmacro %}

{#-
    Whether the judged value is on the good side of a threshold, or on it: 83,192.13 is
    5 % more than 79,230.60, although as doubles their quotient is a last digit less.
-#}
{% macro at_least_as_good(threshold) -%}
    case direction
        when 'lower' then judged_value <= {{ threshold }} + 0.000000001
        else judged_value >= {{ threshold }} - 0.000000001
    end
{%- endmacro %}

{% macro target_attainment() -%}
    {%- set actual = 'case when is_growth then 1 + judged_value else judged_value end' -%}
    {%- set target = 'case when is_growth then 1 + target_value else target_value end' -%}
    case
        when direction = 'lower' and ({{ actual }}) = 0 then 2.0
        when direction = 'lower' and ({{ actual }}) > 0
            then {{ between_0_and_2('(' ~ target ~ ') / (' ~ actual ~ ')') }}
        when direction = 'higher' and ({{ target }}) > 0
            then {{ between_0_and_2('(' ~ actual ~ ') / (' ~ target ~ ')') }}
    end
{%- endmacro %}

{% macro between_0_and_2(value) -%}
    case when {{ value }} is not null then least(2.0, greatest(0.0, {{ value }})) end
{%- endmacro %}

{% macro period_columns() %}
        period_grain || '|' || cast(period_start as {{ type_name('text') }})
        || '|' || dimension || '|' || dimension_value as kpi_key,
        period_grain,
        period_start,
        period_end,
        period_label,
        is_complete_period,
        dimension,
        dimension_value
{%- endmacro %}

{% macro verdict_columns() %}
        sample_size,
        judged_measure,
        cast(target_value as {{ type_name('number') }}) as target_value,
        cast(warning_value as {{ type_name('number') }}) as warning_value,
        cast(critical_value as {{ type_name('number') }}) as critical_value,
        cast({{ target_attainment() }} as {{ type_name('number') }}) as target_attainment,
        {{ kpi_status() }} as status,
        data_as_of
{%- endmacro %}
