{%- set dimensions = common_dimensions() + ['deal_type', 'stage'] -%}

with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

deals as (

    select * from {{ ref('int_crm__deals') }}
    where deal_state = 'open'

),

deal_states as (

    select * from {{ ref('int_crm__deal_states') }}
    where is_counted

),

stages as (

    select * from {{ ref('int_crm__stages') }}

),

open_deals as (

    select
        {{ common_dimension_columns('deals') }},
        deals.deal_type,
        {{ known(
            'coalesce(own_stages.stage_label, any_stages.stage_label, deals.stage)'
        ) }} as stage,
        deals.amount,
        {#- Rounded per deal, so that the values of a dimension add up to the total. #}
        cast(
            {{ exact_product('deals.amount', 'deals.probability') }}
            as {{ type_name('money') }}
        ) as weighted_amount,
        deals.probability,
        {{ days_between('deals.created_on', 'as_of.as_of_on') }} as age_days,
        coalesce(deal_states.crm_close_on < as_of.as_of_on, false) as is_overdue

    from deals
    cross join as_of
    inner join deal_states
        on deals.deal_id = deal_states.deal_id
    {{ join_stages('deals', 'record_source_system') }}

),

pipelines as (

    select
        {{ dimension_columns(dimensions) }},
        count(*) as deal_count,
        sum(amount) as amount,
        sum(weighted_amount) as weighted_amount,
        sum(case when amount is null then 1 else 0 end) as deals_without_amount_count,
        sum(case when probability is null then 1 else 0 end)
            as deals_without_probability_count,
        {{ percentile(0.5, 'age_days') }} as median_age_days,
        sum(case when is_overdue then 1 else 0 end) as overdue_count

    from open_deals
    {{ group_by_dimension(dimensions) }}

),

{# The total is always there; some engines give no row for nothing. #}
dimension_values as (

    select
        'total' as dimension,
        '(all)' as dimension_value
    union
    select
        dimension,
        dimension_value

    from pipelines

),

open_pipeline as (

    select
        dimension_values.dimension || '|' || dimension_values.dimension_value
            as pipeline_key,
        as_of.as_of_on,
        dimension_values.dimension,
        dimension_values.dimension_value,
        cast(coalesce(pipelines.deal_count, 0) as {{ type_name('integer') }})
            as deal_count,
        cast(coalesce(pipelines.amount, 0) as {{ type_name('money') }}) as amount,
        cast(coalesce(pipelines.weighted_amount, 0) as {{ type_name('money') }})
            as weighted_amount,
        cast(
            coalesce(pipelines.deals_without_amount_count, 0)
            as {{ type_name('integer') }}
        ) as deals_without_amount_count,
        cast(
            coalesce(pipelines.deals_without_probability_count, 0)
            as {{ type_name('integer') }}
        ) as deals_without_probability_count,
        cast(pipelines.median_age_days as {{ type_name('number') }}) as median_age_days,
        cast(coalesce(pipelines.overdue_count, 0) as {{ type_name('integer') }})
            as overdue_count,
        as_of.data_as_of

    from dimension_values
    cross join as_of
    left join pipelines
        on dimension_values.dimension = pipelines.dimension
        and dimension_values.dimension_value = pipelines.dimension_value

)

select * from open_pipeline
