{#- The name of a lead's company is the same on every engine, and n/a is nobody's. -#}
with

cases (company, name) as (

    values
    ('Alpha GmbH', 'alpha gmbh'),
    ('[Alpha]', '[alpha]'),
    ('ÄRZTE.', 'ärzte.'),
    ('株式会社', '株式会社'),
    ('4711', '4711'),
    ('K&A', 'k&a'),
    ('Unbekannt & Söhne', 'unbekannt & söhne'),
    ('n/a', null),
    ('N.A.', null),
    ('#N/A', null),
    ('k.A.', null),
    ('k. A.', null),
    ('(keine Angabe)', null),
    ('[not provided]', null),
    ('Unbekannt', null),
    ('- unknown -', null),
    ('None', null),
    ('-', null),
    ('–', null),
    ('???', null),
    ('. . .', null),
    (null, null)

),

differing_names as (

    select * from cases
    where {{ company_name('company') }} is distinct from name

)

select * from differing_names
