{% macro crm_precedence(source_system) -%}
    case {{ source_system }}
        {%- for system in var('crm_precedence') %}
        when '{{ system }}' then {{ loop.index0 }}
        {%- endfor %}
        else {{ var('crm_precedence') | length }}
    end
{%- endmacro %}
