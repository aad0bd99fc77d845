with

entries as (

    select * from {{ ref('int_crm__stage_entries') }}

),

closed_entries as (

    select
        source_system,
        deal_record_id,
        stage_state,
        entered_at

    from entries
    where stage_state in ('won', 'lost')

),

closed_deals as (

    select
        source_system,
        deal_record_id,
        count(*) = 1 as is_closed_once

    from closed_entries
    group by source_system, deal_record_id

),

{#
    Most deals enter a closed state once; only the others are sorted, to tell entering a
    state from staying in it.
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
                entries.entered_at, entries.sort_order nulls last,
                entries.source_record_id
        ) as state_before

    from entries
    inner join closed_deals
        on entries.source_system = closed_deals.source_system
        and entries.deal_record_id = closed_deals.deal_record_id
        and not closed_deals.is_closed_once

),

state_entries as (

    select closed_entries.*
    from closed_entries
    inner join closed_deals
        on closed_entries.source_system = closed_deals.source_system
        and closed_entries.deal_record_id = closed_deals.deal_record_id
        and closed_deals.is_closed_once
    union all
    select
        source_system,
        deal_record_id,
        stage_state,
        entered_at
    from entries_of_other_deals
    where stage_state in ('won', 'lost')
        and stage_state is distinct from state_before

),

closings as (

    select
        source_system,
        deal_record_id,
        stage_state as deal_state,
        {{ local_date('max(entered_at)') }} as closed_on

    from state_entries
    group by source_system, deal_record_id, stage_state

)

select * from closings
