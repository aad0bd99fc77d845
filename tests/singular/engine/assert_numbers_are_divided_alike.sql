{#-
    Quotients, products, rounding and medians are the same on every engine: no
    whole-number division, nothing but NULL from 0, half a cent goes away from zero, and
    what is less than half a cent is none.
-#}
with

cases (money, divisor, share, cents) as (

    values
    ('7.00', 2, '3.5', '3.50'),
    ('1.00', 0, null, null),
    ('0.00', 4, '0', '0.00'),
    (null, 4, null, null),
    ('1.00', null, null, null),
    ('0.05', 2, '0.025', '0.03'),
    ('-0.05', 2, '-0.025', '-0.03'),
    ('10.00', 3, '3.3333333333333335', '3.33'),
    ('-20.00', 3, '-6.666666666666667', '-6.67'),
    ('9999999999.99', 1, '9999999999.99', '9999999999.99')

),

numbers as (

    select
        cast(money as {{ type_name('money') }}) as money,
        divisor,
        cast(share as {{ type_name('number') }}) as share,
        cast(cents as {{ type_name('money') }}) as cents

    from cases

),

medians as (

    select
        {{ percentile(0.5, 'divisor') }} as median_divisor

    from numbers
    where money in (0.00, 1.00, 7.00, 10.00)

),

answers as (

    select
        numbers.*,
        {{ ratio('numbers.money', 'numbers.divisor') }} as read_share,
        {{ money_ratio('numbers.money', 'numbers.divisor') }} as read_cents,
        {{ money_ratio('numbers.money', '1.25', 10000000000) }} as converted,
        cast(
            {{ exact_product(
                'numbers.money', 'cast(0.0999999999 as ' ~ type_name('rate') ~ ')'
            ) }}
            as {{ type_name('money') }}
        ) as tenth,
        medians.median_divisor

    from numbers
    cross join medians

),

differing_answers as (

    select * from answers
    where cents is distinct from read_cents
        or (share is null) != (read_share is null)
        or abs(share - read_share) > 1e-9
        or (money = 10.00 and converted is distinct from 8.00)
        or (money = 0.05 and tenth is distinct from 0.00)
        or median_divisor is distinct from 2.5

)

select * from differing_answers
