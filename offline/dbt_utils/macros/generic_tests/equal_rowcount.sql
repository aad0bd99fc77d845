{#-
    Compares the number of rows, or of rows per group, in two relations; the result of the
    test is the sum of the differences. As in the original, a group or a whole relation
    that has rows on one side only counts as no difference.
-#}
{% test equal_rowcount(model, compare_model, group_by_columns=[]) %}
{{ config(fail_calc='coalesce(sum(coalesce(diff_count, 0)), 0)') }}
{%- set grouped = group_by_columns | length > 0 -%}
{%- set names = group_by_columns | join(', ') -%}
with left_counts as (

    select {% if grouped %}{{ names }}, {% endif %}1 as same, count(*) as row_count
    from {{ model }}
    {{ 'group by ' ~ names if grouped else 'having count(*) > 0' }}

),

right_counts as (

    select {% if grouped %}{{ names }}, {% endif %}1 as same, count(*) as row_count
    from {{ compare_model }}
    {{ 'group by ' ~ names if grouped else 'having count(*) > 0' }}

)

select
    {%- for name in group_by_columns %}
    left_counts.{{ name }} as {{ name }}_a,
    right_counts.{{ name }} as {{ name }}_b,
    {%- endfor %}
    left_counts.row_count as count_a,
    right_counts.row_count as count_b,
    abs(left_counts.row_count - right_counts.row_count) as diff_count
from left_counts
full join right_counts
    on left_counts.same = right_counts.same
    {%- for name in group_by_columns %}
    and left_counts.{{ name }} = right_counts.{{ name }}
    {%- endfor %}
{% endtest %}
