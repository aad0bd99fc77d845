{#-
    Ids and moments in a column of doubles, as a file without types becomes one, are what
    they were on every engine.
-#}
with

cases (landed, id, moment) as (

    select
        cast(12345678901 as {{ type_name('number') }}) as landed,
        '12345678901' as id,
        cast(null as timestamp) as moment
    union all
    select
        cast(1736503200000 as {{ type_name('number') }}) as landed,
        '1736503200000' as id,
        cast('2025-01-10 10:00:00' as timestamp) as moment
    union all
    select
        cast(7 as {{ type_name('number') }}) as landed,
        '7' as id,
        cast(null as timestamp) as moment

),

answers as (

    select
        cases.*,
        {{ safe_cast_to('landed', 'text', type_name('number')) }} as read_text,
        {{ safe_cast_to('landed', 'timestamp', type_name('number')) }} as read_moment

    from cases

),

differing_answers as (

    select * from answers
    where read_text is distinct from id
        or (moment is not null and read_moment is distinct from moment)

)

select * from differing_answers
