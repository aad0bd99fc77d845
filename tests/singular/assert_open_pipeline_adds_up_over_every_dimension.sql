{#- Each dimension of `open_pipeline` adds up to its total. -#}
{%- set measures = [
    'deal_count', 'amount', 'weighted_amount', 'deals_without_amount_count',
    'deals_without_probability_count', 'overdue_count',
] -%}

with

open_pipeline as (

    select * from {{ ref('open_pipeline') }}

),

totals as (

    select * from open_pipeline
    where dimension = 'total'

),

sums as (

    select
        dimension
        {%- for measure in measures %},
        sum({{ measure }}) as {{ measure }}
        {%- endfor %}

    from open_pipeline
    group by dimension

),

differences as (

    select sums.*
    from sums
    cross join totals
    where
        {%- for measure in measures %}
        {{ 'or ' if not loop.first }}sums.{{ measure }} != totals.{{ measure }}
        {%- endfor %}

)

select * from differences
