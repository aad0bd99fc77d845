with

row_counts as (

    select * from {{ ref('int_quality__row_counts') }}

),

deal_states as (

    select * from {{ ref('int_crm__deal_states') }}

),

issues as (

    select * from {{ ref('int_quality__issues') }}

),

input_gaps as (

    select * from {{ ref('int_quality__input_gaps') }}

),

row_states as (

    select
        source_system,
        raw_table,
        case when row_state = 'used' then 'used' else 'set_aside' end as row_kind,
        row_state as reason,
        cast(null as {{ type_name('text') }}) as kpi,
        row_count,
        cast(null as {{ type_name('money') }}) as amount

    from row_counts

),

landed_rows as (

    select
        source_system,
        raw_table,
        'landed' as row_kind,
        'landed' as reason,
        cast(null as {{ type_name('text') }}) as kpi,
        sum(row_count) as row_count,
        cast(null as {{ type_name('money') }}) as amount

    from row_states
    group by source_system, raw_table

),

issue_counts as (

    select
        source_system,
        raw_table,
        'issue' as row_kind,
        reason,
        kpi,
        count(*) as row_count,
        {#- What is in another currency is counted, but adds up to no amount. #}
        sum(
            case when currency_code = '{{ var("reporting_currency") }}' then amount end
        ) as amount

    from issues
    group by source_system, raw_table, reason, kpi

),

{# Counted, not listed: two dates of one close that fall into different months. #}
close_month_differences as (

    select
        source_system,
        raw_table,
        'issue' as row_kind,
        'close_month_differs_from_history' as reason,
        'revenue_growth' as kpi,
        count(*) as row_count,
        sum(amount) as amount

    from deal_states
    where is_counted
        and deal_state in ('won', 'lost')
        and {{ month_start('crm_close_on') }} != {{ month_start('history_close_on') }}
    group by source_system, raw_table

),

counted_elsewhere as (

    select
        source_system,
        raw_table,
        'issue' as row_kind,
        'counted_in_another_crm' as reason,
        'revenue_growth' as kpi,
        count(*) as row_count,
        sum(amount) as amount

    from deal_states
    where not is_counted
    group by source_system, raw_table

),

gap_rows as (

    select
        source_system,
        raw_table,
        'gap' as row_kind,
        reason,
        kpi,
        0 as row_count,
        cast(null as {{ type_name('money') }}) as amount

    from input_gaps

),

counted_rows as (

    select * from landed_rows
    union all
    select * from row_states
    union all
    select * from issue_counts
    union all
    select * from close_month_differences
    union all
    select * from counted_elsewhere
    union all
    select * from gap_rows

),

summary as (

    select
        source_system || '|' || raw_table || '|' || row_kind || '|' || reason
        || '|' || coalesce(kpi, '(all)') as summary_key,
        source_system,
        raw_table,
        row_kind,
        reason,
        kpi,
        cast(row_count as {{ type_name('integer') }}) as row_count,
        cast(amount as {{ type_name('money') }}) as amount

    from counted_rows

)

select * from summary
