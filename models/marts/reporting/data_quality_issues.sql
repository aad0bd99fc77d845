with

issues as (

    select * from {{ ref('int_quality__issues') }}

),

{# Rows without a key of their own are told apart by their number. #}
numbered_issues as (

    select
        *,
        row_number() over (
            partition by source_system, raw_table, raw_key, reason
            order by detail nulls last, amount nulls last
        ) as issue_number

    from issues

),

listed_issues as (

    select
        source_system || '|' || raw_table
        || '|' || coalesce({{ short_key('raw_key') }}, '(none)')
        || '|' || reason || '|' || cast(issue_number as {{ type_name('text') }})
            as issue_key,
        source_system,
        raw_table,
        raw_key,
        reason,
        severity,
        kpi,
        cast(amount as {{ type_name('money') }}) as amount,
        case when amount is not null then currency_code end as currency_code,
        detail

    from numbered_issues

)

select * from listed_issues
