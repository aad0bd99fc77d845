{#-
    A raw table that has lost more than a tenth of its rows since the publication before
    is rather a broken load than a tidy sales team; an emptied one has no count at all.
    Tables below fifty rows and those of a CRM that is switched off are left out.
-#}
{{ config(severity='warn') }}
{%- set systems = "'" ~ (enabled_crms() + ['finance']) | join("', '") ~ "'" %}

with

raw_rows as (

    select * from {{ ref('history_raw_rows') }}

),

last_publication as (

    select max(publication_number) as publication_number from raw_rows

),

previous_publication as (

    select max(raw_rows.publication_number) as publication_number
    from raw_rows
    inner join last_publication
        on raw_rows.publication_number < last_publication.publication_number

),

compared_counts as (

    select
        previous_rows.source_system,
        previous_rows.raw_table,
        previous_rows.row_count as row_count_before,
        coalesce(last_rows.row_count, 0) as row_count

    from raw_rows as previous_rows
    inner join previous_publication
        on previous_rows.publication_number = previous_publication.publication_number
    cross join last_publication
    left join raw_rows as last_rows
        on last_publication.publication_number = last_rows.publication_number
        and previous_rows.source_system = last_rows.source_system
        and previous_rows.raw_table = last_rows.raw_table

),

shrunk_tables as (

    select * from compared_counts
    where source_system in ({{ systems }})
        and row_count_before >= 50
        and row_count < row_count_before * 0.9

)

select * from shrunk_tables
