with

deals as (

    select * from {{ ref('int_crm__deals') }}

),

orders as (

    {% if var('revenue_basis') == 'bookings' -%}
        select
            deal_id as order_id,
            closed_on as ordered_on,
            customer_id,
            amount,
            is_refund,
            deal_type,
            source_system,
            region,
            segment,
            industry,
            lead_source,
            sales_team,
            sales_rep

        from deals
        where is_closed_won
    {%- else -%}
        select * from {{ ref('int_revenue__billed_orders') }}
    {%- endif %}

)

select * from orders
