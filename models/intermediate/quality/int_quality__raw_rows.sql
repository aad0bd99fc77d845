{#- Every raw row with what became of it: used, or set aside for a reason. -#}
with

landed_rows as (

    {{ landed_rows() }}

),

raw_rows as (

    select
        source_system,
        raw_table,
        source_record_id,
        coalesce(record_state, 'used') as row_state,
        unreadable_columns

    from landed_rows

)

select * from raw_rows
