with

lead_records as (

    select * from {{ ref('int_crm__lead_records') }}
    where is_lead

),

pointers as (

    select
        source_system,
        record_id,
        merged_into_id
    from lead_records
    where record_state = 'merged'

),

survivors as (

    {{ merge_survivors('pointers') }}

),

resolved_records as (

    select
        lead_records.*,
        coalesce(survivors.survivor_id, lead_records.record_id) as survivor_id

    from lead_records
    left join survivors
        on lead_records.source_system = survivors.source_system
        and lead_records.record_id = survivors.record_id
    where lead_records.record_state is null or lead_records.record_state = 'merged'

),

{# A survivor that was deleted or excluded itself takes its merged records along. #}
kept_records as (

    select resolved_records.*
    from resolved_records
    left join lead_records as landed_survivors
        on resolved_records.source_system = landed_survivors.source_system
        and resolved_records.survivor_id = landed_survivors.record_id
        and landed_survivors.record_state in ('deleted', 'excluded')
    where landed_survivors.record_id is null

),

ranked_records as (

    select
        *,
        source_system || ':' || survivor_id as survivor_key,
        min(created_at) over (partition by source_system, survivor_id)
            as survivor_created_at,
        row_number() over (
            partition by source_system, survivor_id
            order by
                case when record_state is null then 0 else 1 end,
                created_at nulls last,
                record_id
        ) as record_rank

    from kept_records

),

survivor_emails as (

    select
        source_system,
        survivor_id,
        survivor_key,
        email_key,
        salesforce_lead_id,
        salesforce_contact_id,
        contact_id

    from ranked_records
    where record_rank = 1

),

{# A person known to Salesforce by a sync id is the Salesforce lead. #}
contact_leads as (

    select
        contact_id,
        min(survivor_key) as survivor_key

    from survivor_emails
    where source_system = 'salesforce' and contact_id is not null
    group by contact_id

),

synced_persons as (

    select
        persons.survivor_key,
        coalesce(
            synced_leads.survivor_key,
            synced_contacts.survivor_key,
            persons.survivor_key
        ) as person_key

    from survivor_emails as persons
    left join ranked_records as synced_leads
        on persons.salesforce_lead_id = synced_leads.record_id
        and synced_leads.source_system = 'salesforce'
        and persons.source_system != 'salesforce'
    left join contact_leads as synced_contacts
        on persons.salesforce_contact_id = synced_contacts.contact_id
        and persons.source_system != 'salesforce'

),

persons as (

    select
        synced_persons.survivor_key,
        coalesce(
            'email:' || person_emails.email_key,
            synced_persons.person_key
        ) as group_key

    from synced_persons
    inner join survivor_emails as person_emails
        on synced_persons.person_key = person_emails.survivor_key

),

grouped_records as (

    select
        ranked_records.*,
        persons.group_key,
        min(ranked_records.created_at) over (partition by persons.group_key)
            as lead_created_at,
        row_number() over (
            partition by persons.group_key
            order by
                ranked_records.record_rank,
                ranked_records.survivor_created_at nulls last,
                {{ crm_precedence('ranked_records.source_system') }},
                ranked_records.record_id
        ) as person_rank

    from ranked_records
    inner join persons
        on ranked_records.survivor_key = persons.survivor_key

),

lead_ids as (

    select
        group_key,
        source_system || ':' || record_id as lead_id

    from grouped_records
    where person_rank = 1

),

records_of_leads as (

    select
        lead_ids.lead_id,
        grouped_records.*

    from grouped_records
    inner join lead_ids
        on grouped_records.group_key = lead_ids.group_key

)

select * from records_of_leads
