{#-
    Why a raw table that is there shows no column, as a sentence that says what to do; none
    if it is not there. PostgreSQL tells a role only of columns that it has a right to, and
    of those of a materialized view nobody. `names`: what the table can be called.
-#}
{% macro hidden_table(relation, names) -%}
    {{ return(adapter.dispatch('hidden_table', 'sales_kpis')(relation, names)) }}
{%- endmacro %}

{% macro default__hidden_table(relation, names) -%}
    {{ return(none) }}
{%- endmacro %}

{% macro postgres__hidden_table(relation, names) -%}
    {%- set catalogue -%}
        select
            format(
                case tables.relkind
                    when 'm' then
                        'Raw table %1$s in schema %2$s is a materialized view, of which '
                        'PostgreSQL lists no columns: copy it into a table, or read it '
                        'through a view of the same name in another schema.'
                    else
                        'Raw table %1$s is in schema %2$s, but the role %3$s may not read '
                        'it: grant usage on schema %2$s to %3$s; '
                        'grant select on all tables in schema %2$s to %3$s;'
                end,
                quote_ident(tables.relname),
                quote_ident(schemas.nspname),
                quote_ident(current_user)
            ) as sentence

        from pg_class as tables
        inner join pg_namespace as schemas
            on tables.relnamespace = schemas.oid
        where schemas.nspname = '{{ relation.schema }}'
            and tables.relname in ('{{ names | join("', '") }}')
            and tables.relkind in ('r', 'p', 'v', 'f', 'm')
    {%- endset -%}
    {%- for row in run_query(catalogue).rows -%}
        {{ return(row['sentence']) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
