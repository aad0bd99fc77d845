{#- What people write for a number has one meaning on every engine, or none. -#}
with

cases (written, amount, rate, whole) as (

    values
    ('1234.5', '1234.50', '1234.5', 1235),
    ('1.234,50', '1234.50', '1234.5', 1235),
    ('1,234.50', '1234.50', '1234.5', 1235),
    ('1.234.567', '1234567.00', null, 1234567),
    ('-12.345.678 €', '-12345678.00', null, -12345678),
    ('1.234.567,89', '1234567.89', null, 1234568),
    ('1,234,567', '1234567.00', null, 1234567),
    ('0.123.456', null, null, null),
    ('1.234.56', null, null, null),
    ('1.2345.678', null, null, null),
    ('-1.234,50 €', '-1234.50', '-1234.5', -1235),
    ('$341.09K', '341090.00', '341090', 341090),
    ('1.5M', '1500000.00', null, 1500000),
    ('usd 1.5m', '1500000.00', null, 1500000),
    ('7,5 chf', '7.50', '7.5', 8),
    ('£1,234 GBP', '1234.00', null, 1234),
    ('-1,234', '-1234.00', null, -1234),
    ('CHF 1' || chr(39) || '234.50', '1234.50', '1234.5', 1235),
    ('-1’234’567', '-1234567.00', null, -1234567),
    ('1’23', null, null, null),
    ('1’234,567', null, null, null),
    ('’1234', null, null, null),
    ('1.234,567', null, null, null),
    ('0,125', '0.13', '0.125', 0),
    (' EUR 7 ', '7.00', '7', 7),
    ('€ 12.000', null, null, null),
    ('-12.000 EUR', null, null, null),
    ('123.456 €', null, null, null),
    ('0.125 €', '0.13', '0.125', 0),
    ('1234.500 €', '1234.50', '1234.5', 1235),
    ('12.000', '12.00', '12', 12),
    ('0.005', '0.01', '0.005', 0),
    ('-0.005', '-0.01', '-0.005', 0),
    ('2.5', '2.50', '2.5', 3),
    ('1.', '1.00', '1', 1),
    ('.5', '0.50', '0.5', 1),
    ('1e3', '1000.00', '1000', 1000),
    ('1e-20', '0.00', '0', 0),
    ('1.23456789015', '1.23', '1.2345678902', 1),
    ('9999999999', '9999999999.00', null, 9999999999),
    ('10000000000', null, null, null),
    ('9999999999.99999999999', null, null, null),
    ('1e308', null, null, null),
    ('1e9999', null, null, null),
    ('12345678901234567890123456789012345678901234567890', null, null, null),
    ('NaN', null, null, null),
    ('Infinity', null, null, null),
    ('-inf', null, null, null),
    ('twelve', null, null, null),
    ('12_500', null, null, null),
    (' 12_500 €', null, null, null),
    ('12 of 13', null, null, null),
    ('1,23,4', null, null, null),
    ('- 5', '-5.00', '-5', -5),
    ('{{ "\u00a0" }}7{{ "\t" }}', '7.00', '7', 7),
    ('12.5{{ "\r\n" }}', '12.50', '12.5', 13),
    ('12.500{{ "\r" }}', '12.50', '12.5', 13),
    ('12.500{{ "\u00a0" }}', '12.50', '12.5', 13),
    ('{{ "\t\n\x0b\x0c\r \u00a0\u2007\u2009\u202f\u3000" }}1.234', '1.23', '1.234', 1),
    ('1{{ "\u00a0" }}234,50{{ "\u202f" }}€', '1234.50', '1234.5', 1235),
    ('{{ "\u0663\u0664" }}', null, null, null),
    ('7{{ "\x1f" }}', null, null, null),
    ('', null, null, null),
    (null, null, null, null)

),

answers as (

    select
        written,
        cast(amount as {{ type_name('money') }}) as amount,
        cast(rate as {{ type_name('rate') }}) as rate,
        cast(whole as {{ type_name('integer') }}) as whole,
        {{ safe_cast_to('written', 'money') }} as read_amount,
        {{ safe_cast_to('written', 'rate') }} as read_rate,
        {{ safe_cast_to('written', 'integer') }} as read_whole

    from cases

),

differing_answers as (

    select * from answers
    where read_amount is distinct from amount
        or read_rate is distinct from rate
        or read_whole is distinct from whole

)

select * from differing_answers
