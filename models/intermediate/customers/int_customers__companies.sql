with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

accounts as (

    select * from {{ ref('int_crm__accounts') }}
    where record_rank = 1

),

lead_persons as (

    select * from {{ ref('int_funnel__lead_persons') }}
    where lead_company_id is not null

),

{# A company known to several CRMs is described by its earliest record. #}
ranked_accounts as (

    select
        accounts.*,
        as_of.as_of_on as attributed_on,
        row_number() over (
            partition by accounts.customer_id
            order by
                accounts.created_on nulls last,
                {{ crm_precedence('accounts.source_system') }},
                accounts.record_id
        ) as account_rank

    from accounts
    cross join as_of

),

account_companies as (

    select
        ranked_accounts.customer_id,
        ranked_accounts.source_system,
        ranked_accounts.country,
        mapped_region.mapped_value as mapped_region,
        coalesce(
            mapped_region.mapped_value, team_members.region, ranked_accounts.country
        )
            as region,
        coalesce(
            {{ mapped_or_raw('ranked_accounts', 'segment', 'segment') }},
            segment_bands.segment
        ) as segment,
        {{ mapped_or_raw('ranked_accounts', 'industry', 'industry') }} as industry,
        team_members.sales_team,
        sales_reps.sales_rep

    from ranked_accounts
    {{ join_mapping('ranked_accounts', 'region', 'country') }}
    {{ join_mapping('ranked_accounts', 'segment', 'segment') }}
    {{ join_mapping('ranked_accounts', 'industry', 'industry') }}
    {{ join_segment_band('ranked_accounts') }}
    {{ join_owner('ranked_accounts') }}
    where ranked_accounts.account_rank = 1

),

ranked_leads as (

    select
        *,
        row_number() over (
            partition by lead_company_id
            order by lead_created_at nulls last, lead_id
        ) as lead_rank

    from lead_persons

),

{# Companies that exist only as the company of a lead. #}
lead_companies as (

    select
        lead_company_id as customer_id,
        source_system,
        country,
        mapped_region,
        region,
        segment,
        industry,
        sales_team,
        sales_rep

    from ranked_leads
    where lead_rank = 1

),

companies as (

    select * from account_companies
    union all
    select * from lead_companies

)

select * from companies
