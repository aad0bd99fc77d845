{#- Acquisition spend by month, from finance or from campaigns, never from both. -#}
with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

finance_spend as (

    select * from {{ ref('int_cac__finance_spend') }}
    where set_aside_reason is null

),

campaign_costs as (

    select * from {{ ref('int_cac__campaign_costs') }}

),

{# One that cannot be read was delivered, too. #}
finance_rows as (

    select count(*) as row_count from {{ ref('int_cac__finance_spend') }}

),

spend_rows as (

    select
        finance_spend.spend_source_system as source_system,
        finance_spend.spend_month,
        finance_spend.channel,
        finance_spend.region,
        finance_spend.segment,
        finance_spend.sales_team,
        finance_spend.amount

    from finance_spend
    cross join finance_rows
    where {{ spend_comes_from('finance') }}
    union all
    select
        campaign_costs.source_system,
        campaign_costs.spend_month,
        campaign_costs.campaign_type as channel,
        cast(null as {{ type_name('text') }}) as region,
        cast(null as {{ type_name('text') }}) as segment,
        cast(null as {{ type_name('text') }}) as sales_team,
        campaign_costs.amount

    from campaign_costs
    cross join finance_rows
    where {{ spend_comes_from('crm_campaigns') }}

),

spend as (

    select
        {{ add_months('spend_rows.spend_month', var('cac_lag_months')) }}
            as spend_month,
        spend_rows.source_system,
        coalesce(channels.channel, spend_rows.channel) as channel,
        spend_rows.region,
        spend_rows.segment,
        spend_rows.sales_team,
        spend_rows.amount

    from spend_rows
    cross join as_of
    {{ join_channel('spend_rows', 'channel') }}
    where {{ add_months('spend_rows.spend_month', var('cac_lag_months')) }}
        <= as_of.as_of_on

)

select * from spend
