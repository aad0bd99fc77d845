{#-
    Rows that each loader lands in a shape of its own, always with the same columns.
    Everything else differs by name only, see `hubspot_names.sql`.
-#}

{#-
    The raw tables with deals. Airbyte lands deleted deals in a table of their own, all
    of them text.
-#}
{% macro hubspot_deal_tables() %}
    {%- set tables = [raw_table('hubspot', 'deal')] -%}
    {%- if var('hubspot_loader') == 'airbyte' -%}
        {%- do tables.append(
            raw_table('hubspot', 'archived_deal', optional=true, in_sample=false)
        ) -%}
    {%- endif -%}
    {{- return(tables) -}}
{% endmacro %}

{% macro is_deleted_deal(deal) -%}
    {{ 'true' if deal.table == 'archived_deal' else is_deleted(deal, ['archived']) }}
{%- endmacro %}

{% macro hubspot_owner_tables() %}
    {%- set tables = [raw_table('hubspot', 'owner', optional=true)] -%}
    {%- if var('hubspot_loader') == 'airbyte' -%}
        {%- do tables.append(
            raw_table('hubspot', 'archived_owner', optional=true, in_sample=false)
        ) -%}
    {%- endif -%}
    {{- return(tables) -}}
{% endmacro %}

{% macro hubspot_merge_tables() %}
    {{- return([
        raw_table('hubspot', 'merged_deal', optional=true, loaders=['fivetran']),
        raw_table(
            'hubspot', 'contact_merge_audit', optional=true, in_sample=false,
            loaders=['fivetran']
        ),
    ]) -}}
{% endmacro %}

{% macro pick_json(raw, api_name) %}
    {%- set column = landed_column(raw, api_name) -%}
    {%- if column -%}
        {{- return(as_json_text(adapter.quote(column.name), column.type)) -}}
    {%- endif -%}
    {{- return('cast(null as ' ~ type_name('text') ~ ')') -}}
{% endmacro %}

{#-
    Deal stages: a table (Fivetran), a JSON array on the pipeline (Airbyte, keys of
    API version 1 or 3), a child table that names its pipeline by `pipeline_key` (dlt).
-#}
{% macro hubspot_stages() %}
    {%- if var('hubspot_loader') == 'airbyte' -%}
        {%- set pipeline = raw_table('hubspot', 'deal_pipeline', optional=true) -%}
        {%- set keys = {
            'stage': [['stageId'], ['id']],
            'stage_label': [['label']],
            'sort_order': [['displayOrder']],
            'is_closed': [['metadata', 'isClosed'], ['isClosed'], ['closedWon']],
            'probability': [['metadata', 'probability'], ['probability']],
        } -%}
        {%- set types = {
            'sort_order': 'integer', 'is_closed': 'boolean', 'probability': 'rate',
        } %}
    select
        {{ pick_first(pipeline, ['pipelineId', 'id']) }} as pipeline,
        cast(null as {{ type_name('text') }}) as pipeline_key,
        {%- for column, paths in keys.items() %}
        coalesce(
            {%- for path in paths %}
            {{ safe_cast_to(
                json_value('stages.stage', path), types.get(column, 'text')
            ) }}
            {{- ', ' if not loop.last }}
            {%- endfor %}
        ) as {{ column }},
        {%- endfor %}
        {{ loaded_at(pipeline) }} as loaded_at,
        {{ safe_cast_to(json_value('stages.stage', ['archived']), 'boolean') }}
            as is_archived,
        {{ is_old_version(pipeline) }} as is_old_version

    from {{ pipeline.relation }}
    {{ join_json_elements(pick_json(pipeline, 'stages'), 'stages', 'stage') }}
    where stages.stage is not null
    {%- else -%}
        {%- set stage = raw_table('hubspot', 'deal_pipeline_stage', optional=true) %}
    select
        {{ pick(stage, 'pipelineId') }} as pipeline,
        {{ pick(stage, '_dlt_parent_id') }} as pipeline_key,
        {{ pick(stage, 'id', required=true) }} as stage,
        {{ pick(stage, 'label') }} as stage_label,
        {{ pick(stage, 'displayOrder', 'integer') }} as sort_order,
        {{ pick_first(stage, ['metadata.isClosed', 'closedWon'], 'boolean') }}
            as is_closed,
        {{ pick(stage, 'metadata.probability', 'rate') }} as probability,
        {{ loaded_at(stage) }} as loaded_at,
        {{ is_deleted(stage, ['archived']) }} as is_archived,
        {{ is_old_version(stage) }} as is_old_version

    from {{ stage.relation }}
    {%- endif %}
{% endmacro %}

{#-
    Entries of deals into stages: a table of its own (Fivetran, where inactive rows are
    the history) or the changes of all properties (Airbyte, dlt). dlt's table of the
    last entry into each stage is a substitute where the changes did not land.
-#}
{% macro hubspot_stage_history() %}
    {%- set loader = var('hubspot_loader') -%}
    {%- set entry = raw_table(
        'hubspot', 'deal_stage', optional=true, loaders=['fivetran', 'dlt']
    ) -%}
    {%- set changes = entry if loader == 'fivetran' else raw_table(
        'hubspot', 'deal_property_history', optional=true, in_sample=false
    ) -%}
    {%- set has_changes = loader != 'fivetran' and changes.columns != {} %}
    select
        'deal_stage' as raw_table,
        {{ pick(entry, 'objectId', required=true) }} as deal_id,
        'dealstage' as field,
        {{ pick(entry, 'value', required=true) }} as stage,
        {{ pick_first(entry, ['timestamp', '_fivetran_start'], 'timestamp') }}
            as entered_at,
        {{ 'true' if has_changes else 'false' }} as is_substitute,
        {{ loaded_at(entry) }} as loaded_at,
        {{ is_deleted(entry, []) }} as is_deleted,
        false as is_old_version,
        {{ unreadable_columns(entry, [['timestamp', 'timestamp']]) }}
            as unreadable_columns

    from {{ entry.relation }}
    {%- if loader != 'fivetran' %}
    union all
    select
        'deal_property_history' as raw_table,
        {{ pick(changes, 'objectId', required=true) }} as deal_id,
        {{ pick(changes, 'property', required=true) }} as field,
        {{ pick(changes, 'value') }} as stage,
        {{ pick(changes, 'timestamp', 'timestamp', required=true) }} as entered_at,
        false as is_substitute,
        {{ loaded_at(changes) }} as loaded_at,
        {{ is_deleted(changes, ['archived']) }} as is_deleted,
        {{ is_old_version(changes) }} as is_old_version,
        {{ unreadable_columns(changes, [['timestamp', 'timestamp']]) }}
            as unreadable_columns

    from {{ changes.relation }}
    {%- endif %}
{% endmacro %}

{#-
    Links of records of two kinds, named by Fivetran's bridge table: the bridge itself
    or dlt's child table, or (Airbyte) an array on the deal, of whose versions only the
    last one counts; a version without links is one row that `is_empty`.
-#}
{% macro hubspot_links(bridge, from_object, to_object) %}
    {%- set ids = {
        'deal': 'dealId', 'company': 'companyId', 'contact': 'contactId',
        'line_item': 'lineItemId',
    } -%}
    {%- set arrays = {
        'deal_company': 'companies', 'deal_contact': 'contacts',
        'line_item_deal': 'line_items',
    } -%}
    {%- if var('hubspot_loader') == 'airbyte' -%}
        {%- set deal = raw_table('hubspot', 'deal') -%}
        {%- set names = {'deal': pick(deal, 'id')} %}
    select
        '{{ bridge }}' as raw_table,
        '{{ from_object }}' as from_object,
        {{ names.get(from_object, "trim(both ' ' from links.linked_id)") }} as from_id,
        '{{ to_object }}' as to_object,
        {{ names.get(to_object, "trim(both ' ' from links.linked_id)") }} as to_id,
        cast(null as {{ type_name('text') }}) as type_id,
        cast(null as {{ type_name('text') }}) as category,
        {{ loaded_at(deal) }} as loaded_at,
        false as is_deleted,
        rank() over (
            partition by {{ names.deal }}
            order by
                {{ loaded_at(deal) }} desc nulls last,
                {{ pick_first(
                    deal, ['hs_lastmodifieddate', 'updatedAt'], 'timestamp'
                ) }}
                    desc nulls last
        ) > 1 as is_old_version,
        links.linked_id is null as is_empty

    from {{ deal.relation }}
    {{ join_json_elements(pick_json(deal, arrays[bridge]), 'links', 'linked_id') }}
    {%- else -%}
        {%- set link = raw_table('hubspot', bridge, optional=true) %}
    select
        '{{ bridge }}' as raw_table,
        '{{ from_object }}' as from_object,
        {{ pick(link, ids[from_object], required=true) }} as from_id,
        '{{ to_object }}' as to_object,
        {{ pick(link, ids[to_object], required=true) }} as to_id,
        {{ pick(link, 'typeId') }} as type_id,
        {{ pick(link, 'category') }} as category,
        {{ loaded_at(link) }} as loaded_at,
        {{ is_deleted(link, []) }} as is_deleted,
        {{ is_old_version(link) }} as is_old_version,
        false as is_empty

    from {{ link.relation }}
    {%- endif %}
{% endmacro %}

{% macro history_value_key(field, value, read_fields) -%}
    coalesce(
        case
            when lower({{ field }}) in ('{{ read_fields | join("', '") }}') then {{ value }}
            else {{ keyed_hash(value) }}
        end,
        ''
    )
{%- endmacro %}
