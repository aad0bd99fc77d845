{#-
    A member of a team whom no CRM knows gives nobody a team: Excel makes 5,54E+17 of a
    long id. The seed is to be written anew.
-#}
{{ config(severity='warn', group='crm') }}

with

members as (

    select
        source_system,
        owner_id
    from {{ ref('int_crm__sales_team_members') }}
    where source_system in (
        {%- for system in enabled_crms() %}
        '{{ system }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )

),

users as (

    {{ union_crms('users') }}

),

systems_with_users as (

    select source_system from users
    group by source_system

),

problems as (

    select
        'sales_team_members' as seed,
        members.source_system || ' ' || members.owner_id as seed_row,
        'no user has this user_id' as problem

    from members
    inner join systems_with_users
        on members.source_system = systems_with_users.source_system
    left join users
        on members.source_system = users.source_system
        and members.owner_id = users.record_id
    where users.record_id is null

)

select * from problems
