with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

deals as (

    select * from {{ ref('int_crm__deal_records') }}
    where record_state is null and stage is not null

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

systems_of_changes as (

    select source_system from {{ ref('int_crm__stage_changes') }}
    group by source_system
    having min(case when is_left_stage_known then 1 else 0 end) = 1

),

{# Where changes are all that landed, a deal without one is in its first stage. #}
unchanged_deals as (

    select
        deals.source_system,
        deals.record_id as deal_record_id,
        deals.pipeline,
        deals.stage,
        {{ local_date('deals.created_at') }} as entered_on

    from deals
    inner join systems_of_changes
        on deals.source_system = systems_of_changes.source_system
    where not exists (
        select 1 as has_changed from {{ ref('int_crm__stage_changes') }} as changes
        where changes.source_system = deals.source_system
            and changes.deal_record_id = deals.record_id
    )

),

all_visits as (

    select * from visits
    union all
    select
        *,
        cast(null as date) as left_on
    from unchanged_deals

),

stage_visits as (

    select
        all_visits.source_system,
        all_visits.deal_record_id,
        all_visits.pipeline,
        all_visits.stage,
        all_visits.entered_on,
        case
            when all_visits.left_on <= as_of.as_of_on then all_visits.left_on
        end as left_on

    from all_visits
    cross join as_of
    where all_visits.entered_on <= as_of.as_of_on

)

select * from stage_visits
