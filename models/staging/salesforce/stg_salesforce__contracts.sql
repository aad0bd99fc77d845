{%- set contract = raw_table('salesforce', 'contract', optional=true) -%}
{%- set amount_column = var('salesforce_contract_amount_column') -%}
{%- set amounts = [[amount_column, 'money']] if amount_column else [] -%}

{%- set landed_contracts -%}
with

raw_contracts as (

    select
        -- ids
        {{ pick(contract, 'Id', required=true) }} as source_record_id,
        {{ pick(contract, 'AccountId', required=true) }} as account_id,

        -- attributes
        {{ pick(contract, 'Status') }} as contract_status,
        {{ pick(contract, 'StatusCode') }} as status_code,
        {{ pick(contract, 'CurrencyIsoCode') }} as currency_code,

        -- measures
        {{ pick(contract, 'ContractTerm', 'integer') }} as landed_term_months,
        {{ pick(contract, amount_column, 'money', required=true) if amount_column
            else 'cast(null as ' ~ type_name('money') ~ ')' }} as amount,

        -- dates and timestamps (UTC)
        {{ pick(contract, 'StartDate', 'date', required=true) }} as starts_on,
        {{ pick(contract, 'EndDate', 'date') }} as last_day_on,
        {{ pick(contract, 'EndDate') }} as raw_end_date,
        {{ pick(contract, 'CreatedDate', 'timestamp') }} as created_at,
        {{ pick(contract, 'SystemModstamp', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(contract) }} as loaded_at,
        {{ is_deleted(contract) }} as is_deleted,
        {{ is_old_version(contract) }} as is_old_version,
        {{ unreadable_columns(contract, [
            ['StartDate', 'date'], ['ContractTerm', 'integer'],
        ] + amounts) }} as unreadable_columns

    from {{ contract.relation }}

),

identified_contracts as (

    select
        *,
        {{ salesforce_id('source_record_id') }} as record_id,
        case when landed_term_months between 1 and 1200 then landed_term_months end
            as term_months,
        coalesce({{ is_far_future('raw_end_date') }}, false) as is_open_ended

    from raw_contracts

)

select * from identified_contracts
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_contracts, ['record_id'], [
        'starts_on', 'last_day_on', 'term_months', 'amount', 'status_code',
        'contract_status', 'account_id', 'currency_code', 'created_at', 'raw_end_date',
        'landed_term_months', 'unreadable_columns',
    ]) }}

),

contracts as (

    select
        -- ids
        'salesforce' as source_system,
        'contract' as raw_table,
        versions.source_record_id,
        versions.record_id,
        {{ salesforce_id('versions.account_id') }} as account_id,
        cast(null as {{ type_name('text') }}) as deal_id,

        -- attributes
        upper(versions.currency_code) as currency_code,

        -- measures
        versions.term_months,
        cast(null as {{ type_name('integer') }}) as term_days,
        versions.amount,
        cast(null as {{ type_name('money') }}) as monthly_amount,
        cast(null as {{ type_name('money') }}) as home_monthly_amount,

        -- flags
        coalesce(
            lower(
                replace(
                    coalesce(versions.status_code, versions.contract_status), ' ', ''
                )
            )
            in ('draft', 'inapproval', 'inapprovalprocess'),
            false
        ) as is_draft,

        -- dates and timestamps (UTC); the end is exclusive
        versions.starts_on,
        case
            when versions.is_open_ended then null
            when versions.last_day_on is not null
                then {{ add_days('versions.last_day_on', 1) }}
            else {{ add_months('versions.starts_on', 'versions.term_months') }}
        end as ends_on,
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,

        -- state of the row
        nullif(
            coalesce(versions.unreadable_columns, '')
            || case
                when versions.raw_end_date is not null
                    and versions.last_day_on is null
                    and not versions.is_open_ended then 'EndDate,'
                else ''
            end
            || case
                when versions.landed_term_months is not null
                    and versions.term_months is null then 'ContractTerm,'
                else ''
            end,
            ''
        ) as unreadable_columns,
        {{ set_aside_reason('versions.record_id') }} as set_aside_reason

    from versions

)

select * from contracts
