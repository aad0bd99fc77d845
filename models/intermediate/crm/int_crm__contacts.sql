with

contact_records as (

    select * from {{ ref('int_crm__contact_records') }}

),

{# Read apart from `contact_records`, which then need not be kept for a second pass. #}
landed_contacts as (

    select * from {{ ref('int_crm__contact_records') }}

),

accounts as (

    select * from {{ ref('int_crm__accounts') }}

),

survivors as (

    select * from {{ ref('int_crm__survivors') }}
    where object_type = 'contact'

),

kept_records as (

    {{ kept_records('contact_records', 'landed_contacts') }}

),

{#
    Most contacts are one record: only those that others were merged into are sorted. What
    was there on the as-of day speaks before what came after it.
#}
shared_records as (

    select
        *,
        first_value(account_id) over records_of_a_contact as survivor_account_id,
        first_value(is_after_as_of) over records_of_a_contact
            as is_contact_after_as_of

    from kept_records
    where is_shared
    window records_of_a_contact as (
        partition by source_system, survivor_id
        order by
            case when record_state is null then 0 when is_after_as_of then 2 else 1 end,
            created_at nulls last,
            record_id
        rows between unbounded preceding and unbounded following
    )

),

contacts_with_account as (

    select
        *,
        account_id as survivor_account_id,
        false as is_contact_after_as_of

    from kept_records
    where not is_shared
    union all
    select * from shared_records
    where is_contact_after_as_of is not true

),

contacts as (

    select
        contacts_with_account.source_system,
        contacts_with_account.record_id,
        contacts_with_account.survivor_id as contact_id,
        contacts_with_account.email_key,
        accounts.customer_id

    from contacts_with_account
    left join accounts
        on contacts_with_account.source_system = accounts.source_system
        and contacts_with_account.survivor_account_id = accounts.record_id

)

select * from contacts
