{% macro home_currency(source_system) -%}
    case {{ source_system }}
        {%- for system in enabled_crms() %}
        when '{{ system }}'
            then '{{ var(system ~ "_home_currency") or var("reporting_currency") }}'
        {%- endfor %}
        else '{{ var("reporting_currency") }}'
    end
{%- endmacro %}

{#-
    Units of a currency per unit of home currency: the record's own, else the CRM's. One
    to one is no rate of another currency: the CRM counts in that one, not in the home
    currency that the vars state.
-#}
{% macro crm_rate(relation) -%}
    coalesce(
        nullif({{ relation }}.units_per_home_unit, 1),
        crm_rates.rate,
        crm_undated_rates.rate
    )
{%- endmacro %}

{#-
    How an amount becomes reporting currency: reporting_currency, finance_rate,
    finance_inverse_rate, crm_amount, crm_rate, or missing_rate and missing_amount. A
    rate that makes 10 billion or more of it is wrong, and so is missing; likewise a home
    amount that is the amount itself, as a rate of one is.
-#}
{% macro amount_source(relation) -%}
    {%- set amount = 'abs(' ~ relation ~ '.amount)' -%}
    case
        when {{ relation }}.amount is null then 'missing_amount'
        when {{ relation }}.currency_code = '{{ var("reporting_currency") }}'
            then 'reporting_currency'
        when {{ amount }} * finance_rates.rate < 10000000000 then 'finance_rate'
        when finance_rates.rate is not null then 'missing_rate'
        when {{ amount }} < finance_inverse_rates.rate * 10000000000
            then 'finance_inverse_rate'
        when finance_inverse_rates.rate is not null then 'missing_rate'
        when {{ home_currency(relation ~ '.source_system') }}
            != '{{ var("reporting_currency") }}' then 'missing_rate'
        when abs({{ relation }}.home_amount) < 10000000000
            and ({{ relation }}.home_amount != {{ relation }}.amount
                or {{ relation }}.amount = 0)
            then 'crm_amount'
        when {{ relation }}.home_amount is not null then 'missing_rate'
        when {{ amount }} < {{ crm_rate(relation) }} * 10000000000 then 'crm_rate'
        else 'missing_rate'
    end
{%- endmacro %}

{% macro reporting_amount(relation) -%}
    case {{ relation }}.amount_source
        when 'reporting_currency' then {{ relation }}.amount
        when 'finance_rate'
            then cast(
                {{ exact_product(relation ~ '.amount', relation ~ '.finance_rate') }}
                as {{ type_name('money') }}
            )
        when 'finance_inverse_rate'
            then {{ money_ratio(
                relation ~ '.amount', relation ~ '.finance_inverse_rate', 10000000000
            ) }}
        when 'crm_amount' then {{ relation }}.home_amount
        when 'crm_rate'
            then {{ money_ratio(
                relation ~ '.amount', relation ~ '.crm_rate', 10000000000
            ) }}
    end
{%- endmacro %}

{% macro with_rates(relation) %}
    select
        {{ relation }}.*,
        finance_rates.rate as finance_rate,
        finance_inverse_rates.rate as finance_inverse_rate,
        {{ crm_rate(relation) }} as crm_rate,
        {{ amount_source(relation) }} as amount_source

    from {{ relation }}
    {%- for kind in ['finance', 'finance_inverse', 'crm', 'crm_undated'] %}
    left join {{ ref('int_revenue__exchange_rates') }} as {{ kind }}_rates
        on {{ relation }}.currency_code = {{ kind }}_rates.currency_code
        and {{ kind }}_rates.rate_kind = '{{ kind }}'
        {%- if kind.startswith('crm') %}
        and {{ relation }}.source_system = {{ kind }}_rates.source_system
        {%- endif %}
        {%- if kind != 'crm_undated' %}
        and {{ relation }}.converted_on >= {{ kind }}_rates.valid_from
        and {{ relation }}.converted_on < {{ kind }}_rates.valid_to
        {%- endif %}
    {%- endfor %}
{% endmacro %}
