{#- Sellers by owner id; who is missing here is (unknown), as are queues. -#}
with

users as (

    {{ union_crms('users') }}

),

systems_with_users as (

    select source_system from users
    group by source_system

),

{# Where no users landed at all, every owner but a Salesforce queue is a seller. #}
owners as (
    {% for objects in ['deal', 'lead', 'account', 'billing_document'] %}
    select
        records.source_system,
        records.owner_id

    from {{ ref('int_crm__' ~ objects ~ '_records') }} as records
    left join systems_with_users
        on records.source_system = systems_with_users.source_system
    where systems_with_users.source_system is null
        and records.owner_id is not null
        and not (records.source_system = 'salesforce' and records.owner_id like '00G%')
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}

),

sales_reps as (

    select
        source_system,
        record_id as owner_id,
        sales_rep

    from users
    where set_aside_reason is null
    union all
    select
        source_system,
        owner_id,
        {{ sales_rep_label('source_system', 'owner_id', 'owner_id') }} as sales_rep

    from owners

)

select * from sales_reps
