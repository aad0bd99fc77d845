{#- Of which records the loader tells that they were deleted, of what landed. -#}
{%- set landed = [] -%}
{%- for table in ['lead', 'opportunity']
    if tells_deletions(raw_table('salesforce', table)) -%}
    {%- do landed.append('deleted_' ~ table) -%}
{%- endfor -%}

with

landed_properties as (

    {{ rows_of_what_landed('salesforce', landed) }}

)

select * from landed_properties
