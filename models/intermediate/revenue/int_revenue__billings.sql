with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

documents as (

    select * from {{ ref('int_crm__billing_document_records') }}
    where record_state is null

),

deal_keys as (

    select * from {{ ref('int_crm__deal_states') }}

),

accounts as (

    select * from {{ ref('int_crm__accounts') }}

),

billed_documents as (

    select
        documents.source_system || ':' || documents.raw_table || ':'
        || documents.record_id as document_id,
        documents.raw_table,
        documents.source_record_id,
        documents.source_system,
        documents.owner_id,
        documents.contract_id,
        documents.billed_on,
        documents.is_reduction,
        documents.is_counted and documents.billed_on is not null as is_in_force,
        documents.is_counted
        and documents.billed_on <= as_of.as_of_on as is_counted,
        documents.amount,
        cast(null as {{ type_name('money') }}) as home_amount,
        documents.units_per_home_unit,
        coalesce(
            documents.currency_code, {{ home_currency('documents.source_system') }}
        )
            as currency_code,
        documents.billed_on as converted_on,
        deal_keys.deal_id,
        accounts.customer_id as account_customer_id

    from documents
    cross join as_of
    left join deal_keys
        on documents.source_system = deal_keys.source_system
        and documents.deal_id = deal_keys.record_id
    left join accounts
        on documents.source_system = accounts.source_system
        and documents.account_id = accounts.record_id

),

rated_documents as (

    {{ with_rates('billed_documents') }}

),

billings as (

    select
        -- ids
        rated_documents.document_id,
        rated_documents.source_system,
        rated_documents.raw_table,
        rated_documents.source_record_id,
        rated_documents.account_customer_id,
        rated_documents.contract_id,
        rated_documents.deal_id,
        rated_documents.owner_id,

        -- state and day
        rated_documents.billed_on,
        rated_documents.is_in_force,
        rated_documents.is_counted,
        rated_documents.is_reduction
        or coalesce(rated_documents.amount, 0) < 0 as is_refund,

        -- money in reporting currency
        {{ reporting_amount('rated_documents') }} as amount,
        rated_documents.amount_source

    from rated_documents

)

select * from billings
