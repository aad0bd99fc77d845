with

campaigns as (

    select * from {{ ref('int_crm__campaign_records') }}
    where record_state is null

),

months as (

    select * from {{ ref('int_calendar__months') }}

),

parents as (

    select
        source_system,
        parent_id
    from campaigns
    where parent_id is not null
    group by source_system, parent_id

),

{# Costs of a parent repeat those of its children: only leaves count. #}
leaf_campaigns as (

    select
        campaigns.source_system || ':' || campaigns.record_id as campaign_id,
        campaigns.source_system,
        campaigns.campaign_type,
        coalesce(campaigns.starts_on, campaigns.ends_on) as starts_on,
        greatest(
            coalesce(campaigns.ends_on, campaigns.starts_on),
            coalesce(campaigns.starts_on, campaigns.ends_on)
        ) as ends_on,
        campaigns.cost as amount,
        coalesce(
            campaigns.currency_code, {{ home_currency('campaigns.source_system') }}
        )
            as currency_code,
        campaigns.units_per_home_unit,
        cast(null as {{ type_name('money') }}) as home_amount,
        coalesce(campaigns.starts_on, campaigns.ends_on) as converted_on

    from campaigns
    left join parents
        on campaigns.source_system = parents.source_system
        and campaigns.record_id = parents.parent_id
    where parents.parent_id is null
        and campaigns.cost is not null
        and coalesce(campaigns.starts_on, campaigns.ends_on) is not null

),

rated_campaigns as (

    {{ with_rates('leaf_campaigns') }}

),

priced_campaigns as (

    select
        campaign_id,
        source_system,
        campaign_type,
        starts_on,
        ends_on,
        {{ days_between('starts_on', 'ends_on') }} + 1 as day_count,
        {{ reporting_amount('rated_campaigns') }} as cost

    from rated_campaigns

),

{# Days of the campaign up to the end of each month and before its first day. #}
campaign_months as (

    select
        priced_campaigns.*,
        months.month_start,
        {{ days_between(
            'priced_campaigns.starts_on',
            'least(months.month_end, priced_campaigns.ends_on)'
        ) }} + 1 as days_until_month_end,
        greatest(
            0, {{ days_between('priced_campaigns.starts_on', 'months.month_start') }}
        ) as days_before_month

    from priced_campaigns
    inner join months
        on priced_campaigns.starts_on <= months.month_end
        and priced_campaigns.ends_on >= months.month_start

),

{# Differences of rounded running totals: the months add up to the cost. #}
campaign_costs as (

    select
        campaign_id,
        source_system,
        campaign_type,
        month_start as spend_month,
        cast(
            {{ money_ratio(
                'cast(cost * days_until_month_end as decimal(28, 2))', 'day_count'
            ) }}
            - {{ money_ratio(
                'cast(cost * days_before_month as decimal(28, 2))', 'day_count'
            ) }}
            as {{ type_name('money') }}
        ) as amount

    from campaign_months

)

select * from campaign_costs
