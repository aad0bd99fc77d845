{%- set dated_rate = raw_table('salesforce', 'dated_conversion_rate', optional=true) -%}
{%- set start_date = pick(dated_rate, 'StartDate') -%}
{%- set is_first_rate =
    start_date ~ " like '____-__-__%' and " ~ start_date ~ " < '1970'"
-%}
{%- set currency_type = raw_table('salesforce', 'currency_type', optional=true) -%}
{%- set home_currency =
    var('salesforce_home_currency') or var('reporting_currency')
-%}

with

{# The first rate of a currency has no beginning: Salesforce says 0001-01-01. #}
raw_dated_rates as (

    select
        'dated_conversion_rate' as raw_table,
        {{ pick(dated_rate, 'Id', required=true) }} as source_record_id,
        {{ pick(dated_rate, 'IsoCode', required=true) }} as currency_code,
        case
            when {{ is_first_rate }} then cast('1970-01-01' as date)
            else {{ pick(dated_rate, 'StartDate', 'date', required=true) }}
        end as starts_on,
        {{ pick(dated_rate, 'NextStartDate', 'date') }} as ends_on,
        {{ pick(dated_rate, 'ConversionRate', 'rate', required=true) }}
            as units_per_home_unit,
        false as is_corporate,
        cast(null as timestamp) as modified_at,
        {{ loaded_at(dated_rate) }} as loaded_at,
        {{ is_deleted(dated_rate, []) }} as is_deleted,
        {{ is_old_version(dated_rate) }} as is_old_version,
        case
            when {{ is_first_rate }}
                then {{ unreadable_columns(dated_rate, [['ConversionRate', 'rate']]) }}
            else {{ unreadable_columns(dated_rate, [
                ['StartDate', 'date'], ['ConversionRate', 'rate'],
            ]) }}
        end as unreadable_columns

    from {{ dated_rate.relation }}

),

{# Rates without a date: used for days that no dated rate covers. #}
raw_current_rates as (

    select
        'currency_type' as raw_table,
        {{ pick(currency_type, 'Id', required=true) }} as source_record_id,
        {{ pick(currency_type, 'IsoCode', required=true) }} as currency_code,
        cast(null as date) as starts_on,
        cast(null as date) as ends_on,
        {{ pick(currency_type, 'ConversionRate', 'rate', required=true) }}
            as units_per_home_unit,
        coalesce({{ pick(currency_type, 'IsCorporate', 'boolean') }}, false)
            as is_corporate,
        cast(null as timestamp) as modified_at,
        {{ loaded_at(currency_type) }} as loaded_at,
        false as is_deleted,
        {{ is_old_version(currency_type) }} as is_old_version,
        {{ unreadable_columns(currency_type, [['ConversionRate', 'rate']]) }}
            as unreadable_columns

    from {{ currency_type.relation }}

),

raw_rates as (

    select * from raw_dated_rates
    union all
    select * from raw_current_rates

),

versions as (

    select
        *,
        {{ version_number('raw_table, source_record_id', [
            'units_per_home_unit', 'currency_code', 'starts_on', 'ends_on',
            'is_corporate', 'unreadable_columns',
        ]) }} as version_number

    from raw_rates

),

{# All rates are of the corporate currency: if that is no home, they are of no use. #}
foreign_corporate_currencies as (

    select versions.currency_code
    from versions
    where versions.version_number = 1
        and not versions.is_old_version
        and versions.is_corporate
        and upper(versions.currency_code) != '{{ home_currency }}'

),

exchange_rates as (

    select
        'salesforce' as source_system,
        versions.raw_table,
        versions.source_record_id,
        versions.source_record_id as record_id,
        upper(versions.currency_code) as currency_code,
        versions.starts_on,
        versions.ends_on,
        cast(
            case
                when not exists (
                    select 1 as is_foreign from foreign_corporate_currencies
                )
                    then versions.units_per_home_unit
            end as {{ type_name('rate') }}
        ) as units_per_home_unit,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        {{ set_aside_reason('versions.source_record_id') }} as set_aside_reason

    from versions

)

select * from exchange_rates
