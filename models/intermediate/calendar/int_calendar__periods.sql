{#- Every period from the company's first event to the one of the as-of day. -#}
with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

first_days as (

    select min(lead_created_on) as first_on
    from {{ ref('int_funnel__lead_persons') }}
    union all
    select least(min(created_on), min(closed_on)) as first_on
    from {{ ref('int_crm__deals') }}
    union all
    select min(ordered_on) as first_on from {{ ref('int_revenue__orders') }}
    union all
    select min(starts_on) as first_on from {{ ref('int_customers__active_periods') }}
    union all
    {# The month it was spent in, not the month it stands against. #}
    select
        {{ add_months('min(spend_month)', -(var('cac_lag_months') | int)) }} as first_on
    from {{ ref('int_cac__spend') }}

),

first_event as (

    select min(first_days.first_on) as first_on
    from first_days
    cross join as_of
    where first_days.first_on <= as_of.as_of_on

),

months as (

    select * from {{ ref('int_calendar__months') }}

),

reported_months as (

    select months.month_start as month_on
    from months
    cross join first_event
    cross join as_of
    where months.month_start >= {{ month_start('first_event.first_on') }}
        and months.month_start <= as_of.as_of_on

),

starts as (

    select
        'month' as period_grain,
        month_on as period_start,
        1 as month_count

    from reported_months
    union
    select
        'quarter' as period_grain,
        {{ quarter_start('month_on') }} as period_start,
        3 as month_count

    from reported_months
    union
    select
        'fiscal_year' as period_grain,
        {{ fiscal_year_start('month_on') }} as period_start,
        12 as month_count

    from reported_months

),

bounds as (

    select
        period_grain,
        period_start,
        {{ add_days(add_months('period_start', 'month_count'), -1) }} as period_end,
        {{ add_months('period_start', '-month_count') }} as prior_period_start,
        {{ add_months('period_start', -12) }} as prior_year_start,
        {{ fiscal_year_start('period_start') }} as fiscal_year_start

    from starts

),

fiscal_months as (

    select
        *,
        (extract(month from period_start) - extract(month from fiscal_year_start) + 12)
        % 12 as months_into_year

    from bounds

),

labelled_periods as (

    select
        *,
        'FY' || cast(
            extract(year from {{ add_days(add_months('fiscal_year_start', 12), -1) }})
            as {{ type_name('text') }}
        ) as fiscal_year_label,
        'Q' || cast(
            cast(floor(months_into_year / 3.0) as integer) + 1
            as {{ type_name('text') }}
        ) as quarter_label

    from fiscal_months

),

periods as (

    select
        labelled_periods.period_grain,
        labelled_periods.period_start,
        labelled_periods.period_end,
        case labelled_periods.period_grain
            when 'month'
                then substr(
                    cast(labelled_periods.period_start as {{ type_name('text') }}), 1, 7
                )
            when 'quarter'
                then labelled_periods.fiscal_year_label
                    || ' ' || labelled_periods.quarter_label
            else labelled_periods.fiscal_year_label
        end as period_label,
        labelled_periods.prior_period_start,
        labelled_periods.prior_year_start,
        labelled_periods.period_end <= as_of.as_of_on as is_complete_period,
        {{ is_reported('labelled_periods.period_end') }} as is_reported,
        {{ add_days('labelled_periods.period_end', var('churn_grace_days')) }}
        <= as_of.as_of_on as is_past_grace,
        {{ add_days('labelled_periods.period_end', var('conversion_window_days')) }}
        <= as_of.as_of_on as is_mature_cohort,
        as_of.as_of_on,
        as_of.data_as_of

    from labelled_periods
    cross join as_of

)

select * from periods
