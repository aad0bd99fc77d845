with

lead_records as (

    select * from {{ ref('int_crm__lead_records') }}
    where is_lead

),

{# Who is who is worked out on few columns; these are joined at the end. #}
lead_attributes as (

    select * from {{ ref('int_crm__lead_records') }}
    where is_lead and (record_state is null or record_state = 'merged')

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
        lead_records.source_system,
        lead_records.record_id,
        lead_records.record_state,
        lead_records.created_at,
        lead_records.email_key,
        lead_records.contact_id,
        lead_records.salesforce_lead_id,
        lead_records.salesforce_contact_id,
        coalesce(survivors.survivor_id, lead_records.record_id) as survivor_id

    from lead_records
    left join survivors
        on lead_records.source_system = survivors.source_system
        and lead_records.record_id = survivors.record_id
    where lead_records.record_state is null or lead_records.record_state = 'merged'

),

{# A survivor that was deleted or excluded itself takes its merged records along. #}
kept_records as (

    select
        resolved_records.*,
        resolved_records.source_system || ':' || resolved_records.survivor_id
            as survivor_key

    from resolved_records
    left join lead_records as landed_survivors
        on resolved_records.source_system = landed_survivors.source_system
        and resolved_records.survivor_id = landed_survivors.record_id
        and landed_survivors.record_state in ('deleted', 'excluded')
    where landed_survivors.record_id is null

),

{# Most records were never merged: only the others are ranked. #}
merged_survivors as (

    select survivor_key from kept_records
    where record_id != survivor_id
    group by survivor_key

),

ranked_records as (

    select
        kept_records.*,
        kept_records.created_at as survivor_created_at,
        1 as record_rank

    from kept_records
    left join merged_survivors
        on kept_records.survivor_key = merged_survivors.survivor_key
    where merged_survivors.survivor_key is null
    union all
    select
        kept_records.*,
        min(kept_records.created_at) over (partition by kept_records.survivor_key)
            as survivor_created_at,
        row_number() over (
            partition by kept_records.survivor_key
            order by
                case when kept_records.record_state is null then 0 else 1 end,
                kept_records.created_at nulls last,
                kept_records.record_id
        ) as record_rank

    from kept_records
    inner join merged_survivors
        on kept_records.survivor_key = merged_survivors.survivor_key

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
        ranked_records.source_system,
        ranked_records.record_id,
        ranked_records.created_at,
        ranked_records.survivor_created_at,
        ranked_records.record_rank,
        persons.group_key

    from ranked_records
    inner join persons
        on ranked_records.survivor_key = persons.survivor_key

),

shared_groups as (

    select group_key from grouped_records
    group by group_key
    having count(*) > 1

),

ranked_persons as (

    select
        grouped_records.source_system,
        grouped_records.record_id,
        grouped_records.created_at as lead_created_at,
        1 as person_rank,
        grouped_records.source_system || ':' || grouped_records.record_id as lead_id

    from grouped_records
    left join shared_groups
        on grouped_records.group_key = shared_groups.group_key
    where shared_groups.group_key is null
    union all
    select
        grouped_records.source_system,
        grouped_records.record_id,
        min(grouped_records.created_at) over (partition by grouped_records.group_key)
            as lead_created_at,
        row_number() over records_of_a_person as person_rank,
        first_value(grouped_records.source_system || ':' || grouped_records.record_id)
            over records_of_a_person as lead_id

    from grouped_records
    inner join shared_groups
        on grouped_records.group_key = shared_groups.group_key
    window records_of_a_person as (
        partition by grouped_records.group_key
        order by
            grouped_records.record_rank,
            grouped_records.survivor_created_at nulls last,
            {{ crm_precedence('grouped_records.source_system') }},
            grouped_records.record_id
    )

),

records_of_leads as (

    select
        -- ids
        ranked_persons.lead_id,
        ranked_persons.person_rank,
        lead_attributes.source_system,
        lead_attributes.raw_table,
        lead_attributes.source_record_id,
        lead_attributes.record_id,
        lead_attributes.account_id,
        lead_attributes.contact_id,
        lead_attributes.salesforce_contact_id,
        lead_attributes.deal_id,
        lead_attributes.owner_id,

        -- people, only as keyed hashes
        lead_attributes.email_key,
        lead_attributes.email_domain_key,
        lead_attributes.company_key,

        -- attributes
        lead_attributes.lead_status,
        lead_attributes.lifecycle_stage,
        lead_attributes.lead_source,
        lead_attributes.industry,
        lead_attributes.country,
        lead_attributes.segment,
        lead_attributes.employee_count,

        -- timestamps (UTC)
        ranked_persons.lead_created_at,
        lead_attributes.mql_at,
        lead_attributes.sql_at,
        lead_attributes.opportunity_at

    from ranked_persons
    inner join lead_attributes
        on ranked_persons.source_system = lead_attributes.source_system
        and ranked_persons.record_id = lead_attributes.record_id

)

select * from records_of_leads
