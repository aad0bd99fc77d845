{%- set windows = [30, 60, 90, 120, 180, 365] %}

with

leads as (

    select * from {{ ref('int_funnel__leads') }}

),

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

periods as (

    select * from {{ ref('int_calendar__periods') }}
    where period_grain = 'fiscal_year' and is_reported

),

windows (window_days) as (

    values
    {%- for window in windows %}
    ({{ window }}){{ ',' if not loop.last }}
    {%- endfor %}

),

watched_leads as (

    select
        periods.period_label,
        windows.window_days,
        case
            when {{ days_between('leads.lead_created_on', 'leads.won_on') }}
                <= windows.window_days then 1
            else 0
        end as is_won_in_window

    from leads
    cross join windows
    cross join as_of
    inner join periods
        on leads.lead_created_on between periods.period_start and periods.period_end
    where {{ days_between('leads.lead_created_on', 'as_of.as_of_on') }}
        >= windows.window_days

),

rates as (

    select
        period_label,
        window_days,
        count(*) as lead_count,
        sum(is_won_in_window) as customer_count,
        {{ ratio('sum(is_won_in_window)', 'count(*)') }} as conversion_rate

    from watched_leads
    group by period_label, window_days
    order by period_label, window_days

)

select * from rates
