{#-
    Booleans, JSON, lists and hashes in text mean the same on every engine; what is no
    JSON is NULL and stops nothing.
-#}
with

cases (written, is_true, name, inner_name, element_count, part_count) as (

    values
    ('{"name": "A", "b": {"c": "d"}}', null, 'A', 'd', 0, 1),
    ('{"name": null, "b": 1}', null, null, null, 0, 1),
    ('{"name": "say \u00fc;"}', null, 'say ü;', null, 0, 2),
    ('{"name": 12.5, "b": {"c": true}}', null, '12.5', 'true', 0, 1),
    ('["x", "y", null]', null, null, null, 2, 1),
    ('{{ "\n\t" }} ["x"]{{ "\r\n" }}', null, null, null, 1, 1),
    ('[]', null, null, null, 0, 1),
    ('[{"c": [1, 2]}, {"c": {"d": "e"}}]', null, null, null, 2, 1),
    ('{"name": "A"', null, null, null, 0, 1),
    ('{"name": "{{ "\t" }}"}', null, null, null, 0, 1),
    ('["{{ "\n" }}"]', null, null, null, 0, 1),
    ('{"name":{{ "\n\t" }}"A"}', null, 'A', null, 0, 1),
    ('{"name": "A{{ "\x7f\u2028" }}B"}', null, 'A{{ "\x7f\u2028" }}B', null, 0, 1),
    ('{name: A}', null, null, null, 0, 1),
    ('{"name": 01}', null, null, null, 0, 1),
    ('{"name" "A"}', null, null, null, 0, 1),
    ('["x" "y"]', null, null, null, 0, 1),
    ('{]}', null, null, null, 0, 1),
    ('no JSON; at all;', null, null, null, 0, 3),
    ('Yes', true, null, null, 0, 1),
    ('{{ "\u00a0" }}TRUE{{ "\r" }}', true, null, null, 0, 1),
    ('t', true, null, null, 0, 1),
    ('y', true, null, null, 0, 1),
    ('1.0', true, null, null, 0, 1),
    ('0.0', false, null, null, 0, 1),
    ('f', false, null, null, 0, 1),
    ('no', false, null, null, 0, 1),
    ('n', false, null, null, 0, 1),
    ('untrue', null, null, null, 0, 1),
    (' ', null, null, null, 0, 1),
    (null, null, null, null, 0, 0)

),

elements as (

    select
        cases.written,
        count(elements.element) as element_count

    from cases
    {{ join_json_elements('cases.written', 'elements', 'element') }}
    group by cases.written

),

fingerprints as (

    select {{ fingerprint('letters.letter') }} as fingerprint
    from (values ('b'), ('a'), ('d'), ('a')) as letters (letter)

),

parts as (

    select
        cases.written,
        count(*) as part_count

    from cases
    {{ join_text_parts('cases.written', ';', 'parts', 'part') }}
    group by cases.written

),

answers as (

    select
        cases.*,
        {{ safe_cast_to('cases.written', 'boolean') }} as read_is_true,
        {{ json_value('cases.written', ['name']) }} as read_name,
        {{ json_value('cases.written', ['b', 'c']) }} as read_inner_name,
        elements.element_count as read_element_count,
        coalesce(parts.part_count, 0) as read_part_count,
        fingerprints.fingerprint

    from cases
    cross join fingerprints
    left join elements on cases.written is not distinct from elements.written
    left join parts on cases.written is not distinct from parts.written

),

differing_answers as (

    select * from answers
    where read_is_true is distinct from is_true
        or read_name is distinct from name
        or read_inner_name is distinct from inner_name
        or read_element_count is distinct from element_count
        or read_part_count is distinct from part_count
        or 'f83e039796c6453a10f5519e39fd113901572316a1a8ea07cb525d2801dfd074'
        is distinct from {{ sha_256("'Grüße'") }}
        or fingerprint is distinct from '7bf88a70bb3a49212ee948242450ea25'
        {%- if var('use_sample_data') and var('pseudonymise_people') %}
        or {{ keyed_hash("'Grüße'") }}
        is distinct from 'c919bd3fd5087693606a5e63c4fc05f7'
        {%- endif %}

)

select * from differing_answers
