with

pointers as (

    select
        'account' as object_type,
        source_system,
        record_id,
        merged_into_id

    from {{ ref('int_crm__account_records') }}
    where record_state = 'merged'
    union all
    select
        'contact' as object_type,
        source_system,
        record_id,
        merged_into_id

    from {{ ref('int_crm__contact_records') }}
    where record_state = 'merged'
    union all
    select
        'lead' as object_type,
        source_system,
        record_id,
        merged_into_id

    from {{ ref('int_crm__lead_records') }}
    where is_lead and record_state = 'merged'

),

survivors as (

    {{ merge_survivors('pointers', keys=['object_type', 'source_system']) }}

)

select * from survivors
