{% macro days_between(from_date, to_date) -%}
    {{ adapter.dispatch('days_between', 'sales_kpis')(from_date, to_date) }}
{%- endmacro %}

{% macro default__days_between(from_date, to_date) -%}
    ({{ to_date }} - {{ from_date }})
{%- endmacro %}

{% macro spark__days_between(from_date, to_date) -%}
    datediff({{ to_date }}, {{ from_date }})
{%- endmacro %}

{% macro add_days(date, days) -%}
    {{ adapter.dispatch('add_days', 'sales_kpis')(date, days) }}
{%- endmacro %}

{% macro default__add_days(date, days) -%}
    cast({{ date }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{% macro spark__add_days(date, days) -%}
    date_add({{ date }}, cast({{ days }} as integer))
{%- endmacro %}

{% macro add_months(date, months) -%}
    {{ adapter.dispatch('add_months', 'sales_kpis')(date, months) }}
{%- endmacro %}

{% macro spark__add_months(date, months) -%}
    add_months({{ date }}, cast({{ months }} as integer))
{%- endmacro %}

{% macro default__add_months(date, months) -%}
    cast({{ dbt.dateadd('month', months, date) }} as date)
{%- endmacro %}

{% macro month_start(date) -%}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}

{% macro quarter_start(date) -%}
    {%- set shift = (var('fiscal_year_start_month') | int - 1) % 3 -%}
    {{ add_months(
        'cast(' ~ dbt.date_trunc('quarter', add_months(date, -shift)) ~ ' as date)', shift
    ) if shift else 'cast(' ~ dbt.date_trunc('quarter', date) ~ ' as date)' }}
{%- endmacro %}

{% macro fiscal_year_start(date) -%}
    {%- set shift = var('fiscal_year_start_month') | int - 1 -%}
    {{ add_months(
        'cast(' ~ dbt.date_trunc('year', add_months(date, -shift)) ~ ' as date)', shift
    ) if shift else 'cast(' ~ dbt.date_trunc('year', date) ~ ' as date)' }}
{%- endmacro %}

{% macro local_date(timestamp) -%}
    {{ adapter.dispatch('local_date', 'sales_kpis')(timestamp) }}
{%- endmacro %}

{% macro default__local_date(timestamp) -%}
    cast(
        {{ timestamp }} at time zone 'UTC' at time zone '{{ var("business_timezone") }}'
        as date
    )
{%- endmacro %}

{% macro spark__local_date(timestamp) -%}
    cast(from_utc_timestamp({{ timestamp }}, '{{ var("business_timezone") }}') as date)
{%- endmacro %}

{% macro start_of_day(date) -%}
    {{ adapter.dispatch('start_of_day', 'sales_kpis')(date) }}
{%- endmacro %}

{% macro default__start_of_day(date) -%}
    cast({{ date }} as timestamp)
    at time zone '{{ var("business_timezone") }}' at time zone 'UTC'
{%- endmacro %}

{% macro spark__start_of_day(date) -%}
    to_utc_timestamp(cast({{ date }} as timestamp), '{{ var("business_timezone") }}')
{%- endmacro %}

{#-
    The first moment (UTC) after a business day. Comparing moments with it is far cheaper
    than asking each moment for its day.
-#}
{% macro end_of_day(date) -%}
    {{ start_of_day(add_days(date, 1)) }}
{%- endmacro %}
