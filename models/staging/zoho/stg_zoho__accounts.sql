{%- set account = raw_table('zoho', 'account') -%}

{%- set landed_accounts -%}
    select
        -- ids
        {{ pick(account, 'id', required=true) }} as record_id,
        {{ lookup_id(account, 'Owner') }} as owner_id,

        -- attributes
        {{ pick(account, 'Account_Name') }} as name,
        {{ pick(account, 'Website') }} as website,
        {{ pick(account, 'Industry') }} as industry,
        {{ pick(account, 'Billing_Country') }} as country,
        {{ pick(account, 'Segment') }} as segment,
        {{ pick(account, 'Employees', 'integer') }} as employee_count,

        -- dates and timestamps (UTC)
        {{ pick(account, 'Created_Time', 'timestamp') }} as created_at,
        {{ pick(account, 'Modified_Time', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(account) }} as loaded_at,
        {{ zoho_is_deleted(account) }} as is_deleted,
        {{ is_old_version(account) }} as is_old_version,
        {{ unreadable_columns(
            account, [['Created_Time', 'timestamp'], ['Employees', 'integer']]
        ) }} as unreadable_columns

    from {{ account.relation }}
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_accounts, ['record_id'], [
        'name', 'website', 'created_at', 'industry', 'country', 'segment',
        'employee_count', 'owner_id', 'unreadable_columns',
    ]) }}

),

excluded_accounts as (

    {{ excluded_versions('zoho', landed_accounts, 'account') }}

),

accounts as (

    select
        -- ids
        'zoho' as source_system,
        'account' as raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        cast(null as {{ type_name('text') }}) as merged_into_id,
        versions.owner_id,
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
            'versions.record_id', excluded_id='excluded_accounts.record_id'
        ) }} as set_aside_reason

    from versions
    left join excluded_accounts
        on {{ is_same_version('excluded_accounts', 'account') }}

)

select * from accounts
