{#-
    The rows of one KPI mart in long form, one per measure. A verdict belongs to the
    judged measure alone. A quotient that is withheld, while its period is open or because
    no CRM tells it, has no numerator and denominator either: in a sum they would count.
-#}
{% macro kpi_values_of(kpi) %}
    {%- for measure in kpi_measures(kpi) %}
    {%- set shown_if = 'is_mature_cohort' if measure.open_until == 'is_mature_cohort'
        else 'is_complete_period' if measure.unit == 'growth'
        else measure.parts_if or 'true' %}
    select
        '{{ kpi }}|{{ measure.name }}|' || kpi_key as kpi_key,
        '{{ kpi }}' as kpi,
        '{{ measure.name }}' as measure,
        '{{ measure.unit }}' as unit,
        judged_measure = '{{ measure.name }}' as is_judged,
        period_grain,
        period_start,
        period_end,
        period_label,
        is_complete_period,
        dimension,
        dimension_value,
        cast({{ measure.name }} as {{ type_name('number') }}) as value,
        {%- for part in ['numerator', 'denominator'] %}
        cast(
            case when {{ shown_if }} then {{ measure[part] or 'null' }} end
            as {{ type_name('number') }}
        ) as {{ part }},
        {%- endfor %}
        cast({{ measure.sample }} as {{ type_name('integer') }}) as sample_size,
        {%- for column in [
            'target_value', 'warning_value', 'critical_value', 'target_attainment',
        ] %}
        case when judged_measure = '{{ measure.name }}' then {{ column }} end
            as {{ column }},
        {%- endfor %}
        case
            when judged_measure = '{{ measure.name }}' then status
            when not is_complete_period then 'period_open'
            {%- if measure.open_until == 'is_mature_cohort' %}
            when not is_mature_cohort then 'period_open'
            {%- elif measure.open_until %}
            when status = 'period_open' then 'period_open'
            {%- endif %}
            when {{ measure.name }} is null then 'no_data'
            else 'no_target'
        end as status,
        data_as_of

    from {{ ref('kpi_' ~ kpi) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{% endmacro %}
