{%- set opportunity_stage = raw_table(
    'salesforce', 'opportunity_stage', optional=true
) -%}

with

raw_stages as (

    select
        {{ pick(opportunity_stage, 'Id', required=true) }} as source_record_id,
        coalesce(
            {{ pick(opportunity_stage, 'ApiName') }},
            {{ pick(opportunity_stage, 'MasterLabel') }}
        ) as stage,
        {{ pick(opportunity_stage, 'MasterLabel') }} as stage_label,
        {{ pick(opportunity_stage, 'SortOrder', 'integer') }} as sort_order,
        {{ pick(opportunity_stage, 'IsClosed', 'boolean') }} as is_closed,
        {{ pick(opportunity_stage, 'IsWon', 'boolean') }} as is_won,
        {{ pick(opportunity_stage, 'IsActive', 'boolean') }} as is_active,
        cast(null as timestamp) as modified_at,
        {{ loaded_at(opportunity_stage) }} as loaded_at,
        {{ is_deleted(opportunity_stage, []) }} as is_deleted,
        {{ is_old_version(opportunity_stage) }} as is_old_version,
        {{ unreadable_columns(
            opportunity_stage, [['IsClosed', 'boolean'], ['IsWon', 'boolean']]
        ) }} as unreadable_columns

    from {{ opportunity_stage.relation }}

),

versions as (

    select
        *,
        {{ version_number('source_record_id', [
            'stage', 'stage_label', 'is_won', 'is_closed', 'is_active', 'sort_order',
            'unreadable_columns',
        ]) }} as version_number

    from raw_stages

),

{# Several stage records can share a name; the active one is the definition. #}
named_stages as (

    select
        *,
        row_number() over (
            partition by lower(stage)
            order by
                case
                    when version_number = 1 and not is_deleted and not is_old_version
                        then 0
                    else 1
                end,
                case when is_active then 0 else 1 end,
                source_record_id nulls last
        ) as name_rank

    from versions

),

stages as (

    select
        'salesforce' as source_system,
        'opportunity_stage' as raw_table,
        versions.source_record_id,
        versions.source_record_id as record_id,
        cast(null as {{ type_name('text') }}) as pipeline,
        versions.stage,
        versions.stage_label,
        versions.stage_label as other_name,
        versions.is_won,
        versions.is_closed and not versions.is_won as is_lost,
        versions.sort_order,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        coalesce(
            {{ set_aside_reason('versions.stage') }},
            case when versions.name_rank > 1 then 'superseded' end
        ) as set_aside_reason

    from named_stages as versions

)

select * from stages
