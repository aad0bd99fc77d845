{#-
    What a company wrote into its seeds is read by some figure: a word, CRM or column that
    nothing knows would be passed over in silence, two answers to one question would
    leave the choice to chance.
-#}
{{ config(tags=['seeds'], group='crm') }}

{%- set systems = "'salesforce', 'hubspot', 'zoho'" -%}
{%- set unknown_system = "'source_system must be salesforce, hubspot or zoho'" -%}
{#- PostgreSQL and Spark read nothing there, DuckDB a word. -#}
{%- set written_null = "'leave a column empty that has no value, do not write null'" -%}
{%- set columns_of_entities = exclusion_columns() -%}

with

value_mapping as (

    select
        source_system,
        field,
        lower(trim(both ' ' from raw_value)) as raw_value,
        trim(both ' ' from mapped_words.value) as mapped_value

    from {{ ref('value_mapping') }} as mapped_words

),

stage_definitions as (

    select
        source_system,
        lower(coalesce(trim(both ' ' from pipeline), '')) as pipeline,
        lower(trim(both ' ' from stage)) as stage,
        is_won,
        is_lost,
        sort_order

    from {{ ref('stage_definitions') }}

),

members as (

    select * from {{ ref('sales_team_members') }}

),

bands as (

    select * from {{ ref('segment_bands') }}

),

exclusions as (

    select * from {{ ref('excluded_records') }}

),

checked_words as (

    select
        'value_mapping' as seed,
        coalesce(source_system, '') || ' ' || coalesce(field, '') || ' '
        || coalesce(raw_value, '') as seed_row,
        case
            when source_system is null or source_system not in ({{ systems }})
                then {{ unknown_system }}
            when field is null or field not in (
                'deal_type', 'lead_status', 'lead_source', 'channel', 'industry',
                'region', 'segment', 'lost_reason'
            )
                then 'field must be deal_type, lead_status, lead_source, channel,'
                    || ' industry, region, segment or lost_reason'
            when coalesce(raw_value, '') = '' or coalesce(min(mapped_value), '') = ''
                then 'raw_value and value must be there'
            when 'null' in (raw_value, min(mapped_value)) then {{ written_null }}
            when min(mapped_value) != max(mapped_value)
                then 'value is ' || min(mapped_value) || ' and ' || max(mapped_value)
                    || '; keep one of the rows'
            when field = 'deal_type'
                and min(mapped_value) not in ('new_business', 'upsell', 'renewal')
                then 'value must be new_business, upsell or renewal'
            when field = 'lead_status'
                and min(mapped_value) not in ('lead', 'mql', 'sql', 'disqualified')
                then 'value must be lead, mql, sql or disqualified'
        end as problem

    from value_mapping
    group by source_system, field, raw_value

),

checked_stages as (

    select
        'stage_definitions' as seed,
        coalesce(source_system, '') || ' ' || pipeline || ' ' || coalesce(stage, '')
            as seed_row,
        case
            when source_system is null or source_system not in ({{ systems }})
                then {{ unknown_system }}
            when coalesce(stage, '') = '' then 'stage must be there'
            when 'null' in (pipeline, stage) then {{ written_null }}
            when source_system = 'salesforce' and pipeline != ''
                then 'Salesforce has no pipelines; leave the column empty'
            when max(
                case when coalesce(is_won, is_lost) is null and sort_order is null
                    then 1 else 0 end
            ) = 1
                then 'is_won, is_lost or sort_order must be filled: false and false for'
                    || ' an open stage'
            when max(case when is_won and is_lost then 1 else 0 end) = 1
                then 'a stage is won or lost, not both'
            when max(case when is_won then 1 else 0 end)
                != min(case when is_won then 1 else 0 end)
                or max(case when is_lost then 1 else 0 end)
                != min(case when is_lost then 1 else 0 end)
                then 'the stage is defined in two ways; keep one of the rows'
        end as problem

    from stage_definitions
    group by source_system, pipeline, stage

),

checked_members as (

    select
        'sales_team_members' as seed,
        coalesce(source_system, '') || ' ' || coalesce(user_id, '') as seed_row,
        case
            when source_system is null or source_system not in ({{ systems }})
                then {{ unknown_system }}
            when {{ trimmed('user_id') }} is null then 'user_id must be there'
            when 'null' in (lower(user_id), lower(sales_team), lower(region))
                then {{ written_null }}
            when valid_to < valid_from then 'valid_to is before valid_from'
        end as problem

    from members

),

checked_bands as (

    select
        'segment_bands' as seed,
        coalesce(segment, '') as seed_row,
        case
            when {{ trimmed('segment') }} is null then 'segment must be there'
            when max_employees < min_employees
                then 'max_employees is below min_employees'
        end as problem

    from bands

),

checked_exclusions as (

    select
        'excluded_records' as seed,
        {# Not the pattern: it can be a person, and this is logged. #}
        coalesce(source_system, '') || ' ' || coalesce(entity, '') || ' '
        || coalesce(column_name, '') || ' with a pattern of '
        || cast(coalesce(length(pattern), 0) as {{ type_name('text') }})
        || ' characters' as seed_row,
        case
            when source_system is null or source_system not in ({{ systems }})
                then {{ unknown_system }}
            when {{ trimmed('pattern') }} is null then 'pattern must be there'
            {%- for entity, columns in columns_of_entities.items() %}
            when entity = '{{ entity }}'
                then case
                    {%- for column in columns %}
                    when column_name = '{{ column }}' then null
                    {%- endfor %}
                    else 'column_name must be {{ columns | join(" or ") }}'
                end
            {%- endfor %}
            else 'entity must be {{ columns_of_entities | join(" or ") }}'
        end as problem

    from exclusions

),

checked_rows as (

    select * from checked_words
    union all
    select * from checked_stages
    union all
    select * from checked_members
    union all
    select * from checked_bands
    union all
    select * from checked_exclusions

),

problems as (

    select * from checked_rows
    where problem is not null

)

select * from problems
