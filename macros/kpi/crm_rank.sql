{#- Fixed order of the CRMs, for links that must not run in a circle. -#}
{% macro crm_rank(source_system) -%}
    case {{ source_system }} when 'salesforce' then 1 when 'hubspot' then 2 else 3 end
{%- endmacro %}

{#- Order in which a company trusts its CRMs (`crm_precedence`), the first is 0. -#}
{% macro crm_precedence(source_system) -%}
    case {{ source_system }}
        {%- for system in var('crm_precedence') %}
        when '{{ system }}' then {{ loop.index0 }}
        {%- endfor %}
        else {{ var('crm_precedence') | length }}
    end
{%- endmacro %}
