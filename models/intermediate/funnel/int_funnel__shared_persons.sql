with

{# Each step reads the leads apart: none is then kept with all columns. #}
landed_leads as (

    select * from {{ ref('int_crm__lead_records') }}
    where is_lead

),

usable_leads as (

    select * from {{ ref('int_crm__lead_records') }}
    where is_lead and (record_state is null or record_state = 'merged')

),

leads_with_email as (

    select * from {{ ref('int_crm__lead_records') }}
    where is_lead and email_key is not null

),

landed_leads_with_contact as (

    select * from {{ ref('int_crm__lead_records') }}
    where is_lead and source_system = 'salesforce' and contact_id is not null

),

leads_with_synced_contact as (

    select * from {{ ref('int_crm__lead_records') }}
    where is_lead and salesforce_contact_id is not null

),

survivors as (

    select * from {{ ref('int_crm__survivors') }}
    where object_type = 'lead'

),

merged_contacts as (

    select * from {{ ref('int_crm__survivors') }}
    where object_type = 'contact' and source_system = 'salesforce'

),

shared_emails as (

    select email_key from {{ ref('int_crm__lead_records') }}
    where is_lead and email_key is not null
    group by email_key
    having count(*) > 1

),

{# A merged contact and its survivor are the same person. #}
leads_with_contact as (

    select
        leads.source_system,
        leads.record_id,
        coalesce(merged_contacts.survivor_id, leads.contact_id) as contact_id

    from landed_leads_with_contact as leads
    left join merged_contacts
        on leads.contact_id = merged_contacts.record_id

),

synced_contacts as (

    select
        coalesce(merged_contacts.survivor_id, leads.salesforce_contact_id)
            as contact_id

    from leads_with_synced_contact as leads
    left join merged_contacts
        on leads.salesforce_contact_id = merged_contacts.record_id

),

synced_records as (

    select
        source_system,
        record_id,
        salesforce_lead_id
    from {{ ref('int_crm__lead_records') }}
    where is_lead
        and coalesce(salesforce_lead_id, salesforce_contact_id) is not null

),

{# Most records share their person with no other: only these can. #}
linked_records as (

    select
        source_system,
        record_id
    from survivors
    union
    select
        source_system,
        survivor_id as record_id
    from survivors
    union
    select
        source_system,
        record_id
    from leads_with_email
    where exists (
        select 1 as is_shared from shared_emails
        where shared_emails.email_key = leads_with_email.email_key
    )
    union
    select
        source_system,
        record_id
    from synced_records
    union
    select
        'salesforce' as source_system,
        salesforce_lead_id as record_id
    from synced_records
    union
    select
        source_system,
        record_id
    from leads_with_contact
    where exists (
        select 1 as is_synced from synced_contacts
        where synced_contacts.contact_id = leads_with_contact.contact_id
    )

),

linked_leads as (

    select usable_leads.*
    from usable_leads
    inner join linked_records
        on usable_leads.source_system = linked_records.source_system
        and usable_leads.record_id = linked_records.record_id

),

kept_records as (

    {{ kept_records('linked_leads', 'landed_leads') }}

),

ranked_records as (

    select
        *,
        source_system || ':' || survivor_id as survivor_key,
        case
            when source_system = 'salesforce' then contact_id
            else salesforce_contact_id
        end as known_contact_id,
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
    where is_after_as_of is not true

),

{# With the contact of Salesforce that each became, or is by a sync id. #}
surviving_leads as (

    select
        ranked_records.source_system,
        ranked_records.survivor_key,
        ranked_records.email_key,
        ranked_records.salesforce_lead_id,
        coalesce(merged_contacts.survivor_id, ranked_records.known_contact_id)
            as contact_id

    from ranked_records
    left join merged_contacts
        on ranked_records.known_contact_id = merged_contacts.record_id
    where ranked_records.record_rank = 1

),

{# A sync id names a lead of Salesforce, else the contact that leads became. #}
named_persons as (

    select
        persons.source_system,
        persons.survivor_key,
        persons.email_key,
        coalesce(leads.survivor_key, persons.survivor_key) as lead_key,
        case
            when leads.survivor_key is null then persons.contact_id
            else leads.contact_id
        end as contact_id,
        case
            when leads.survivor_key is null and persons.source_system != 'salesforce'
                then persons.contact_id
        end as synced_contact_id

    from surviving_leads as persons
    left join ranked_records as named_records
        on persons.salesforce_lead_id = named_records.record_id
        and named_records.source_system = 'salesforce'
    left join surviving_leads as leads
        on named_records.survivor_key = leads.survivor_key

),

{# All leads that became a synchronised contact are the person that it is. #}
contact_persons as (

    select
        contact_id,
        min(case when source_system = 'salesforce' then survivor_key end) as person_key

    from named_persons
    where contact_id is not null
    group by contact_id
    having count(synced_contact_id) > 0

),

synced_persons as (

    select
        named_persons.survivor_key,
        named_persons.email_key,
        coalesce(contact_persons.person_key, named_persons.lead_key) as person_key

    from named_persons
    left join contact_persons
        on named_persons.contact_id = contact_persons.contact_id

),

{#
    Who is synced can have an address in each CRM, and each can be another one's, too.
    Hence twice: by address, then by sync.
#}
persons_by_email as (

    select
        *,
        min(person_key) over (partition by coalesce(email_key, person_key))
            as email_group

    from synced_persons

),

persons_by_sync as (

    select
        *,
        min(email_group) over (partition by person_key) as sync_group

    from persons_by_email

),

persons_by_all_emails as (

    select
        *,
        min(sync_group) over (partition by coalesce(email_key, person_key))
            as all_emails_group

    from persons_by_sync

),

persons as (

    select
        survivor_key,
        min(all_emails_group) over (partition by person_key) as group_key

    from persons_by_all_emails

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

ranked_persons as (

    select
        source_system,
        record_id,
        min(created_at) over (partition by group_key) as lead_created_at,
        row_number() over records_of_a_person as person_rank,
        first_value(source_system || ':' || record_id) over records_of_a_person
            as lead_id

    from grouped_records
    window records_of_a_person as (
        partition by group_key
        order by
            record_rank,
            survivor_created_at nulls last,
            {{ crm_precedence('source_system') }},
            record_id
    )

),

{# A linked record without a person went with its survivor. #}
shared_persons as (

    select
        linked_leads.source_system,
        linked_leads.record_id,
        ranked_persons.lead_id,
        ranked_persons.person_rank,
        ranked_persons.lead_created_at

    from linked_leads
    left join ranked_persons
        on linked_leads.source_system = ranked_persons.source_system
        and linked_leads.record_id = ranked_persons.record_id

)

select * from shared_persons
