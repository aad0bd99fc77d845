"""Zoho's own CSV export as raw Zoho tables in Fivetran's layout. Source: issue 3.

Text money and text dates stay as they are. Potentials have no id of their own: the
lead they were converted from names them. Deals carry no account.
"""

from __future__ import annotations

from oracle.files import read_csv, shared_data

FOLDER = shared_data("zoho_crm_export")
SETTINGS = {"as_of_date": "2021-05-31", "business_timezone": "UTC"}


def rows(name: str) -> list[dict]:
    """The rows of one of its files."""
    return read_csv(FOLDER / name)


def raw() -> dict:
    """Raw input for `oracle.compute`."""
    potentials = rows("Potentials.csv")
    users = rows("Users.csv")
    stages = {row["Stage"]: row["Forecast Type"] for row in potentials}
    forecast = {"Won": "Closed Won", "Lost": "Closed Lost", "Open": "Open"}
    return {
        "zoho": {
            "user": [
                {
                    "id": row["Last Name"],
                    "full_name": row["Last Name"],
                }
                for row in users
            ],
            "stage": [
                {
                    "id": stage,
                    "display_value": stage,
                    "forecast_type": forecast[kind],
                }
                for stage, kind in stages.items()
            ],
            "account": [
                {
                    "id": row["ACCOUNTID"],
                    "account_name": row["Account Name"],
                    "website": row["Website"],
                    "industry": row["Industry"],
                }
                for row in rows("Accounts.csv")
            ],
            "contact": [],
            "lead": [
                {
                    "id": row["LEADID"],
                    "company": row["Company"],
                    "owner_id": row["Lead Owner"],
                    "email": row["Email"],
                    "industry": row["Industry"],
                    "lead_source": row["Lead Source"],
                    "lead_status": row["Lead Status"],
                    "created_time": row["Created Time"],
                    "converted_deal_id": row["LEADID"]
                    if row["CONVERTED"] == "Yes"
                    else None,
                }
                for row in rows("Leads.csv")
            ],
            "deal": [
                {
                    "id": row["LEADID"],
                    "deal_name": row["Potential Name"],
                    "owner_id": row["Potential Owner"],
                    "created_time": row["Created Time"],
                    "closing_date": row["Closing Date"],
                    "amount": row["Amount"],
                    "stage": row["Stage"],
                    "type": row["Type"],
                    "lead_source": row["Lead Source"],
                }
                for row in potentials
            ],
            "campaign": [
                {
                    "id": row["CAMPAIGNID"],
                    "type": row["Type"],
                    "created_time": row["Created Time"],
                    "start_date": row["Start Date"],
                    "end_date": row["End Date"],
                    "actual_cost": row["Actual Cost"],
                }
                for row in rows("Campaigns.csv")
            ],
        }
    }
