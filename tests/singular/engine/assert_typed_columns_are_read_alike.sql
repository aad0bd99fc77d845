{#-
    Ids, moments and amounts in columns of numbers, as a file without types becomes them,
    are what they were on every engine.
-#}
{%- set exact_type = 'decimal(38,13)' -%}
{%- set exact = 'cast(landed as ' ~ exact_type ~ ')' -%}

with

cases (landed, id, moment, amount) as (

    select
        cast(12345678901 as {{ type_name('number') }}) as landed,
        '12345678901' as id,
        cast(null as timestamp) as moment,
        cast(null as {{ type_name('money') }}) as amount
    union all
    select
        cast(1736503200000 as {{ type_name('number') }}) as landed,
        '1736503200000' as id,
        cast('2025-01-10 10:00:00' as timestamp) as moment,
        cast(null as {{ type_name('money') }}) as amount
    union all
    select
        cast(7 as {{ type_name('number') }}) as landed,
        '7' as id,
        cast(null as timestamp) as moment,
        cast('7.00' as {{ type_name('money') }}) as amount
    union all
    select
        cast('560000.565' as {{ type_name('number') }}) as landed,
        '560000.565' as id,
        cast(null as timestamp) as moment,
        cast('560000.57' as {{ type_name('money') }}) as amount

),

answers as (

    select
        cases.*,
        {{ safe_cast_to('landed', 'text', type_name('number')) }} as read_text,
        {{ safe_cast_to('landed', 'timestamp', type_name('number')) }} as read_moment,
        {{ safe_cast_to('landed', 'money', type_name('number')) }} as read_amount

    from cases

),

exact_numbers (landed, amount, whole) as (

    values
    ('1234.5650000000000', '1234.57', 1235),
    ('-0.0050000000000', '-0.01', 0),
    ('9999999999.9900000000000', '9999999999.99', null),
    ('10000000000.0000000000000', null, null),
    (null, null, null)

),

exact_answers as (

    select
        exact_numbers.*,
        {{ safe_cast_to(exact, 'money', exact_type) }} as read_amount,
        {{ safe_cast_to(exact, 'integer', exact_type) }} as read_whole

    from exact_numbers

),

differing_answers as (

    select id as landed from answers
    where read_text is distinct from id
        or (moment is not null and read_moment is distinct from moment)
        or read_amount is distinct from amount
    union all
    select landed from exact_answers
    where read_amount is distinct from cast(amount as {{ type_name('money') }})
        or read_whole is distinct from whole

)

select * from differing_answers
