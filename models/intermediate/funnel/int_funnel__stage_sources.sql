{#- Which CRMs can tell marketing and sales qualified leads apart at all. -#}
with

value_mapping as (

    select * from {{ ref('int_crm__value_mapping') }}
    where field = 'lead_status'

),

lead_records as (

    select * from {{ ref('int_funnel__lead_records') }}

),

lead_statuses as (

    {{ union_crms('lead_statuses') }}

),

{# Only where no lead has a status does the history need to be asked. #}
systems_without_current_status as (

    select source_system from lead_records
    group by source_system
    having max(coalesce(lead_status, lifecycle_stage)) is null

),

leads_without_status as (

    select
        lead_records.source_system,
        lead_records.record_id

    from {{ ref('int_funnel__lead_records') }} as lead_records
    inner join systems_without_current_status
        on lead_records.source_system = systems_without_current_status.source_system

),

systems_with_status as (

    select source_system from lead_records
    where lead_status is not null or lifecycle_stage is not null
    union
    select lead_statuses.source_system
    from leads_without_status
    inner join lead_statuses
        on leads_without_status.source_system = lead_statuses.source_system
        and leads_without_status.record_id = lead_statuses.lead_record_id
    where lead_statuses.set_aside_reason is null
        and coalesce(lead_statuses.lead_status, lead_statuses.previous_status)
        is not null

),

mapped_stages as (

    select
        source_system,
        max(case when mapped_value = 'mql' then 1 else 0 end) = 1 as maps_mql,
        max(case when mapped_value = 'sql' then 1 else 0 end) = 1 as maps_sql

    from value_mapping
    group by source_system

),

landed_stages as (

    select
        source_system,
        max(case when mql_at is not null then 1 else 0 end) = 1 as has_mql_date,
        max(case when sql_at is not null then 1 else 0 end) = 1 as has_sql_date

    from lead_records
    group by source_system

),

stage_sources as (

    select
        landed_stages.source_system,
        landed_stages.has_mql_date
        or (
            systems_with_status.source_system is not null
            and coalesce(mapped_stages.maps_mql, false)
        )
            as has_mql_source,
        landed_stages.has_sql_date
        or (
            systems_with_status.source_system is not null
            and coalesce(mapped_stages.maps_sql, false)
        )
            as has_sql_source

    from landed_stages
    left join mapped_stages
        on landed_stages.source_system = mapped_stages.source_system
    left join systems_with_status
        on landed_stages.source_system = systems_with_status.source_system

)

select * from stage_sources
