with

stage_definitions as (

    select * from {{ ref('stage_definitions') }}

),

stages as (

    {{ union_crms('stages') }}

),

deals as (

    select * from {{ ref('int_crm__deal_records') }}

),

{# Own definitions win over the CRM's table; flags on deals help where it is missing. #}
known_stages as (

    select
        source_system,
        nullif(trim(pipeline), '') as pipeline,
        lower(trim(stage)) as stage,
        cast(null as {{ type_name('text') }}) as stage_label,
        is_won,
        is_lost,
        sort_order,
        1 as source_rank

    from stage_definitions
    union all
    select
        source_system,
        pipeline,
        lower(stage) as stage,
        stage_label,
        is_won,
        is_lost,
        sort_order,
        2 as source_rank

    from stages
    where set_aside_reason is null
    union all
    {#- A stage has two names, and some deals carry the second one. #}
    select
        source_system,
        pipeline,
        lower(stage_label) as stage,
        stage_label,
        is_won,
        is_lost,
        sort_order,
        3 as source_rank

    from stages
    where set_aside_reason is null and lower(stage_label) != lower(stage)
    union all
    select
        source_system,
        pipeline,
        lower(stage) as stage,
        cast(null as {{ type_name('text') }}) as stage_label,
        is_closed and is_won as is_won,
        is_closed and not is_won as is_lost,
        cast(null as {{ type_name('integer') }}) as sort_order,
        4 as source_rank

    from deals
    where record_state is null
        and stage is not null and is_closed is not null and is_won is not null
    group by source_system, pipeline, lower(stage), is_closed, is_won

),

ranked_stages as (

    select
        *,
        max(stage_label) over (partition by source_system, pipeline, stage)
            as known_label,
        first_value(case when source_rank in (2, 3) then is_won end) over (
            partition by source_system, pipeline, stage
            order by
                case when source_rank in (2, 3) then source_rank else 4 end,
                is_won nulls last,
                sort_order nulls last
        ) as is_won_in_crm,
        row_number() over (
            partition by source_system, pipeline, stage
            order by source_rank, is_won, is_lost, sort_order nulls last
        ) as stage_rank

    from known_stages

),

stage_states as (

    select
        source_system,
        pipeline,
        stage,
        known_label as stage_label,
        sort_order,
        source_rank = 1 as is_own_definition,
        is_won_in_crm,
        case
            when is_won then 'won'
            when is_lost then 'lost'
            else 'open'
        end as stage_state

    from ranked_stages
    where stage_rank = 1

)

select * from stage_states
