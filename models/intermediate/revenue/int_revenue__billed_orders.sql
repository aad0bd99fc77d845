{#- Stored only where billings are revenue: then several marts read them. -#}
{{ config(materialized='table' if var('revenue_basis') == 'billings' else 'view') }}

with

billings as (

    select
        *,
        billed_on as attributed_on

    from {{ ref('int_revenue__billings') }}
    where is_counted

),

deals as (

    select * from {{ ref('int_crm__deals') }}

),

companies as (

    select * from {{ ref('int_customers__companies') }}

),

billed_orders as (

    select
        billings.document_id as order_id,
        billings.billed_on as ordered_on,
        coalesce(billings.account_customer_id, deals.customer_id) as customer_id,
        billings.amount,
        billings.is_refund,
        {{ known('deals.deal_type') }} as deal_type,
        coalesce(deals.source_system, billings.source_system) as source_system,
        coalesce(
            deals.region,
            {{ known(
                'coalesce(companies.mapped_region, team_members.region, '
                ~ 'companies.country)'
            ) }}
        ) as region,
        coalesce(deals.segment, {{ known('companies.segment') }}) as segment,
        coalesce(deals.industry, {{ known('companies.industry') }}) as industry,
        {{ known('deals.lead_source') }} as lead_source,
        coalesce(deals.sales_team, {{ known('team_members.sales_team') }})
            as sales_team,
        coalesce(deals.sales_rep, {{ known('sales_reps.sales_rep') }}) as sales_rep

    from billings
    left join deals
        on billings.deal_id = deals.deal_id
    left join companies
        on billings.account_customer_id = companies.customer_id
    {{ join_owner('billings') }}

)

select * from billed_orders
