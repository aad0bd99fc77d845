with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

{#
    The record that speaks for the person; the others only add stages and accounts. Each
    step reads the records apart: none needs all of them with all columns.
#}
first_records as (

    select * from {{ ref('int_funnel__lead_records') }}
    where person_rank = 1

),

other_records as (

    select * from {{ ref('int_funnel__lead_records') }}
    where person_rank > 1

),

lifecycle_records as (

    select * from {{ ref('int_funnel__lead_records') }}
    where lifecycle_stage is not null

),

dated_records as (

    select * from {{ ref('int_funnel__lead_records') }}
    where mql_at is not null or sql_at is not null

),

opportunity_records as (

    select * from {{ ref('int_funnel__lead_records') }}
    where opportunity_at is not null or lifecycle_stage is not null

),

shared_persons as (

    select * from {{ ref('int_funnel__shared_persons') }}

),

lead_statuses as (

    {{ union_crms('lead_statuses') }}

),

accounts as (

    select * from {{ ref('int_crm__accounts') }}

),

{# Read apart from `accounts`, which then need not be kept for a second pass. #}
other_accounts as (

    select * from {{ ref('int_crm__accounts') }}

),

free_mail_domains as (

    select {{ keyed_hash("lower(trim(both ' ' from domain))") }} as domain_key
    from {{ ref('free_mail_domains') }}
    group by lower(trim(both ' ' from domain))

),

status_changes as (

    select
        lead_statuses.source_system,
        lead_statuses.lead_record_id,
        lead_statuses.lead_status,
        lead_statuses.previous_status,
        lead_statuses.entered_at,
        coalesce(
            lead_statuses.entered_at < {{ end_of_day('as_of.as_of_on') }}, true
        ) as is_past

    from lead_statuses
    cross join as_of
    where lead_statuses.set_aside_reason is null

),

{# Whoever entered the status after the as-of day was not in it on that day. #}
late_statuses as (

    select
        source_system,
        lead_record_id,
        lower(lead_status) as lead_status

    from status_changes
    where not is_past
    group by source_system, lead_record_id, lower(lead_status)

),

stages_of_other_records as (

    select
        other_records.lead_id,
        mapped_lead_status.mapped_value as lead_stage

    from other_records
    left join late_statuses
        on other_records.source_system = late_statuses.source_system
        and other_records.record_id = late_statuses.lead_record_id
        and lower(other_records.lead_status) = late_statuses.lead_status
    {{ join_mapping('other_records', 'lead_status', 'lead_status') }}
    where late_statuses.lead_status is null

),

{# HubSpot's lifecycle stage stands beside the status and uses the same mapping. #}
lifecycle_stages as (

    select
        lifecycle_records.lead_id,
        mapped_lead_status.mapped_value as lead_stage

    from lifecycle_records
    cross join as_of
    left join late_statuses
        on lifecycle_records.source_system = late_statuses.source_system
        and lifecycle_records.record_id = late_statuses.lead_record_id
        and lower(lifecycle_records.lifecycle_stage) = late_statuses.lead_status
    {{ join_mapping('lifecycle_records', 'lead_status', 'lifecycle_stage') }}
    where coalesce(
        case lower(lifecycle_records.lifecycle_stage)
            when 'marketingqualifiedlead' then lifecycle_records.mql_at
            when 'salesqualifiedlead' then lifecycle_records.sql_at
        end < {{ end_of_day('as_of.as_of_on') }},
        late_statuses.lead_status is null
    )

),

{# The first change after the as-of day tells the status that a lead had on it. #}
first_late_changes as (

    select
        source_system,
        lead_record_id,
        min(entered_at) as entered_at

    from status_changes
    where not is_past
    group by source_system, lead_record_id

),

{# A change tells two statuses: the one entered and the one left. #}
past_statuses as (

    select
        source_system,
        lead_record_id,
        lead_status

    from status_changes
    where is_past
    union all
    select
        status_changes.source_system,
        status_changes.lead_record_id,
        status_changes.previous_status as lead_status

    from status_changes
    left join first_late_changes
        on status_changes.source_system = first_late_changes.source_system
        and status_changes.lead_record_id = first_late_changes.lead_record_id
    where status_changes.previous_status is not null
        and (
            first_late_changes.entered_at is null
            or status_changes.entered_at is null
            or status_changes.entered_at <= first_late_changes.entered_at
        )

),

stages_of_records as (

    select
        past_statuses.source_system,
        past_statuses.lead_record_id,
        mapped_lead_status.mapped_value as lead_stage

    from past_statuses
    {{ join_mapping('past_statuses', 'lead_status', 'lead_status') }}
    where mapped_lead_status.mapped_value in ('mql', 'sql')

),

{# Of records that are no lead, too: no person below has their id. #}
past_stages as (

    select
        coalesce(
            shared_persons.lead_id,
            stages_of_records.source_system || ':' || stages_of_records.lead_record_id
        ) as lead_id,
        stages_of_records.lead_stage

    from stages_of_records
    left join shared_persons
        on stages_of_records.source_system = shared_persons.source_system
        and stages_of_records.lead_record_id = shared_persons.record_id

),

dated_stages as (

    select
        dated_records.lead_id,
        case
            when dated_records.sql_at < {{ end_of_day('as_of.as_of_on') }} then 'sql'
            when dated_records.mql_at < {{ end_of_day('as_of.as_of_on') }} then 'mql'
        end as lead_stage

    from dated_records
    cross join as_of

),

known_stages as (

    select * from stages_of_other_records
    union all
    select * from lifecycle_stages
    union all
    select * from past_stages
    union all
    select * from dated_stages

),

stages_reached as (

    select
        lead_id,
        max(case when lead_stage = 'sql' then 1 else 0 end) = 1 as is_sql

    from known_stages
    where lead_stage in ('mql', 'sql')
    group by lead_id

),

{# Without a date the lifecycle stage itself says that there was an opportunity. #}
opportunities as (

    select
        opportunity_records.lead_id,
        max(
            case
                when opportunity_records.opportunity_at
                    < {{ end_of_day('as_of.as_of_on') }}
                    then 1
                when opportunity_records.opportunity_at is null
                    and lower(opportunity_records.lifecycle_stage)
                    in ('opportunity', 'customer', 'evangelist')
                    then 1
                else 0
            end
        ) = 1 as has_opportunity

    from opportunity_records
    cross join as_of
    group by opportunity_records.lead_id

),

ranked_accounts as (

    select
        other_records.lead_id,
        other_accounts.customer_id,
        row_number() over (
            partition by other_records.lead_id
            order by other_records.person_rank
        ) as account_rank

    from other_records
    inner join other_accounts
        on other_records.source_system = other_accounts.source_system
        and other_records.account_id = other_accounts.record_id

),

accounts_of_other_records as (

    select * from ranked_accounts
    where account_rank = 1

),

persons as (

    select
        first_records.*,
        as_of.as_of_on as attributed_on,
        {{ local_date('first_records.lead_created_at') }} as lead_created_on,
        late_statuses.lead_status is not null as is_status_late,
        stages_reached.lead_id is not null as was_mql,
        coalesce(stages_reached.is_sql, false) as was_sql,
        coalesce(opportunities.has_opportunity, false) as has_opportunity,
        coalesce(accounts.customer_id, accounts_of_other_records.customer_id)
            as account_customer_id,
        first_records.source_system || ':' || coalesce(
            'company:' || first_records.company_key,
            case
                when free_mail_domains.domain_key is null
                    then 'domain:' || first_records.email_domain_key
            end
        ) as lead_company_id

    from first_records
    cross join as_of
    left join late_statuses
        on first_records.source_system = late_statuses.source_system
        and first_records.record_id = late_statuses.lead_record_id
        and lower(first_records.lead_status) = late_statuses.lead_status
    left join stages_reached
        on first_records.lead_id = stages_reached.lead_id
    left join opportunities
        on first_records.lead_id = opportunities.lead_id
    left join accounts
        on first_records.source_system = accounts.source_system
        and first_records.account_id = accounts.record_id
    left join accounts_of_other_records
        on first_records.lead_id = accounts_of_other_records.lead_id
    left join free_mail_domains
        on first_records.email_domain_key = free_mail_domains.domain_key

),

lead_persons as (

    select
        -- ids
        persons.lead_id,
        persons.account_customer_id,
        persons.lead_company_id,

        -- days
        persons.lead_created_at,
        persons.lead_created_on,

        -- stages; disqualified is a lead by its status of today
        persons.was_mql or coalesce(
            not persons.is_status_late
            and mapped_lead_status.mapped_value in ('mql', 'sql'),
            false
        ) as is_mql,
        persons.was_sql or coalesce(
            not persons.is_status_late and mapped_lead_status.mapped_value = 'sql',
            false
        ) as is_sql,
        persons.has_opportunity,
        coalesce(mapped_lead_status.mapped_value = 'disqualified', false)
            as is_disqualified,

        -- dimensions
        persons.source_system,
        persons.country,
        mapped_region.mapped_value as mapped_region,
        coalesce(mapped_region.mapped_value, team_members.region, persons.country)
            as region,
        {{ trimmed('segment_bands.segment') }} as segment,
        {{ mapped_or_raw('persons', 'industry', 'industry') }} as industry,
        {{ mapped_or_raw('persons', 'lead_source', 'lead_source') }} as lead_source,
        team_members.sales_team,
        sales_reps.sales_rep

    from persons
    {{ join_mapping('persons', 'lead_status', 'lead_status') }}
    {{ join_mapping('persons', 'region', 'country') }}
    {{ join_mapping('persons', 'industry', 'industry') }}
    {{ join_mapping('persons', 'lead_source', 'lead_source') }}
    {{ join_segment_band('persons') }}
    {{ join_owner('persons') }}

)

select * from lead_persons
