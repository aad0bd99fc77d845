{#- Blanks around a text mean nothing on every engine; blanks alone are no value. -#}
with

cases (written, text_without_blanks) as (

    values
    ('A', 'A'),
    (' A', 'A'),
    ('A  ', 'A'),
    ('  A  B ', 'A  B'),
    (' A{{ "\u2003" }}', 'A{{ "\u2003" }}'),
    ('{{ "\t" }}A', '{{ "\t" }}A'),
    (' ', null),
    ('   ', null),
    ('', null),
    (null, null)

),

differing_texts as (

    select * from cases
    where {{ safe_cast_to('written', 'text') }} is distinct from text_without_blanks

)

select * from differing_texts
