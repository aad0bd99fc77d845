{#- Links of leads and deals that the CRMs state themselves. -#}
with

{# Each step reads what it needs apart: none is then kept for a second pass. #}
converted_leads as (

    select * from {{ ref('int_funnel__lead_records') }}
    where deal_id is not null

),

leads_that_became_contacts as (

    select * from {{ ref('int_funnel__lead_records') }}
    where contact_id is not null

),

synced_leads as (

    select * from {{ ref('int_funnel__lead_records') }}
    where salesforce_contact_id is not null

),

{# Each address of a lead once, however many records of the lead carry it. #}
leads_with_email as (

    select
        lead_id,
        email_key
    from {{ ref('int_funnel__lead_records') }}
    where email_key is not null and person_rank = 1
    union all
    select
        lead_id,
        email_key
    from {{ ref('int_funnel__lead_records') }}
    where email_key is not null and person_rank > 1
    group by lead_id, email_key

),

contacts_with_email as (

    select * from {{ ref('int_crm__contacts') }}
    where email_key is not null

),

{# A merged contact and its survivor are the same person, also where neither counts. #}
merged_contacts as (

    select * from {{ ref('int_crm__survivors') }}
    where object_type = 'contact'

),

deals as (

    select * from {{ ref('int_crm__deal_states') }}

),

deals_with_own_contact as (

    select * from {{ ref('int_crm__deal_states') }}
    where contact_id is not null

),

deals_with_roles as (

    select * from {{ ref('int_crm__deal_states') }}

),

deal_contacts as (

    {{ union_crms('deal_contacts') }}

),

converted_deals as (

    select
        converted_leads.lead_id,
        deals.deal_id

    from converted_leads
    inner join deals
        on converted_leads.source_system = deals.source_system
        and converted_leads.deal_id = deals.record_id

),

{# Contact ids that stand for a lead, in the CRM of the contact; some twice. #}
lead_contacts as (

    select
        lead_id,
        source_system,
        contact_id

    from leads_that_became_contacts
    union all
    select
        lead_id,
        'salesforce' as source_system,
        salesforce_contact_id as contact_id

    from synced_leads
    union all
    select
        leads_with_email.lead_id,
        contacts_with_email.source_system,
        contacts_with_email.record_id as contact_id

    from leads_with_email
    inner join contacts_with_email
        on leads_with_email.email_key = contacts_with_email.email_key

),

{# Once each, as those of deals: records of one person, or merged contacts, repeat. #}
persons_of_leads as (

    select distinct
        lead_contacts.lead_id,
        lead_contacts.source_system,
        coalesce(merged_contacts.survivor_id, lead_contacts.contact_id) as contact_id

    from lead_contacts
    left join merged_contacts
        on lead_contacts.source_system = merged_contacts.source_system
        and lead_contacts.contact_id = merged_contacts.record_id

),

contacts_of_deals as (

    select
        deal_id,
        source_system,
        contact_id

    from deals_with_own_contact
    union all
    select
        deals_with_roles.deal_id,
        deal_contacts.source_system,
        deal_contacts.contact_id

    from deal_contacts
    inner join deals_with_roles
        on deal_contacts.source_system = deals_with_roles.source_system
        and deal_contacts.deal_record_id = deals_with_roles.record_id
    where deal_contacts.set_aside_reason is null

),

persons_of_deals as (

    select distinct
        contacts_of_deals.deal_id,
        contacts_of_deals.source_system,
        coalesce(merged_contacts.survivor_id, contacts_of_deals.contact_id)
            as contact_id

    from contacts_of_deals
    left join merged_contacts
        on contacts_of_deals.source_system = merged_contacts.source_system
        and contacts_of_deals.contact_id = merged_contacts.record_id

),

lead_deals as (

    select
        lead_id,
        deal_id

    from converted_deals
    union
    select
        persons_of_leads.lead_id,
        persons_of_deals.deal_id

    from persons_of_leads
    inner join persons_of_deals
        on persons_of_leads.source_system = persons_of_deals.source_system
        and persons_of_leads.contact_id = persons_of_deals.contact_id

)

select * from lead_deals
