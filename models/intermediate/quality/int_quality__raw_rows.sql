{#-
    Every raw row with what became of it: used, or set aside for a reason. Kinds of
    objects with a creation day carry the run's state. Each raw row is counted once:
    HubSpot's leads are its contacts, and its contacts of deals are among the
    associations.
-#}
{%- set counted_elsewhere = {'leads': ['hubspot'], 'deal_contacts': ['hubspot']} -%}

with

landed_rows as (
    {% for objects, columns in canonical_columns(none).items() %}
    {%- if 'created_at' in columns %}
    select
        source_system,
        raw_table,
        source_record_id,
        record_state,
        unreadable_columns

    from {{ ref('int_crm__' ~ objects[:-1] ~ '_records') }}
    {%- for system in counted_elsewhere.get(objects, []) %}
    where source_system != '{{ system }}'
    {%- endfor %}
    union all
    {%- else %}
    {%- for system in enabled_crms() if staging_has(system, objects)
        and system not in counted_elsewhere.get(objects, []) %}
    select
        source_system,
        raw_table,
        source_record_id,
        set_aside_reason as record_state,
        unreadable_columns

    from {{ ref('stg_' ~ system ~ '__' ~ objects) }}
    union all
    {%- endfor %}
    {%- endif %}
    {%- endfor %}
    {%- for table in ['acquisition_spend', 'exchange_rates'] %}
    select
        source_system,
        raw_table,
        source_record_id,
        set_aside_reason as record_state,
        cast(null as {{ type_name('text') }}) as unreadable_columns

    from {{ ref('stg_finance__' ~ table) }}
    union all
    {%- endfor %}
    select
        source_system,
        raw_table,
        source_record_id,
        record_state,
        unreadable_columns

    from {{ ref('int_crm__contract_period_records') }}

),

raw_rows as (

    select
        source_system,
        raw_table,
        source_record_id,
        coalesce(record_state, 'used') as row_state,
        unreadable_columns

    from landed_rows

)

select * from raw_rows
