{%- set deals = hubspot_deal_tables() -%}
{%- set home_units -%}
    case when versions.home_units_per_unit > 0 then versions.home_units_per_unit end
{%- endset -%}

{%- set landed_deals -%}
with

raw_deals as (

    {%- for deal in deals %}
        {#- HubSpot converts the standard amount, which says nothing of an own one. -#}
        {%- set own_names = own_column_names('hubspot').get(deal.table, {}) -%}
        {%- set is_own_amount = own_names.get('amount')
            and not own_names.get('amount_in_home_currency') %}
        select
            '{{ deal.table }}' as raw_table,

            -- ids
            {{ pick(deal, 'id', required=true) }} as source_record_id,
            {{ pick(deal, 'hubspot_owner_id') }} as owner_id,
            {{ pick(deal, 'hs_primary_associated_company') }} as company_id,
            {{ pick(deal, 'hs_salesforceopportunityid') }} as salesforce_deal_id,

            -- attributes
            {{ pick(deal, 'dealname') }} as name,
            {{ pick(deal, 'dealtype') }} as deal_type,
            {{ pick(deal, 'hs_analytics_source') }} as lead_source,
            {{ hubspot_id(pick(deal, 'pipeline')) }} as pipeline,
            {{ hubspot_id(pick(deal, 'dealstage', required=true)) }} as stage,
            {{ pick(deal, 'deal_currency_code') }} as currency_code,

            -- measures
            {{ pick(deal, 'amount', 'money', required=true) }} as amount,
            {{ 'cast(null as ' ~ type_name('money') ~ ')' if is_own_amount
                else pick(deal, 'amount_in_home_currency', 'money') }} as home_amount,
            {{ pick(deal, 'hs_exchange_rate', 'rate') }} as home_units_per_unit,
            {{ pick(deal, 'hs_deal_stage_probability', 'rate') }} as probability,

            -- flags
            {{ pick(deal, 'hs_is_closed', 'boolean') }} as is_closed,
            {{ pick(deal, 'hs_is_closed_won', 'boolean') }} as is_won,

            -- dates and timestamps (UTC)
            {{ pick(deal, 'closedate', 'timestamp', required=true) }} as closed_at,
            {{ pick(deal, 'createdate', 'timestamp', required=true) }} as created_at,
            {{ pick(deal, 'hs_lastmodifieddate', 'timestamp') }} as modified_at,

            -- state of the row
            {{ loaded_at(deal) }} as loaded_at,
            {{ is_deleted_deal(deal) }} as is_deleted,
            {{ is_old_version(deal) }} as is_old_version,
            {{ unreadable_columns(deal, [
                ['amount', 'money'], ['closedate', 'timestamp'],
                ['createdate', 'timestamp'], ['hs_is_closed', 'boolean'],
                ['hs_is_closed_won', 'boolean'],
            ]) }} as unreadable_columns

        from {{ deal.relation }}
        {%- if not loop.last %}
        union all
        {%- endif %}
    {%- endfor %}

),

identified_deals as (

    select
        *,
        {{ hubspot_id('source_record_id') }} as record_id,
        {{ hubspot_id('company_id') }} as primary_company_id

    from raw_deals

)

select * from identified_deals
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_deals, ['record_id'], [
        'closed_at', 'amount', 'stage', 'pipeline', 'deal_type', 'created_at',
        'primary_company_id', 'owner_id', 'lead_source', 'currency_code', 'home_amount',
        'home_units_per_unit', 'is_won', 'is_closed', 'probability', 'name',
        'salesforce_deal_id', 'unreadable_columns',
    ]) }}

),

{# A definition that was deleted since still tells what its stage is. #}
stages as (

    select * from {{ ref('stg_hubspot__stages') }}
    where is_won is not null
        and (set_aside_reason is null or set_aside_reason = 'deleted')

),

merged_records as (

    select * from {{ ref('stg_hubspot__merged_records') }}

),

associations as (

    select * from {{ ref('stg_hubspot__associations') }}
    where raw_table = 'deal_company' and set_aside_reason is null

),

companies as (

    select * from {{ ref('stg_hubspot__accounts') }}
    where set_aside_reason is null or set_aside_reason = 'excluded'

),

companies_of_deals as (

    select
        from_record_id as deal_record_id,
        to_record_id as company_id,
        is_primary

    from associations
    union all
    select
        versions.record_id as deal_record_id,
        coalesce(merged_records.survivor_id, versions.primary_company_id) as company_id,
        true as is_primary

    from versions
    left join merged_records
        on merged_records.object_type = 'company'
        and versions.primary_company_id = merged_records.record_id
    where versions.version_number = 1 and versions.primary_company_id is not null

),

{#
    A company that is there wins over one that is gone; then the primary one, then the
    lowest id, a number of any length.
#}
ranked_companies as (

    select
        companies_of_deals.deal_record_id,
        companies_of_deals.company_id,
        row_number() over (
            partition by companies_of_deals.deal_record_id
            order by
                case when companies.record_id is null then 1 else 0 end,
                case when companies_of_deals.is_primary then 0 else 1 end,
                length(companies_of_deals.company_id),
                companies_of_deals.company_id
        ) as company_rank

    from companies_of_deals
    left join companies
        on companies_of_deals.company_id = companies.record_id

),

first_companies as (

    select * from ranked_companies
    where company_rank = 1

),

merged_deals as (

    select * from merged_records
    where object_type = 'deal'

),

{# Merging deals makes a new one; the business began with the oldest of them. #}
merged_creations as (

    select
        merged_deals.survivor_id as record_id,
        min(versions.created_at) as created_at

    from versions
    inner join merged_deals
        on versions.record_id = merged_deals.record_id
    where versions.version_number = 1
    group by merged_deals.survivor_id

),

excluded_deals as (

    {{ excluded_versions('hubspot', landed_deals, 'deal') }}

),

deals as (

    select
        -- ids
        'hubspot' as source_system,
        versions.raw_table,
        versions.source_record_id,
        versions.record_id,
        merged_deals.survivor_id as merged_into_id,
        first_companies.company_id as account_id,
        cast(null as {{ type_name('text') }}) as contact_id,
        cast(null as {{ type_name('text') }}) as contract_id,
        {{ hubspot_id('versions.owner_id') }} as owner_id,
        {{ salesforce_id('versions.salesforce_deal_id') }} as salesforce_deal_id,

        -- attributes
        versions.deal_type,
        versions.lead_source,
        versions.pipeline,
        versions.stage,
        upper(versions.currency_code) as currency_code,

        -- measures
        versions.amount,
        coalesce(
            versions.home_amount,
            cast(
                {{ exact_product('versions.amount', home_units) }}
                as {{ type_name('money') }}
            )
        ) as home_amount,
        {{ home_units }} as home_units_per_unit,
        cast(null as {{ type_name('rate') }}) as units_per_home_unit,
        case when versions.probability between 0 and 1 then versions.probability end
            as probability,

        -- flags: the stage's definition, else those on the record
        case
            when stages.stage is not null then stages.is_won or stages.is_lost
            else versions.is_closed
        end as is_closed,
        case when stages.stage is not null then stages.is_won else versions.is_won end
            as is_won,

        -- dates and timestamps (UTC)
        {{ local_date('versions.closed_at') }} as close_on,
        least(
            versions.created_at,
            coalesce(merged_creations.created_at, versions.created_at)
        ) as created_at,
        versions.modified_at,
        versions.loaded_at,

        -- state of the row
        versions.unreadable_columns,
        {{ set_aside_reason(
            'versions.record_id', 'merged_deals.survivor_id', 'excluded_deals.record_id'
        ) }} as set_aside_reason

    from versions
    left join stages
        on versions.pipeline = stages.pipeline
        and lower(versions.stage) = lower(stages.stage)
    left join merged_deals
        on versions.record_id = merged_deals.record_id
    left join merged_creations
        on versions.record_id = merged_creations.record_id
    left join first_companies
        on versions.record_id = first_companies.deal_record_id
    left join excluded_deals
        on {{ is_same_version('excluded_deals', 'deal') }}

)

select * from deals
