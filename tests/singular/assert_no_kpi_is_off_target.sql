{#-
    A KPI as a whole that misses its critical threshold in its latest final period. A
    warning unless the var `off_target_severity` says error.
-#}
{{ config(severity=var('off_target_severity')) }}

with

off_target as (

    select
        kpi,
        period_grain,
        period_label,
        value,
        target_value

    from {{ ref('kpi_scorecard') }}
    where status = 'off_target' and is_headline

)

select * from off_target
