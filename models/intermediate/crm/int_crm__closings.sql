with

entries as (

    select * from {{ ref('int_crm__stage_entries') }}

),

closed_deals as (

    select
        source_system,
        deal_record_id,
        count(*) = 1 as is_closed_once,
        max(stage_state) as stage_state,
        max(entered_at) as entered_at

    from entries
    where stage_state in ('won', 'lost')
    group by source_system, deal_record_id

),

{#
    Most deals enter a closed state once; only the others are sorted, to tell entering a
    state from staying in it. A first entry without a day is that of a deal whose creation
    cannot be read.
#}
entries_of_other_deals as (

    select
        entries.source_system,
        entries.deal_record_id,
        entries.stage_state,
        entries.entered_at,
        lag(entries.stage_state) over (
            partition by entries.source_system, entries.deal_record_id
            order by
                entries.entered_at nulls first,
                entries.sort_order nulls last,
                entries.source_record_id
        ) as state_before

    from entries
    inner join closed_deals
        on entries.source_system = closed_deals.source_system
        and entries.deal_record_id = closed_deals.deal_record_id
        and not closed_deals.is_closed_once

),

last_entries as (

    select
        source_system,
        deal_record_id,
        stage_state,
        entered_at
    from closed_deals
    where is_closed_once
    union all
    select
        source_system,
        deal_record_id,
        stage_state,
        max(entered_at) as entered_at
    from entries_of_other_deals
    where stage_state in ('won', 'lost')
        and stage_state is distinct from state_before
    group by source_system, deal_record_id, stage_state

),

closings as (

    select
        source_system,
        deal_record_id,
        stage_state as deal_state,
        {{ local_date('entered_at') }} as closed_on

    from last_entries

)

select * from closings
