{#-
    Ranges that are no range (no lower bound below the upper one; a null bound counts as
    such) or that do not fit the next range of the same partition. `gaps`: `allowed` (the
    next one starts at the end or later), `not_allowed` (at the end), `required` (later).
    Only the last range of a partition may have an open end, and not in its bounds.
-#}
{% test mutually_exclusive_ranges(
    model,
    lower_bound_column,
    upper_bound_column,
    partition_by=none,
    gaps='allowed',
    zero_length_range_allowed=false
) %}
{%- set operators = {'allowed': '<=', 'not_allowed': '=', 'required': '<'} -%}
{%- if gaps not in operators -%}
    {{ exceptions.raise_compiler_error(
        "mutually_exclusive_ranges: gaps is '" ~ gaps
        ~ "' and must be allowed, not_allowed or required"
    ) }}
{%- endif -%}
{%- set partition = 'partition by ' ~ partition_by if partition_by else '' -%}
with ranges as (

    select
        {%- if partition_by %}
        {{ partition_by }} as range_partition,
        {%- endif %}
        {{ lower_bound_column }} as lower_bound,
        {{ upper_bound_column }} as upper_bound,
        lead({{ lower_bound_column }}) over (
            {{ partition }}
            order by {{ lower_bound_column }}, {{ upper_bound_column }}
        ) as next_lower_bound,
        row_number() over (
            {{ partition }}
            order by {{ lower_bound_column }} desc, {{ upper_bound_column }} desc
        ) as position_from_last

    from {{ model }}

)

select *
from ranges
where
    not coalesce(
        lower_bound {{ '<=' if zero_length_range_allowed else '<' }} upper_bound, false
    )
    or not coalesce(
        upper_bound {{ operators[gaps] }} next_lower_bound, position_from_last = 1
    )
{% endtest %}
