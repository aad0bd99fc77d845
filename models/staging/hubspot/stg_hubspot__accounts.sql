{%- set company = raw_table('hubspot', 'company') -%}

{%- set landed_companies -%}
with

raw_companies as (

    select
        -- ids
        {{ pick(company, 'id', required=true) }} as source_record_id,
        {{ pick(company, 'hubspot_owner_id') }} as owner_id,
        {{ pick(company, 'salesforceaccountid') }} as salesforce_account_id,

        -- attributes
        {{ pick(company, 'name') }} as name,
        {{ pick_first(company, ['domain', 'website']) }} as website,
        {{ pick(company, 'industry') }} as industry,
        {{ pick(company, 'country') }} as country,
        {{ pick(company, 'segment') }} as segment,
        {{ pick(company, 'numberofemployees', 'integer') }} as employee_count,

        -- dates and timestamps (UTC)
        {{ pick(company, 'createdate', 'timestamp') }} as created_at,
        {{ pick(company, 'hs_lastmodifieddate', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(company) }} as loaded_at,
        {{ is_deleted(company, ['archived']) }} as is_deleted,
        {{ is_old_version(company) }} as is_old_version,
        {{ unreadable_columns(company, [
            ['createdate', 'timestamp'], ['numberofemployees', 'integer'],
        ]) }} as unreadable_columns

    from {{ company.relation }}

),

identified_companies as (

    select
        *,
        {{ hubspot_id('source_record_id') }} as record_id

    from raw_companies

)

select * from identified_companies
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_companies, ['record_id'], [
        'name', 'website', 'created_at', 'industry', 'country', 'segment',
        'employee_count', 'owner_id', 'salesforce_account_id', 'unreadable_columns',
    ]) }}

),

merged_companies as (

    select * from {{ ref('stg_hubspot__merged_records') }}
    where object_type = 'company'

),

excluded_companies as (

    {{ excluded_versions('hubspot', landed_companies, 'account') }}

),

accounts as (

    select
        -- ids
        'hubspot' as source_system,
        'company' as raw_table,
        versions.source_record_id,
        versions.record_id,
        merged_companies.survivor_id as merged_into_id,
        {{ hubspot_id('versions.owner_id') }} as owner_id,
        {{ salesforce_id('versions.salesforce_account_id') }} as salesforce_account_id,
        {{ keyed_hash(web_domain('versions.website')) }} as web_domain_key,

        -- attributes
        versions.industry,
        versions.country,
        versions.segment,
        versions.employee_count,

        -- dates and timestamps (UTC)
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,

        -- state of the row
        versions.unreadable_columns,
        {{ set_aside_reason(
            'versions.record_id', 'merged_companies.survivor_id',
            'excluded_companies.record_id'
        ) }} as set_aside_reason

    from versions
    left join merged_companies
        on versions.record_id = merged_companies.record_id
    left join excluded_companies
        on {{ is_same_version('excluded_companies', 'account') }}

)

select * from accounts
