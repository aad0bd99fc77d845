{#-
    Name that a loader gives to a field of HubSpot's API. A property of a record has a
    prefix (Fivetran property_amount, Airbyte properties_amount, dlt amount); fields
    beside the properties and of other tables have none and follow the loader's
    spelling. What follows no rule stands in `hubspot_exceptions`.
-#}
{% macro hubspot_column_name(raw, api_name) %}
    {%- set loader = var('hubspot_loader') -%}
    {%- set exceptions = hubspot_exceptions()[loader] -%}
    {%- set records = [
        'contact', 'company', 'deal', 'archived_deal', 'line_item',
        'marketing_campaign',
    ] -%}
    {%- set beside_properties = [
        'id', 'archived', 'createdAt', 'updatedAt', 'dealId', 'contacts', 'companies',
        'line_items',
    ] -%}
    {%- set exception = exceptions.get(raw.table, {}).get(api_name) -%}
    {%- if exception or api_name in exceptions.everywhere -%}
        {{- return(exception or exceptions.everywhere[api_name]) -}}
    {%- elif raw.table in records and api_name not in beside_properties -%}
        {%- set prefixes = {'fivetran': 'property_', 'airbyte': 'properties_'} -%}
        {{- return(prefixes.get(loader, '') ~ api_name) -}}
    {%- elif loader == 'airbyte' -%}
        {{- return(api_name) -}}
    {%- endif -%}
    {%- set words = modules.re.sub('([a-z0-9])([A-Z])', '\\1_\\2', api_name) -%}
    {{- return(words | replace('.', '__') | lower) -}}
{% endmacro %}

{#- Names that follow no rule, by loader and table (Fivetran's name of the table). -#}
{% macro hubspot_exceptions() %}
    {{- return({
        'fivetran': {
            'everywhere': {'archived': 'is_deleted'},
            'deal': {
                'id': 'deal_id',
                'pipeline': 'deal_pipeline_id',
                'dealstage': 'deal_pipeline_stage_id',
                'hubspot_owner_id': 'owner_id',
            },
            'owner': {'id': 'owner_id'},
            'deal_pipeline': {'id': 'pipeline_id'},
            'deal_pipeline_stage': {
                'id': 'stage_id',
                'metadata.isClosed': 'is_closed',
                'metadata.probability': 'probability',
                'closedWon': 'closed_won',
            },
            'deal_stage': {'objectId': 'deal_id', 'timestamp': 'date_entered'},
            'contact_property_history': {'objectId': 'contact_id', 'property': 'name'},
        },
        'airbyte': {
            'everywhere': {},
            'deal_property_history': {'objectId': 'dealId'},
            'contact_property_history': {'objectId': 'vid'},
        },
        'dlt': {
            'everywhere': {'archived': 'is_deleted'},
            'deal_company': {'companyId': 'value', 'dealId': 'deals_id'},
            'deal_contact': {'contactId': 'value', 'dealId': 'deals_id'},
            'deal_stage': {
                'objectId': 'id', 'value': 'stage', 'timestamp': 'hs_v2_date_enteredx',
            },
            'deal_property_history': {'property': 'property_name'},
            'contact_property_history': {'property': 'property_name'},
        },
    }) -}}
{% endmacro %}

{% macro hubspot_id(id) -%}
    case
        when {{ id }} like '%.0' then substr({{ id }}, 1, length({{ id }}) - 2)
        else {{ id }}
    end
{%- endmacro %}

{% macro hubspot_billing_months(frequency) -%}
    case lower({{ frequency }})
        {%- for name, months in [
            ('monthly', 1), ('quarterly', 3), ('per_six_months', 6), ('annually', 12),
            ('per_two_years', 24), ('per_three_years', 36), ('per_four_years', 48),
            ('per_five_years', 60),
        ] %}
        when '{{ name }}' then {{ months }}
        {%- endfor %}
    end
{%- endmacro %}

{% macro hubspot_billing_weeks(frequency) -%}
    case lower({{ frequency }}) when 'weekly' then 1 when 'biweekly' then 2 end
{%- endmacro %}

{% macro duration_part(duration, unit, larger_units=[]) -%}
    {%- set rest = namespace(sql='substr(upper(' ~ duration ~ '), 2)') -%}
    {%- for larger in larger_units -%}
        {%- set rest.sql = 'case when ' ~ rest.sql ~ " like '%" ~ larger
            ~ "%' then split_part(" ~ rest.sql ~ ", '" ~ larger ~ "', 2) else "
            ~ rest.sql ~ ' end' -%}
    {%- endfor -%}
    case
        when {{ duration }} like 'P%{{ unit }}%'
            then {{ try_cast(
                'split_part(' ~ rest.sql ~ ", '" ~ unit ~ "', 1)", 'integer'
            ) }}
    end
{%- endmacro %}

{% macro hubspot_lead_columns() %}
    {%- set columns = [
        ['createdate', 'timestamp'], ['numemployees', 'integer', '[0-9]+([+]|-[0-9]+)'],
    ] -%}
    {%- for stage in [
        'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity',
        'customer',
    ] -%}
        {%- do columns.append(['hs_v2_date_entered_' ~ stage, 'timestamp']) -%}
        {%- do columns.append(['hs_lifecyclestage_' ~ stage ~ '_date', 'timestamp']) -%}
    {%- endfor -%}
    {{- return(columns) -}}
{% endmacro %}
