with

values_of_kpis as (
    {% for kpi in kpi_measures(none) %}
    {{ kpi_values_of(kpi) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from values_of_kpis
