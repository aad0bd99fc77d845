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

),

{# Which leads stand for companies is worked out on these few columns. #}
leads_with_company as (

    select
        lead_id,
        lead_company_id,
        lead_created_at

    from {{ ref('int_funnel__lead_persons') }}
    where lead_company_id is not null

),

lead_deals as (

    select * from {{ ref('int_funnel__lead_deals') }}

),

{# Only such a deal can belong to the company of its lead. #}
deals_without_account as (

    select deal_id from {{ ref('int_crm__deal_states') }}
    where is_counted and account_customer_id is null

),

{# A company known to several CRMs is described by its earliest record. #}
ranked_accounts as (

    select
        accounts.*,
        as_of.as_of_on as attributed_on,
        row_number() over (
            partition by accounts.customer_id
            order by
                accounts.created_at nulls last,
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
            {{ trimmed('segment_bands.segment') }}
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

companies_of_leads as (

    select leads_with_company.lead_company_id
    from deals_without_account
    inner join lead_deals
        on deals_without_account.deal_id = lead_deals.deal_id
    inner join leads_with_company
        on lead_deals.lead_id = leads_with_company.lead_id
    group by leads_with_company.lead_company_id

),

ranked_leads as (

    select
        leads_with_company.lead_id,
        row_number() over (
            partition by leads_with_company.lead_company_id
            order by
                leads_with_company.lead_created_at nulls last,
                leads_with_company.lead_id
        ) as lead_rank

    from leads_with_company
    inner join companies_of_leads
        on leads_with_company.lead_company_id = companies_of_leads.lead_company_id

),

{# Companies that only a lead names. #}
lead_companies as (

    select
        lead_persons.lead_company_id as customer_id,
        lead_persons.source_system,
        lead_persons.country,
        lead_persons.mapped_region,
        lead_persons.region,
        lead_persons.segment,
        lead_persons.industry,
        lead_persons.sales_team,
        lead_persons.sales_rep

    from lead_persons
    inner join ranked_leads
        on lead_persons.lead_id = ranked_leads.lead_id
        and ranked_leads.lead_rank = 1

),

companies as (

    select * from account_companies
    union all
    select * from lead_companies

)

select * from companies
