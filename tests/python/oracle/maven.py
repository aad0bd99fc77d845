"""The Maven CRM file as raw Salesforce tables. Source: issue 2, item 5.

The engage date stands as creation, so deals without one have no creation date;
every deal is new business.
"""

from __future__ import annotations

from oracle.files import read_csv, shared_data

FOLDER = shared_data("maven_crm")
LOADED = "2018-01-01 05:00:00"
SETTINGS = {"as_of_date": "2017-12-31", "business_timezone": "UTC"}


def rows(name: str) -> list[dict]:
    """The rows of one of its files."""
    return read_csv(FOLDER / name)


def raw() -> dict:
    """Raw input for `oracle.compute`."""
    stamp = {"_fivetran_synced": LOADED, "is_deleted": "false"}
    deals = []
    for row in rows("sales_pipeline.csv"):
        stage = row["deal_stage"]
        deals.append(
            {
                "id": row["opportunity_id"],
                "account_id": row["account"],
                "owner_id": row["sales_agent"],
                "type": "New Business",
                "stage_name": stage,
                "amount": row["close_value"],
                "close_date": row["close_date"],
                "created_date": row["engage_date"],
                "is_closed": str(stage in ("Won", "Lost")).lower(),
                "is_won": str(stage == "Won").lower(),
                **stamp,
            }
        )
    accounts = [
        {
            "id": row["account"],
            "name": row["account"],
            "industry": row["sector"],
            "number_of_employees": row["employees"],
            "billing_country": row["office_location"],
            "created_date": "2016-01-01 00:00:00",
            **stamp,
        }
        for row in rows("accounts.csv")
    ]
    users = [
        {"id": row["sales_agent"], "name": row["sales_agent"], **stamp}
        for row in rows("sales_teams.csv")
    ]
    return {
        "salesforce": {
            "lead": [],
            "account": accounts,
            "opportunity": deals,
            "user": users,
        }
    }
