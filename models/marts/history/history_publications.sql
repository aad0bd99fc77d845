{#-
    Last of all, so that nothing is recorded of a run in which an error-level test failed:
    depends on every mart, and with them on their tests.
-#}
{%- for mart in [
    'conversion_cohorts', 'crm_tie_out', 'customer_records', 'data_quality_issues',
    'data_quality_summary', 'funnel_stages', 'kpi_scorecard', 'kpi_targets_in_force',
    'open_pipeline', 'revenue_decomposition', 'sales_cycle_curve',
] -%}
    {%- do ref(mart) -%}
{%- endfor -%}
with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

kpi_values as (

    select
        kpi_key || '|' || status
        || '|' || coalesce(cast(value as {{ type_name('text') }}), '')
        || '|' || coalesce(cast(target_value as {{ type_name('text') }}), '')
            as value_line

    from {{ ref('kpi_values') }}
    where is_complete_period

),

fingerprints as (

    select {{ fingerprint('value_line') }} as values_fingerprint
    from kpi_values

),

current_state as (

    select
        cast(1 as {{ type_name('integer') }}) as publication_number,
        as_of.as_of_on,
        as_of.data_as_of,
        fingerprints.values_fingerprint,
        cast('{{ var("reporting_currency") }}' as {{ type_name('text') }})
            as currency_code,
        cast({{ published_settings() }} as {{ type_name('text') }}) as settings,
        false as settings_changed

    from as_of
    cross join fingerprints

),

recorded_publications as (

    {{ recorded_rows('current_state') }}

),

ranked_publications as (

    select
        *,
        row_number() over (order by publication_number desc nulls last) as recency

    from recorded_publications

),

last_publication as (

    select * from ranked_publications
    where recency = 1

),

{# The same data published again is the same publication. #}
new_publication as (

    select
        cast(
            coalesce(last_publication.publication_number, 0) + 1
            as {{ type_name('integer') }}
        ) as publication_number,
        current_state.as_of_on,
        current_state.data_as_of,
        current_state.values_fingerprint,
        current_state.currency_code,
        current_state.settings,
        coalesce(current_state.settings != last_publication.settings, false)
            as settings_changed

    from current_state
    left join last_publication
        on last_publication.recency = 1
    where last_publication.publication_number is null
        or (current_state.as_of_on is distinct from last_publication.as_of_on)
        or (current_state.data_as_of is distinct from last_publication.data_as_of)
        or (
            current_state.values_fingerprint
            is distinct from last_publication.values_fingerprint
        )

)

select * from new_publication
