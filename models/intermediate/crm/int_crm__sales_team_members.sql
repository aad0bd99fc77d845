with

members as (

    select * from {{ ref('sales_team_members') }}
    {% if var('use_sample_data') -%}
        union all
        select * from {{ ref('sample_sales_team_members') }}
    {%- endif %}

),

sales_team_members as (

    select
        source_system,
        case
            when source_system = 'salesforce'
                then {{ salesforce_id("trim(both ' ' from user_id)") }}
            else trim(both ' ' from user_id)
        end as owner_id,
        {{ trimmed('sales_team') }} as sales_team,
        {{ trimmed('region') }} as region,
        coalesce(valid_from, cast('1970-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('2199-12-31' as date)) as valid_to

    from members

)

select * from sales_team_members
