{#-
    Of which records the loader tells that they were deleted, of what landed. Zoho gives no
    loader what is in its recycle bin, so that Record_Status__s alone tells nothing.
-#}
{%- set landed = [] -%}
{%- for table in ['lead', 'deal']
    if tells_deletions(raw_table('zoho', table), []) -%}
    {%- do landed.append('deleted_' ~ table) -%}
{%- endfor -%}

with

landed_properties as (

    {{ rows_of_what_landed('zoho', landed) }}

)

select * from landed_properties
