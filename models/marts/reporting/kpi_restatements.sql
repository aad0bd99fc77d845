with

publications as (

    select * from {{ ref('history_publications') }}

),

deal_states as (

    select * from {{ ref('history_deal_states') }}

),

compared_states as (

    select
        *,
        {%- for column in [
            'deal_state', 'closed_on', 'amount', 'deal_type', 'sales_team', 'sales_rep',
        ] %}
            lag({{ column }}) over (
                partition by deal_id
                order by publication_number
            ) as {{ column }}_before{{ ',' if not loop.last }}
        {%- endfor %}

    from deal_states

),

{# What the month of a close held of the deal; an order without amount adds 0. #}
changes as (

    select
        compared_states.*,
        publications.as_of_on as reported_as_of,
        coalesce(publications.settings_changed, false) as settings_changed,
        previous_publications.as_of_on as previously_as_of,
        case
            when compared_states.deal_state_before in ('won', 'lost')
                then {{ month_start('compared_states.closed_on_before') }}
        end as month_before,
        case
            when compared_states.deal_state in ('won', 'lost')
                then {{ month_start('compared_states.closed_on') }}
        end as month_after,
        case
            when compared_states.deal_state_before = 'won'
                then coalesce(compared_states.amount_before, 0)
            else 0
        end as revenue_before,
        case
            when compared_states.deal_state = 'won'
                then coalesce(compared_states.amount, 0)
            else 0
        end as revenue_after

    from compared_states
    inner join publications
        on compared_states.publication_number = publications.publication_number
    inner join publications as previous_publications
        on compared_states.publication_number - 1
        = previous_publications.publication_number

),

{# Both months of a deal that moved: the one it left and the one it came to. #}
changed_months as (

    select
        *,
        month_before as period_start,
        case when month_after = month_before then revenue_after else 0 end
        - revenue_before as revenue_change

    from changes
    where month_before is not null
    union all
    select
        *,
        month_after as period_start,
        revenue_after as revenue_change

    from changes
    where month_after is not null and (month_after is distinct from month_before)

),

closed_months as (

    select
        *,
        {{ add_days(add_months('period_start', 1), -1) }} as period_end,
        case
            when deal_state = 'removed' then 'removed'
            when deal_state = 'open' then 're_opened'
            when month_before is null then 'back_dated'
            when deal_state != deal_state_before then 'outcome_changed'
            when (month_after is distinct from month_before)
                and period_start = month_after
                then 'back_dated'
            when (month_after is distinct from month_before) then 'moved_away'
            when (amount is distinct from amount_before) then 're_valued'
            when deal_type != deal_type_before then 're_typed'
            when sales_rep != sales_rep_before or sales_team != sales_team_before
                then 're_owned'
            when closed_on != closed_on_before then 'moved_within_month'
            else 're_classified'
        end as reason

    from changed_months

),

restatements as (

    select
        cast(publication_number as {{ type_name('text') }})
        || '|' || {{ short_key('deal_id') }}
        || '|' || cast(period_start as {{ type_name('text') }}) as restatement_key,
        publication_number,
        reported_as_of,
        previously_as_of,
        record_source_system as source_system,
        raw_table,
        raw_key,
        period_start,
        period_end,
        reason,
        cast(revenue_change as {{ type_name('money') }}) as revenue_change,
        deal_state_before,
        deal_state as deal_state_after,
        closed_on_before,
        closed_on as closed_on_after,
        cast(amount_before as {{ type_name('money') }}) as amount_before,
        cast(amount as {{ type_name('money') }}) as amount_after,
        deal_type_before,
        deal_type as deal_type_after,
        sales_team_before,
        sales_team as sales_team_after,
        {# Name and pseudonym side by side would give the pseudonym away. #}
        case when not settings_changed then sales_rep_before end as sales_rep_before,
        case when not settings_changed then sales_rep end as sales_rep_after,
        settings_changed

    from closed_months
    where period_end <= previously_as_of
        and period_end <= reported_as_of
        and {{ is_reported('period_end') }}

)

select * from restatements
