{#-
    A pattern of seed `excluded_records` means the same on every engine: % is any text, _
    any character, and a backslash (chr(92)) itself, wherever it stands.
-#}
with

cases (written, start_of_pattern, has_backslash, end_of_pattern, is_alike) as (

    values
    ('Test GmbH', 'Test%', false, '', true),
    ('Test{{ "\n" }}GmbH', 'Test%', false, '', true),
    ('Test', 'T_st', false, '', true),
    ('Täst', 'T_st', false, '', true),
    ('T🦄st', 'T_st', false, '', true),
    ('Teest', 'T_st', false, '', false),
    ('test', 'T_st', false, '', false),
    ('T.st', 'T.st', false, '', true),
    ('Test', 'T.st', false, '', false),
    ('Test', '%', true, '', false),
    ('Test_1', 'Test', true, '_1', false),
    ('Test', '', true, 'Test', false),
    (null, '%', false, '', false)

),

patterns as (

    select
        written,
        start_of_pattern
        || case when has_backslash then chr(92) else '' end
        || end_of_pattern as pattern,
        is_alike

    from cases

),

differing_patterns as (

    select * from patterns
    where coalesce({{ is_like('written', 'pattern') }}, false) != is_alike
        or not coalesce({{ is_like('pattern', 'pattern') }}, false)

)

select * from differing_patterns
