with

orders as (

    select * from {{ ref('int_revenue__orders') }}
    where amount is not null

),

periods as (

    select * from {{ ref('int_calendar__periods') }}
    where period_grain = 'month' and is_complete_period

),

last_months as (

    select
        *,
        row_number() over (order by period_start desc) as months_back

    from periods

),

orders_of_the_month as (

    select
        last_months.period_label,
        orders.order_id,
        orders.ordered_on,
        orders.deal_type,
        orders.region,
        orders.segment,
        orders.source_system,
        orders.is_refund,
        orders.amount

    from orders
    inner join last_months
        on orders.ordered_on between last_months.period_start and last_months.period_end
    where last_months.months_back = 1

),

explained as (

    select
        orders_of_the_month.*,
        sum(amount) over () as month_revenue,
        {{ ratio('amount', 'sum(amount) over ()') }} as share_of_month,
        sum(amount) over (
            order by amount desc, order_id asc
            rows between unbounded preceding and current row
        ) as cumulative_amount

    from orders_of_the_month
    order by amount desc, order_id asc

)

select * from explained
