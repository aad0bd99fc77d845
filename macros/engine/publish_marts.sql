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
    {#- Not the table of a model that is gone: nothing tests or renews it. -#}
    {%- set marts = [] -%}
    {%- for node in graph.nodes.values() if node.schema == 'marts' -%}
        {%- do marts.append("'" ~ node.alias ~ "'") -%}
    {%- endfor -%}
    {%- set publication -%}
        begin;
        select pg_advisory_xact_lock(hashtext('sales_kpis publication'));
        create schema published_next;
        do $$
        declare
            mart record;
        begin
            for mart in
                select tablename from pg_tables
                where schemaname = 'marts' and tablename in ({{ marts | join(', ') }})
            loop
                execute format(
                    'create table published_next.%1$I (like marts.%1$I including all)',
                    mart.tablename
                );
                execute format(
                    'insert into published_next.%1$I table marts.%1$I', mart.tablename
                );
                execute format(
                    'comment on table published_next.%I is %L', mart.tablename,
                    obj_description(format('marts.%I', mart.tablename)::regclass)
                );
            end loop;
        end
        $$;
        {%- for reader in readers %}
        grant usage on schema published_next to {{ adapter.quote(reader) }};
        grant select on all tables in schema published_next
            to {{ adapter.quote(reader) }};
        {%- endfor %}
        {#- Readers are not waited for. Autovacuum is: it gives way, but only after
            deadlock_timeout, a second unless the server says otherwise. #}
        set local lock_timeout = '3s';
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
        select count(*) from pg_tables where schemaname = 'published'
    {%- endset -%}
    {%- if execute -%}
        {%- set count = run_query(publication).columns[0].values()[0] -%}
        {{ log('Published ' ~ count ~ ' marts in schema published.', true) }}
    {%- endif -%}
{% endmacro %}
