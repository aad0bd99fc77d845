{#- In the order in which Zoho shows them. -#}
{%- set zoho_stages_of_a_new_account = [
    'Qualification', 'Needs Analysis', 'Value Proposition', 'Identify Decision Makers',
    'Proposal/Price Quote', 'Negotiation/Review', 'Closed Won', 'Closed Lost',
    'Closed Lost to Competition',
] -%}

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

{# A definition means its pipeline in each spelling that deals have. #}
pipelines_of_deals as (

    select
        source_system,
        pipeline
    from {{ ref('int_crm__deal_records') }}
    where pipeline is not null
    group by source_system, pipeline

),

{#
    Own definitions win over the CRM's table; flags on deals help where it is missing. A
    definition that was deleted since speaks where no living one does, but stands nowhere.
#}
known_stages as (

    select
        stage_definitions.source_system,
        coalesce(
            pipelines_of_deals.pipeline, {{ trimmed('stage_definitions.pipeline') }}
        ) as pipeline,
        lower(trim(both ' ' from stage_definitions.stage)) as stage,
        cast(null as {{ type_name('text') }}) as stage_label,
        stage_definitions.is_won,
        stage_definitions.is_lost,
        stage_definitions.sort_order,
        1 as source_rank

    from stage_definitions
    left join pipelines_of_deals
        on stage_definitions.source_system = pipelines_of_deals.source_system
        and lower(trim(both ' ' from stage_definitions.pipeline))
        = lower(pipelines_of_deals.pipeline)
    union all
    select
        source_system,
        pipeline,
        lower(stage) as stage,
        stage_label,
        is_won,
        is_lost,
        case when set_aside_reason is null then sort_order end as sort_order,
        case when set_aside_reason is null then 2 else 4 end as source_rank

    from stages
    where set_aside_reason is null or set_aside_reason = 'deleted'
    union all
    {#- A stage has two names, and some deals carry the second one. #}
    select
        source_system,
        pipeline,
        lower(other_name) as stage,
        stage_label,
        is_won,
        is_lost,
        case when set_aside_reason is null then sort_order end as sort_order,
        case when set_aside_reason is null then 3 else 5 end as source_rank

    from stages
    where (set_aside_reason is null or set_aside_reason = 'deleted')
        and lower(other_name) != lower(stage)
    union all
    select
        source_system,
        pipeline,
        lower(stage) as stage,
        cast(null as {{ type_name('text') }}) as stage_label,
        is_closed and is_won as is_won,
        is_closed and not is_won as is_lost,
        cast(null as {{ type_name('integer') }}) as sort_order,
        6 as source_rank

    from deals
    where record_state is null
        and stage is not null and is_closed is not null and is_won is not null
    group by source_system, pipeline, lower(stage), is_closed, is_won

),

{# Where no order of Zoho's stages landed, those of a new account stand in its order. #}
landed_positions as (

    select count(sort_order) as position_count

    from stages
    where source_system = 'zoho' and set_aside_reason is null

),

positions_of_a_new_account as (

    {%- for stage in zoho_stages_of_a_new_account %}
    select
        'zoho' as source_system,
        '{{ stage | lower }}' as stage,
        {{ loop.index }} as sort_order

    from landed_positions
    where position_count = 0
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

{# Who fills the position of a stage alone leaves its state to the CRM. #}
ranked_stages as (

    select
        *,
        first_value(stage_label) over (
            partition by source_system, pipeline, stage
            order by
                case when stage_label is null then 1 else 0 end,
                source_rank,
                stage_label
        ) as known_label,
        first_value(case when source_rank between 2 and 5 then is_won end) over (
            partition by source_system, pipeline, stage
            order by
                case when source_rank between 2 and 5 then source_rank else 6 end,
                is_won nulls last,
                sort_order nulls last
        ) as is_won_in_crm,
        first_value(sort_order) over (
            partition by source_system, pipeline, stage
            order by
                case when sort_order is null then 1 else 0 end,
                source_rank,
                sort_order
        ) as known_sort_order,
        max(case when source_rank = 1 then sort_order end) over (
            partition by source_system, pipeline, stage
        ) is not null as is_own_position,
        row_number() over (
            partition by source_system, pipeline, stage
            order by
                case when coalesce(is_won, is_lost) is null then 1 else 0 end,
                source_rank,
                is_won nulls last,
                is_lost nulls last,
                sort_order nulls last
        ) as stage_rank

    from known_stages

),

stage_states as (

    select
        ranked_stages.source_system,
        ranked_stages.pipeline,
        ranked_stages.stage,
        ranked_stages.known_label as stage_label,
        coalesce(
            ranked_stages.known_sort_order, positions_of_a_new_account.sort_order
        ) as sort_order,
        ranked_stages.source_rank = 1
        and coalesce(ranked_stages.is_won, ranked_stages.is_lost) is not null
            as is_own_definition,
        ranked_stages.is_own_position,
        ranked_stages.is_won_in_crm,
        case
            when ranked_stages.is_won then 'won'
            when ranked_stages.is_lost then 'lost'
            when coalesce(ranked_stages.is_won, ranked_stages.is_lost) is not null
                then 'open'
        end as stage_state

    from ranked_stages
    left join positions_of_a_new_account
        on ranked_stages.source_system = positions_of_a_new_account.source_system
        and ranked_stages.stage = positions_of_a_new_account.stage
    where ranked_stages.stage_rank = 1

)

select * from stage_states
