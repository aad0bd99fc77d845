{#- What restates a closed month if it changes: state, day, money, each dimension. -#}
{%- set watched_columns = [
    'deal_state', 'closed_on', 'amount', 'deal_type', 'source_system', 'region',
    'segment', 'industry', 'lead_source', 'sales_team', 'sales_rep',
] -%}

with

publications as (

    select max(publication_number) as publication_number
    from {{ ref('history_publications') }}

),

current_states as (

    select
        cast(publications.publication_number as {{ type_name('text') }})
        || '|' || {{ short_key('deals.deal_id') }} as history_key,
        publications.publication_number,
        deals.deal_id,
        deals.record_source_system,
        deals.raw_table,
        deals.source_record_id as raw_key,
        deals.deal_state,
        deals.closed_on,
        deals.amount,
        deals.deal_type,
        deals.source_system,
        deals.region,
        deals.segment,
        deals.industry,
        deals.lead_source,
        deals.sales_team,
        deals.sales_rep

    from {{ ref('int_crm__deals') }} as deals
    cross join publications

),

recorded_states as (

    {{ recorded_rows('current_states') }}

),

ranked_states as (

    select
        *,
        row_number() over (
            partition by deal_id
            order by publication_number desc nulls last
        ) as recency

    from recorded_states

),

last_states as (

    select * from ranked_states
    where recency = 1

),

last_record as (

    select coalesce(max(publication_number), 0) as publication_number
    from recorded_states

),

{# An open deal is in no closed period: it is recorded only if it was closed before. #}
changed_states as (

    select current_states.*
    from current_states
    left join last_states
        on current_states.deal_id = last_states.deal_id
    where (
        last_states.deal_id is null
        and current_states.deal_state in ('won', 'lost')
    )
        {%- for column in watched_columns %}
            or (
                last_states.deal_id is not null
                and (
                    current_states.{{ column }}
                    is distinct from last_states.{{ column }}
                )
            )
        {%- endfor %}

),

removed_states as (

    select
        cast(publications.publication_number as {{ type_name('text') }})
        || '|' || {{ short_key('last_states.deal_id') }} as history_key,
        publications.publication_number,
        last_states.deal_id,
        last_states.record_source_system,
        last_states.raw_table,
        last_states.raw_key,
        'removed' as deal_state,
        cast(null as date) as closed_on,
        last_states.amount,
        last_states.deal_type,
        last_states.source_system,
        last_states.region,
        last_states.segment,
        last_states.industry,
        last_states.lead_source,
        last_states.sales_team,
        last_states.sales_rep

    from last_states
    cross join publications
    left join current_states
        on last_states.deal_id = current_states.deal_id
    where current_states.deal_id is null and last_states.deal_state != 'removed'

),

all_changes as (

    select * from changed_states
    union all
    select * from removed_states

),

{# Nothing is recorded twice for one publication. #}
new_states as (

    select all_changes.*
    from all_changes
    inner join last_record
        on all_changes.publication_number > last_record.publication_number

)

select * from new_states
