{#-
    Follows merge pointers (`keys`, record_id, merged_into_id) to the record that is left,
    each round twice as far as the one before: 16 steps in four rounds. Who is then still at
    a merged record is in a cycle, which keeps its smallest id: the smallest that is passed
    on the way round from there. An engine that reads a CTE anew for each reader reads the
    pointers 32 times: the result belongs in a table.
-#}
{% macro merge_survivors(pointers, keys) %}
    {%- set rounds = 4 %}
    with

    hops_0 as (

        select
            {{ keys | join(', ') }},
            record_id,
            merged_into_id,
            record_id as smallest_id

        from {{ pointers }}

    ),

    {%- for round in range(1, rounds + 1) %}

    hops_{{ round }} as (

        select
            {%- for key in keys %}
            hops.{{ key }},
            {%- endfor %}
            hops.record_id,
            coalesce(next_hops.merged_into_id, hops.merged_into_id) as merged_into_id,
            least(
                hops.smallest_id, coalesce(next_hops.smallest_id, hops.smallest_id)
            ) as smallest_id

        from hops_{{ round - 1 }} as hops
        left join hops_{{ round - 1 }} as next_hops
            on hops.merged_into_id = next_hops.record_id
            {%- for key in keys %}
            and hops.{{ key }} = next_hops.{{ key }}
            {%- endfor %}

    ){{ ',' if not loop.last }}
    {%- endfor %}

    select
        {%- for key in keys %}
        hops.{{ key }},
        {%- endfor %}
        hops.record_id,
        coalesce(cycles.smallest_id, hops.merged_into_id) as survivor_id

    from hops_{{ rounds }} as hops
    left join hops_{{ rounds }} as cycles
        on hops.merged_into_id = cycles.record_id
        {%- for key in keys %}
        and hops.{{ key }} = cycles.{{ key }}
        {%- endfor %}
{% endmacro %}

{#-
    The records that are used or merged, with the record each is merged into (itself if
    into none), and whether others share it; expects the relation `survivors`. A survivor
    that was deleted or excluded itself, among the `landed`, takes its merged records
    along. One that came after the as-of day is kept for them, for today it is their id;
    if they came after it, too, the reader leaves all of them out.
-#}
{% macro kept_records(records, landed) %}
    with

    shared_survivors as (

        select
            source_system,
            survivor_id
        from survivors
        group by source_system, survivor_id

    ),

    surviving_records as (

        select
            {{ records }}.*,
            coalesce(survivors.survivor_id, {{ records }}.record_id) as survivor_id

        from {{ records }}
        left join survivors
            on {{ records }}.source_system = survivors.source_system
            and {{ records }}.record_id = survivors.record_id
        where {{ records }}.record_state is null
            or {{ records }}.record_state in ('merged', 'after_as_of')

    )

    select
        surviving_records.*,
        shared_survivors.survivor_id is not null as is_shared

    from surviving_records
    left join shared_survivors
        on surviving_records.source_system = shared_survivors.source_system
        and surviving_records.survivor_id = shared_survivors.survivor_id
    left join {{ landed }} as landed_survivors
        on surviving_records.source_system = landed_survivors.source_system
        and surviving_records.survivor_id = landed_survivors.record_id
        and landed_survivors.record_state in ('deleted', 'excluded')
    where landed_survivors.record_id is null
        and (
            surviving_records.record_state is distinct from 'after_as_of'
            or shared_survivors.survivor_id is not null
        )
{% endmacro %}
