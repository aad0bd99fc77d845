{#-
    Per CRM and kind of object the latest load stamp and the latest record stamp. Reads
    staging, because what day it is must be known before any record is left out.
-#}
{% macro load_stamps() %}
    {%- set selects = [] -%}
    {%- for system in enabled_crms() -%}
        {%- for objects, columns in canonical_columns(none).items()
            if staging_has(system, objects) -%}
            {%- do selects.append(
                "select '" ~ system ~ "' as source_system, max(loaded_at) as loaded_at, max("
                ~ ('coalesce(modified_at, created_at)' if 'created_at' in columns
                else 'modified_at')
                ~ ') as recorded_at from ' ~ ref('stg_' ~ system ~ '__' ~ objects)
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ selects | join('\n    union all\n    ') }}
{% endmacro %}
