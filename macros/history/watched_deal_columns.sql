{# What restates a closed month if it changes: state, day, money and each dimension. #}
{% macro watched_deal_columns() -%}
    {{ return([
        'deal_state', 'closed_on', 'amount', 'deal_type', 'source_system', 'region',
        'segment', 'industry', 'lead_source', 'sales_team', 'sales_rep',
    ]) }}
{%- endmacro %}
