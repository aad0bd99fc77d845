{%- set invoice = raw_table('zoho', 'invoice', optional=true) -%}
{%- set sales_order = raw_table('zoho', 'sales_order', optional=true) -%}
{#- No tax on an invoice is none; where no invoice has the column, nobody knows. -#}
{%- set tax = pick(invoice, 'Tax', 'money') -%}
{%- if landed_column(invoice, 'Tax') -%}
    {%- set tax = 'coalesce(' ~ tax ~ ', 0)' -%}
{%- endif -%}

{%- set landed_documents -%}
with

raw_invoices as (

    select
        -- ids
        'invoice' as raw_table,
        {{ pick(invoice, 'id', required=true) }} as record_id,
        {{ lookup_id(invoice, 'Sales_Order') }} as sales_order_id,
        {{ lookup_id(invoice, 'Deal_Name') }} as deal_id,
        {{ lookup_id(invoice, 'Account_Name') }} as account_id,
        {{ lookup_id(invoice, 'Owner') }} as owner_id,

        -- attributes
        lower({{ pick(invoice, 'Status') }}) as status,
        {{ pick(invoice, 'Currency') }} as currency_code,

        -- measures
        {{ pick(invoice, 'Sub_Total', 'money') }} as sub_total,
        {{ pick(invoice, 'Discount', 'money') }} as discount,
        {{ pick(invoice, 'Adjustment', 'money') }} as adjustment,
        {{ tax }} as tax,
        {{ pick(invoice, 'Grand_Total', 'money') }} as grand_total,
        {{ pick(invoice, 'Exchange_Rate', 'rate') }} as units_per_home_unit,

        -- dates and timestamps (UTC)
        {{ pick(invoice, 'Invoice_Date', 'date') }} as billed_on,
        {{ pick(invoice, 'Created_Time', 'timestamp') }} as created_at,
        {{ pick(invoice, 'Modified_Time', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(invoice) }} as loaded_at,
        {{ zoho_is_deleted(invoice) }} as is_deleted,
        {{ is_old_version(invoice) }} as is_old_version,
        {{ unreadable_columns(invoice, [
            ['Sub_Total', 'money'], ['Discount', 'money'], ['Adjustment', 'money'],
            ['Tax', 'money'], ['Grand_Total', 'money'], ['Exchange_Rate', 'rate'],
            ['Invoice_Date', 'date'],
        ]) }} as unreadable_columns

    from {{ invoice.relation }}

),

{# A sales order is billed by its invoices: it only tells which deal they belong to. #}
raw_sales_orders as (

    select
        -- ids
        'sales_order' as raw_table,
        {{ pick(sales_order, 'id', required=true) }} as record_id,
        cast(null as {{ type_name('text') }}) as sales_order_id,
        {{ lookup_id(sales_order, 'Deal_Name') }} as deal_id,
        {{ lookup_id(sales_order, 'Account_Name') }} as account_id,
        {{ lookup_id(sales_order, 'Owner') }} as owner_id,

        -- attributes
        cast(null as {{ type_name('text') }}) as status,
        cast(null as {{ type_name('text') }}) as currency_code,

        -- measures
        cast(null as {{ type_name('money') }}) as sub_total,
        cast(null as {{ type_name('money') }}) as discount,
        cast(null as {{ type_name('money') }}) as adjustment,
        cast(null as {{ type_name('money') }}) as tax,
        cast(null as {{ type_name('money') }}) as grand_total,
        cast(null as {{ type_name('rate') }}) as units_per_home_unit,

        -- dates and timestamps (UTC)
        cast(null as date) as billed_on,
        {{ pick(sales_order, 'Created_Time', 'timestamp') }} as created_at,
        {{ pick(sales_order, 'Modified_Time', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(sales_order) }} as loaded_at,
        {{ zoho_is_deleted(sales_order) }} as is_deleted,
        {{ is_old_version(sales_order) }} as is_old_version,
        {{ unreadable_columns(sales_order, [['Created_Time', 'timestamp']]) }}
            as unreadable_columns

    from {{ sales_order.relation }}

),

raw_documents as (

    select * from raw_invoices
    union all
    select * from raw_sales_orders

)

select * from raw_documents
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_documents, ['raw_table', 'record_id'], [
        'billed_on', 'grand_total', 'deal_id', 'status', 'sub_total', 'discount',
        'adjustment', 'tax', 'account_id', 'sales_order_id', 'currency_code',
        'units_per_home_unit', 'owner_id', 'created_at', 'unreadable_columns',
    ]) }}

),

sales_orders as (

    select * from versions
    where raw_table = 'sales_order'
        and not is_old_version and version_number = 1 and not is_deleted

),

billing_documents as (

    select
        -- ids
        'zoho' as source_system,
        versions.raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        versions.account_id,
        coalesce(versions.deal_id, sales_orders.deal_id) as deal_id,
        cast(null as {{ type_name('text') }}) as contract_id,
        versions.owner_id,

        -- attributes
        upper(versions.currency_code) as currency_code,

        -- measures: without VAT, if it is known
        coalesce(
            versions.sub_total - versions.discount + coalesce(versions.adjustment, 0),
            versions.grand_total - versions.tax,
            versions.sub_total + coalesce(versions.adjustment, 0),
            versions.grand_total
        ) as amount,
        versions.units_per_home_unit,

        -- flags
        false as is_reduction,
        versions.grand_total is not null
        and coalesce(versions.sub_total, versions.tax) is null as may_hold_tax,
        versions.raw_table = 'invoice' and coalesce(
            versions.status not in (
                'draft', 'cancelled', 'canceled', 'void', 'entwurf', 'storniert'
            ),
            true
        ) as is_counted,

        -- dates and timestamps (UTC)
        versions.billed_on,
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,

        -- state of the row
        versions.unreadable_columns,
        {{ set_aside_reason('versions.record_id') }} as set_aside_reason

    from versions
    left join sales_orders
        on versions.sales_order_id = sales_orders.record_id

)

select * from billing_documents
