with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

entries as (

    select
        *,
        {{ local_date('entered_at') }} as entered_on,
        lag(stage) over (
            partition by source_system, deal_record_id
            order by entered_at, sort_order nulls last, source_record_id
        ) as stage_before

    from {{ ref('int_crm__stage_entries') }}

),

visits as (

    select
        source_system,
        deal_record_id,
        pipeline,
        stage,
        stage_state,
        entered_at,
        entered_on,
        lead(entered_at) over later_visits as left_at,
        lead(entered_on) over later_visits as left_on,
        row_number() over later_visits as visit_number

    from entries
    where stage is distinct from stage_before
    window later_visits as (
        partition by source_system, deal_record_id
        order by entered_at, sort_order nulls last, source_record_id
    )

),

stage_visits as (

    select
        visits.source_system,
        visits.deal_record_id,
        visits.pipeline,
        visits.stage,
        visits.stage_state,
        visits.visit_number,
        visits.entered_at,
        visits.entered_on,
        case when visits.left_on <= as_of.as_of_on then visits.left_at end as left_at,
        case when visits.left_on <= as_of.as_of_on then visits.left_on end as left_on,
        visits.entered_on > as_of.as_of_on as is_after_as_of

    from visits
    cross join as_of

)

select * from stage_visits
