{#-
    Names that a Zoho field can have, the likeliest first. `Closing_Date` is
    closing_date through Fivetran and dlt and itself through Airbyte, `Moved_To__s` is
    moved_to_s or moved_to__s. A lookup is asked for by one of its keys:
    `Account_Name.id` is account_name_id or account_id through Fivetran,
    account_name__id through dlt, and in a JSON object through Airbyte. What a lead became
    stands in `$converted_detail` of older versions of the API.
-#}
{% macro zoho_column_names(loader, api_name) %}
    {%- set field, _, key = api_name.partition('.') -%}
    {%- set plain = field | lower -%}
    {%- set names = [field] if loader == 'airbyte' else [plain] -%}
    {%- if loader == 'fivetran' -%}
        {%- set plain = plain | replace('__', '_') -%}
        {%- set names = [plain] -%}
        {%- if key -%}
            {%- set short = plain.removesuffix('_name') -%}
            {%- set names = [plain ~ '_' ~ key, short ~ '_' ~ key] -%}
        {%- endif -%}
    {%- elif loader == 'dlt' and key -%}
        {%- set names = [plain ~ '__' ~ key, plain] -%}
    {%- endif -%}
    {%- set exceptions = {
        'fivetran': {
            'Potential_Name.id': 'deal_id',
            'Converted_Account.id': 'converted_detail_account',
            'Converted_Contact.id': 'converted_detail_contact',
            'Converted_Deal.id': 'converted_detail_deal',
        },
        'dlt': {
            'Converted_Account.id': '_converted_detail__account',
            'Converted_Contact.id': '_converted_detail__contact',
            'Converted_Deal.id': '_converted_detail__deal',
            'Pipeline': 'pipeline__name',
        },
    } -%}
    {%- set exception = exceptions.get(loader, {}).get(api_name) -%}
    {{- return(names + ([exception] if exception else [])) -}}
{% endmacro %}

{% macro lookup_id(raw, api_name, required=false) %}
    {%- set landed = pick(raw, api_name ~ '.id', required=required) -%}
    {%- if var(raw.system ~ '_loader') == 'fivetran' -%}
        {{- return(landed) -}}
    {%- endif -%}
    {{- return(json_text_or_plain(landed, 'id')) -}}
{% endmacro %}

{% macro zoho_is_deleted(raw) -%}
    (
        {{ is_deleted(raw, []) }}
        or coalesce(lower({{ pick(raw, 'Record_Status__s') }}) = 'trash', false)
    )
{%- endmacro %}
