{%- set account = raw_table('salesforce', 'account') -%}

{%- set landed_accounts -%}
with

raw_accounts as (

    select
        -- ids
        {{ pick(account, 'Id', required=true) }} as source_record_id,
        {{ pick(account, 'MasterRecordId') }} as master_record_id,
        {{ pick(account, 'OwnerId') }} as owner_id,

        -- attributes
        {{ pick(account, 'Name') }} as name,
        {{ pick(account, 'Website') }} as website,
        {{ pick(account, 'Industry') }} as industry,
        {{ pick(account, 'BillingCountry') }} as country,
        {{ pick(account, 'Segment__c') }} as segment,
        {{ pick(account, 'NumberOfEmployees', 'integer') }} as employee_count,

        -- dates and timestamps (UTC)
        {{ pick(account, 'CreatedDate', 'timestamp') }} as created_at,
        {{ pick(account, 'SystemModstamp', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(account) }} as loaded_at,
        {{ is_deleted(account) }} as is_deleted,
        {{ is_old_version(account) }} as is_old_version,
        {{ unreadable_columns(
            account, [['CreatedDate', 'timestamp'], ['NumberOfEmployees', 'integer']]
        ) }} as unreadable_columns

    from {{ account.relation }}

),

identified_accounts as (

    select
        *,
        {{ salesforce_id('source_record_id') }} as record_id,
        {{ salesforce_id('master_record_id') }} as merged_into_id

    from raw_accounts

)

select * from identified_accounts
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_accounts, ['record_id'], [
        'name', 'website', 'created_at', 'industry', 'country', 'segment',
        'employee_count', 'owner_id', 'merged_into_id', 'unreadable_columns',
    ]) }}

),

excluded_accounts as (

    {{ excluded_versions('salesforce', landed_accounts, 'account') }}

),

accounts as (

    select
        -- ids
        'salesforce' as source_system,
        'account' as raw_table,
        versions.source_record_id,
        versions.record_id,
        versions.merged_into_id,
        {{ salesforce_id('versions.owner_id') }} as owner_id,
        cast(null as {{ type_name('text') }}) as salesforce_account_id,
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
            'versions.record_id',
            'versions.merged_into_id',
            'excluded_accounts.record_id'
        ) }} as set_aside_reason

    from versions
    left join excluded_accounts
        on {{ is_same_version('excluded_accounts', 'account') }}

)

select * from accounts
