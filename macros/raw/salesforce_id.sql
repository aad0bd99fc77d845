{% macro salesforce_id(id) -%}
    {%- set check_characters = [] -%}
    {%- for chunk in range(3) -%}
        {%- set bits = [] -%}
        {%- for position in range(5) -%}
            {%- set letter = 'substr(' ~ id ~ ', ' ~ (chunk * 5 + position + 1) ~ ', 1)' -%}
            {%- do bits.append(
                'case when ascii(' ~ letter ~ ') between 65 and 90 then '
                ~ 2 ** position ~ ' else 0 end'
            ) -%}
        {%- endfor -%}
        {%- do check_characters.append(
            "substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + "
            ~ bits | join(' + ') ~ ', 1)'
        ) -%}
    {%- endfor -%}
    case
        when length({{ id }}) = 15
            then {{ id }} || {{ check_characters | join(' || ') }}
        else {{ id }}
    end
{%- endmacro %}
