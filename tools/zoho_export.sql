-- Loads a folder of Zoho CRM's own CSV exports as raw tables in Fivetran's layout, into
-- schema zoho_crm of a DuckDB file. Values stay as exported: staging reads $341.09K
-- and 15 Apr, 2021 00:03:00. Run it with DuckDB, in the folder that holds the files:
--
--     duckdb /path/to/build.duckdb < /path/to/tools/zoho_export.sql
--
-- or set the variable export_folder first. An export knows no load stamps and no time
-- zone: build with as_of_date, and with business_timezone: UTC to keep its days.
--
-- Names of exported columns become lower case, with _ for blanks. Change the right-hand
-- side of a line where your export calls a column something else.

create schema if not exists zoho_crm;

set variable export_folder = coalesce(getvariable('export_folder'), '.');

-- An export names the owner; the users' file tells the id.
create or replace table zoho_crm.user as
select
    user_id as id,
    concat_ws(' ', first_name, last_name) as full_name,
    email
from read_csv(
    getvariable('export_folder') || '/Users.csv',
    all_varchar = true, normalize_names = true
);

create or replace table zoho_crm.lead as
select
    leads.*,
    leads.leadid as id,
    users.id as owner_id,
    -- A potential carries the id of the lead it was converted from.
    case when leads.converted = 'Yes' then leads.leadid end as converted_deal_id
from read_csv(
    getvariable('export_folder') || '/Leads.csv',
    all_varchar = true, normalize_names = true
) as leads
left join zoho_crm.user as users on leads.lead_owner = users.full_name;

create or replace table zoho_crm.account as
select
    *,
    accountid as id,
    account_owner_id as owner_id
from read_csv(
    getvariable('export_folder') || '/Accounts.csv',
    all_varchar = true, normalize_names = true
);

create or replace table zoho_crm.deal as
select
    potentials.* exclude (_type),
    potentials._type as type,
    potentials.leadid as id,
    users.id as owner_id
from read_csv(
    getvariable('export_folder') || '/Potentials.csv',
    all_varchar = true, normalize_names = true
) as potentials
left join zoho_crm.user as users on potentials.potential_owner = users.full_name;

-- The stages and what they mean, as the potentials use them.
create or replace table zoho_crm.stage as
select
    stage || ' / ' || forecast_type as id,
    stage as display_value,
    forecast_type
from zoho_crm.deal
group by stage, forecast_type;

create or replace table zoho_crm.campaign as
select
    * exclude (_type),
    _type as type,
    campaignid as id
from read_csv(
    getvariable('export_folder') || '/Campaigns.csv',
    all_varchar = true, normalize_names = true
);

-- Invoices carry no day of their own; they count on the day they were created.
create or replace table zoho_crm.invoice as
select
    *,
    invoiceid as id,
    invoice_owner_id as owner_id,
    invoice_status as status,
    created_time as invoice_date,
    adjustments as adjustment
from read_csv(
    getvariable('export_folder') || '/Invoices.csv',
    all_varchar = true, normalize_names = true
);
