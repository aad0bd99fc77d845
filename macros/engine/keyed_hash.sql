{% macro sha_256(text) -%}
    {{ adapter.dispatch('sha_256', 'sales_kpis')(text) }}
{%- endmacro %}

{% macro default__sha_256(text) -%}
    encode(sha256(convert_to({{ text }}, 'UTF8')), 'hex')
{%- endmacro %}

{% macro duckdb__sha_256(text) -%}
    sha256({{ text }})
{%- endmacro %}

{% macro spark__sha_256(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}

{% macro hash_key() -%}
    {%- if var('use_sample_data') -%}
        'public key of the sample company'
    {%- else -%}
        {{ adapter.dispatch('hash_key', 'sales_kpis')() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__hash_key() -%}
    current_setting('sales_kpis.hash_key', true)
{%- endmacro %}

{% macro duckdb__hash_key() -%}
    getvariable('sales_kpis_hash_key')
{%- endmacro %}

{#- Spark has no secret of a session that a stored view may read, but tables. -#}
{% macro spark__hash_key() -%}
    (select max(hash_key) from {{ target.schema }}.sales_kpis_hash_key)
{%- endmacro %}

{#-
    Keyed hash of personal data: equal texts have equal hashes, and without the key
    nobody can find out which text a hash belongs to by trying. 32 of 64 characters are
    128 bits: plenty to tell people apart, half the text to store and join, and too few
    to compute from them the hash of a longer text. With the var `pseudonymise_people`
    off the text itself.
-#}
{% macro keyed_hash(text) -%}
    {%- if var('pseudonymise_people') -%}
        substr({{ sha_256(hash_key() ~ ' || ' ~ text) }}, 1, 32)
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro %}

{% macro assert_hash_key() %}
    {%- set hashes = var('pseudonymise_people') or var('sales_rep_identity') == 'pseudonym' -%}
    {%- if hashes and not var('use_sample_data') and flags.WHICH != 'seed' -%}
        {%- if not has_hash_key() -%}
            {%- do exceptions.raise_compiler_error(
                'The hash key is not set: ' ~ place_of_hash_key() ~ ' with a long secret '
                ~ 'text that stays the same for good, or allow people to be named with '
                ~ 'the vars pseudonymise_people: false and sales_rep_identity: name.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{% macro has_hash_key() -%}
    {{ return(adapter.dispatch('has_hash_key', 'sales_kpis')()) }}
{%- endmacro %}

{% macro default__has_hash_key() -%}
    {%- set is_set = "coalesce(trim(both ' ' from " ~ hash_key() ~ "), '') != ''" -%}
    {{ return(run_query('select ' ~ is_set ~ ' as is_set').rows[0][0]) }}
{%- endmacro %}

{% macro spark__has_hash_key() -%}
    {%- set landed = load_relation(
        api.Relation.create(schema=target.schema, identifier='sales_kpis_hash_key')
    ) -%}
    {{ return(landed is not none and sales_kpis.default__has_hash_key()) }}
{%- endmacro %}

{% macro place_of_hash_key() -%}
    {{ return(adapter.dispatch('place_of_hash_key', 'sales_kpis')()) }}
{%- endmacro %}

{% macro default__place_of_hash_key() -%}
    {{ return('export PGOPTIONS="-c sales_kpis.hash_key=..." (docs/engines.md)') }}
{%- endmacro %}

{% macro duckdb__place_of_hash_key() -%}
    {{ return('export SALES_KPIS_HASH_KEY') }}
{%- endmacro %}

{% macro spark__place_of_hash_key() -%}
    {{ return(
        'make the table ' ~ target.schema ~ '.sales_kpis_hash_key (docs/engines.md)'
    ) }}
{%- endmacro %}
