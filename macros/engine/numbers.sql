{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as {{ type_name('number') }})
    / nullif(cast({{ denominator }} as {{ type_name('number') }}), 0)
{%- endmacro %}

{#-
    Money times a rate, exact to the last place, so that it is rounded once. Spark would
    drop a place of 20 digits, and DuckDB's product of 18 digits or fewer overflows.
-#}
{% macro exact_product(money, rate) -%}
    {{ return(money ~ ' * cast(' ~ rate ~ ' as decimal(19, 10))') }}
{%- endmacro %}

{% macro whole_quotient(dividend, divisor) -%}
    {{ adapter.dispatch('whole_quotient', 'sales_kpis')(dividend, divisor) }}
{%- endmacro %}

{% macro default__whole_quotient(dividend, divisor) -%}
    div(cast({{ dividend }} as decimal(38, 0)), cast({{ divisor }} as decimal(38, 0)))
{%- endmacro %}

{% macro duckdb__whole_quotient(dividend, divisor) -%}
    divide(cast({{ dividend }} as hugeint), cast({{ divisor }} as hugeint))
{%- endmacro %}

{% macro spark__whole_quotient(dividend, divisor) -%}
    cast({{ dividend }} as decimal(38, 0)) div cast({{ divisor }} as decimal(38, 0))
{%- endmacro %}

{% macro money_ratio(money, divisor, scale=1) -%}
    {%- set cents = 'cast(2 * abs(' ~ money ~ ') * 100 * ' ~ scale ~ ' as decimal(38, 0))' -%}
    {%- set whole_divisor =
        'cast(nullif(' ~ divisor ~ ', 0) * ' ~ scale ~ ' as decimal(38, 0))' -%}
    {%- set quotient = whole_quotient(
        cents ~ ' + ' ~ whole_divisor, '2 * ' ~ whole_divisor
    ) -%}
    cast(
        sign({{ money }}) * cast({{ quotient }} as decimal(20, 0)) * 0.01
        as {{ type_name('money') }}
    )
{%- endmacro %}
