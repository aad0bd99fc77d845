-- The six KPI marts in one script for DuckDB, as one would write it by hand for one clean
-- Salesforce: the yardstick of `make bench`. It computes the measures of the marts in
-- every dimension (but like_for_like_growth, payback_months and spend_without_customers),
-- and compare.py holds the results beside the marts. It knows nothing of what real data
-- need: no versions, merges, deletions, unreadable values, second CRM,
-- hashing, contracts of tables, accounting of rows, targets or verdicts.
-- Expects the raw tables in raw.sample_salesforce, raw.sample_finance, raw.sample_mapping.

create macro local_day(moment) as
    cast(moment at time zone 'UTC' at time zone 'Europe/Berlin' as date);
create macro cents(amount) as cast(amount as decimal(18, 2));
-- A quotient of money rounded half away from zero.
create macro money_ratio(money, divisor) as
    cents(sign(money) * ((2 * abs(money) * 100 + divisor)::hugeint // (2 * divisor)::hugeint) / 100);
create macro ratio(a, b) as a::double / nullif(b::double, 0);

create temp table as_of as
select local_day(max(_fivetran_synced)) - 1 as day from raw.sample_salesforce.user;

create temp table rates as
select
    *,
    lead(valid_from, 1, date '2200-01-01') over (
        partition by currency, is_inverse order by valid_from
    ) as valid_to
from (
    select from_currency as currency, false as is_inverse, rate_date as valid_from, rate
    from raw.sample_finance.exchange_rates
    where to_currency = 'EUR'
    union all
    select to_currency, true, rate_date, rate
    from raw.sample_finance.exchange_rates
    where from_currency = 'EUR'
);

-- Exact: the rate has six decimals.
create macro in_euro(amount, currency, rate, inverse) as
    case
        when currency = 'EUR' then cents(amount)
        when rate is not null
            then cents(cents(amount) * rate::decimal(18, 6))
        else cents(sign(amount::decimal(18, 2)) * (
            (2 * abs(amount::decimal(18, 2)) * 100000000 + inverse * 1000000)::hugeint
            // (2 * inverse * 1000000)::hugeint
        ) / 100)
    end;

create temp table sellers as
select
    id as owner_id,
    'Rep ' || upper(substr(
        sha256(getvariable('sales_kpis_hash_key') || 'salesforce' || id), 1, 8
    )) as sales_rep
from raw.sample_salesforce.user;

create temp table teams as
select
    user_id as owner_id,
    sales_team,
    region,
    coalesce(valid_from, date '1970-01-01') as valid_from,
    coalesce(valid_to, date '2200-01-01') as valid_to
from raw.sample_mapping.sales_team_members
where source_system = 'salesforce';

create macro size_band(employees) as
    case
        when employees >= 1000 then 'Enterprise'
        when employees >= 100 then 'Mid-Market'
        when employees >= 0 then 'SMB'
    end;

create temp table companies as
select
    account.id as customer_id,
    account.billing_country as country,
    coalesce(teams.region, account.billing_country, '(unknown)') as region,
    coalesce(size_band(account.number_of_employees::bigint), '(unknown)') as segment,
    coalesce(account.industry, '(unknown)') as industry,
    coalesce(teams.sales_team, '(unknown)') as sales_team,
    coalesce(sellers.sales_rep, '(unknown)') as sales_rep
from raw.sample_salesforce.account
cross join as_of
left join sellers on account.owner_id = sellers.owner_id
left join teams
    on account.owner_id = teams.owner_id
    and as_of.day between teams.valid_from and teams.valid_to;

create temp table new_deals as
select
    opportunity.id as deal_id,
    opportunity.account_id as customer_id,
    opportunity.contact_id,
    opportunity.contract_id,
    opportunity.owner_id,
    opportunity.lead_source,
    case opportunity.type
        when 'New Business' then 'new_business'
        when 'Renewal' then 'renewal'
        else 'upsell'
    end as deal_type,
    opportunity.created_date,
    local_day(opportunity.created_date) as created_on,
    case when opportunity.is_closed then opportunity.close_date::date end as closed_on,
    case
        when not opportunity.is_closed then 'open'
        when opportunity.is_won then 'won'
        else 'lost'
    end as state,
    opportunity.amount::decimal(18, 2) < 0 and opportunity.is_won as is_refund,
    in_euro(
        opportunity.amount, opportunity.currency_iso_code, direct.rate, inverse.rate
    ) as amount
from raw.sample_salesforce.opportunity
cross join as_of
left join rates as direct
    on not direct.is_inverse
    and opportunity.currency_iso_code = direct.currency
    and case when opportunity.is_closed then opportunity.close_date::date else as_of.day end
    >= direct.valid_from
    and case when opportunity.is_closed then opportunity.close_date::date else as_of.day end
    < direct.valid_to
left join rates as inverse
    on inverse.is_inverse
    and opportunity.currency_iso_code = inverse.currency
    and case when opportunity.is_closed then opportunity.close_date::date else as_of.day end
    >= inverse.valid_from
    and case when opportunity.is_closed then opportunity.close_date::date else as_of.day end
    < inverse.valid_to;

create temp table statuses as
select lead_id, max(is_mql) as is_mql, max(is_sql) as is_sql
from (
    select
        lead_id,
        new_value in ('Working', 'Working - Contacted', 'MQL', 'SQL', 'Qualified',
            'Closed - Converted')
        or old_value in ('Working', 'Working - Contacted', 'MQL', 'SQL', 'Qualified',
            'Closed - Converted') as is_mql,
        new_value in ('SQL', 'Qualified', 'Closed - Converted')
        or old_value in ('SQL', 'Qualified', 'Closed - Converted') as is_sql
    from raw.sample_salesforce.lead_history
    where field = 'Status'
)
group by lead_id;

create temp table persons as
select
    lead.id as lead_id,
    lead.created_date,
    local_day(lead.created_date) as created_on,
    lead.email,
    lead.converted_account_id,
    lead.converted_contact_id,
    lead.converted_opportunity_id,
    lead.status in ('Unqualified', 'Closed - Not Converted') as is_disqualified,
    coalesce(statuses.is_mql, false) or lead.status in (
        'Working', 'Working - Contacted', 'MQL', 'SQL', 'Qualified', 'Closed - Converted'
    ) as is_mql,
    coalesce(statuses.is_sql, false)
    or lead.status in ('SQL', 'Qualified', 'Closed - Converted') as is_sql,
    coalesce(teams.region, lead.country, '(unknown)') as region,
    coalesce(size_band(lead.number_of_employees::bigint), '(unknown)') as segment,
    coalesce(lead.industry, '(unknown)') as industry,
    coalesce(lead.lead_source, '(unknown)') as lead_source,
    coalesce(teams.sales_team, '(unknown)') as sales_team,
    coalesce(sellers.sales_rep, '(unknown)') as sales_rep
from raw.sample_salesforce.lead
cross join as_of
left join statuses on lead.id = statuses.lead_id
left join sellers on lead.owner_id = sellers.owner_id
left join teams
    on lead.owner_id = teams.owner_id
    and as_of.day between teams.valid_from and teams.valid_to
where local_day(lead.created_date) <= as_of.day;

create temp table links as
select lead_id, converted_opportunity_id as deal_id
from persons
inner join new_deals on persons.converted_opportunity_id = new_deals.deal_id
union
select known.lead_id, contacts.deal_id
from (
    select lead_id, converted_contact_id as contact_id from persons
    where converted_contact_id is not null
    union
    select persons.lead_id, contact.id
    from persons
    inner join raw.sample_salesforce.contact on persons.email = contact.email
) as known
inner join (
    select deal_id, contact_id from new_deals
    union
    select opportunity_id, contact_id from raw.sample_salesforce.opportunity_contact_role
) as contacts on known.contact_id = contacts.contact_id;

create temp table wins as
select
    *,
    row_number() over (
        partition by customer_id
        order by closed_on, deal_type != 'new_business', created_date, deal_id
    ) as win_number
from new_deals
where state = 'won' and not coalesce(is_refund, false);

create temp table linked_leads as
select distinct lead_id from links;

create temp table conversions as
select
    lead_id,
    is_direct,
    arg_min(
        {'deal_id': deal_id, 'created_on': created_on, 'closed_on': closed_on},
        (closed_on, created_date, deal_id)
    ) as win
from (
    select links.lead_id, true as is_direct, wins.*
    from links
    inner join wins on links.deal_id = wins.deal_id
    where wins.deal_type = 'new_business'
    union all
    select persons.lead_id, false, wins.*
    from persons
    inner join wins
        on persons.converted_account_id = wins.customer_id
        and persons.created_on <= wins.closed_on
    where wins.deal_type = 'new_business'
        and persons.lead_id not in (select lead_id from linked_leads)
)
group by lead_id, is_direct;

create temp table leads as
select
    persons.lead_id,
    persons.created_on,
    conversions.win.deal_id as won_deal_id,
    conversions.win.closed_on as won_on,
    conversions.win.closed_on - persons.created_on as cycle_days,
    conversions.win.created_on - persons.created_on as lead_to_opportunity_days,
    persons.is_disqualified,
    linked_leads.lead_id is not null or conversions.lead_id is not null
        as is_opportunity,
    persons.is_mql or linked_leads.lead_id is not null
    or conversions.lead_id is not null as is_mql,
    persons.is_sql or linked_leads.lead_id is not null
    or conversions.lead_id is not null as is_sql,
    conversions.lead_id is not null as is_customer,
    persons.region, persons.segment, persons.industry, persons.lead_source,
    persons.sales_team, persons.sales_rep, 'salesforce' as source_system
from persons
left join linked_leads on persons.lead_id = linked_leads.lead_id
left join conversions on persons.lead_id = conversions.lead_id;

create temp table leads_of_deals as
select
    deal_id,
    coalesce(
        arg_min(lead_id, (created_date, lead_id)) filter (is_direct),
        arg_min(lead_id, (created_date, lead_id))
    ) as lead_id
from (
    select links.deal_id, links.lead_id, persons.created_date, true as is_direct
    from links
    inner join persons on links.lead_id = persons.lead_id
    union all
    select conversions.win.deal_id, persons.lead_id, persons.created_date, false
    from conversions
    inner join persons on conversions.lead_id = persons.lead_id
    where not conversions.is_direct
)
group by deal_id;

create temp table deals as
select
    new_deals.*,
    wins.win_number,
    leads_of_deals.lead_id,
    coalesce(teams.region, companies.country, '(unknown)') as region,
    coalesce(companies.segment, '(unknown)') as segment,
    coalesce(companies.industry, '(unknown)') as industry,
    coalesce(persons.lead_source, new_deals.lead_source, '(unknown)') as source,
    coalesce(teams.sales_team, '(unknown)') as sales_team,
    coalesce(sellers.sales_rep, '(unknown)') as sales_rep,
    'salesforce' as source_system
from new_deals
cross join as_of
left join wins on new_deals.deal_id = wins.deal_id
left join companies on new_deals.customer_id = companies.customer_id
left join leads_of_deals on new_deals.deal_id = leads_of_deals.deal_id
left join persons on leads_of_deals.lead_id = persons.lead_id
left join sellers on new_deals.owner_id = sellers.owner_id
left join teams
    on new_deals.owner_id = teams.owner_id
    and coalesce(new_deals.closed_on, as_of.day)
    between teams.valid_from and teams.valid_to;
alter table deals drop column lead_source;
alter table deals rename column source to lead_source;

create temp table contracts as
with billed as (
    select
        contract_id,
        sum(
            case when is_reduction_order then -1 else 1 end
            * in_euro(total_amount, currency_iso_code, direct.rate, inverse.rate)
        )::decimal(18, 2) as amount
    from raw.sample_salesforce.order
    left join rates as direct
        on not direct.is_inverse and currency_iso_code = direct.currency
        and effective_date >= direct.valid_from and effective_date < direct.valid_to
    left join rates as inverse
        on inverse.is_inverse and currency_iso_code = inverse.currency
        and effective_date >= inverse.valid_from and effective_date < inverse.valid_to
    where contract_id is not null and status_code = 'Activated'
        and effective_date <= (select day from as_of)
    group by contract_id
),

sold as (
    select contract_id, sum(amount)::decimal(18, 2) as amount
    from deals
    where state = 'won' and not coalesce(is_refund, false) and contract_id is not null
    group by contract_id
),

landed as (
    select
        id as contract_id,
        account_id as customer_id,
        start_date as starts_on,
        coalesce(
            end_date + 1,
            (start_date + to_months(contract_term::integer))::date,
            date '2200-01-01'
        ) as ends_on,
        coalesce(
            contract_term,
            greatest(1, round((end_date + 1 - start_date) * 12 / 365.25))
        ) as months
    from raw.sample_salesforce.contract
    where id not in (select contract_id from raw.sample_finance.contract_periods)
        and status_code != 'Draft'
)

select
    contract_id || starts_on as period_id, account_id as customer_id, starts_on,
    coalesce(ends_on, date '2200-01-01') as ends_on,
    in_euro(monthly_amount, currency_code, direct.rate, inverse.rate) as monthly_amount
from raw.sample_finance.contract_periods
left join rates as direct
    on not direct.is_inverse and currency_code = direct.currency
    and starts_on >= direct.valid_from and starts_on < direct.valid_to
left join rates as inverse
    on inverse.is_inverse and currency_code = inverse.currency
    and starts_on >= inverse.valid_from and starts_on < inverse.valid_to
union all
select
    landed.contract_id, landed.customer_id, landed.starts_on, landed.ends_on,
    money_ratio(coalesce(billed.amount, sold.amount), landed.months::bigint)
from landed
left join billed on landed.contract_id = billed.contract_id
left join sold on landed.contract_id = sold.contract_id;

create temp table active as
with periods as (
    select * from contracts
    union all
    select distinct
        customer_id || closed_on, customer_id, closed_on, closed_on + 365,
        null::decimal(18, 2)
    from wins
    where customer_id not in (select customer_id from contracts)
),

covered as (
    select
        *,
        max(ends_on) over (
            partition by customer_id order by starts_on, ends_on, period_id
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from periods
),

numbered as (
    select
        *,
        sum((covered_until is null or covered_until < starts_on)::int) over (
            partition by customer_id order by starts_on, ends_on, period_id
            rows unbounded preceding
        ) as island
    from covered
),

islands as (
    select
        *,
        lead(island_start) over (partition by customer_id order by island) as next_start
    from (
        select customer_id, island, min(starts_on) as island_start,
            max(ends_on) as island_end
        from numbered
        group by customer_id, island
    )
)

select
    numbered.period_id, numbered.customer_id, numbered.starts_on,
    numbered.monthly_amount,
    case
        when numbered.ends_on = island_end and next_start - island_end <= 30
            then next_start
        when numbered.ends_on = island_end and next_start is null
            and numbered.ends_on <= as_of.day and numbered.ends_on + 30 > as_of.day
            then as_of.day + 1
        else numbered.ends_on
    end as ends_on
from numbered
cross join as_of
inner join islands using (customer_id, island)
where numbered.starts_on <= as_of.day;

-- Periods and grouping -------------------------------------------------------------

create temp table periods as
with months as (
    select unnest(generate_series(
        (select least(
            (select min(created_on) from leads),
            (select min(least(created_on, coalesce(closed_on, created_on))) from deals),
            (select min(starts_on) from active),
            (select min(spend_month) from raw.sample_finance.acquisition_spend)
        ))::timestamp,
        (select day from as_of)::timestamp,
        interval 1 month
    ))::date as day
)

select *, (period_start + to_months(length))::date - 1 as period_end
from (
    select distinct 'month' as period_grain, date_trunc('month', day)::date as period_start, 1 as length
    from months
    union
    select distinct 'quarter', date_trunc('quarter', day)::date, 3 from months
    union
    select distinct 'fiscal_year', date_trunc('year', day)::date, 12 from months
);

create macro day_in(day, grain) as
    case grain
        when 'month' then date_trunc('month', day)::date
        when 'quarter' then date_trunc('quarter', day)::date
        else date_trunc('year', day)::date
    end;
create macro key_of(grain, start, dimension, dimension_value) as
    grain || '|' || start || '|' || dimension || '|' || dimension_value;

-- floor.py writes what stands in braces: all period grains times all dimensions.
create temp table orders_by_period as
select
    {columns:deal_type},
    coalesce(sum(amount), 0)::decimal(18, 2) as revenue,
    coalesce(sum(amount) filter (is_refund), 0)::decimal(18, 2) as refund_amount,
    count(amount) filter (not coalesce(is_refund, false)) as order_count,
    count(*) filter (amount is null) as orders_without_amount_count,
    coalesce(sum(amount) filter (not is_refund), 0)::decimal(18, 2) as order_revenue,
    cents(
        quantile_cont((amount * 100)::double, 0.5) filter (not is_refund)
        ::decimal(22, 1) * 0.01
    ) as median_order_value
from (select *, {periods:closed_on} from deals where state = 'won')
{grouping:deal_type};

create table kpi_revenue_growth as
with grid as (
    select periods.*, dimension, dimension_value
    from periods
    cross join (select distinct dimension, dimension_value from orders_by_period)
),

filled as (
    select
        grid.*,
        coalesce(revenue, 0) as revenue,
        coalesce(refund_amount, 0) as refund_amount,
        coalesce(order_count, 0) as order_count,
        coalesce(orders_without_amount_count, 0) as orders_without_amount_count
    from grid
    left join orders_by_period
        using (period_grain, period_start, dimension, dimension_value)
)

select
    key_of(period_grain, period_start, dimension, dimension_value) as kpi_key,
    revenue, refund_amount, order_count, orders_without_amount_count,
    lag(revenue) over steps as prior_period_revenue,
    lag(revenue, 12 // length) over steps as prior_year_revenue,
    revenue - lag(revenue) over steps as revenue_change,
    case when period_end <= day and lag(revenue) over steps > 0
        then ratio(revenue - lag(revenue) over steps, lag(revenue) over steps) end
        as period_over_period_growth,
    case when period_end <= day and lag(revenue, 12 // length) over steps > 0
        then ratio(
            revenue - lag(revenue, 12 // length) over steps,
            lag(revenue, 12 // length) over steps
        ) end as year_over_year_growth
from filled
cross join as_of
window steps as (
    partition by period_grain, dimension, dimension_value order by period_start
);

create table kpi_average_order_value as
select
    key_of(period_grain, period_start, dimension, dimension_value) as kpi_key,
    order_count, order_revenue, median_order_value, orders_without_amount_count,
    case when order_count > 0 then money_ratio(order_revenue, order_count) end
        as average_order_value
from orders_by_period;

create table kpi_conversion_rate as
with cohorts as (
    select
        {columns},
        count(*) as lead_count,
        count(*) filter (is_customer and cycle_days <= 90) as customer_count,
        count(*) filter (is_customer) as ever_customer_count,
        count(*) filter (is_disqualified) as disqualified_lead_count,
        count(*) filter (is_mql) as mql_count,
        count(*) filter (is_sql) as sql_count,
        count(*) filter (is_opportunity) as opportunity_count
    from (select *, {periods:created_on} from leads)
    {grouping}
),

closed as (
    select
        {columns},
        count(*) filter (state = 'won') as won_deal_count,
        count(*) filter (state = 'lost') as lost_deal_count,
        sum(amount) filter (state = 'won') as won_amount,
        sum(amount) filter (state = 'lost') as lost_amount,
        count(*) filter (state = 'lost' and coalesce(amount, 0) <= 0) as lost_blank,
        count(*) filter (win_number = 1 and lead_id is null)
            as customers_without_lead_count
    from (
        select *, {periods:closed_on} from deals
        where deal_type = 'new_business' and closed_on is not null
            and not coalesce(is_refund, false)
    )
    {grouping}
)

select
    key_of(period_grain, period_start, dimension, dimension_value) as kpi_key,
    coalesce(lead_count, 0) as lead_count,
    coalesce(customer_count, 0) as customer_count,
    coalesce(ever_customer_count, 0) as ever_customer_count,
    case when period_end + 90 <= day then ratio(customer_count, lead_count) end
        as conversion_rate,
    case when period_end + 90 <= day and lead_count > 0 then
        (customer_count + 1.959963984540054e0 ^ 2 / 2 - 1.959963984540054e0 * sqrt(
            customer_count::double * (lead_count - customer_count) / lead_count
            + 1.959963984540054e0 ^ 2 / 4
        )) / (lead_count + 1.959963984540054e0 ^ 2) end as conversion_rate_low,
    case when period_end + 90 <= day and lead_count > 0 then
        (customer_count + 1.959963984540054e0 ^ 2 / 2 + 1.959963984540054e0 * sqrt(
            customer_count::double * (lead_count - customer_count) / lead_count
            + 1.959963984540054e0 ^ 2 / 4
        )) / (lead_count + 1.959963984540054e0 ^ 2) end as conversion_rate_high,
    ratio(ever_customer_count, lead_count) as ever_conversion_rate,
    coalesce(disqualified_lead_count, 0) as disqualified_lead_count,
    coalesce(mql_count, 0) as mql_count,
    coalesce(sql_count, 0) as sql_count,
    coalesce(opportunity_count, 0) as opportunity_count,
    ratio(mql_count, lead_count) as lead_to_mql_rate,
    ratio(sql_count, mql_count) as mql_to_sql_rate,
    ratio(opportunity_count, sql_count) as sql_to_opportunity_rate,
    ratio(ever_customer_count, opportunity_count) as opportunity_to_customer_rate,
    coalesce(won_deal_count, 0) as won_deal_count,
    coalesce(lost_deal_count, 0) as lost_deal_count,
    ratio(won_deal_count, won_deal_count + lost_deal_count) as win_rate,
    case when lost_blank = 0 then
        ratio(coalesce(won_amount, 0), coalesce(won_amount, 0) + coalesce(lost_amount, 0))
    end as win_rate_by_value,
    coalesce(customers_without_lead_count, 0) as customers_without_lead_count
from cohorts
full join closed using (period_grain, period_start, dimension, dimension_value)
inner join periods using (period_grain, period_start)
cross join as_of;

create table kpi_sales_cycle_length as
with wins_of_new as (
    select *, closed_on - created_on as deal_days, {periods:closed_on}
    from deals
    where deal_type = 'new_business' and state = 'won' and not coalesce(is_refund, false)
),

cycles as (
    select
        {columns},
        count(*) filter (cycle_days >= 0) as cycle_count,
        count(*) filter (cycle_days < 0) as negative_cycle_count,
        avg(cycle_days) filter (cycle_days >= 0) as mean_cycle_days,
        quantile_cont(cycle_days::double, 0.5) filter (cycle_days >= 0)
            as median_cycle_days,
        quantile_cont(cycle_days::double, 0.9) filter (cycle_days >= 0)
            as p90_cycle_days,
        quantile_cont(lead_to_opportunity_days::double, 0.5)
            filter (lead_to_opportunity_days >= 0) as median_lead_to_opportunity_days,
        count(*) filter (lead_to_opportunity_days >= 0) as lead_to_opportunity_count
    from (
        select wins_of_new.*, leads.cycle_days, leads.lead_to_opportunity_days
        from leads
        inner join wins_of_new on leads.won_deal_id = wins_of_new.deal_id
    )
    {grouping}
),

won as (
    select
        {columns},
        count(*) as won_deal_count,
        count(*) filter (deal_days >= 0) as opportunity_to_won_count,
        count(*) filter (deal_days < 0) as negative_opportunity_to_won_count,
        avg(deal_days) filter (deal_days >= 0) as mean_opportunity_to_won_days,
        quantile_cont(deal_days::double, 0.5) filter (deal_days >= 0)
            as median_opportunity_to_won_days,
        quantile_cont(deal_days::double, 0.9) filter (deal_days >= 0)
            as p90_opportunity_to_won_days
    from wins_of_new
    {grouping}
),

exits as (
    select {columns}, days, count(*) as exits, count(*) filter (state != 'open') as decided
    from (
        select
            deals.*,
            coalesce(closed_on, as_of.day) - created_on as days,
            {periods:created_on}
        from deals
        cross join as_of
        where deal_type = 'new_business' and not coalesce(is_refund, false)
            and coalesce(closed_on, as_of.day) >= created_on
    )
    {grouping:+days}
),

at_risk as (
    select
        *,
        sum(exits) over (
            partition by period_grain, period_start, dimension, dimension_value
            order by days desc rows unbounded preceding
        ) as at_risk
    from exits
),

survival as (
    select
        *,
        case
            when min(at_risk - decided) over earlier = 0 then 0
            else exp(sum(
                ln((at_risk - decided)::double / nullif(at_risk, decided))
            ) over earlier)
        end as share
    from at_risk
    window earlier as (
        partition by period_grain, period_start, dimension, dimension_value
        order by days rows unbounded preceding
    )
),

censored as (
    select
        period_grain, period_start, dimension, dimension_value,
        sum(exits) as created_deal_count,
        min(days) filter (share <= 0.5 + 1e-9)::double as median_cycle_days_censored
    from survival
    group by all
)

select
    key_of(period_grain, period_start, dimension, dimension_value) as kpi_key,
    coalesce(cycle_count, 0) as cycle_count,
    coalesce(negative_cycle_count, 0) as negative_cycle_count,
    mean_cycle_days, median_cycle_days, p90_cycle_days,
    coalesce(lead_to_opportunity_count, 0) as lead_to_opportunity_count,
    median_lead_to_opportunity_days,
    coalesce(won_deal_count, 0) as won_deal_count,
    coalesce(opportunity_to_won_count, 0) as opportunity_to_won_count,
    coalesce(negative_opportunity_to_won_count, 0) as negative_opportunity_to_won_count,
    mean_opportunity_to_won_days, median_opportunity_to_won_days,
    p90_opportunity_to_won_days,
    coalesce(created_deal_count, 0) as created_deal_count,
    median_cycle_days_censored
from cycles
full join won using (period_grain, period_start, dimension, dimension_value)
full join censored using (period_grain, period_start, dimension, dimension_value);

create table kpi_churn_rate as
with bounds as (
    select
        period_id, customer_id, monthly_amount, period_grain,
        day_in(starts_on, period_grain) as first_start,
        case
            when ends_on > as_of.day then date '2200-01-01'
            else day_in(ends_on, period_grain)
        end as end_start
    from active
    cross join as_of
    cross join (select unnest(['month', 'quarter', 'fiscal_year']) as period_grain)
),

counted as (
    select
        *,
        max(end_start) over (
            partition by customer_id, period_grain
            order by first_start, end_start, period_id
            rows between unbounded preceding and 1 preceding
        ) as counted_until
    from bounds
    where first_start < end_start
),

runs as (
    select
        customer_id, period_grain, run,
        min(first_start) as run_start, max(end_start) as run_end
    from (
        select
            *,
            sum((counted_until is null or counted_until < first_start)::int) over (
                partition by customer_id, period_grain
                order by first_start, end_start, period_id rows unbounded preceding
            ) as run
        from counted
    )
    group by customer_id, period_grain, run
),

firsts as (
    select customer_id, period_grain, min(first_start) as first_ever
    from bounds
    group by customer_id, period_grain
),

events as (
    select customer_id, period_grain, run_start as period_start, 1 as came, 0 as went,
        0 as passed, 0::decimal(18, 2) as change
    from runs
    union all
    select customer_id, period_grain, run_end, 0, 1, 0, 0 from runs
    where run_end < date '2200-01-01'
    union all
    select distinct bounds.customer_id, bounds.period_grain, bounds.first_start, 0, 0, 1, 0
    from bounds
    left join runs
        on bounds.customer_id = runs.customer_id
        and bounds.period_grain = runs.period_grain
        and bounds.first_start between runs.run_start and runs.run_end
    where bounds.first_start = bounds.end_start and runs.customer_id is null
    union all
    select customer_id, period_grain, first_start, 0, 0, 0, coalesce(monthly_amount, 0)
    from counted
    union all
    select customer_id, period_grain, end_start, 0, 0, 0, -coalesce(monthly_amount, 0)
    from counted
    where end_start < date '2200-01-01'
),

balances as (
    select
        *,
        sum(change) over (
            partition by customer_id, period_grain
            order by period_start rows unbounded preceding
        ) as at_end
    from (
        select
            customer_id, period_grain, period_start, sum(came) as came,
            sum(went) as went, sum(passed) as passed, sum(change) as change
        from events
        group by customer_id, period_grain, period_start
    )
),

sources as (
    select customer_id, lead_source from deals where win_number = 1
),

moves as (
    select
        balances.*, first_ever,
        companies.region, companies.segment, companies.industry, companies.sales_team,
        companies.sales_rep, coalesce(sources.lead_source, '(unknown)') as lead_source,
        'salesforce' as source_system
    from balances
    inner join firsts using (customer_id, period_grain)
    inner join companies using (customer_id)
    left join sources using (customer_id)
),

grouped as (
    select
        period_grain, period_start, {dimension},
        count(*) filter (came = 1 and period_start = first_ever) as new_customers,
        count(*) filter (came = 1 and period_start > first_ever)
            as reactivated_customers,
        count(*) filter (went = 1) as churned_customers,
        count(*) filter (passed = 1) as same_period_churned_customers,
        sum(change) as change,
        sum(at_end - change) filter (went = 1) as churned_revenue,
        sum(at_end) filter (came = 1 and period_start > first_ever)
            as reactivated_revenue,
        -sum(change) filter (came + went + passed = 0 and change < 0)
            as contraction_revenue,
        sum(change) filter (came + went + passed = 0 and change > 0)
            as expansion_revenue
    from moves
    group by grouping sets (
        (period_grain, period_start), {sets:period_grain, period_start}
    )
),

filled as (
    select
        periods.period_grain, periods.period_start, dimension, dimension_value,
        coalesce(new_customers, 0) as new_customers,
        coalesce(reactivated_customers, 0) as reactivated_customers,
        coalesce(churned_customers, 0) as churned_customers,
        coalesce(same_period_churned_customers, 0) as same_period_churned_customers,
        coalesce(change, 0) as change,
        coalesce(churned_revenue, 0) as churned_revenue,
        coalesce(contraction_revenue, 0) as contraction_revenue,
        coalesce(expansion_revenue, 0) as expansion_revenue,
        coalesce(reactivated_revenue, 0) as reactivated_revenue
    from periods
    cross join (select distinct dimension, dimension_value from grouped)
    left join grouped
        using (period_grain, period_start, dimension, dimension_value)
),

balanced as (
    select
        *,
        sum(new_customers + reactivated_customers - churned_customers) over until
            as customers_at_end,
        sum(change) over until as revenue_at_end
    from filled
    window until as (
        partition by period_grain, dimension, dimension_value
        order by period_start rows unbounded preceding
    )
),

started as (
    select
        *,
        customers_at_end - new_customers - reactivated_customers + churned_customers
            as customers_at_start,
        revenue_at_end - change as revenue_at_start
    from balanced
)

select
    key_of(period_grain, period_start, dimension, dimension_value) as kpi_key,
    customers_at_start::bigint as customers_at_start, new_customers,
    reactivated_customers, churned_customers,
    customers_at_end::bigint as customers_at_end, same_period_churned_customers,
    ratio(churned_customers, customers_at_start) as churn_rate,
    cents(revenue_at_start) as revenue_at_start,
    cents(churned_revenue) as churned_revenue,
    cents(contraction_revenue) as contraction_revenue,
    cents(expansion_revenue) as expansion_revenue,
    cents(reactivated_revenue) as reactivated_revenue,
    ratio(churned_revenue + contraction_revenue, revenue_at_start)
        as gross_revenue_churn_rate,
    ratio(churned_revenue + contraction_revenue - expansion_revenue, revenue_at_start)
        as net_revenue_churn_rate
from started;

create table kpi_customer_acquisition_cost as
with spend as (
    select
        coalesce(channel, '(unknown)') as channel, coalesce(region, '(unknown)') as region,
        coalesce(segment, '(unknown)') as segment,
        coalesce(sales_team, '(unknown)') as sales_team,
        coalesce(source_system, '(unknown)') as source_system,
        in_euro(amount, currency_code, direct.rate, inverse.rate) as amount,
        {periods:spend_month}
    from raw.sample_finance.acquisition_spend
    cross join as_of
    left join rates as direct
        on not direct.is_inverse and currency_code = direct.currency
        and spend_month >= direct.valid_from and spend_month < direct.valid_to
    left join rates as inverse
        on inverse.is_inverse and currency_code = inverse.currency
        and spend_month >= inverse.valid_from and spend_month < inverse.valid_to
    where spend_month <= as_of.day
),

spent as (
    select {columns:cac}, sum(amount)::decimal(18, 2) as acquisition_spend
    from spend
    {grouping:cac}
),

won as (
    select {columns:cac}, count(*) as new_customer_count
    from (
        select *, lead_source as channel, {periods:closed_on} from deals
        where win_number = 1 and deal_type = 'new_business'
    )
    {grouping:cac}
)

select
    key_of(period_grain, period_start, dimension, dimension_value) as kpi_key,
    acquisition_spend,
    coalesce(new_customer_count, 0) as new_customer_count,
    case when new_customer_count > 0
        then money_ratio(acquisition_spend, new_customer_count) end
        as customer_acquisition_cost
from spent
full join won using (period_grain, period_start, dimension, dimension_value)
where dimension in ('total', 'channel')
    or dimension = 'region' and (select count(region) > 0 from raw.sample_finance.acquisition_spend)
    or dimension = 'segment' and (select count(segment) > 0 from raw.sample_finance.acquisition_spend)
    or dimension = 'sales_team' and (select count(sales_team) > 0 from raw.sample_finance.acquisition_spend)
    or dimension = 'source_system'
    and (select count(source_system) > 0 from raw.sample_finance.acquisition_spend);
