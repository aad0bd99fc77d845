{% macro join_owner(relation) -%}
    left join {{ ref('int_crm__sales_reps') }} as sales_reps
        on {{ relation }}.source_system = sales_reps.source_system
        and {{ relation }}.owner_id = sales_reps.owner_id
    left join {{ ref('int_crm__sales_team_members') }} as team_members
        on {{ relation }}.source_system = team_members.source_system
        and {{ relation }}.owner_id = team_members.owner_id
        and {{ relation }}.attributed_on >= team_members.valid_from
        and {{ relation }}.attributed_on <= team_members.valid_to
{%- endmacro %}

{% macro join_segment_band(relation) -%}
    left join {{ ref('segment_bands') }} as segment_bands
        on {{ relation }}.employee_count
        >= coalesce(segment_bands.min_employees, {{ relation }}.employee_count)
        and {{ relation }}.employee_count
        <= coalesce(segment_bands.max_employees, {{ relation }}.employee_count)
{%- endmacro %}

{% macro common_dimensions() %}
    {%- set dimensions = [
        'source_system', 'region', 'segment', 'industry', 'lead_source', 'sales_team',
    ] -%}
    {%- if var('sales_rep_identity') != 'none' -%}
        {%- do dimensions.append('sales_rep') -%}
    {%- endif -%}
    {{- return(dimensions) -}}
{% endmacro %}

{#-
    A dimension value; what is missing shows as (unknown) and is never dropped. Cut at 255
    characters, the length of a picklist value: it is repeated in every period.
-#}
{% macro known(value) -%}
    coalesce(substr({{ value }}, 1, 255), '(unknown)')
{%- endmacro %}

{% macro common_dimension_columns(relation) -%}
    {%- for dimension in common_dimensions() -%}
        {{ relation }}.{{ dimension }}{{ ',' if not loop.last }}
        {% endfor -%}
{%- endmacro %}
