{#-
    Every contact; `is_lead` says whether it ever was a lead, by what it is itself. What
    came after the as-of day and what was merged is told where that day is known.
-#}
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

entered_stages as (

    select
        lead_record_id,
        lower(lead_status) as lifecycle_stage,
        min(entered_at) as entered_at,
        count(entered_at) < count(*) as has_undated_entry

    from stage_changes
    group by lead_record_id, lower(lead_status)

),

{# The history speaks where the record has no date of its own. #}
changed_contacts as (

    select
        entered_stages.lead_record_id,
        {%- for name, stage in stages.items() %}
            min(
                case
                    when entered_stages.lifecycle_stage
                        in ('{{ stage }}'{{ ", 'evangelist'" if stage == 'customer' }})
                        then entered_stages.entered_at
                end
            ) as {{ name }},
        {%- endfor %}
        min(
            case
                when lead_stages.lifecycle_stage is not null
                    then entered_stages.entered_at
            end
        ) as first_entry_at,
        max(
            case
                when lead_stages.lifecycle_stage is not null
                    and entered_stages.has_undated_entry
                    then 1
                else 0
            end
        ) = 1 as has_undated_entry

    from entered_stages
    left join lead_stages
        on entered_stages.lifecycle_stage = lead_stages.lifecycle_stage
    group by entered_stages.lead_record_id

),

dated_contacts as (

    select
        versions.*,
        {%- for name in stages if name != 'lead_at' %}
            coalesce(versions.{{ name }}, changed_contacts.{{ name }})
                as {{ name }}_known,
        {%- endfor %}
        changed_contacts.lead_at as past_lead_at,
        changed_contacts.first_entry_at,
        coalesce(
            {%- for name in stages %}
            versions.{{ name }},
            {%- endfor %}
            changed_contacts.first_entry_at
        ) as some_entry_at,
        coalesce(changed_contacts.has_undated_entry, false)
        or (
            lead_stages.lifecycle_stage is not null
            and coalesce(
                case lead_stages.lifecycle_stage
                    {%- for name, stage in stages.items() %}
                    when '{{ stage }}' then versions.{{ name }}
                    {%- endfor %}
                end,
                todays_stages.entered_at
            ) is null
        ) as has_undated_entry,
        merged_contacts.survivor_id as merged_into_id

    from versions
    left join changed_contacts
        on versions.record_id = changed_contacts.lead_record_id
    left join lead_stages
        on lower(versions.lifecycle_stage) = lead_stages.lifecycle_stage
    left join entered_stages as todays_stages
        on versions.record_id = todays_stages.lead_record_id
        and lower(versions.lifecycle_stage) = todays_stages.lifecycle_stage
    left join merged_records as merged_contacts
        on merged_contacts.object_type = 'contact'
        and versions.record_id = merged_contacts.record_id

),

{# One entry without a day, and nobody knows since when it is a lead. #}
journeys as (

    select
        *,
        has_undated_entry or some_entry_at is not null as is_lead,
        case
            when not has_undated_entry
                then least(
                    {%- for name in stages %}
                    coalesce({{ name }}, some_entry_at),
                    {%- endfor %}
                    coalesce(first_entry_at, some_entry_at)
                )
        end as lead_since_at,
        least(
            coalesce(deal_at_known, customer_at_known),
            coalesce(customer_at_known, deal_at_known)
        ) as opportunity_at

    from dated_contacts

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
        versions.is_lead,

        -- dates and timestamps (UTC)
        versions.created_at,
        versions.lead_since_at,
        versions.lead_at,
        versions.past_lead_at,
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
    left join merged_records as merged_companies
        on merged_companies.object_type = 'company'
        and {{ hubspot_id('versions.company_id') }} = merged_companies.record_id
    left join excluded_leads
        on {{ is_same_version('excluded_leads', 'lead') }}

)

select * from leads
