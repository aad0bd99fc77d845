with

publications as (

    select max(publication_number) as publication_number
    from {{ ref('history_publications') }}

),

current_counts as (

    select
        cast(publications.publication_number as {{ type_name('text') }})
        || '|' || summary.source_system || '|' || summary.raw_table as history_key,
        publications.publication_number,
        summary.source_system,
        summary.raw_table,
        summary.row_count

    from {{ ref('data_quality_summary') }} as summary
    cross join publications
    where summary.row_kind = 'landed'

),

recorded_counts as (

    {{ recorded_rows('current_counts') }}

),

last_record as (

    select coalesce(max(publication_number), 0) as publication_number
    from recorded_counts

),

new_counts as (

    select current_counts.*
    from current_counts
    inner join last_record
        on current_counts.publication_number > last_record.publication_number

)

select * from new_counts
