{#- Every contact; `is_lead` says whether it ever was a lead. -#}
{%- set contact = raw_table('hubspot', 'contact') -%}
{%- set stages = {
    'lead_at': 'lead', 'mql_at': 'marketingqualifiedlead',
    'sql_at': 'salesqualifiedlead', 'deal_at': 'opportunity', 'customer_at': 'customer',
} -%}

{%- set landed_contacts -%}
with

raw_contacts as (

    select
        -- ids
        {{ pick(contact, 'id', required=true) }} as source_record_id,
        {{ pick(contact, 'hubspot_owner_id') }} as owner_id,
        {{ pick(contact, 'associatedcompanyid') }} as company_id,
        {{ pick(contact, 'salesforceleadid') }} as salesforce_lead_id,
        {{ pick(contact, 'salesforcecontactid') }} as salesforce_contact_id,

        -- attributes
        {{ pick(contact, 'hs_lead_status') }} as lead_status,
        {{ pick(contact, 'lifecyclestage') }} as lifecycle_stage,
        {{ pick(contact, 'hs_analytics_source') }} as lead_source,
        {{ pick(contact, 'company') }} as company,
        {{ pick(contact, 'email') }} as email,
        {{ pick(contact, 'industry') }} as industry,
        {{ pick(contact, 'country') }} as country,
        {{ pick(contact, 'numemployees', 'integer') }} as employee_count,

        -- dates and timestamps (UTC): the entry into a stage, by its new and old name
        {%- for name, stage in stages.items() %}
            {{ pick_first(contact, [
                'hs_v2_date_entered_' ~ stage, 'hs_lifecyclestage_' ~ stage ~ '_date',
            ], 'timestamp') }} as {{ name }},
        {%- endfor %}
        {{ pick(contact, 'createdate', 'timestamp', required=true) }} as created_at,
        {{ pick(contact, 'lastmodifieddate', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(contact) }} as loaded_at,
        {{ is_deleted(contact, ['archived']) }} as is_deleted,
        {{ is_old_version(contact) }} as is_old_version

    from {{ contact.relation }}

),

identified_contacts as (

    select
        *,
        {{ hubspot_id('source_record_id') }} as record_id

    from raw_contacts

)

select * from identified_contacts
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_contacts, ['record_id'], [
        'lead_status', 'lifecycle_stage', 'created_at', 'lead_source', 'email',
        'company', 'company_id', 'owner_id', 'industry', 'country', 'employee_count',
        'salesforce_lead_id', 'salesforce_contact_id', 'lead_at', 'mql_at', 'sql_at',
        'deal_at', 'customer_at',
    ]) }}

),

merged_records as (

    select * from {{ ref('stg_hubspot__merged_records') }}

),

{# Stages of a portal's own making count as lead or later if somebody mapped them. #}
lead_stages as (

    select lower(trim(both ' ' from raw_value)) as lifecycle_stage
    from {{ ref('value_mapping') }}
    where source_system = 'hubspot' and field = 'lead_status'
    {%- for stage in stages.values() | list + ['evangelist'] %}
    union
    select '{{ stage }}' as lifecycle_stage
    {%- endfor %}

),

stage_changes as (

    select * from {{ ref('stg_hubspot__lead_statuses') }}
    where set_aside_reason is null and field = 'lifecyclestage'

),

{# The history speaks where the record has no date of its own. #}
changed_contacts as (

    select
        stage_changes.lead_record_id,
        {%- for name, stage in stages.items() %}
            min(
                case
                    when lower(stage_changes.lead_status)
                        in ('{{ stage }}'{{ ", 'evangelist'" if stage == 'customer' }})
                        then stage_changes.entered_at
                end
            ) as {{ name }},
        {%- endfor %}
        max(case when lead_stages.lifecycle_stage is not null then 1 else 0 end) = 1
            as was_in_lead_stage

    from stage_changes
    left join lead_stages
        on lower(stage_changes.lead_status) = lead_stages.lifecycle_stage
    group by stage_changes.lead_record_id

),

dated_contacts as (

    select
        versions.*,
        {%- for name in stages %}
            coalesce(versions.{{ name }}, changed_contacts.{{ name }})
                as {{ name }}_known,
        {%- endfor %}
        lead_stages.lifecycle_stage is not null
        or coalesce(changed_contacts.was_in_lead_stage, false) as is_in_lead_stage,
        merged_contacts.survivor_id as merged_into_id

    from versions
    left join changed_contacts
        on versions.record_id = changed_contacts.lead_record_id
    left join lead_stages
        on lower(versions.lifecycle_stage) = lead_stages.lifecycle_stage
    left join merged_records as merged_contacts
        on merged_contacts.object_type = 'contact'
        and versions.record_id = merged_contacts.record_id

),

journeys as (

    select
        *,
        is_in_lead_stage
        or coalesce(
            lead_at_known, mql_at_known, sql_at_known, deal_at_known, customer_at_known
        ) is not null as is_own_lead,
        coalesce(lead_at_known, created_at) as lead_created_at,
        least(
            coalesce(deal_at_known, customer_at_known),
            coalesce(customer_at_known, deal_at_known)
        ) as opportunity_at

    from dated_contacts

),

{# What is left of a merged lead is a lead, even if it never was one itself. #}
merged_leads as (

    select
        merged_into_id as record_id,
        min(lead_created_at) as lead_created_at

    from journeys
    where merged_into_id is not null and version_number = 1 and is_own_lead
    group by merged_into_id

),

excluded_leads as (

    {{ excluded_versions('hubspot', landed_contacts, 'lead', ['lead', 'contact']) }}

),

leads as (

    select
        -- ids
        'hubspot' as source_system,
        'contact' as raw_table,
        versions.source_record_id,
        versions.record_id,
        versions.merged_into_id,
        {{ hubspot_id('versions.owner_id') }} as owner_id,
        coalesce(merged_companies.survivor_id, {{ hubspot_id('versions.company_id') }})
            as account_id,
        versions.record_id as contact_id,
        cast(null as {{ type_name('text') }}) as deal_id,
        {{ salesforce_id('versions.salesforce_lead_id') }} as salesforce_lead_id,
        {{ salesforce_id('versions.salesforce_contact_id') }} as salesforce_contact_id,

        -- people, only as keyed hashes
        {{ keyed_hash(normalised_email('versions.email')) }} as email_key,
        case
            when {{ company_name('versions.company') }} is null
                then {{ keyed_hash(email_domain('versions.email')) }}
        end as email_domain_key,
        {{ keyed_hash(company_name('versions.company')) }} as company_key,

        -- attributes
        versions.lead_status,
        versions.lifecycle_stage,
        versions.lead_source,
        versions.industry,
        versions.country,
        versions.employee_count,

        -- flags
        versions.is_own_lead or merged_leads.record_id is not null as is_lead,

        -- dates and timestamps (UTC)
        case
            when versions.is_own_lead then versions.lead_created_at
            else coalesce(merged_leads.lead_created_at, versions.created_at)
        end as created_at,
        versions.mql_at_known as mql_at,
        versions.sql_at_known as sql_at,
        versions.opportunity_at,
        versions.modified_at,
        versions.loaded_at,

        -- state of the row: what cannot be read of it, the contacts say
        cast(null as {{ type_name('text') }}) as unreadable_columns,
        {{ set_aside_reason(
            'versions.record_id', 'versions.merged_into_id', 'excluded_leads.record_id'
        ) }} as set_aside_reason

    from journeys as versions
    left join merged_leads
        on versions.record_id = merged_leads.record_id
    left join merged_records as merged_companies
        on merged_companies.object_type = 'company'
        and {{ hubspot_id('versions.company_id') }} = merged_companies.record_id
    left join excluded_leads
        on {{ is_same_version('excluded_leads', 'lead') }}

)

select * from leads
