{#- In the order of the scorecard. -#}
{%- set labels = [
    ('revenue_growth', 'Umsatzwachstum', 'Revenue growth'),
    ('sales_cycle_length', 'Vertriebszyklusdauer', 'Sales cycle length'),
    ('conversion_rate', 'Conversion Rate', 'Conversion rate'),
    ('average_order_value', 'Durchschnittlicher Auftragswert', 'Average order value'),
    ('churn_rate', 'Churn Rate', 'Churn rate'),
    ('customer_acquisition_cost', 'Cost of Acquisition (CAC)',
        'Customer acquisition cost'),
] -%}

with

judged_values as (

    select * from {{ ref('kpi_values') }}
    where is_judged

),

periods as (

    select * from {{ ref('int_calendar__periods') }}

),

labels as (
    {% for kpi, label_de, label_en in labels %}
    select
        '{{ kpi }}' as kpi,
        {{ loop.index }} as kpi_number,
        '{{ label_de }}' as label_de,
        '{{ label_en }}' as label_en
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

ranked_values as (

    select
        *,
        row_number() over (
            partition by kpi, period_grain, dimension, dimension_value
            order by period_start desc nulls last
        ) as period_rank

    from judged_values
    where status != 'period_open'

),

latest_rows as (

    select
        ranked_values.*,
        periods.prior_period_start,
        periods.prior_year_start

    from ranked_values
    inner join periods
        on ranked_values.period_grain = periods.period_grain
        and ranked_values.period_start = periods.period_start
    where ranked_values.period_rank = 1

),

{# Where targets stand: on the whole company, or on kinds of orders. #}
targeted_rows as (

    select
        *,
        sum(
            case when dimension = 'total' and target_value is not null then 1 else 0 end
        ) over (partition by kpi, period_grain) as targeted_total_count,
        sum(
            case
                when dimension = 'deal_type' and target_value is not null then 1 else 0
            end
        ) over (partition by kpi, period_grain) as targeted_deal_type_count

    from latest_rows

),

latest_values as (

    select
        *,
        case
            when targeted_total_count = 0 and targeted_deal_type_count = 1
                then dimension = 'deal_type' and target_value is not null
            else dimension = 'total'
        end as is_headline

    from targeted_rows

),

all_values as (

    select * from {{ ref('kpi_values') }}

),

scorecard as (

    select
        latest_values.kpi || '|' || latest_values.period_grain || '|'
        || latest_values.dimension || '|' || latest_values.dimension_value
            as scorecard_key,
        latest_values.kpi,
        cast(labels.kpi_number as {{ type_name('integer') }}) as kpi_number,
        labels.label_de,
        labels.label_en,
        latest_values.measure,
        latest_values.unit,
        case
            when latest_values.unit = 'money' then '{{ var("reporting_currency") }}'
        end as currency_code,
        latest_values.period_grain,
        latest_values.period_start,
        latest_values.period_end,
        latest_values.period_label,
        latest_values.dimension,
        latest_values.dimension_value,
        latest_values.is_headline,
        latest_values.value,
        latest_values.sample_size,
        coalesce(own_targets.direction, any_targets.direction) as direction,
        latest_values.target_value,
        latest_values.warning_value,
        latest_values.critical_value,
        latest_values.target_attainment,
        latest_values.status,
        prior_periods.value as prior_period_value,
        {{ value_change('latest_values', 'prior_periods') }} as change_to_prior_period,
        prior_years.value as prior_year_value,
        {{ value_change('latest_values', 'prior_years') }} as change_to_prior_year,
        latest_values.data_as_of

    from latest_values
    inner join labels
        on latest_values.kpi = labels.kpi
    left join all_values as prior_periods
        on latest_values.kpi = prior_periods.kpi
        and latest_values.measure = prior_periods.measure
        and latest_values.period_grain = prior_periods.period_grain
        and latest_values.prior_period_start = prior_periods.period_start
        and latest_values.dimension = prior_periods.dimension
        and latest_values.dimension_value = prior_periods.dimension_value
    left join all_values as prior_years
        on latest_values.kpi = prior_years.kpi
        and latest_values.measure = prior_years.measure
        and latest_values.period_grain = prior_years.period_grain
        and latest_values.prior_year_start = prior_years.period_start
        and latest_values.dimension = prior_years.dimension
        and latest_values.dimension_value = prior_years.dimension_value
    {{ join_targets('latest_values', 'latest_values.kpi') }}

)

select * from scorecard
