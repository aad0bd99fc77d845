{#-
    The rows of one kind of object with the day they were created and the reason why a
    row is not used, the run's as-of day included; expects the relation `as_of` and,
    `of_accounts`, the relation `excluded_accounts`: what an excluded account owns is
    excluded, too. Of rows that can be `merged`, which is what their state then says, also
    whether they came after the as-of day.
-#}
{% macro run_state(records, of_accounts=false, merged=false) %}
    select
        {{ records }}.*,
        {{ local_date(records ~ '.created_at') }} as created_on,
        case
            when {{ records }}.set_aside_reason is not null
                then {{ records }}.set_aside_reason
            {%- if of_accounts %}
            when excluded_accounts.record_id is not null then 'excluded'
            {%- endif %}
            when {{ records }}.created_at >= {{ end_of_day('as_of.as_of_on') }}
                then 'after_as_of'
        end as record_state
        {%- if merged %},
        {{ records }}.created_at >= {{ end_of_day('as_of.as_of_on') }} as is_after_as_of
        {%- endif %}

    from {{ records }}
    cross join as_of
    {%- if of_accounts %}
    left join excluded_accounts
        on {{ records }}.source_system = excluded_accounts.source_system
        and {{ records }}.account_id = excluded_accounts.record_id
    {%- endif %}
{% endmacro %}
