{#-
    Every measure a target can stand on, by KPI, the judged default first.
    unit: share, growth, money, days, months or count; sample: the column that says on
    how many things the value stands; minimum: the var below which there is no verdict;
    numerator and denominator: what the value is the quotient of (SQL over the mart).
    open_until: the flag that must be true besides a complete period.
    parts_if: where numerator and denominator say anything; elsewhere the mart withholds
    the value, and in a sum over rows they would count.
-#}
{% macro kpi_measures(kpi) %}
    {%- set share = {'unit': 'share', 'minimum': 'min_sample_size'} -%}
    {%- set days = {'unit': 'days', 'minimum': 'min_event_count'} -%}
    {%- set money = {'unit': 'money', 'minimum': 'min_event_count'} -%}
    {%- set growth = {'unit': 'growth', 'minimum': none} -%}
    {%- set count = {'unit': 'count', 'minimum': none} -%}
    {%- set measures = {
        'revenue_growth': [
            dict(growth, name='year_over_year_growth', sample='order_count',
                numerator='revenue - prior_year_revenue',
                denominator='prior_year_revenue'),
            dict(growth, name='period_over_period_growth', sample='order_count',
                numerator='revenue_change', denominator='prior_period_revenue'),
            dict(money, name='revenue', sample='order_count', minimum=none,
                numerator='revenue'),
        ],
        'sales_cycle_length': [
            dict(days, name='median_cycle_days', sample='cycle_count'),
            dict(days, name='mean_cycle_days', sample='cycle_count',
                numerator='round(mean_cycle_days * cycle_count)',
                denominator='cycle_count'),
            dict(days, name='p90_cycle_days', sample='cycle_count'),
            dict(days, name='median_opportunity_to_won_days',
                sample='opportunity_to_won_count'),
            dict(days, name='mean_opportunity_to_won_days',
                sample='opportunity_to_won_count',
                numerator=
                    'round(mean_opportunity_to_won_days * opportunity_to_won_count)',
                denominator='opportunity_to_won_count'),
            dict(days, name='p90_opportunity_to_won_days',
                sample='opportunity_to_won_count'),
            dict(days, name='median_lead_to_opportunity_days',
                sample='lead_to_opportunity_count'),
            dict(days, name='median_cycle_days_censored',
                sample='created_deal_count'),
        ],
        'conversion_rate': [
            dict(share, name='conversion_rate', sample='lead_count',
                numerator='customer_count', denominator='lead_count',
                open_until='is_mature_cohort'),
            dict(share, name='ever_conversion_rate', sample='lead_count',
                numerator='ever_customer_count', denominator='lead_count'),
            dict(share, name='lead_to_mql_rate', sample='lead_count',
                numerator='mql_count', denominator='lead_count',
                parts_if='lead_to_mql_rate is not null or lead_count = 0'),
            dict(share, name='mql_to_sql_rate', sample='mql_count',
                numerator='sql_count', denominator='mql_count',
                parts_if='mql_to_sql_rate is not null or mql_count = 0'),
            dict(share, name='sql_to_opportunity_rate', sample='sql_count',
                numerator='opportunity_count', denominator='sql_count',
                parts_if='sql_to_opportunity_rate is not null or sql_count = 0'),
            dict(share, name='opportunity_to_customer_rate', sample='opportunity_count',
                numerator='ever_customer_count', denominator='opportunity_count'),
            dict(share, name='win_rate', sample='won_deal_count + lost_deal_count',
                numerator='won_deal_count',
                denominator='won_deal_count + lost_deal_count'),
            dict(share, name='win_rate_by_value',
                sample='won_deal_count + lost_deal_count',
                numerator='won_amount', denominator='won_amount + lost_amount',
                parts_if='win_rate_by_value is not null'),
            dict(count, name='lead_count', sample='lead_count',
                numerator='lead_count'),
            dict(count, name='won_deal_count', sample='won_deal_count',
                numerator='won_deal_count'),
        ],
        'average_order_value': [
            dict(money, name='average_order_value', sample='order_count',
                numerator='order_revenue', denominator='order_count'),
            dict(money, name='median_order_value', sample='order_count'),
            dict(money, name='order_revenue', sample='order_count', minimum=none,
                numerator='order_revenue'),
            dict(count, name='order_count', sample='order_count',
                numerator='order_count'),
        ],
        'churn_rate': [
            dict(share, name='churn_rate', sample='customers_at_start',
                numerator='churned_customers', denominator='customers_at_start',
                open_until='is_past_grace'),
            dict(share, name='gross_revenue_churn_rate', sample='customers_at_start',
                numerator='churned_revenue + contraction_revenue',
                denominator='revenue_at_start', open_until='is_past_grace'),
            dict(share, name='net_revenue_churn_rate', sample='customers_at_start',
                numerator='churned_revenue + contraction_revenue - expansion_revenue',
                denominator='revenue_at_start', open_until='is_past_grace'),
            dict(count, name='customers_at_end', sample='customers_at_end',
                numerator='customers_at_end', open_until='is_past_grace'),
        ],
        'customer_acquisition_cost': [
            dict(money, name='customer_acquisition_cost', sample='new_customer_count',
                numerator='acquisition_spend', denominator='new_customer_count'),
            dict(money, name='payback_months', sample='valued_customer_count',
                unit='months'),
            dict(money, name='acquisition_spend', sample='new_customer_count',
                minimum=none, numerator='acquisition_spend'),
            dict(count, name='new_customer_count', sample='new_customer_count',
                numerator='new_customer_count'),
        ],
    } -%}
    {{- return(measures[kpi] if kpi else measures) -}}
{% endmacro %}

{% macro default_measure(kpi) -%}
    case {{ kpi }}
        {%- for name, measures in kpi_measures(none).items() %}
        when '{{ name }}' then '{{ measures[0].name }}'
        {%- endfor %}
    end
{%- endmacro %}

{% macro target_measure(targets) -%}
    coalesce(
            {{ trimmed(targets ~ '.measure') }}, {{ default_measure(targets ~ '.kpi') }}
        )
{%- endmacro %}

{#-
    The last day of a version of seed `kpi_targets`: the one that it names, else the day
    before the next version of the same goal begins. Two that begin on one day do not
    end each other: the seed's test refuses them.
-#}
{% macro target_valid_to(targets) -%}
    {%- set next_valid_from -%}
        lead({{ targets }}.valid_from) over (
            partition by
                {{ targets }}.kpi,
                {{ target_measure(targets) }},
                {{ targets }}.period_grain,
                {{ targets }}.dimension,
                {{ targets }}.dimension_value
            order by {{ targets }}.valid_from, {{ targets }}.target_id
        )
    {%- endset -%}
    coalesce(
            {{ targets }}.valid_to,
            case
                when {{ next_valid_from }} > {{ targets }}.valid_from
                    then {{ add_days(next_valid_from, -1) }}
            end
        )
{%- endmacro %}

{% macro default_direction(kpi) -%}
    case
        when {{ kpi }} in (
            'sales_cycle_length', 'churn_rate', 'customer_acquisition_cost'
        )
            then 'lower'
        else 'higher'
    end
{%- endmacro %}

{% macro value_change(relation, base) -%}
    case {{ relation }}.unit
            when 'money'
                then cast(
                    cast({{ relation }}.value as {{ type_name('money') }})
                    - cast({{ base }}.value as {{ type_name('money') }})
                    as {{ type_name('number') }}
                )
            else {{ relation }}.value - {{ base }}.value
        end
{%- endmacro %}
