{#-
    Days, months, quarters and the business day of a moment are the same on every engine;
    days of `business_timezone` are known for Berlin only.
-#}
with

cases (name, answer, expected) as (

    select
        'days between' as name,
        cast({{ days_between(
            "cast('2024-01-31' as date)", "cast('2024-03-01' as date)"
        ) }} as {{ type_name('text') }}) as answer,
        '30' as expected
    {%- for name, answer, expected in [
        ('days back', days_between(
            "cast('2023-12-31' as date)", "cast('2023-12-01' as date)"
        ), '-30'),
        ('next day', add_days("cast('2023-12-31' as date)", 1), '2024-01-01'),
        ('day before', add_days("cast('2024-03-01' as date)", -1), '2024-02-29'),
        ('next month', add_months("cast('2024-01-31' as date)", 1), '2024-02-29'),
        ('month before', add_months("cast('2023-03-31' as date)", -1), '2023-02-28'),
        ('year later', add_months("cast('2024-02-29' as date)", 12), '2025-02-28'),
        ('month start', month_start("cast('2024-02-29' as date)"), '2024-02-01'),
    ] %}
    union all
    select
        '{{ name }}' as name,
        cast({{ answer }} as {{ type_name('text') }}) as answer,
        '{{ expected }}' as expected
    {%- endfor %}
    {%- if var('business_timezone') == 'Europe/Berlin' %}
        {%- for moment, expected in [
            ('2024-01-15 22:59:59', '2024-01-15'),
            ('2024-01-15 23:00:00', '2024-01-16'),
            ('2024-07-15 21:59:59', '2024-07-15'),
            ('2024-07-15 22:00:00', '2024-07-16'),
        ] %}
    union all
    select
        'business day of {{ moment }}' as name,
        cast(
            {{ local_date("cast('" ~ moment ~ "' as timestamp)") }}
            as {{ type_name('text') }}
        ) as answer,
        '{{ expected }}' as expected
        {%- endfor %}
        {%- for day, moment in [
            ('2024-01-15', '2024-01-15 23:00:00'),
            ('2024-07-15', '2024-07-15 22:00:00'),
            ('2024-03-30', '2024-03-30 23:00:00'),
            ('2024-03-31', '2024-03-31 22:00:00'),
            ('2024-10-26', '2024-10-26 22:00:00'),
            ('2024-10-27', '2024-10-27 23:00:00'),
        ] %}
    union all
    select
        'end of {{ day }}' as name,
        cast(
            {{ end_of_day("cast('" ~ day ~ "' as date)") }}
            as {{ type_name('text') }}
        ) as answer,
        '{{ moment }}' as expected
        {%- endfor %}
        {%- for day, moment in [
            ('2024-01-15', '2024-01-14 23:00:00'),
            ('2024-03-31', '2024-03-30 23:00:00'),
            ('2024-04-01', '2024-03-31 22:00:00'),
        ] %}
    union all
    select
        'moment of the date {{ day }}' as name,
        cast(
            {{ safe_cast_to("cast('" ~ day ~ "' as date)", 'timestamp', 'date') }}
            as {{ type_name('text') }}
        ) as answer,
        '{{ moment }}' as expected
        {%- endfor %}
    {%- endif %}
    {%- for day in ['1970-01-01', '2024-01-15', '2024-07-15', '2199-12-31'] %}
    {%- set landed = "cast('" ~ day ~ "' as date)" %}
    union all
    select
        'day of the date {{ day }}' as name,
        cast(
            {{ local_date(safe_cast_to(landed, 'timestamp', 'date')) }}
            as {{ type_name('text') }}
        ) as answer,
        '{{ day }}' as expected
    {%- endfor %}
    {%- if var('fiscal_year_start_month') == 1 %}
    union all
    select
        'quarter start' as name,
        cast(
            {{ quarter_start("cast('2024-12-31' as date)") }} as {{ type_name('text') }}
        ) as answer,
        '2024-10-01' as expected
    {%- endif %}

),

differing_answers as (

    select * from cases
    where answer is distinct from expected

)

select * from differing_answers
