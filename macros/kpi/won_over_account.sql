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
