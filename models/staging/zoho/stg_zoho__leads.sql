{%- set lead = raw_table('zoho', 'lead') -%}

{%- set landed_leads -%}
    select
        -- ids
        {{ pick(lead, 'id', required=true) }} as record_id,
        {{ lookup_id(lead, 'Owner') }} as owner_id,
        {{ lookup_id(lead, 'Converted_Account') }} as account_id,
        {{ lookup_id(lead, 'Converted_Contact') }} as contact_id,
        {{ lookup_id(lead, 'Converted_Deal') }} as deal_id,

        -- attributes
        {{ pick(lead, 'Lead_Status') }} as lead_status,
        {{ pick(lead, 'Lead_Source') }} as lead_source,
        {{ pick(lead, 'Company') }} as company,
        {{ pick(lead, 'Email') }} as email,
        {{ pick(lead, 'Industry') }} as industry,
        {{ pick(lead, 'Country') }} as country,
        {{ pick(lead, 'No_of_Employees', 'integer') }} as employee_count,

        -- dates and timestamps (UTC)
        {{ pick(lead, 'Created_Time', 'timestamp', required=true) }} as created_at,
        {{ pick(lead, 'Modified_Time', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(lead) }} as loaded_at,
        {{ zoho_is_deleted(lead) }} as is_deleted,
        {{ is_old_version(lead) }} as is_old_version,
        {{ unreadable_columns(
            lead, [['Created_Time', 'timestamp'], ['No_of_Employees', 'integer']]
        ) }} as unreadable_columns

    from {{ lead.relation }}
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_leads, ['record_id'], [
        'lead_status', 'created_at', 'lead_source', 'email', 'company', 'owner_id',
        'industry', 'country', 'employee_count', 'deal_id', 'account_id', 'contact_id',
        'unreadable_columns',
    ]) }}

),

excluded_leads as (

    {{ excluded_versions('zoho', landed_leads, 'lead') }}

),

leads as (

    select
        -- ids
        'zoho' as source_system,
        'lead' as raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        cast(null as {{ type_name('text') }}) as merged_into_id,
        versions.owner_id,
        versions.account_id,
        versions.contact_id,
        versions.deal_id,
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
            'versions.record_id', excluded_id='excluded_leads.record_id'
        ) }} as set_aside_reason

    from versions
    left join excluded_leads
        on {{ is_same_version('excluded_leads', 'lead') }}

)

select * from leads
