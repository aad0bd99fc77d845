{%- set reasons = [
    'set_aside', 'after_as_of', 'counted_in_another_crm', 'state', 'close_date',
    'currency',
] -%}

with

deal_records as (

    select * from {{ ref('int_crm__deal_records') }}

),

deal_states as (

    select * from {{ ref('int_crm__deal_states') }}

),

stages as (

    select * from {{ ref('int_crm__stages') }}

),

{#
    Each raw row beside what became of it; only rows that are used have a state. A record
    without a flag of its own is won if the CRM's table of stages says so.
#}
compared_deals as (

    select
        deal_records.source_system,
        deal_records.record_state,
        coalesce(
            deal_records.is_won,
            own_stages.is_won_in_crm,
            any_stages.is_won_in_crm,
            false
        ) as is_raw_won,
        {{ month_start('deal_records.close_on') }} as raw_month,
        coalesce(deal_records.amount, 0) as raw_amount,
        deal_states.is_counted,
        deal_states.deal_state = 'won' as is_ours,
        {{ month_start('deal_states.closed_on') }} as our_month,
        coalesce(deal_states.amount, 0) as our_amount

    from deal_records
    left join deal_states
        on deal_records.source_system = deal_states.source_system
        and deal_records.record_id = deal_states.record_id
        and deal_records.record_state is null
    {{ join_stages('deal_records') }}

),

explained_deals as (

    select
        *,
        case
            when record_state = 'after_as_of' then 'after_as_of'
            when record_state is not null then 'set_aside'
            when not is_counted then 'counted_in_another_crm'
            when is_raw_won != is_ours then 'state'
            when (raw_month is distinct from our_month) then 'close_date'
        end as reason

    from compared_deals
    where is_raw_won or is_ours

),

entries as (

    select
        source_system,
        raw_month as month_start,
        'raw' as line,
        1 as won_count,
        raw_amount as won_amount

    from explained_deals
    where is_raw_won
    union all
    select
        source_system,
        our_month as month_start,
        'ours' as line,
        1 as won_count,
        our_amount as won_amount

    from explained_deals
    where is_ours and is_counted
    union all
    {# What leaves the month of the raw row, in its own currency. #}
    select
        source_system,
        raw_month as month_start,
        reason as line,
        -1 as won_count,
        -raw_amount as won_amount

    from explained_deals
    where is_raw_won and reason is not null
    union all
    {# What arrives in our month. #}
    select
        source_system,
        our_month as month_start,
        reason as line,
        1 as won_count,
        raw_amount as won_amount

    from explained_deals
    where is_ours and reason in ('state', 'close_date')
    union all
    select
        source_system,
        our_month as month_start,
        'currency' as line,
        0 as won_count,
        our_amount - raw_amount as won_amount

    from explained_deals
    where is_ours and is_counted

),

tied_months as (

    select
        source_system,
        month_start,
        sum(case when line = 'raw' then won_count else 0 end) as raw_won_count,
        sum(case when line = 'raw' then won_amount else 0 end) as raw_won_amount,
        sum(case when line = 'ours' then won_count else 0 end) as won_count,
        sum(case when line = 'ours' then won_amount else 0 end) as won_amount
        {%- for reason in reasons %},
        sum(case when line = '{{ reason }}' then won_count else 0 end)
            as {{ reason }}_count,
        sum(case when line = '{{ reason }}' then won_amount else 0 end)
            as {{ reason }}_amount
        {%- endfor %}

    from entries
    where month_start is not null
        and {{ is_reported(add_days(add_months('month_start', 1), -1)) }}
    group by source_system, month_start

),

tie_out as (

    select
        source_system || '|' || cast(month_start as {{ type_name('text') }})
            as tie_out_key,
        source_system,
        month_start,
        cast(raw_won_count as {{ type_name('integer') }}) as raw_won_count,
        cast(raw_won_amount as {{ type_name('money') }}) as raw_won_amount,
        cast(won_count as {{ type_name('integer') }}) as won_count,
        cast(won_amount as {{ type_name('money') }}) as won_amount
        {%- for reason in reasons %},
        cast({{ reason }}_count as {{ type_name('integer') }}) as {{ reason }}_count,
        cast({{ reason }}_amount as {{ type_name('money') }}) as {{ reason }}_amount
        {%- endfor %},
        cast(
            won_count - raw_won_count
            {%- for reason in reasons %}
            - {{ reason }}_count
            {%- endfor %}
            as {{ type_name('integer') }}
        ) as unexplained_count,
        cast(
            won_amount - raw_won_amount
            {%- for reason in reasons %}
            - {{ reason }}_amount
            {%- endfor %}
            as {{ type_name('money') }}
        ) as unexplained_amount

    from tied_months

)

select * from tie_out
