{#-
    dbt run-operation publish_marts --target postgres --args '{readers: [bi]}'

    Copies the marts of a finished build into schema `published`, all at once: readers see
    the publication before it until the transaction is done, and then only this one. A
    reader that still holds an older publication keeps it, and a later run removes it.
-#}
{% macro publish_marts(readers=[]) %}
    {{ adapter.dispatch('publish_marts', 'sales_kpis')(readers) }}
{% endmacro %}

{% macro default__publish_marts(readers) %}
    {{ exceptions.raise_compiler_error(
        'publish_marts is for the target postgres: on DuckDB `make build` publishes '
        ~ 'files, elsewhere readers see each mart as soon as it is built.'
    ) }}
{% endmacro %}

{% macro postgres__publish_marts(readers) %}
    {%- set marts = adapter.list_relations(target.database, 'marts') -%}
    {%- set sql %}
        begin;
        select pg_advisory_xact_lock(hashtext('sales_kpis publication'));
        create schema published_next;
        {% for mart in marts %}
        {%- set table = adapter.quote(mart.identifier) %}
        create table published_next.{{ table }} (like marts.{{ table }} including all);
        insert into published_next.{{ table }} table marts.{{ table }};
        {%- endfor %}
        {%- for reader in readers %}
        grant usage on schema published_next to {{ adapter.quote(reader) }};
        grant select on all tables in schema published_next
            to {{ adapter.quote(reader) }};
        {%- endfor %}
        set local lock_timeout = '1s';
        do $$
        declare
            old record;
        begin
            for old in
                select oid, nspname from pg_namespace
                where nspname ~ '^published_before'
            loop
                begin
                    execute format('drop schema %I cascade', old.nspname);
                exception when lock_not_available then
                    execute format(
                        'alter schema %I rename to %I',
                        old.nspname, 'published_before_' || old.oid
                    );
                end;
            end loop;
            if to_regnamespace('published') is not null then
                alter schema published rename to published_before;
            end if;
        end
        $$;
        alter schema published_next rename to published;
        commit;
    {%- endset -%}
    {% if execute %}
        {% do run_query(sql) %}
        {{ log('Published ' ~ marts | length ~ ' marts in schema published.', true) }}
    {% endif %}
{% endmacro %}
