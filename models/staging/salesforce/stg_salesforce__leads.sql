{%- set lead = raw_table('salesforce', 'lead') -%}

{%- set landed_leads -%}
with

raw_leads as (

    select
        -- ids
        {{ pick(lead, 'Id', required=true) }} as source_record_id,
        {{ pick(lead, 'MasterRecordId') }} as master_record_id,
        {{ pick(lead, 'OwnerId') }} as owner_id,
        {{ pick(lead, 'ConvertedAccountId') }} as converted_account_id,
        {{ pick(lead, 'ConvertedContactId') }} as converted_contact_id,
        {{ pick(lead, 'ConvertedOpportunityId') }} as converted_opportunity_id,

        -- attributes
        {{ pick(lead, 'Status') }} as lead_status,
        {{ pick(lead, 'LeadSource') }} as lead_source,
        {{ pick(lead, 'Company') }} as company,
        {{ pick(lead, 'Email') }} as email,
        {{ pick(lead, 'Industry') }} as industry,
        {{ pick(lead, 'Country') }} as country,
        {{ pick(lead, 'NumberOfEmployees', 'integer') }} as employee_count,

        -- dates and timestamps (UTC)
        {{ pick(lead, 'CreatedDate', 'timestamp', required=true) }} as created_at,
        {{ pick(lead, 'SystemModstamp', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(lead) }} as loaded_at,
        {{ is_deleted(lead) }} as is_deleted,
        {{ is_old_version(lead) }} as is_old_version,
        {{ unreadable_columns(
            lead, [['CreatedDate', 'timestamp'], ['NumberOfEmployees', 'integer']]
        ) }} as unreadable_columns

    from {{ lead.relation }}

),

identified_leads as (

    select
        *,
        {{ salesforce_id('source_record_id') }} as record_id,
        {{ salesforce_id('master_record_id') }} as merged_into_id

    from raw_leads

)

select * from identified_leads
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_leads, ['record_id'], [
        'lead_status', 'created_at', 'lead_source', 'email', 'company', 'owner_id',
        'industry', 'country', 'employee_count', 'converted_opportunity_id',
        'converted_account_id', 'converted_contact_id', 'merged_into_id',
        'unreadable_columns',
    ]) }}

),

excluded_leads as (

    {{ excluded_versions('salesforce', landed_leads, 'lead') }}

),

leads as (

    select
        -- ids
        'salesforce' as source_system,
        'lead' as raw_table,
        versions.source_record_id,
        versions.record_id,
        versions.merged_into_id,
        {{ salesforce_id('versions.owner_id') }} as owner_id,
        {{ salesforce_id('versions.converted_account_id') }} as account_id,
        {{ salesforce_id('versions.converted_contact_id') }} as contact_id,
        {{ salesforce_id('versions.converted_opportunity_id') }} as deal_id,
        cast(null as {{ type_name('text') }}) as salesforce_lead_id,
        cast(null as {{ type_name('text') }}) as salesforce_contact_id,

        -- people, only as keyed hashes
        {{ keyed_hash(normalised_email('versions.email')) }} as email_key,
        case
            when {{ company_name('versions.company') }} is null
                then {{ keyed_hash(email_domain('versions.email')) }}
        end as email_domain_key,
        {{ keyed_hash(company_name('versions.company')) }} as company_key,

        -- attributes
        versions.lead_status,
        cast(null as {{ type_name('text') }}) as lifecycle_stage,
        versions.lead_source,
        versions.industry,
        versions.country,
        versions.employee_count,

        -- flags
        true as is_lead,

        -- dates and timestamps (UTC)
        versions.created_at,
        cast(null as timestamp) as lead_since_at,
        cast(null as timestamp) as lead_at,
        cast(null as timestamp) as past_lead_at,
        cast(null as timestamp) as mql_at,
        cast(null as timestamp) as sql_at,
        cast(null as timestamp) as opportunity_at,
        versions.modified_at,
        versions.loaded_at,

        -- state of the row
        versions.unreadable_columns,
        {{ set_aside_reason(
            'versions.record_id', 'versions.merged_into_id', 'excluded_leads.record_id'
        ) }} as set_aside_reason

    from versions
    left join excluded_leads
        on {{ is_same_version('excluded_leads', 'lead') }}

)

select * from leads
