with

accounts as (

    select * from {{ ref('int_crm__accounts') }}

),

lead_persons as (

    select * from {{ ref('int_funnel__lead_persons') }}
    where lead_company_id is not null

),

lead_records as (

    select * from {{ ref('int_funnel__lead_records') }}
    where person_rank = 1

),

deals as (

    select * from {{ ref('int_crm__deals') }}

),

customers as (

    select * from {{ ref('int_customers__customers') }}

),

account_records as (

    select
        customer_id,
        source_system,
        raw_table,
        source_record_id as raw_key,
        coalesce(match_rule, 'own_record') as match_rule,
        account_key = customer_id and record_rank = 1 as is_main_record

    from accounts

),

companies_of_deals as (

    select customer_id from deals
    where customer_id is not null
    group by customer_id

),

{#
    A company that only a lead names: its lead has no account, or a deal without account
    took the company of its lead.
-#}
lead_companies as (

    select
        lead_persons.lead_company_id as customer_id,
        lead_records.source_system,
        lead_records.raw_table,
        lead_records.source_record_id as raw_key,
        'lead_company' as match_rule,
        row_number() over (
            partition by lead_persons.lead_company_id
            order by lead_persons.lead_created_at nulls last, lead_persons.lead_id
        ) = 1 as is_main_record

    from lead_persons
    inner join lead_records
        on lead_persons.lead_id = lead_records.lead_id
    left join companies_of_deals
        on lead_persons.lead_company_id = companies_of_deals.customer_id
    where lead_persons.account_customer_id is null
        or companies_of_deals.customer_id is not null

),

records as (

    select * from account_records
    union all
    select * from lead_companies

),

customer_records as (

    select
        records.source_system || '|' || records.raw_table
        || '|' || {{ short_key('records.raw_key') }} as customer_record_key,
        records.customer_id,
        customers.customer_id is not null as is_customer,
        records.source_system,
        records.raw_table,
        records.raw_key,
        records.match_rule,
        records.is_main_record

    from records
    left join customers
        on records.customer_id = customers.customer_id

)

select * from customer_records
