{#-
    What the CRMs' own tables say of stages, as their reports count: without seed
    `stage_definitions` and without the flags on deals.
-#}
with

stages as (

    {{ union_crms('stages') }}

),

{# A stage has two names, and some deals carry the second one. #}
names_of_stages as (

    select
        source_system,
        pipeline,
        lower(stage) as stage,
        is_won,
        sort_order,
        1 as name_rank

    from stages
    where set_aside_reason is null
    union all
    select
        source_system,
        pipeline,
        lower(stage_label) as stage,
        is_won,
        sort_order,
        2 as name_rank

    from stages
    where set_aside_reason is null and lower(stage_label) != lower(stage)

),

ranked_names as (

    select
        *,
        row_number() over (
            partition by source_system, pipeline, stage
            order by name_rank, is_won nulls last, sort_order nulls last
        ) as stage_rank

    from names_of_stages

),

crm_stages as (

    select
        source_system,
        pipeline,
        stage,
        is_won

    from ranked_names
    where stage_rank = 1

)

select * from crm_stages
