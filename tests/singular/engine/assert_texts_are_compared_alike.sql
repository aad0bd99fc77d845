{#-
    Texts compare by code point on every engine, and any letter has its lower case: the
    first id of a group, the order of ties and the join of e-mail addresses hang on it.
-#}
with

cases (written, greater_text, lower_case) as (

    values
    ('B', 'a', 'b'),
    ('Z', 'Ä', 'z'),
    ('z', 'ä', 'z'),
    ('a-c', 'ab', 'a-c'),
    ('A B', 'AA', 'a b'),
    ('9', 'A', '9'),
    ('10', '9', '10'),
    ('ÄÖÜ', 'ÄÖÜẞ', 'äöü'),
    ('É', 'é', 'é'),
    ('Ł', 'ł', 'ł'),
    ('Ж', 'ж', 'ж')

),

differing_texts as (

    select * from cases
    where not written < greater_text or lower(written) != lower_case

)

select * from differing_texts
