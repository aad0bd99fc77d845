with

raw_rows as (

    select * from {{ ref('int_quality__raw_rows') }}

),

row_counts as (

    select
        source_system,
        raw_table,
        row_state,
        count(*) as row_count

    from raw_rows
    group by source_system, raw_table, row_state

)

select * from row_counts
