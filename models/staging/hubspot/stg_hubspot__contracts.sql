{#- Recurring line items: what a won deal sells by subscription. -#}
{%- set line_item = raw_table('hubspot', 'line_item', optional=true) -%}
{%- set landed_period = pick(line_item, 'hs_recurring_billing_period') -%}
{%- set list_amount = try_exact(
    exact_product(
        'cast(versions.price - coalesce(versions.discount_per_unit, 0) as '
        ~ type_name('money') ~ ')',
        'coalesce(versions.quantity, 1)'
    ),
    *digits_of('money')
) -%}

{%- set landed_line_items -%}
with

raw_line_items as (

    select
        -- ids
        {{ pick(line_item, 'id', required=true) }} as source_record_id,
        {{ pick(line_item, 'dealId') }} as own_deal_id,

        -- attributes
        {{ pick(line_item, 'recurringbillingfrequency') }} as frequency,
        {{ landed_period }} as landed_period,
        case
            when {{ matches(
                landed_period, 'P([0-9]{1,2}Y)?([0-9]{1,3}M)?([0-9]{1,4}W)?([0-9]{1,5}D)?'
            ) }}
                then {{ landed_period }}
        end as billing_period,
        {{ pick(line_item, 'hs_line_item_currency_code') }} as currency_code,

        -- measures
        {{ pick(line_item, 'amount', 'money') }} as net_amount,
        {{ pick(line_item, 'price', 'money') }} as price,
        {{ pick(line_item, 'quantity', 'rate') }} as quantity,
        {{ pick(line_item, 'discount', 'money') }} as discount_per_unit,
        {{ pick(line_item, 'hs_discount_percentage', 'rate') }} as discount_percent,
        nullif(
            {{ pick(
                line_item, 'hs_recurring_billing_number_of_payments', 'integer'
            ) }},
            0
        ) as landed_payment_count,

        -- dates and timestamps (UTC)
        {{ pick(line_item, 'hs_recurring_billing_start_date', 'date') }} as starts_on,
        {{ pick(line_item, 'createdate', 'timestamp') }} as created_at,
        {{ pick(line_item, 'hs_lastmodifieddate', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(line_item) }} as loaded_at,
        {{ is_deleted(line_item, ['archived']) }} as is_deleted,
        {{ is_old_version(line_item) }} as is_old_version,
        {{ unreadable_columns(line_item, [
            ['amount', 'money'], ['price', 'money'], ['quantity', 'rate'],
            ['discount', 'money'], ['hs_discount_percentage', 'rate'],
            ['hs_recurring_billing_number_of_payments', 'integer'],
            ['hs_recurring_billing_start_date', 'date'],
        ]) }} as unreadable_columns

    from {{ line_item.relation }}

),

identified_line_items as (

    select
        *,
        {{ hubspot_id('source_record_id') }} as record_id,
        case when landed_payment_count between 1 and 1200 then landed_payment_count end
            as payment_count,
        {{ hubspot_billing_months('frequency') }} as frequency_months,
        {{ hubspot_billing_weeks('frequency') }} as frequency_weeks,
        12 * coalesce({{ duration_part('billing_period', 'Y') }}, 0)
        + coalesce({{ duration_part('billing_period', 'M', ['Y']) }}, 0)
            as period_months,
        7 * coalesce({{ duration_part('billing_period', 'W') }}, 0)
        + coalesce({{ duration_part('billing_period', 'D', ['Y', 'M']) }}, 0)
            as period_days

    from raw_line_items

)

select * from identified_line_items
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_line_items, ['record_id'], [
        'net_amount', 'price', 'quantity', 'starts_on', 'frequency', 'landed_period',
        'landed_payment_count', 'discount_per_unit', 'discount_percent', 'currency_code',
        'own_deal_id', 'created_at', 'unreadable_columns',
    ]) }}

),

associations as (

    select * from {{ ref('stg_hubspot__associations') }}
    where raw_table = 'line_item_deal' and set_aside_reason is null

),

deals_of_line_items as (

    select
        from_record_id as line_item_id,
        min(to_record_id) as deal_id

    from associations
    group by from_record_id

),

merged_deals as (

    select * from {{ ref('stg_hubspot__merged_records') }}
    where object_type = 'deal'

),

deals as (

    select * from {{ ref('stg_hubspot__deals') }}
    where set_aside_reason is null

),

{# HubSpot's own net amount of one billing, else price and quantity less discount. #}
terms as (

    select
        versions.*,
        coalesce(
            deals_of_line_items.deal_id,
            merged_deals.survivor_id,
            {{ hubspot_id('versions.own_deal_id') }}
        ) as deal_id,
        coalesce(
            versions.net_amount,
            {{ try_exact(
                'cast(' ~ list_amount ~ ' as decimal(20, 2)) * cast('
                ~ '1 - coalesce(versions.discount_percent, 0) * 0.01 as decimal(12, 6))',
                *digits_of('money')
            ) }}
        ) as billed_amount,
        coalesce(
            nullif(versions.period_months, 0),
            case
                when versions.period_days = 0
                    then versions.payment_count * versions.frequency_months
            end
        ) as term_months,
        coalesce(
            nullif(versions.period_days, 0),
            case
                when versions.period_months = 0
                    then versions.payment_count * versions.frequency_weeks * 7
            end
        ) as term_days

    from versions
    left join deals_of_line_items
        on versions.record_id = deals_of_line_items.line_item_id
    left join merged_deals
        on {{ hubspot_id('versions.own_deal_id') }} = merged_deals.record_id

),

priced_terms as (

    select
        *,
        case
            when frequency_weeks is not null
                then {{ money_ratio(
                    'cast(billed_amount * 13 as ' ~ type_name('money') ~ ')',
                    '3 * frequency_weeks'
                ) }}
            else {{ money_ratio('billed_amount', 'frequency_months') }}
        end as monthly_amount

    from terms

),

contracts as (

    select
        -- ids
        'hubspot' as source_system,
        'line_item' as raw_table,
        versions.source_record_id,
        versions.record_id,
        cast(null as {{ type_name('text') }}) as account_id,
        versions.deal_id,

        -- attributes
        upper(coalesce(versions.currency_code, deals.currency_code)) as currency_code,

        -- measures
        versions.term_months,
        versions.term_days,
        cast(null as {{ type_name('money') }}) as amount,
        versions.monthly_amount,
        cast(
            case
                when upper(coalesce(versions.currency_code, deals.currency_code))
                    = deals.currency_code
                    then {{ try_exact(
                        exact_product(
                            'versions.monthly_amount', 'deals.home_units_per_unit'
                        ),
                        *digits_of('money')
                    ) }}
            end as {{ type_name('money') }}
        ) as home_monthly_amount,

        -- flags
        false as is_draft,

        -- dates and timestamps (UTC); the end is exclusive
        versions.starts_on,
        {{ add_days(
            add_months('versions.starts_on', 'coalesce(versions.term_months, 0)'),
            'case when coalesce(versions.term_months, versions.term_days) is not null '
            ~ 'then coalesce(versions.term_days, 0) end'
        ) }} as ends_on,
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,

        -- state of the row
        nullif(
            coalesce(versions.unreadable_columns, '')
            || case
                when versions.price is not null and versions.billed_amount is null
                    then 'price,quantity,'
                else ''
            end
            || case
                when versions.landed_period is not null
                    and versions.billing_period is null
                    then 'hs_recurring_billing_period,'
                else ''
            end
            || case
                when versions.landed_payment_count is not null
                    and versions.payment_count is null
                    then 'hs_recurring_billing_number_of_payments,'
                else ''
            end,
            ''
        ) as unreadable_columns,
        coalesce(
            {{ set_aside_reason('versions.record_id') }},
            case
                when versions.frequency is null then 'not_recurring'
                when versions.frequency_months is null
                    and versions.frequency_weeks is null
                    then 'unreadable'
                when versions.deal_id is null then 'without_deal'
            end
        ) as set_aside_reason

    from priced_terms as versions
    left join deals
        on versions.deal_id = deals.record_id

)

select * from contracts
