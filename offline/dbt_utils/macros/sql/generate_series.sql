{#- The smallest exponent, at least 1, for which 2 to its power reaches a whole number. -#}
{% macro get_powers_of_two(upper_bound) %}
    {%- if upper_bound <= 0 -%}
        {{ exceptions.raise_compiler_error(
            'get_powers_of_two: ' ~ upper_bound ~ ' is not above zero'
        ) }}
    {%- endif -%}
    {%- for exponent in range(1, 100) -%}
        {%- if 2 ** exponent >= upper_bound -%}{{ return(exponent) }}{%- endif -%}
    {%- endfor -%}
{% endmacro %}

{#-
    A query with one column, generated_number: the whole numbers from 1 to the bound.
    Each digit of the number in base two is one copy of the two rows 0 and 1.
-#}
{% macro generate_series(upper_bound) %}
    {%- set digits = dbt_utils.get_powers_of_two(upper_bound) -%}
    with bits as (

        select 0 as bit
        union all
        select 1 as bit

    ),

    numbers as (

        select
            1
            {%- for digit in range(digits) %}
            + {{ 2 ** digit }} * bits_{{ digit }}.bit
            {%- endfor %} as generated_number
        from bits as bits_0
        {%- for digit in range(1, digits) %}
        cross join bits as bits_{{ digit }}
        {%- endfor %}

    )

    select generated_number
    from numbers
    where generated_number <= {{ upper_bound }}
    order by generated_number
{% endmacro %}
