with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

excluded_accounts as (

    select * from {{ ref('int_crm__excluded_accounts') }}

),

billing_documents as (

    {{ union_crms('billing_documents') }}

),

billing_document_records as (

    {{ run_state('billing_documents', of_accounts=true) }}

)

select * from billing_document_records
