{#-
    A value of `kpi_values` with a denominator is the quotient of its parts, money to the
    cent: whoever adds up the parts of several rows gets the value of all of them.
-#}
with

kpi_values as (

    select * from {{ ref('kpi_values') }}
    where denominator != 0 and value is not null

),

quotients as (

    select
        kpi_key,
        value,
        numerator,
        denominator,
        {{ ratio('numerator', 'denominator') }} as quotient,
        case when unit = 'money' then 0.005 else 0 end as rounding

    from kpi_values

),

differing_values as (

    select * from quotients
    where quotient is null
        or abs(value - quotient) > rounding + 1e-14 * abs(quotient)

)

select * from differing_values
