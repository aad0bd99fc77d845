{#-
    A raw table that has lost more than a tenth of its rows since the publication before
    is rather a broken load than a tidy sales team. Tables below fifty rows are left out.
-#}
{{ config(severity='warn') }}

with

raw_rows as (

    select * from {{ ref('history_raw_rows') }}

),

compared_counts as (

    select
        *,
        lag(row_count) over (
            partition by source_system, raw_table
            order by publication_number
        ) as row_count_before,
        lead(publication_number) over (
            partition by source_system, raw_table
            order by publication_number
        ) as next_number

    from raw_rows

),

shrunk_tables as (

    select * from compared_counts
    where next_number is null
        and row_count_before >= 50
        and row_count < row_count_before * 0.9

)

select * from shrunk_tables
