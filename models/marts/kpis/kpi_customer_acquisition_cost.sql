{%- set dimensions = ['channel', 'region', 'segment', 'sales_team', 'source_system'] -%}

with

spend as (

    select * from {{ ref('int_cac__spend') }}

),

known_spend as (

    select
        amount,
        {%- for dimension in dimensions %}
        {{ known(dimension) }} as {{ dimension }},
        {%- endfor %}
        {{ month_start('spend_month') }} as month_start

    from spend

),

new_customers as (

    select
        *,
        {{ month_start('won_on') }} as month_start

    from {{ ref('int_customers__new_customers') }}

),

{# Only dimensions that the spend carries: nothing is allocated. #}
carried_dimensions as (

    select 'total' as dimension
    union all
    select 'channel' as dimension
    {%- for dimension in dimensions if dimension != 'channel' %}
    union all
    select '{{ dimension }}' as dimension from spend
    having count({{ dimension }}) > 0
    {%- endfor %}

),

spend_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        sum(amount) as acquisition_spend

    from known_spend
    {{ group_by_dimension(dimensions, ['month_start']) }}

),

spend_by_period as (

    {{ periods_of_months('spend_by_month', ['acquisition_spend']) }}

),

customers_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        count(*) as new_customer_count,
        sum(first_monthly_amount) as first_monthly_revenue,
        count(first_monthly_amount) as valued_customer_count

    from new_customers
    {{ group_by_dimension(dimensions, ['month_start']) }}

),

customers_by_period as (

    {{ periods_of_months('customers_by_month', [
        'new_customer_count', 'first_monthly_revenue', 'valued_customer_count',
    ]) }}

),

period_grid as (

    {{ period_grid(['spend_by_period', 'customers_by_period']) }}

),

measured as (

    select
        period_grid.*,
        cast(spend_by_period.acquisition_spend as {{ type_name('money') }})
            as acquisition_spend,
        coalesce(customers_by_period.new_customer_count, 0) as new_customer_count,
        cast(
            coalesce(customers_by_period.first_monthly_revenue, 0)
            as {{ type_name('money') }}
        ) as first_monthly_revenue,
        coalesce(customers_by_period.valued_customer_count, 0)
            as valued_customer_count

    from period_grid
    inner join carried_dimensions
        on period_grid.dimension = carried_dimensions.dimension
    {{ join_to_grid('spend_by_period') }}
    {{ join_to_grid('customers_by_period') }}
    where period_grid.is_reported

),

rated as (

    select
        *,
        {{ money_ratio('acquisition_spend', 'new_customer_count') }}
            as customer_acquisition_cost,
        case
            when new_customer_count = 0 then acquisition_spend
            else 0
        end as spend_without_customers,
        {{ ratio(
            ratio('acquisition_spend', 'new_customer_count'),
            ratio('first_monthly_revenue', 'valued_customer_count')
            ~ ' * ' ~ (var('gross_margin_rate') or 'null')
        ) }} as payback_months

    from measured

),

targeted as (

    {{ with_target('rated', 'customer_acquisition_cost') }}

),

judged as (

    select
        {{ period_columns() }},
        acquisition_spend,
        cast(new_customer_count as {{ type_name('integer') }}) as new_customer_count,
        customer_acquisition_cost,
        cast(spend_without_customers as {{ type_name('money') }})
            as spend_without_customers,
        first_monthly_revenue,
        cast(valued_customer_count as {{ type_name('integer') }})
            as valued_customer_count,
        payback_months,
        {{ verdict_columns() }}

    from targeted

)

select * from judged
