{#- Each company has records, exactly one of which it is named after. -#}
with

customer_records as (

    select * from {{ ref('customer_records') }}

),

deals as (

    select * from {{ ref('int_crm__deals') }}

),

customers as (

    select * from {{ ref('int_customers__customers') }}

),

company_ids as (

    select customer_id from customer_records
    union
    select customer_id from deals
    where customer_id is not null
    union
    select customer_id from customers

),

main_records as (

    select
        company_ids.customer_id,
        sum(case when customer_records.is_main_record then 1 else 0 end)
            as main_record_count

    from company_ids
    left join customer_records
        on company_ids.customer_id = customer_records.customer_id
    group by company_ids.customer_id

),

misnamed_companies as (

    select * from main_records
    where main_record_count != 1

)

select * from misnamed_companies
