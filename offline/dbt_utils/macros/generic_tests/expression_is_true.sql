{#-
    Rows for which the expression is false; where it is null they pass. Under a column
    the expression is what follows the column's name, for instance `>= 0`.
-#}
{% test expression_is_true(model, expression, column_name=none) %}
{%- set condition = expression if column_name is none else column_name ~ ' ' ~ expression -%}
select {{ '*' if should_store_failures() else '1 as failed' }}
from {{ model }}
where not ({{ condition }})
{% endtest %}
