{%- set contract_periods = raw_table('finance', 'contract_periods', optional=true) -%}

with

raw_periods as (

    select
        {{ pick(contract_periods, 'contract_id', required=true) }} as contract_id,
        lower({{ pick(contract_periods, 'source_system', required=true) }})
            as contract_source_system,
        {{ pick(contract_periods, 'account_id', required=true) }} as account_id,
        upper({{ pick(contract_periods, 'currency_code') }}) as currency_code,
        {{ pick(contract_periods, 'monthly_amount', 'money') }} as monthly_amount,
        {{ pick(contract_periods, 'starts_on', 'date', required=true) }} as starts_on,
        {{ pick(contract_periods, 'ends_on', 'date') }} as ends_on,
        {{ pick(contract_periods, 'ends_on') }} as raw_ends_on,
        {{ unreadable_columns(contract_periods, [['monthly_amount', 'money']]) }}
            as unreadable_columns

    from {{ contract_periods.relation }}

),

identified_periods as (

    select
        *,
        contract_id as source_record_id
        {%- for name in ['contract_id', 'account_id'] %},
        case contract_source_system
            when 'salesforce' then {{ salesforce_id(name) }}
            when 'hubspot' then {{ hubspot_id(name) }}
            else {{ name }}
        end as crm_{{ name }}
        {%- endfor %}

    from raw_periods

),

{# HubSpot shows a merged company no more, but finance may still know it by its id. #}
merged_companies as (

    {%- if var('hubspot_enabled') %}
    select
        'hubspot' as source_system,
        record_id,
        survivor_id

    from {{ ref('stg_hubspot__merged_records') }}
    where object_type = 'company'
    {%- else %}
    {{ no_rows({'source_system': 'text', 'record_id': 'text', 'survivor_id': 'text'}) }}
    {%- endif %}

),

read_periods as (

    select
        identified_periods.source_record_id,
        identified_periods.contract_source_system,
        identified_periods.crm_contract_id as contract_id,
        coalesce(merged_companies.survivor_id, identified_periods.crm_account_id)
            as account_id,
        identified_periods.currency_code,
        identified_periods.monthly_amount,
        identified_periods.starts_on,
        identified_periods.ends_on,
        identified_periods.unreadable_columns,
        case
            when identified_periods.crm_contract_id is null
                or identified_periods.contract_source_system is null
                then 'missing_id'
            when identified_periods.starts_on is null then 'unreadable'
            when identified_periods.ends_on is null
                and identified_periods.raw_ends_on is not null
                and not {{ is_far_future('identified_periods.raw_ends_on') }}
                then 'unreadable'
        end as unusable_reason

    from identified_periods
    left join merged_companies
        on identified_periods.contract_source_system = merged_companies.source_system
        and identified_periods.crm_account_id = merged_companies.record_id

),

{# The same period twice, however its ids are written; a price to correct is listed. #}
numbered_periods as (

    select
        *,
        row_number() over (
            partition by
                contract_id, contract_source_system, account_id, currency_code,
                monthly_amount, starts_on, ends_on, unusable_reason
            order by unreadable_columns nulls last, source_record_id
        ) as copy_number

    from read_periods

),

contract_periods as (

    select
        'finance' as source_system,
        'contract_periods' as raw_table,
        source_record_id,
        contract_source_system,
        contract_id,
        account_id,
        currency_code,
        monthly_amount,
        starts_on,
        ends_on,
        unreadable_columns,
        case
            when unusable_reason is not null then unusable_reason
            when copy_number > 1 then 'duplicate'
        end as set_aside_reason

    from numbered_periods

)

select * from contract_periods
