{% macro percentile(share, days) -%}
    percentile_cont({{ share }}) within group (
            order by cast({{ days }} as {{ type_name('number') }})
        )
{%- endmacro %}

{% macro running_counts(relation, keys, value, count) %}
    select
        *,
        sum({{ count }}) over (
            partition by {{ keys | join(', ') }}
        ) as total_count,
        sum({{ count }}) over (
            partition by {{ keys | join(', ') }}
            order by {{ value }} nulls last
            rows between unbounded preceding and current row
        ) as running_count

    from {{ relation }}
{% endmacro %}

{% macro counted_value(share, value, rounding) -%}
    min(
            case
                when running_count
                > {{ rounding }}({{ share }} * cast(total_count - 1 as decimal(18, 0)))
                    then {{ value }}
            end
        )
{%- endmacro %}

{% macro percentile_of_counts(share, value) -%}
    {%- set position = share ~ ' * cast(total_count - 1 as decimal(18, 0))' -%}
    {%- set lower = counted_value(share, value, 'floor') -%}
    {%- set upper = counted_value(share, value, 'ceiling') -%}
    cast(
            {{ lower }}
            + max({{ position }} - floor({{ position }}))
            * (
                {{ upper }}
                - {{ lower }}
            ) as {{ type_name('number') }}
        )
{%- endmacro %}

{% macro watched_deals() %}
    select
        deals.*,
        {{ days_between(
            'deals.created_on', 'coalesce(deals.closed_on, as_of.as_of_on)'
        ) }} as observed_days

    from deals
    cross join {{ ref('int_run__as_of') }} as as_of
    where deals.created_on is not null
        and (deals.deal_state = 'open' or deals.closed_on >= deals.created_on)
{% endmacro %}

{% macro survival_share() -%}
    case
            when min(at_risk_count - decided_count) over earlier_days = 0 then 0.0
            else exp(
                sum(
                    ln(
                        cast(at_risk_count - decided_count as {{ type_name('number') }})
                        / nullif(at_risk_count, decided_count)
                    )
                ) over earlier_days
            )
        end
{%- endmacro %}

{% macro wilson(successes, trials, bound) -%}
    {%- set z = '1.959963984540054e0' -%}
    {%- set n = 'cast(' ~ trials ~ ' as ' ~ type_name('number') ~ ')' -%}
    {%- set k = 'cast(' ~ successes ~ ' as ' ~ type_name('number') ~ ')' -%}
    case
            when {{ trials }} > 0
                then least(1.0, greatest(0.0, (
                    {{ k }} + {{ z }} * {{ z }} / 2
                    {{ '-' if bound == 'low' else '+' }} {{ z }} * sqrt(
                        {{ k }} * ({{ n }} - {{ k }}) / {{ n }} + {{ z }} * {{ z }} / 4
                    )
                ) / ({{ n }} + {{ z }} * {{ z }})))
        end
{%- endmacro %}
