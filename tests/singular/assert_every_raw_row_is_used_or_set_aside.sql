{#-
    Promise: rows landed = rows used + rows set aside. Landed rows are counted in raw
    tables themselves, so that a row lost anywhere in staging shows.
-#}
{{ config(group='crm') }}

with

landed_rows as (

    {{ raw_row_counts() }}

),

summary as (

    select * from {{ ref('data_quality_summary') }}

),

accounted_rows as (

    select
        source_system,
        raw_table,
        sum(row_count) as accounted_count

    from summary
    where row_kind in ('used', 'set_aside')
    group by source_system, raw_table

),

unbalanced_tables as (

    select
        landed_rows.source_system,
        landed_rows.raw_table,
        landed_rows.landed_count,
        accounted_rows.accounted_count

    from landed_rows
    left join accounted_rows
        on landed_rows.source_system = accounted_rows.source_system
        and landed_rows.raw_table = accounted_rows.raw_table
    where landed_rows.landed_count != coalesce(accounted_rows.accounted_count, 0)

)

select * from unbalanced_tables
