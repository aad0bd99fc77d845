{#- SHA-256 of a text in lower-case hex. -#}
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

{#-
    SQL expression of the hash key. The key itself is never rendered: it is a variable
    of the session. Sample data uses a fixed, public key, so that everybody gets the
    same sample figures.
-#}
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

{#- Stops a run on real data whose hash key is not set. -#}
{% macro assert_hash_key() %}
    {%- set hashes = var('pseudonymise_people') or var('sales_rep_identity') == 'pseudonym' -%}
    {%- if hashes and not var('use_sample_data') and flags.WHICH != 'seed' -%}
        {%- set answer = run_query('select ' ~ hash_key() ~ ' is not null as is_set') -%}
        {%- if not answer.rows[0][0] -%}
            {%- do exceptions.raise_compiler_error(
                'The hash key is not set: export SALES_KPIS_HASH_KEY with a long secret '
                ~ 'text that stays the same for good, or allow people to be named with '
                ~ 'the vars pseudonymise_people: false and sales_rep_identity: name.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
