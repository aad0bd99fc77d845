{#-
    Overlapping memberships would count a deal twice, as would a row that stands twice;
    so would bands.
-#}
{{ config(tags=['seeds'], group='crm') }}

with

members as (

    select
        source_system || ' ' || owner_id as seed_row,
        valid_from,
        valid_to,
        row_number() over (
            partition by source_system, owner_id
            order by valid_from, valid_to
        ) as row_rank

    from {{ ref('int_crm__sales_team_members') }}

),

bands as (

    select
        segment,
        min_employees,
        max_employees,
        row_number() over (
            order by min_employees, max_employees, segment
        ) as row_rank

    from {{ ref('segment_bands') }}

),

problems as (

    select
        'sales_team_members' as seed,
        members.seed_row,
        'two rows hold ' || cast(others.valid_from as {{ type_name('text') }})
        || '; end the earlier one the day before, or remove one' as problem

    from members
    inner join members as others
        on members.seed_row = others.seed_row
        and members.row_rank < others.row_rank
        and members.valid_from <= others.valid_to
        and members.valid_to >= others.valid_from
    union all
    select
        'segment_bands' as seed,
        bands.segment || ' and ' || others.segment as seed_row,
        'both hold the same number of employees; change min_employees or'
        || ' max_employees, or remove one' as problem

    from bands
    inner join bands as others
        on bands.row_rank < others.row_rank
        and coalesce(bands.min_employees, 0)
        <= coalesce(others.max_employees, bands.min_employees, 0)
        and coalesce(others.min_employees, 0)
        <= coalesce(bands.max_employees, others.min_employees, 0)

)

select * from problems
