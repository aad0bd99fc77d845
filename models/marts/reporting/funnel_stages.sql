{%- set dimensions = common_dimensions() -%}
{# The stages of a lead, each with what must be known for its shares. -#}
{%- set journey = [
    {'stage': 'lead', 'known': 'true', 'known_before': 'false'},
    {'stage': 'mql', 'known': 'cohorts.known_mql_count > 0', 'known_before': 'true'},
    {'stage': 'sql', 'known': 'cohorts.known_sql_count > 0',
        'known_before': 'cohorts.known_both_count > 0'},
    {'stage': 'opportunity', 'known': 'true',
        'known_before': 'cohorts.known_sql_count > 0'},
    {'stage': 'customer', 'known': 'true', 'known_before': 'true'},
] -%}
{%- set stage_columns = ['stage_kind', 'stage_source_system', 'pipeline', 'stage'] -%}
{%- set stage_keys = [
    'period_grain', 'period_start', 'dimension', 'dimension_value',
] + stage_columns -%}

with

leads as (

    select * from {{ ref('int_funnel__leads') }}

),

stage_sources as (

    select * from {{ ref('int_funnel__stage_sources') }}

),

lead_deals as (

    select * from {{ ref('int_funnel__lead_deals') }}

),

all_deals as (

    select * from {{ ref('int_crm__deals') }}

),

stage_visits as (

    select * from {{ ref('int_crm__stage_visits') }}

),

{# A stage in two spellings of upper and lower case is one, and is shown in one. #}
stage_spellings as (

    select
        source_system,
        lower(stage) as lower_stage,
        min(stage) as stage

    from {{ ref('int_crm__stage_visits') }}
    group by source_system, lower(stage)

),

stages as (

    select * from {{ ref('int_crm__stages') }}

),

periods as (

    select * from {{ ref('int_calendar__periods') }}
    where is_reported

),

{# A lead becomes an opportunity with the first deal that the CRM links to it. #}
first_deals as (

    select
        lead_deals.lead_id,
        min(all_deals.created_on) as created_on

    from lead_deals
    inner join all_deals
        on lead_deals.deal_id = all_deals.deal_id
    group by lead_deals.lead_id

),

journeys as (

    select
        leads.*,
        stage_sources.has_mql_source,
        stage_sources.has_sql_source,
        {{ days_between(
            'leads.lead_created_on',
            'coalesce(first_deals.created_on, leads.won_deal_created_on)'
        ) }} as days_to_opportunity,
        leads.cycle_days as days_to_customer,
        {{ month_start('leads.lead_created_on') }} as month_start

    from leads
    left join stage_sources
        on leads.source_system = stage_sources.source_system
    left join first_deals
        on leads.lead_id = first_deals.lead_id

),

leads_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        count(*) as lead_count,
        sum(case when is_mql then 1 else 0 end) as mql_count,
        sum(case when is_sql then 1 else 0 end) as sql_count,
        sum(case when is_opportunity then 1 else 0 end) as opportunity_count,
        sum(case when is_customer then 1 else 0 end) as customer_count,
        sum(case when has_mql_source then 1 else 0 end) as known_mql_count,
        sum(case when has_sql_source then 1 else 0 end) as known_sql_count,
        sum(case when has_mql_source and has_sql_source then 1 else 0 end)
            as known_both_count

    from journeys
    {{ group_by_dimension(dimensions, ['month_start']) }}

),

cohorts as (

    {{ periods_of_months('leads_by_month', [
        'lead_count', 'mql_count', 'sql_count', 'opportunity_count', 'customer_count',
        'known_mql_count', 'known_sql_count', 'known_both_count',
    ]) }}

),

deals as (

    select
        *,
        {{ month_start('created_on') }} as month_start

    from all_deals
    where deal_type = 'new_business' and not is_refund

),

{# Going back to a stage is another visit; its time is that of all visits. #}
stages_of_deals as (

    select
        source_system,
        deal_record_id,
        pipeline,
        lower(stage) as lower_stage,
        count(*) as visit_count,
        case
            when count(left_on) = count(*)
                then sum({{ days_between('entered_on', 'left_on') }})
        end as stage_days

    from stage_visits
    group by source_system, deal_record_id, pipeline, lower(stage)

),

deals_in_stages as (

    select
        deals.*,
        stages_of_deals.pipeline as visited_pipeline,
        stages_of_deals.lower_stage as visited_stage,
        stages_of_deals.visit_count,
        stages_of_deals.stage_days

    from deals
    inner join stages_of_deals
        on deals.record_source_system = stages_of_deals.source_system
        and deals.record_id = stages_of_deals.deal_record_id

),

{# How long it took leads to get to a stage, and deals to get through one. #}
durations as (
    {% for stage in ['opportunity', 'customer'] %}
    select
        'lead_journey' as stage_kind,
        cast(null as {{ type_name('text') }}) as stage_source_system,
        cast(null as {{ type_name('text') }}) as pipeline,
        '{{ stage }}' as stage,
        days_to_{{ stage }} as duration_days,
        cast(null as {{ type_name('integer') }}) as visit_count,
        {{ dimensions | join(', ') }},
        month_start

    from journeys
    where days_to_{{ stage }} >= 0
    union all
    {%- endfor %}
    select
        'deal_stage' as stage_kind,
        record_source_system as stage_source_system,
        visited_pipeline as pipeline,
        visited_stage as stage,
        stage_days as duration_days,
        visit_count,
        {{ dimensions | join(', ') }},
        month_start

    from deals_in_stages

),

days_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        {{ stage_columns | join(',\n        ') }},
        duration_days,
        count(*) as row_count,
        count(duration_days) as timed_count,
        sum(visit_count) as visit_count

    from durations
    {{ group_by_dimension(
        dimensions, ['month_start'] + stage_columns + ['duration_days']
    ) }}

),

counted_days as (

    {{ periods_of_months(
        'days_by_month', ['row_count', 'timed_count', 'visit_count'],
        stage_columns + ['duration_days'],
    ) }}

),

running_days as (

    {{ running_counts('counted_days', stage_keys, 'duration_days', 'timed_count') }}

),

timed_stages as (

    select
        {{ stage_keys | join(',\n        ') }},
        sum(row_count) as row_count,
        sum(timed_count) as timed_count,
        {{ percentile_of_counts(0.5, 'duration_days') }} as median_days,
        sum(visit_count) as visit_count

    from running_days
    group by {{ stage_keys | join(', ') }}

),

lead_stages as (
    {% for step in journey %}
    {%- set reached = 'cohorts.' ~ step.stage ~ '_count' -%}
    {%- set before = 'cohorts.' ~ (loop.previtem or step).stage ~ '_count' %}
    select
        'lead_journey' as stage_kind,
        cohorts.period_grain,
        cohorts.period_start,
        cohorts.dimension,
        cohorts.dimension_value,
        cast(null as {{ type_name('text') }}) as stage_source_system,
        cast(null as {{ type_name('text') }}) as pipeline,
        '{{ step.stage }}' as stage,
        '{{ step.stage }}' as stage_label,
        {{ loop.index }} as stage_number,
        {{ reached }} as reached_count,
        cast({{ before if not loop.first else 'null' }} as {{ type_name('integer') }})
            as previous_stage_count,
        case
            when {{ step.known }} and {{ step.known_before }}
                then {{ ratio(reached, before) }}
        end as share_of_previous_stage,
        case when {{ step.known }} then {{ ratio(reached, 'cohorts.lead_count') }} end
            as share_of_leads,
        cast(
            {{ before ~ ' - ' ~ reached if not loop.first else 'null' }}
            as {{ type_name('integer') }}
        ) as drop_off_count,
        coalesce(timed_stages.timed_count, 0) as timed_count,
        timed_stages.median_days,
        cast(null as {{ type_name('integer') }}) as visit_count

    from cohorts
    left join timed_stages
        on cohorts.period_grain = timed_stages.period_grain
        and cohorts.period_start = timed_stages.period_start
        and cohorts.dimension = timed_stages.dimension
        and cohorts.dimension_value = timed_stages.dimension_value
        and timed_stages.stage_kind = 'lead_journey'
        and timed_stages.stage = '{{ step.stage }}'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

deal_stages as (

    select * from timed_stages
    where stage_kind = 'deal_stage'

),

labelled_deal_stages as (

    select
        'deal_stage' as stage_kind,
        deal_stages.period_grain,
        deal_stages.period_start,
        deal_stages.dimension,
        deal_stages.dimension_value,
        deal_stages.stage_source_system,
        deal_stages.pipeline,
        stage_spellings.stage,
        coalesce(
            own_stages.stage_label, any_stages.stage_label, stage_spellings.stage
        ) as stage_label,
        {{ stage_position() }} as stage_number,
        deal_stages.row_count as reached_count,
        cast(null as {{ type_name('integer') }}) as previous_stage_count,
        cast(null as {{ type_name('number') }}) as share_of_previous_stage,
        cast(null as {{ type_name('number') }}) as share_of_leads,
        cast(null as {{ type_name('integer') }}) as drop_off_count,
        deal_stages.timed_count,
        deal_stages.median_days,
        deal_stages.visit_count

    from deal_stages
    inner join stage_spellings
        on deal_stages.stage_source_system = stage_spellings.source_system
        and deal_stages.stage = stage_spellings.lower_stage
    {{ join_stages('deal_stages', 'stage_source_system') }}

),

stages_of_both_kinds as (

    select * from lead_stages
    union all
    select * from labelled_deal_stages

),

funnel_stages as (

    select
        stages_of_both_kinds.stage_kind
        || '|' || stages_of_both_kinds.period_grain
        || '|' || cast(stages_of_both_kinds.period_start as {{ type_name('text') }})
        || '|' || stages_of_both_kinds.dimension
        || '|' || stages_of_both_kinds.dimension_value
        || '|' || coalesce(stages_of_both_kinds.stage_source_system, '(all)')
        || '|' || coalesce({{ short_key('stages_of_both_kinds.pipeline') }}, '(none)')
        || '|' || {{ short_key('stages_of_both_kinds.stage') }} as funnel_stage_key,
        stages_of_both_kinds.stage_kind,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        periods.period_label,
        periods.is_complete_period,
        stages_of_both_kinds.dimension,
        stages_of_both_kinds.dimension_value,
        stages_of_both_kinds.stage_source_system,
        stages_of_both_kinds.pipeline,
        stages_of_both_kinds.stage,
        stages_of_both_kinds.stage_label,
        {%- for count in [
            'stage_number', 'reached_count', 'previous_stage_count', 'drop_off_count',
        ] %}
        cast(stages_of_both_kinds.{{ count }} as {{ type_name('integer') }})
            as {{ count }},
        {%- endfor %}
        stages_of_both_kinds.share_of_previous_stage,
        stages_of_both_kinds.share_of_leads,
        cast(stages_of_both_kinds.visit_count as {{ type_name('integer') }})
            as visit_count,
        cast(stages_of_both_kinds.timed_count as {{ type_name('integer') }})
            as timed_count,
        cast(stages_of_both_kinds.median_days as {{ type_name('number') }})
            as median_days,
        periods.data_as_of

    from stages_of_both_kinds
    inner join periods
        on stages_of_both_kinds.period_grain = periods.period_grain
        and stages_of_both_kinds.period_start = periods.period_start

)

select * from funnel_stages
