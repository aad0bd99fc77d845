{#- Names of the six KPIs in German and English, in the order of the scorecard. -#}
{% macro kpi_labels() %}
    {{- return([
        {'kpi': 'revenue_growth', 'de': 'Umsatzwachstum', 'en': 'Revenue growth'},
        {'kpi': 'sales_cycle_length', 'de': 'Vertriebszyklusdauer',
            'en': 'Sales cycle length'},
        {'kpi': 'conversion_rate', 'de': 'Conversion Rate', 'en': 'Conversion rate'},
        {'kpi': 'average_order_value', 'de': 'Durchschnittlicher Auftragswert',
            'en': 'Average order value'},
        {'kpi': 'churn_rate', 'de': 'Churn Rate', 'en': 'Churn rate'},
        {'kpi': 'customer_acquisition_cost', 'de': 'Cost of Acquisition (CAC)',
            'en': 'Customer acquisition cost'},
    ]) -}}
{% endmacro %}
