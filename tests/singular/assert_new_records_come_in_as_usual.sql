{#-
    Leads and deals created in the last four full weeks against the twelve weeks before,
    per CRM: less than a third or more than three times of what was usual (with at least
    twenty expected) is rather the loader than the business.
-#}
{{ config(severity='warn', group='crm') }}

with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

records as (

    select
        source_system,
        'leads' as objects,
        created_on
    from {{ ref('int_crm__lead_records') }}
    where is_lead and record_state is null
    union all
    select
        source_system,
        'deals' as objects,
        created_on
    from {{ ref('int_crm__deal_records') }}
    where record_state is null

),

aged_records as (

    select
        records.source_system,
        records.objects,
        {{ days_between('records.created_on', 'as_of.as_of_on') }} as age_days

    from records
    cross join as_of

),

volumes as (

    select
        source_system,
        objects,
        sum(case when age_days between 0 and 27 then 1 else 0 end) as recent_count,
        sum(case when age_days between 28 and 111 then 1 else 0 end) / 3.0
            as usual_count

    from aged_records
    group by source_system, objects

),

anomalies as (

    select * from volumes
    where usual_count >= 20
        and (recent_count < usual_count / 3.0 or recent_count > usual_count * 3.0)

)

select * from anomalies
