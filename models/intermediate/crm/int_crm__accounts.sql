with

account_records as (

    select * from {{ ref('int_crm__account_records') }}

),

{# Read apart from `account_records`, which then need not be kept for a second pass. #}
landed_accounts as (

    select * from {{ ref('int_crm__account_records') }}

),

free_mail_domains as (

    select {{ keyed_hash("lower(trim(both ' ' from domain))") }} as domain_key
    from {{ ref('free_mail_domains') }}

),

survivors as (

    select * from {{ ref('int_crm__survivors') }}
    where object_type = 'account'

),

kept_records as (

    {{ kept_records('account_records', 'landed_accounts') }}

),

{# Most accounts are one record: only those that others were merged into are sorted. #}
ranked_records as (

    select
        *,
        source_system || ':' || survivor_id as account_key,
        created_at as account_created_at,
        1 as record_rank

    from kept_records
    where not is_shared
    union all
    select
        *,
        source_system || ':' || survivor_id as account_key,
        min(created_at) over (partition by source_system, survivor_id)
            as account_created_at,
        row_number() over (
            partition by source_system, survivor_id
            order by
                case when record_state is null then 0 else 1 end,
                created_at nulls last,
                record_id
        ) as record_rank

    from kept_records
    where is_shared

),

accounts as (

    select * from ranked_records
    where record_rank = 1

),

{# A domain identifies a company only if it stands on one account of each CRM. #}
shared_domains as (

    select accounts.web_domain_key
    from accounts
    left join free_mail_domains
        on accounts.web_domain_key = free_mail_domains.domain_key
    where accounts.web_domain_key is not null and free_mail_domains.domain_key is null
    group by accounts.web_domain_key
    having min(accounts.source_system) != max(accounts.source_system)

),

unique_domains as (

    select
        accounts.source_system,
        accounts.web_domain_key,
        min(accounts.account_key) as account_key

    from accounts
    inner join shared_domains
        on accounts.web_domain_key = shared_domains.web_domain_key
    group by accounts.source_system, accounts.web_domain_key
    having count(*) = 1

),

domain_matches as (

    select
        unique_domains.account_key,
        earlier.account_key as parent_key,
        row_number() over (
            partition by unique_domains.account_key
            order by {{ crm_rank('earlier.source_system') }}
        ) as match_rank

    from unique_domains
    inner join unique_domains as earlier
        on unique_domains.web_domain_key = earlier.web_domain_key
        and {{ crm_rank('unique_domains.source_system') }}
        > {{ crm_rank('earlier.source_system') }}

),

synced_accounts as (

    select
        accounts.account_key,
        synced.account_key as parent_key

    from accounts
    inner join ranked_records as synced
        on accounts.salesforce_account_id = synced.record_id
        and synced.source_system = 'salesforce'

),

{# Only of accounts that are another one's company; most are their own. #}
parents as (

    select
        account_key,
        parent_key,
        'sync_id' as match_rule
    from synced_accounts
    union all
    select
        domain_matches.account_key,
        domain_matches.parent_key,
        'web_domain' as match_rule

    from domain_matches
    left join synced_accounts
        on domain_matches.account_key = synced_accounts.account_key
    where domain_matches.match_rank = 1 and synced_accounts.account_key is null

),

{# A Zoho account can reach Salesforce over HubSpot: two steps at most. #}
companies as (

    select
        parents.account_key,
        coalesce(grandparents.parent_key, parents.parent_key) as customer_id,
        parents.match_rule

    from parents
    left join parents as grandparents
        on parents.parent_key = grandparents.account_key

),

account_records_of_companies as (

    select
        ranked_records.source_system,
        ranked_records.raw_table,
        ranked_records.record_id,
        ranked_records.source_record_id,
        ranked_records.account_key,
        coalesce(companies.customer_id, ranked_records.account_key) as customer_id,
        case
            when ranked_records.record_state = 'merged' then 'merge_pointer'
            else companies.match_rule
        end as match_rule,
        ranked_records.record_rank,
        ranked_records.account_created_at as created_at,
        ranked_records.owner_id,
        ranked_records.industry,
        ranked_records.country,
        ranked_records.segment,
        ranked_records.employee_count

    from ranked_records
    left join companies
        on ranked_records.account_key = companies.account_key

)

select * from account_records_of_companies
