{%- set stage = raw_table('zoho', 'stage', optional=true) -%}

with

raw_stages as (

    select
        {{ pick(stage, 'id', required=true) }} as source_record_id,
        {{ pick(stage, 'display_value') }} as display_value,
        {{ pick(stage, 'actual_value') }} as actual_value,
        lower(coalesce(
            {{ pick(stage, 'forecast_type') }}, {{ pick(stage, 'deal_category') }}
        )) as forecast_type,
        {{ pick(stage, 'sequence_number', 'integer') }} as sort_order,
        cast(null as timestamp) as modified_at,
        {{ loaded_at(stage) }} as loaded_at,
        {{ is_deleted(stage, []) }} as is_deleted,
        {{ is_old_version(stage) }} as is_old_version

    from {{ stage.relation }}

),

{# Zoho says Closed Won and Closed Lost in its settings, Won and Lost in exports. #}
named_stages as (

    select
        *,
        coalesce(display_value, actual_value) as stage,
        coalesce(actual_value, display_value) as other_name,
        forecast_type in ('closed won', 'won') as is_won,
        forecast_type in ('closed lost', 'lost') as is_lost

    from raw_stages

),

versions as (

    select
        *,
        {{ version_number('source_record_id', [
            'stage', 'other_name', 'is_won', 'is_lost', 'sort_order',
        ]) }} as version_number

    from named_stages

),

{# Several stage records can share a name; a living one is the definition. #}
ranked_stages as (

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
                source_record_id nulls last
        ) as name_rank

    from versions

),

stages as (

    select
        'zoho' as source_system,
        'stage' as raw_table,
        versions.source_record_id,
        versions.source_record_id as record_id,
        cast(null as {{ type_name('text') }}) as pipeline,
        versions.stage,
        versions.stage as stage_label,
        versions.other_name,
        versions.is_won,
        versions.is_lost,
        versions.sort_order,
        versions.modified_at,
        versions.loaded_at,
        cast(null as {{ type_name('text') }}) as unreadable_columns,
        coalesce(
            {{ set_aside_reason('versions.stage') }},
            case when versions.name_rank > 1 then 'superseded' end
        ) as set_aside_reason

    from ranked_stages as versions

)

select * from stages
