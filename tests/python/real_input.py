"""Public data as raw Salesforce tables. Origin: shared/data/SOURCES.md."""

from __future__ import annotations

from builds import Raw
from oracle.files import read_csv, shared_data

MAVEN = shared_data("maven_crm")
FIVETRAN = shared_data("salesforce_fivetran_layout")
LOADED = "timestamp '2018-01-01 05:00:00' as _fivetran_synced"


def maven_raw() -> Raw:
    """Maven's files in Salesforce's layout, typed as DuckDB reads them.

    The engage date stands as creation, so deals in prospecting have none. There is no
    type of deal and no lead.
    """
    deals = f"read_csv('{MAVEN / 'sales_pipeline.csv'}')"
    accounts = f"read_csv('{MAVEN / 'accounts.csv'}')"
    sellers = f"read_csv('{MAVEN / 'sales_teams.csv'}')"
    return {
        "salesforce": {
            "opportunity": f"""
                select
                    opportunity_id as id, account as account_id, product as name,
                    sales_agent as owner_id, deal_stage as stage_name,
                    close_value as amount, close_date, engage_date as created_date,
                    deal_stage in ('Won', 'Lost') as is_closed,
                    deal_stage = 'Won' as is_won, {LOADED}
                from {deals}
            """,
            "account": f"""
                select
                    account as id, account as name, sector as industry,
                    employees as number_of_employees,
                    office_location as billing_country, {LOADED}
                from {accounts}
            """,
            "user": f"""
                select sales_agent as id, sales_agent as name, {LOADED} from {sellers}
            """,
            "opportunity_stage": f"""
                select
                    deal_stage as id, deal_stage as master_label,
                    deal_stage in ('Won', 'Lost') as is_closed,
                    deal_stage = 'Won' as is_won, {LOADED}
                from {deals} group by deal_stage
            """,
            "lead": "select null::varchar as id, null::date as created_date limit 0",
        }
    }


def fivetran_raw() -> Raw:
    """Fivetran's rows of Salesforce as they are: all columns, types as read."""
    return {
        "salesforce": {
            table: f"select * from read_csv('{FIVETRAN / f'sf_{table}_data.csv'}')"
            for table in ("lead", "account", "contact", "opportunity", "order", "user")
        }
    }


def fivetran_rows() -> dict[str, list[dict]]:
    """The same rows as text."""
    return {
        table: read_csv(FIVETRAN / f"sf_{table}_data.csv")
        for table in ("lead", "account", "contact", "opportunity", "order", "user")
    }
