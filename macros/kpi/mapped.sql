{% macro join_mapping(relation, field, column) -%}
    left join {{ ref('int_crm__value_mapping') }} as mapped_{{ field }}
        on {{ relation }}.source_system = mapped_{{ field }}.source_system
        and lower({{ relation }}.{{ column }}) = mapped_{{ field }}.raw_value
        and mapped_{{ field }}.field = '{{ field }}'
{%- endmacro %}

{% macro mapped_or_raw(relation, field, column) -%}
    coalesce(mapped_{{ field }}.mapped_value, {{ relation }}.{{ column }})
{%- endmacro %}

{#-
    Left join of the mapping of channels. Sources and spend meet in one vocabulary, so
    a mapping row of any CRM counts; of several the first in alphabetical order.
-#}
{% macro join_channel(relation, column) -%}
    left join {{ ref('int_crm__channels') }} as channels
        on lower({{ relation }}.{{ column }}) = channels.raw_value
{%- endmacro %}

{% macro join_stages(relation, source_system='source_system', pipeline=none) -%}
    left join stages as own_stages
        on {{ relation }}.{{ source_system }} = own_stages.source_system
        and {{ pipeline or relation ~ '.pipeline' }} = own_stages.pipeline
        and lower({{ relation }}.stage) = own_stages.stage
    left join stages as any_stages
        on {{ relation }}.{{ source_system }} = any_stages.source_system
        and any_stages.pipeline is null
        and lower({{ relation }}.stage) = any_stages.stage
{%- endmacro %}

{#-
    The position of a stage after `join_stages`, else `otherwise`. One of the company's own
    for any pipeline wins over what the CRM says of one, as its state does.
-#}
{% macro stage_position(otherwise=none) -%}
    case
            when any_stages.is_own_position and not own_stages.is_own_position
                then any_stages.sort_order
            else coalesce(
                own_stages.sort_order,
                any_stages.sort_order
                {{- ', ' ~ otherwise if otherwise }}
            )
        end
{%- endmacro %}
