{#- What the histories of leads say of statuses that somebody should have mapped. -#}
with

{# What was merged counts with its survivor. #}
lead_records as (

    select * from {{ ref('int_crm__lead_records') }}
    where record_state is null or record_state = 'merged'

),

lead_statuses as (

    {{ union_crms('lead_statuses') }}

),

{#
    A history is long: it is read once, for the statuses entered and for those left. Who
    is in a lifecycle stage that nobody mapped is no lead.
#}
status_changes as (

    select
        lead_statuses.source_system,
        lead_statuses.raw_table,
        lead_statuses.field,
        lead_statuses.lead_status,
        lead_statuses.previous_status,
        min(lead_statuses.source_record_id) as source_record_id,
        count(*) as row_count

    from lead_statuses
    inner join lead_records
        on lead_statuses.source_system = lead_records.source_system
        and lead_statuses.lead_record_id = lead_records.record_id
    where lead_statuses.set_aside_reason is null
        and (lead_records.is_lead or lead_statuses.field = 'lifecyclestage')
    group by
        lead_statuses.source_system, lead_statuses.raw_table, lead_statuses.field,
        lead_statuses.lead_status, lead_statuses.previous_status

),

entered_or_left as (
    {% for column in ['lead_status', 'previous_status'] %}
    select
        source_system,
        raw_table,
        case when field = 'lifecyclestage' then 'lifecycle_stage' else 'lead_status' end
            as field,
        lower({{ column }}) as raw_value,
        source_record_id,
        row_count

    from status_changes
    where {{ column }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

past_statuses as (

    select
        source_system,
        raw_table,
        field,
        raw_value,
        min(source_record_id) as source_record_id,
        cast(sum(row_count) as {{ type_name('integer') }}) as row_count

    from entered_or_left
    group by source_system, raw_table, field, raw_value

)

select * from past_statuses
