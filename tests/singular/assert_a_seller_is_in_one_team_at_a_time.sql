{#- Overlapping memberships would count a deal twice; so would overlapping bands. -#}
{{ config(group='crm') }}

with

members as (

    select * from {{ ref('int_crm__sales_team_members') }}

),

bands as (

    select * from {{ ref('segment_bands') }}

),

overlapping_rows as (

    select
        'sales_team_members' as seed,
        members.owner_id as seed_key

    from members
    inner join members as others
        on members.source_system = others.source_system
        and members.owner_id = others.owner_id
        and members.valid_from <= others.valid_to
        and members.valid_to >= others.valid_from
        and (
            members.sales_team != others.sales_team
            or members.valid_from != others.valid_from
        )
    union all
    select
        'segment_bands' as seed,
        bands.segment as seed_key

    from bands
    inner join bands as others
        on bands.segment != others.segment
        and bands.min_employees <= coalesce(others.max_employees, bands.min_employees)
        and coalesce(bands.max_employees, others.min_employees) >= others.min_employees

)

select * from overlapping_rows
