{#- The web domain of a company is the same on every engine, however it was typed. -#}
with

cases (website, domain) as (

    values
    ('https://www.Example.de/shop', 'example.de'),
    ('http://example.de:8080', 'example.de'),
    ('WWW.EXAMPLE.DE#top', 'example.de'),
    ('example.de?from=https://www.other.de', 'example.de'),
    ('https://wwwexample.de', 'wwwexample.de'),
    ('shop.example.de', 'shop.example.de'),
    ('example.de/shop{{ "\n" }}and more', 'example.de'),
    ('www.', null),
    ('/shop', null),
    ('https://', null),
    ('n/a', null),
    ('n.a.', null),
    ('k. A.', null),
    ('keine', null),
    ('...', null),
    ('.de', null),
    ('example.', null),
    ('http//example.de', null),
    ('localhost:8080', null),
    (null, null)

),

differing_domains as (

    select * from cases
    where {{ web_domain('website') }} is distinct from domain

)

select * from differing_domains
