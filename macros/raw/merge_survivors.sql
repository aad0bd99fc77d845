{#-
    Follows merge pointers (source_system, record_id, merged_into_id) up to five steps
    to the record that is left. A cycle keeps its smallest id.
-#}
{% macro merge_survivors(pointers) %}
    select
        step_0.source_system,
        step_0.record_id,
        case
            when step_5.record_id is not null
                then least(
                    step_1.record_id, step_2.record_id, step_3.record_id,
                    step_4.record_id, step_5.record_id
                )
            else coalesce(
                step_4.merged_into_id, step_3.merged_into_id, step_2.merged_into_id,
                step_1.merged_into_id, step_0.merged_into_id
            )
        end as survivor_id

    from {{ pointers }} as step_0
    {%- for step in range(1, 6) %}
    left join {{ pointers }} as step_{{ step }}
        on step_{{ step - 1 }}.source_system = step_{{ step }}.source_system
        and step_{{ step - 1 }}.merged_into_id = step_{{ step }}.record_id
    {%- endfor %}
{% endmacro %}

{#-
    The records that are used or merged, with the record each is merged into (itself if
    into none), and whether others share it; expects the relation `survivors`. A survivor
    that was deleted or excluded itself, among the `landed`, takes its merged records
    along.
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
        where {{ records }}.record_state is null or {{ records }}.record_state = 'merged'

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
{% endmacro %}
