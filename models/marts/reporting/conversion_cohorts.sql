{%- set dimensions = common_dimensions() -%}

with

leads as (

    select * from {{ ref('int_funnel__leads') }}

),

periods as (

    select * from {{ ref('int_calendar__periods') }}
    where period_grain = 'month'

),

dated_leads as (

    select
        *,
        {{ month_start('lead_created_on') }} as cohort_month,
        cast(
            {{ dbt.datediff(
                month_start('lead_created_on'), month_start('won_on'), 'month'
            ) }} as integer
        ) as months_apart

    from leads

),

{# Full months from creation to win; a win dated before creation counts as month 0. #}
timed_leads as (

    select
        *,
        case
            when won_on < lead_created_on then 0
            when {{ add_months('lead_created_on', 'months_apart') }} > won_on
                then months_apart - 1
            else months_apart
        end as months_to_win

    from dated_leads

),

{# From here on every curve is flat. #}
longest_conversion as (

    select coalesce(max(months_to_win), 0) as last_month from timed_leads

),

cohorts as (

    select
        cohort_month,
        {{ dimension_columns(dimensions) }},
        count(*) as lead_count

    from timed_leads
    {{ group_by_dimension(dimensions, ['cohort_month']) }}

),

conversions as (

    select
        cohort_month,
        months_to_win,
        {{ dimension_columns(dimensions) }},
        count(*) as customer_count

    from timed_leads
    where months_to_win is not null
    {{ group_by_dimension(dimensions, ['cohort_month', 'months_to_win']) }}

),

months_of_cohorts as (

    select
        cohort_months.period_start as cohort_month,
        cohort_months.period_end as cohort_month_end,
        cohort_months.period_label as cohort_label,
        cohort_months.as_of_on,
        cohort_months.data_as_of,
        cast(
            {{ dbt.datediff(
                'cohort_months.period_start', 'elapsed_months.period_start', 'month'
            ) }} as integer
        ) as months_since_creation

    from periods as cohort_months
    inner join periods as elapsed_months
        on cohort_months.period_start <= elapsed_months.period_start
    where cohort_months.is_reported

),

begun_months as (

    select
        months_of_cohorts.*,
        {{ add_months(
            'months_of_cohorts.cohort_month_end',
            'months_of_cohorts.months_since_creation + 1'
        ) }} <= {{ add_days('months_of_cohorts.as_of_on', 1) }} as is_mature

    from months_of_cohorts
    inner join longest_conversion
        on months_of_cohorts.months_since_creation <= longest_conversion.last_month

),

cells as (

    select
        begun_months.*,
        cohorts.dimension,
        cohorts.dimension_value,
        cohorts.lead_count,
        sum(coalesce(conversions.customer_count, 0)) over (
            partition by
                begun_months.cohort_month, cohorts.dimension, cohorts.dimension_value
            order by begun_months.months_since_creation
            rows between unbounded preceding and current row
        ) as customer_count

    from begun_months
    inner join cohorts
        on begun_months.cohort_month = cohorts.cohort_month
    left join conversions
        on cohorts.cohort_month = conversions.cohort_month
        and cohorts.dimension = conversions.dimension
        and cohorts.dimension_value = conversions.dimension_value
        and begun_months.months_since_creation = conversions.months_to_win

),

conversion_cohorts as (

    select
        cast(cohort_month as {{ type_name('text') }})
        || '|' || dimension || '|' || dimension_value
        || '|' || lpad(cast(months_since_creation as {{ type_name('text') }}), 4, '0')
            as cohort_cell_key,
        cohort_month,
        cohort_label,
        dimension,
        dimension_value,
        cast(months_since_creation as {{ type_name('integer') }})
            as months_since_creation,
        is_mature,
        cast(case when is_mature then lead_count end as {{ type_name('integer') }})
            as lead_count,
        cast(case when is_mature then customer_count end as {{ type_name('integer') }})
            as customer_count,
        case when is_mature then {{ ratio('customer_count', 'lead_count') }} end
            as conversion_rate,
        data_as_of

    from cells

)

select * from conversion_cohorts
