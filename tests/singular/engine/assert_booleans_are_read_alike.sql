{#- What is written for yes and no has one meaning on every engine, or none. -#}
with

cases (written, meaning) as (

    values
    ('true', true),
    ('T', true),
    ('Yes', true),
    ('y', true),
    ('1', true),
    ('1.0', true),
    ('WAHR', true),
    ('ja', true),
    (' Ja ', true),
    ('wahr{{ "\r" }}', true),
    ('FALSE', false),
    ('f', false),
    ('no', false),
    ('N', false),
    ('0', false),
    ('0.0', false),
    ('FALSCH', false),
    ('Nein', false),
    ('perhaps', null),
    ('jain', null),
    ('w', null),
    ('2', null),
    ('', null),
    (null, null)

),

differing_answers as (

    select * from cases
    where {{ safe_cast_to('written', 'boolean') }} is distinct from meaning

)

select * from differing_answers
