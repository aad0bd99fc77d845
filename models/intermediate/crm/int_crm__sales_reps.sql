{#- Sellers by owner id; who is missing here is (unknown), as are queues. -#}
with

users as (

    {{ union_crms('users') }}

),

deals as (

    select
        source_system,
        owner_id
    from {{ ref('int_crm__deal_records') }}

),

leads as (

    select
        source_system,
        owner_id
    from {{ ref('int_crm__lead_records') }}

),

accounts as (

    select
        source_system,
        owner_id
    from {{ ref('int_crm__account_records') }}

),

billing_documents as (

    select
        source_system,
        owner_id
    from {{ ref('int_crm__billing_document_records') }}

),

owners as (

    select * from deals
    union
    select * from leads
    union
    select * from accounts
    union
    select * from billing_documents

),

systems_with_users as (

    select source_system from users
    group by source_system

),

{# Where no users landed at all, every owner but a Salesforce queue is a seller. #}
sales_reps as (

    select
        source_system,
        record_id as owner_id,
        sales_rep

    from users
    where set_aside_reason is null
    union all
    select
        owners.source_system,
        owners.owner_id,
        {{ sales_rep_label(
            'owners.source_system', 'owners.owner_id', 'owners.owner_id'
        ) }}
            as sales_rep

    from owners
    left join systems_with_users
        on owners.source_system = systems_with_users.source_system
    where systems_with_users.source_system is null
        and owners.owner_id is not null
        and not (owners.source_system = 'salesforce' and owners.owner_id like '00G%')

)

select * from sales_reps
