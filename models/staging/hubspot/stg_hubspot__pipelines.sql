{%- set pipeline = raw_table('hubspot', 'deal_pipeline', optional=true) -%}

with

raw_pipelines as (

    select
        {{ pick_first(pipeline, ['pipelineId', 'id']) }} as source_record_id,
        {{ pick(pipeline, '_dlt_id') }} as pipeline_key,
        cast(null as timestamp) as modified_at,
        {{ loaded_at(pipeline) }} as loaded_at,
        {{ is_deleted(pipeline, []) }} as is_deleted,
        {{ is_old_version(pipeline) }} as is_old_version

    from {{ pipeline.relation }}

),

identified_pipelines as (

    select
        *,
        {{ hubspot_id('source_record_id') }} as record_id

    from raw_pipelines

),

versions as (

    select
        *,
        {{ version_number('record_id', ['pipeline_key']) }} as version_number

    from identified_pipelines

),

pipelines as (

    select
        'hubspot' as source_system,
        'deal_pipeline' as raw_table,
        versions.source_record_id,
        versions.record_id,
        versions.pipeline_key,
        versions.modified_at,
        versions.loaded_at,
        cast(null as {{ type_name('text') }}) as unreadable_columns,
        {{ set_aside_reason('versions.record_id') }} as set_aside_reason

    from versions

)

select * from pipelines
