with

lead_records as (

    select * from {{ ref('int_crm__lead_records') }}
    where is_lead and (record_state is null or record_state = 'merged')

),

shared_persons as (

    select * from {{ ref('int_funnel__shared_persons') }}

),

records_of_leads as (

    select
        -- ids
        coalesce(
            shared_persons.lead_id,
            lead_records.source_system || ':' || lead_records.record_id
        ) as lead_id,
        coalesce(shared_persons.person_rank, 1) as person_rank,
        lead_records.source_system,
        lead_records.raw_table,
        lead_records.source_record_id,
        lead_records.record_id,
        lead_records.account_id,
        lead_records.contact_id,
        lead_records.salesforce_contact_id,
        lead_records.deal_id,
        lead_records.owner_id,

        -- people, only as keyed hashes
        lead_records.email_key,
        lead_records.email_domain_key,
        lead_records.company_key,

        -- attributes
        lead_records.lead_status,
        lead_records.lifecycle_stage,
        lead_records.lead_source,
        lead_records.industry,
        lead_records.country,
        lead_records.employee_count,

        -- timestamps (UTC)
        coalesce(shared_persons.lead_created_at, lead_records.created_at)
            as lead_created_at,
        lead_records.mql_at,
        lead_records.sql_at,
        lead_records.opportunity_at

    from lead_records
    left join shared_persons
        on lead_records.source_system = shared_persons.source_system
        and lead_records.record_id = shared_persons.record_id
    where shared_persons.record_id is null or shared_persons.lead_id is not null

)

select * from records_of_leads
