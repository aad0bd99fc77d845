{#-
    Looks a raw table up in the warehouse and returns what `pick` needs of it: its
    relation and the columns that landed. While parsing, it makes the table's sample
    seed a parent of the calling model, so that a first build finds it built. In a
    unit test nothing can be looked up: there every column counts as landed. A table that
    is there but hidden is not missing: figures would change without a word. A table that
    the sample does not have (`in_sample` false) is optional and has no seed. A table that
    is none of the loader's (`loaders`) is another one's left-over, and is not read.
-#}
{% macro raw_table(system, table, optional=false, in_sample=true, loaders=none) %}
    {%- set nothing = '(select 1 as no_row where 1 = 0) as not_landed' -%}
    {%- if loaders and var(system ~ '_loader') not in loaders -%}
        {{- return({
            'system': system, 'table': table, 'relation': nothing, 'columns': {},
        }) -}}
    {%- endif -%}
    {%- set relation = source(system, table) -%}
    {%- set raw = {
        'system': system, 'table': table, 'relation': relation, 'columns': none,
    } -%}
    {%- if not execute and var('use_sample_data') and in_sample -%}
        {%- do ref('sample_' ~ system ~ '__' ~ table) -%}
    {%- elif execute and model.resource_type != 'unit_test' -%}
        {%- set landed = {} -%}
        {%- for name in table_names(relation.identifier) -%}
            {%- if not landed -%}
                {%- set found = relation.incorporate(path={'identifier': name}) -%}
                {#- With --empty it is a subquery, which Spark cannot describe. -#}
                {%- set whole = found.incorporate(limit=none) -%}
                {%- for column in adapter.get_columns_in_relation(whole) -%}
                    {%- do landed.update({column.name | lower: column}) -%}
                {%- endfor -%}
                {%- if landed -%}
                    {%- do raw.update({'relation': found, 'columns': landed}) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if not landed and flags.WHICH in ['build', 'run', 'test'] -%}
            {%- set hidden = hidden_table(relation, table_names(relation.identifier)) -%}
            {%- if hidden -%}
                {%- do exceptions.raise_compiler_error(hidden) -%}
            {%- endif -%}
        {%- endif -%}
        {%- if not landed and optional -%}
            {%- do raw.update({'columns': {}, 'relation': nothing}) -%}
        {%- elif not landed and flags.WHICH in ['build', 'run', 'test'] -%}
            {%- set missing = 'Raw table ' ~ relation.identifier
                ~ ' is missing in schema ' ~ relation.schema
                ~ (' of the database that the var ' ~ system ~ '_database names, '
                    ~ relation.database if relation.database != target.database else '')
                ~ ': ' -%}
            {%- if var('use_sample_data') -%}
                {%- do exceptions.raise_compiler_error(
                    missing ~ 'load the sample with `dbt seed`, or use `dbt build`, which '
                    ~ 'does it first; to read your own tables set the var '
                    ~ 'use_sample_data: false.'
                ) -%}
            {%- endif -%}
            {%- do exceptions.raise_compiler_error(
                missing ~ 'load it, or set the var ' ~ system
                ~ '_schema to the schema that holds it, or switch ' ~ system
                ~ ' off with the var ' ~ system ~ '_enabled: false.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(raw) -}}
{% endmacro %}

{% macro table_names(name) %}
    {%- set names = [name] -%}
    {%- if not var('use_sample_data') -%}
        {%- set words = [] -%}
        {%- for word in name.split('_') -%}
            {%- do words.append(word[:1] | upper ~ word[1:]) -%}
        {%- endfor -%}
        {%- do names.extend([name | lower, name | upper, words | join]) -%}
    {%- endif -%}
    {{- return(names | unique(case_sensitive=true)) -}}
{% endmacro %}
