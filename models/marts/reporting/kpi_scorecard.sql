with

judged_values as (

    select * from {{ ref('kpi_values') }}
    where is_judged

),

periods as (

    select * from {{ ref('int_calendar__periods') }}

),

targets as (

    select * from {{ ref('int_targets__by_period') }}

),

labels as (
    {% for label in kpi_labels() %}
    select
        '{{ label.kpi }}' as kpi,
        {{ loop.index }} as kpi_number,
        '{{ label.de }}' as label_de,
        '{{ label.en }}' as label_en
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

latest_values as (

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
        max(
            case when dimension = 'total' and target_value is not null then 1 else 0 end
        ) over (partition by kpi, period_grain) as targeted_total_count,
        sum(
            case
                when dimension = 'deal_type' and target_value is not null then 1 else 0
            end
        ) over (partition by kpi, period_grain) as targeted_deal_type_count

    from latest_values

),

headlines as (

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
        headlines.kpi || '|' || headlines.period_grain || '|'
        || headlines.dimension || '|' || headlines.dimension_value
            as scorecard_key,
        headlines.kpi,
        cast(labels.kpi_number as {{ type_name('integer') }}) as kpi_number,
        labels.label_de,
        labels.label_en,
        headlines.measure,
        headlines.unit,
        case
            when headlines.unit = 'money' then '{{ var("reporting_currency") }}'
        end as currency_code,
        headlines.period_grain,
        headlines.period_start,
        headlines.period_end,
        headlines.period_label,
        headlines.dimension,
        headlines.dimension_value,
        headlines.is_headline,
        headlines.value,
        headlines.sample_size,
        coalesce(own_targets.direction, any_targets.direction) as direction,
        headlines.target_value,
        headlines.warning_value,
        headlines.critical_value,
        headlines.target_attainment,
        headlines.status,
        prior_periods.value as prior_period_value,
        {{ value_change('headlines', 'prior_periods') }} as change_to_prior_period,
        prior_years.value as prior_year_value,
        {{ value_change('headlines', 'prior_years') }} as change_to_prior_year,
        headlines.data_as_of

    from headlines
    inner join labels
        on headlines.kpi = labels.kpi
    left join all_values as prior_periods
        on headlines.kpi = prior_periods.kpi
        and headlines.measure = prior_periods.measure
        and headlines.period_grain = prior_periods.period_grain
        and headlines.prior_period_start = prior_periods.period_start
        and headlines.dimension = prior_periods.dimension
        and headlines.dimension_value = prior_periods.dimension_value
    left join all_values as prior_years
        on headlines.kpi = prior_years.kpi
        and headlines.measure = prior_years.measure
        and headlines.period_grain = prior_years.period_grain
        and headlines.prior_year_start = prior_years.period_start
        and headlines.dimension = prior_years.dimension
        and headlines.dimension_value = prior_years.dimension_value
    left join targets as own_targets
        on headlines.kpi = own_targets.kpi
        and headlines.period_grain = own_targets.period_grain
        and headlines.period_start = own_targets.period_start
        and headlines.dimension = own_targets.dimension
        and headlines.dimension_value = own_targets.dimension_value
    left join targets as any_targets
        on headlines.kpi = any_targets.kpi
        and headlines.period_grain = any_targets.period_grain
        and headlines.period_start = any_targets.period_start
        and headlines.dimension = any_targets.dimension
        and any_targets.dimension_value = '*'

)

select * from scorecard
