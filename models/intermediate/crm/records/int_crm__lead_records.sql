with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

leads as (

    {{ union_crms('leads') }}

),

lead_states as (

    {{ run_state('leads') }}

),

{# What was merged since keeps that state, though it came after the as-of day. #}
lead_records as (

    select
        lead_states.*,
        lead_states.created_at >= {{ end_of_day('as_of.as_of_on') }} as is_after_as_of

    from lead_states
    cross join as_of

)

select * from lead_records
