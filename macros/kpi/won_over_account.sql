{#-
    A lead known only by its account takes the first new business won after it came: each
    day of wins takes the leads that came since the one before. The deal's lead and the
    lead's deal are told by the same rule.
-#}
{% macro is_won_over_account(leads, wins) -%}
    {{ leads }}.account_customer_id = {{ wins }}.customer_id
        and {{ leads }}.lead_created_on > {{ wins }}.previous_won_on
        and {{ leads }}.lead_created_on <= {{ wins }}.closed_on
        and {{ wins }}.previous_won_on < {{ wins }}.closed_on
{%- endmacro %}

{#- Day of the customer's win before; of wins of one day only the first has another day. -#}
{% macro previous_won_on() -%}
    lag(closed_on, 1, cast('1900-01-01' as date)) over (
            partition by customer_id
            order by closed_on, created_at nulls last, deal_id
        )
{%- endmacro %}
