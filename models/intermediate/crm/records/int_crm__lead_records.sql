{#-
    HubSpot's entries into a stage after the as-of day count as not there, for whether a
    contact is a lead and for its day.
-#}
{%- set was_lead -%}
    leads.is_lead
        and coalesce(leads.lead_since_at < {{ end_of_day('as_of.as_of_on') }}, true)
{%- endset -%}
{%- set became_lead_at -%}
    case
            when leads.lead_at < {{ end_of_day('as_of.as_of_on') }} then leads.lead_at
            when leads.past_lead_at < {{ end_of_day('as_of.as_of_on') }}
                then leads.past_lead_at
            else leads.created_at
        end
{%- endset -%}
{%- set kept_columns = canonical_columns('leads').keys() | reject('in', [
    'is_lead', 'created_at', 'lead_since_at', 'lead_at', 'past_lead_at',
]) | list -%}

with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

leads as (

    {{ union_crms('leads') }}

),

{# Read apart from `leads`, which then need not be kept for a second pass. #}
landed_leads as (

    {{ union_crms('leads') }}

),

{# What is left of a merged lead is a lead, even if it never was one itself. #}
merged_leads as (

    select
        leads.source_system,
        leads.merged_into_id as record_id,
        min({{ became_lead_at }}) as created_at

    from landed_leads as leads
    cross join as_of
    where leads.set_aside_reason = 'merged' and {{ was_lead }}
    group by leads.source_system, leads.merged_into_id

),

dated_leads as (

    select
        leads.{{ kept_columns | join(',\n        leads.') }},
        {{ was_lead }} as was_lead,
        {{ became_lead_at }} as became_lead_at

    from leads
    cross join as_of

),

leads_as_of as (

    select
        dated_leads.{{ kept_columns | join(',\n        dated_leads.') }},
        dated_leads.was_lead or merged_leads.record_id is not null as is_lead,
        case
            when dated_leads.was_lead then dated_leads.became_lead_at
            else coalesce(merged_leads.created_at, dated_leads.became_lead_at)
        end as created_at

    from dated_leads
    left join merged_leads
        on dated_leads.source_system = merged_leads.source_system
        and dated_leads.record_id = merged_leads.record_id

),

lead_records as (

    {{ run_state('leads_as_of', merged=true) }}

)

select * from lead_records
