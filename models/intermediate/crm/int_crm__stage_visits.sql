with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

entries as (

    select
        *,
        {{ local_date('entered_at') }} as entered_on,
        lag(lower(stage)) over (
            partition by source_system, deal_record_id
            order by entered_at, sort_order nulls last, source_record_id
        ) as lower_stage_before

    from {{ ref('int_crm__stage_entries') }}

),

visits as (

    select
        source_system,
        deal_record_id,
        pipeline,
        stage,
        entered_on,
        lead(entered_on) over (
            partition by source_system, deal_record_id
            order by entered_at, sort_order nulls last, source_record_id
        ) as left_on

    from entries
    where lower(stage) is distinct from lower_stage_before

),

stage_visits as (

    select
        visits.source_system,
        visits.deal_record_id,
        visits.pipeline,
        visits.stage,
        visits.entered_on,
        case when visits.left_on <= as_of.as_of_on then visits.left_on end as left_on

    from visits
    cross join as_of
    where visits.entered_on <= as_of.as_of_on

)

select * from stage_visits
