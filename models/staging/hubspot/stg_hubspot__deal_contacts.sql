with

associations as (

    select * from {{ ref('stg_hubspot__associations') }}
    where raw_table = 'deal_contact'

),

{# HubSpot marks no contact of a deal as its primary one. #}
deal_contacts as (

    select
        source_system,
        raw_table,
        source_record_id,
        record_id,
        from_record_id as deal_record_id,
        to_record_id as contact_id,
        false as is_primary,
        modified_at,
        loaded_at,
        unreadable_columns,
        set_aside_reason

    from associations

)

select * from deal_contacts
