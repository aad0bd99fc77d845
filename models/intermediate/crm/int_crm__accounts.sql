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

{#
    Most accounts are one record: only those that others were merged into are sorted. What
    was there on the as-of day speaks before what came after it.
#}
shared_records as (

    select
        *,
        min(created_at) over (partition by source_system, survivor_id)
            as account_created_at,
        row_number() over records_of_an_account as record_rank,
        first_value(is_after_as_of) over records_of_an_account
            as is_account_after_as_of

    from kept_records
    where is_shared
    window records_of_an_account as (
        partition by source_system, survivor_id
        order by
            case when record_state is null then 0 when is_after_as_of then 2 else 1 end,
            created_at nulls last,
            record_id
    )

),

ranked_records as (

    select
        *,
        created_at as account_created_at,
        1 as record_rank,
        false as is_account_after_as_of,
        source_system || ':' || survivor_id as account_key

    from kept_records
    where not is_shared
    union all
    select
        *,
        source_system || ':' || survivor_id as account_key

    from shared_records
    where is_account_after_as_of is not true

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

{# Of each CRM the only account that a domain stands on. #}
unique_domains as (

    select
        accounts.web_domain_key,
        {%- for system in ['salesforce', 'hubspot', 'zoho'] %}
        {%- set account_key =
            "case when accounts.source_system = '" ~ system
            ~ "' then accounts.account_key end"
        %}
        case
            when count({{ account_key }}) = 1 then min({{ account_key }})
        end as {{ system }}_key{{ ',' if not loop.last }}
        {%- endfor %}

    from accounts
    inner join shared_domains
        on accounts.web_domain_key = shared_domains.web_domain_key
    group by accounts.web_domain_key

),

synced_accounts as (

    select
        accounts.source_system,
        accounts.account_key,
        synced.account_key as parent_key

    from accounts
    inner join ranked_records as synced
        on accounts.salesforce_account_id = synced.record_id
        and synced.source_system = 'salesforce'

),

domain_matches as (
    {% for system in ['hubspot', 'zoho'] %}
    select
        '{{ system }}' as source_system,
        {{ system }}_key as account_key,
        salesforce_key as parent_key

    from unique_domains
    where salesforce_key is not null and {{ system }}_key is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

{# Whom a sync id gave a partner in a CRM, a domain gives no second one there. #}
salesforce_companies as (

    select
        source_system,
        account_key,
        parent_key as customer_id,
        'sync_id' as match_rule
    from synced_accounts
    union all
    select
        source_system,
        account_key,
        parent_key as customer_id,
        'web_domain' as match_rule

    from domain_matches
    where not exists (
        select 1 as is_synced from synced_accounts
        where synced_accounts.account_key = domain_matches.account_key
    )
    and not exists (
        select 1 as has_partner from synced_accounts
        where synced_accounts.parent_key = domain_matches.parent_key
            and synced_accounts.source_system = domain_matches.source_system
    )

),

{#
    A Zoho account without a match in Salesforce can be that of a HubSpot company, and
    over it reach Salesforce. Of several that reach one account there it is the first.
#}
hubspot_matches as (

    select
        min(unique_domains.zoho_key) as account_key,
        coalesce(
            hubspot_accounts.customer_id, unique_domains.hubspot_key
        ) as customer_id

    from unique_domains
    left join salesforce_companies as hubspot_accounts
        on unique_domains.hubspot_key = hubspot_accounts.account_key
    left join salesforce_companies as zoho_accounts
        on unique_domains.zoho_key = zoho_accounts.account_key
    where unique_domains.hubspot_key is not null
        and unique_domains.zoho_key is not null
        and zoho_accounts.account_key is null
    group by coalesce(hubspot_accounts.customer_id, unique_domains.hubspot_key)

),

{# Only of accounts that are another one's company; most are their own. #}
companies as (

    select
        account_key,
        customer_id,
        match_rule
    from salesforce_companies
    union all
    select
        account_key,
        customer_id,
        'web_domain' as match_rule

    from hubspot_matches
    where not exists (
        select 1 as has_partner from salesforce_companies
        where salesforce_companies.customer_id = hubspot_matches.customer_id
            and salesforce_companies.source_system = 'zoho'
    )

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
