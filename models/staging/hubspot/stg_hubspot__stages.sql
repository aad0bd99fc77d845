with

raw_stages as (

    {{ hubspot_stages() }}

),

pipelines as (

    select * from {{ ref('stg_hubspot__pipelines') }}
    where set_aside_reason is null

),

identified_stages as (

    select
        coalesce({{ hubspot_id('raw_stages.pipeline') }}, pipelines.record_id)
            as pipeline,
        {{ hubspot_id('raw_stages.stage') }} as stage,
        raw_stages.stage_label,
        raw_stages.sort_order,
        raw_stages.is_closed,
        raw_stages.probability,
        cast(null as timestamp) as modified_at,
        raw_stages.loaded_at,
        coalesce(raw_stages.is_archived, false) as is_deleted,
        raw_stages.is_old_version

    from raw_stages
    left join pipelines
        on raw_stages.pipeline_key = pipelines.pipeline_key

),

{# The same stage id can stand in several pipelines. #}
versions as (

    select
        *,
        pipeline || ':' || stage as record_id,
        case
            when is_closed then coalesce(probability in (0, 1), false)
            else is_closed is not null
        end as is_consistent,
        {{ version_number('pipeline, stage', [
            'is_closed', 'probability', 'sort_order', 'stage_label',
        ]) }} as version_number

    from identified_stages

),

{# `closed_won` and `is_closed` both mean closed; the probability tells the rest. #}
stages as (

    select
        'hubspot' as source_system,
        'deal_pipeline_stage' as raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        versions.pipeline,
        versions.stage,
        versions.stage_label,
        versions.stage_label as other_name,
        case
            when versions.is_consistent
                then versions.is_closed and versions.probability = 1
        end as is_won,
        case
            when versions.is_consistent
                then versions.is_closed and versions.probability = 0
        end as is_lost,
        versions.sort_order,
        versions.modified_at,
        versions.loaded_at,
        cast(null as {{ type_name('text') }}) as unreadable_columns,
        coalesce(
            {{ set_aside_reason('versions.record_id') }},
            case when not versions.is_consistent then 'contradictory' end
        ) as set_aside_reason

    from versions

)

select * from stages
