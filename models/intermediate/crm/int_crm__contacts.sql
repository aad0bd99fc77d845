with

contact_records as (

    select * from {{ ref('int_crm__contact_records') }}

),

accounts as (

    select * from {{ ref('int_crm__accounts') }}

),

pointers as (

    select
        source_system,
        record_id,
        merged_into_id
    from contact_records
    where record_state = 'merged'

),

survivors as (

    {{ merge_survivors('pointers') }}

),

resolved_records as (

    select
        contact_records.*,
        coalesce(survivors.survivor_id, contact_records.record_id) as survivor_id

    from contact_records
    left join survivors
        on contact_records.source_system = survivors.source_system
        and contact_records.record_id = survivors.record_id
    where contact_records.record_state is null
        or contact_records.record_state = 'merged'

),

{# A survivor that was deleted or excluded itself takes its merged records along. #}
kept_records as (

    select
        resolved_records.*,
        first_value(resolved_records.account_id) over (
            partition by resolved_records.source_system, resolved_records.survivor_id
            order by
                case
                    when resolved_records.record_id = resolved_records.survivor_id
                        then 0
                    else 1
                end,
                resolved_records.created_at nulls last,
                resolved_records.record_id
            rows between unbounded preceding and unbounded following
        ) as survivor_account_id

    from resolved_records
    left join contact_records as landed_survivors
        on resolved_records.source_system = landed_survivors.source_system
        and resolved_records.survivor_id = landed_survivors.record_id
        and landed_survivors.record_state in ('deleted', 'excluded')
    where landed_survivors.record_id is null

),

contacts as (

    select
        kept_records.source_system,
        kept_records.record_id,
        kept_records.survivor_id as contact_id,
        kept_records.email_key,
        accounts.customer_id

    from kept_records
    left join accounts
        on kept_records.source_system = accounts.source_system
        and kept_records.survivor_account_id = accounts.record_id

)

select * from contacts
