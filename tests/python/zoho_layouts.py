"""One small business in Zoho CRM, and the raw tables that each loader makes of it.

Records carry Zoho's API names. Times are written with the organisation's offset, ids
have 19 digits, a lookup is a `Lookup`. What the business is for stands beside it.
"""

import json
from datetime import UTC, datetime
from typing import NamedTuple

LOADED = "2025-07-01T04:00:00+00:00"
AS_OF = "2025-06-30"


class Lookup(NamedTuple):
    """A field that points to a record of another module."""

    id: str
    name: str


def key(number):
    """A record id of 19 digits, beyond what a double can hold."""
    return f"4876876000{number:09d}"


def to(number, name="Somebody"):
    return Lookup(key(number), name)


NUMBERS = {
    *("Amount", "Exchange_Rate", "Probability", "Actual_Cost", "Sub_Total"),
    *("Discount", "Adjustment", "Tax", "Grand_Total", "Employees", "sequence_number"),
}
TIMES = {"Created_Time", "Modified_Time"}

ANNA, GONE = to(1, "Anna Muster"), to(9, "Nobody Known")
ALPHA, BETA = to(11, "Alpha GmbH"), to(12, "Beta AG")
NEW = "2025-01-05T09:00:00+01:00"
OWNED = {"Owner": ANNA, "Created_Time": NEW, "Modified_Time": NEW}
LIVE = {"Record_Status__s": "Available", **OWNED}


def lead(number, created, **fields):
    return {
        "id": key(number),
        "Company": f"Lead {number}",
        "Email": f"lead{number}@lead{number}.example",
        "Lead_Source": "Web",
        "Lead_Status": "Contacted",
        **LIVE,
        "Created_Time": created,
        "Converted_Account": None,
        "Converted_Contact": None,
        "Converted_Deal": None,
        **fields,
    }


def deal(number, stage, amount, closing, **fields):
    return {
        "id": key(number),
        "Deal_Name": f"Deal {number}",
        "Account_Name": ALPHA,
        "Contact_Name": None,
        "Type": "New Business",
        "Lead_Source": "Web",
        "Stage": stage,
        "Pipeline": "Standard (Standard)",
        "Amount": amount,
        "Currency": "EUR",
        "Exchange_Rate": "1",
        "Probability": "50",
        "Closing_Date": closing,
        **LIVE,
        **fields,
    }


def left(number, deal_number, stage, moved_to, at):
    return {
        "id": key(number),
        "Potential_Name": to(deal_number, f"Deal {deal_number}"),
        "Stage": stage,
        "Moved_To__s": moved_to,
        "Modified_Time": at,
    }


def invoice(number, status, **fields):
    return {
        "id": key(number),
        "Account_Name": ALPHA,
        "Sales_Order": None,
        "Deal_Name": None,
        "Status": status,
        "Invoice_Date": "2025-04-02",
        "Currency": "EUR",
        "Exchange_Rate": "1",
        "Sub_Total": None,
        "Discount": None,
        "Adjustment": None,
        "Tax": None,
        "Grand_Total": None,
        **LIVE,
        **fields,
    }


def campaign(number, cost, parent=None, **fields):
    return {
        "id": key(number),
        "Type": "Webinar",
        "Parent_Campaign": parent,
        "Actual_Cost": cost,
        "Currency": "EUR",
        "Exchange_Rate": "1",
        "Start_Date": "2025-02-01",
        "End_Date": "2025-02-28",
        **LIVE,
        **fields,
    }


STAGES = (
    # display value, actual value, forecast type
    ("Qualification", "Qualification", "Open"),
    ("Identify Decision Makers", "Id. Decision Makers", "Open"),
    ("Negotiation/Review", "Negotiation/Review", "Open"),
    ("Closed Won", "Closed Won", "Closed Won"),
    ("Closed Lost", "Closed Lost", "Closed Lost"),
)

BUSINESS = {
    "Leads": [
        # Created on 11 January in UTC and Berlin, on the 10th where it was typed.
        lead(21, "2025-01-10T23:30:00-07:00"),
        # The same lead as an append-only loader keeps it: an older version.
        lead(
            21,
            "2025-01-10T23:30:00-07:00",
            Lead_Status="Not Contacted",
            Modified_Time="2025-01-04T09:00:00+01:00",
        ),
        lead(
            22,
            "2025-01-20T09:00:00+01:00",
            Converted_Account=ALPHA,
            Converted_Contact=to(31),
            Converted_Deal=to(41, "Deal 41"),
        ),
        # Converted without a deal: takes the first win of its account.
        lead(23, "2025-03-01T09:00:00+01:00", Converted_Account=BETA),
        lead(24, "2025-03-02T09:00:00+01:00", Record_Status__s="Trash"),
    ],
    "Accounts": [
        {
            "id": ALPHA.id,
            "Account_Name": ALPHA.name,
            "Website": "https://www.alpha.example/de",
            "Industry": "Software",
            "Employees": "40",
            "Billing_Country": "Germany",
            **LIVE,
        },
        {
            "id": BETA.id,
            "Account_Name": BETA.name,
            "Website": "beta.example",
            "Industry": "Trade",
            "Employees": "400",
            "Billing_Country": "Austria",
            **LIVE,
        },
        {
            "id": key(13),
            "Account_Name": "Thrown away",
            "Website": "alpha.example",
            **LIVE,
            "Record_Status__s": "Trash",
        },
    ],
    "Contacts": [
        {
            "id": key(31),
            "Account_Name": ALPHA,
            "Email": "lead22@lead22.example",
            **LIVE,
        },
        {"id": key(32), "Account_Name": BETA, "Email": "b@beta.example", **LIVE},
    ],
    "Deals": [
        # Won on 1 April in Berlin, though 31 March where it was clicked and though
        # the expected date says December.
        deal(41, "Closed Won", "1000", "2025-12-31", Contact_Name=to(31)),
        # 1,100 dollars at 1.1 dollars per euro; the company is its contact's.
        deal(
            42,
            "Closed Won",
            "1100",
            "2025-04-15",
            Account_Name=None,
            Contact_Name=to(32),
            Currency="USD",
            Exchange_Rate="1.1",
        ),
        # Lost, reopened, lost again: the last entry counts.
        deal(43, "Closed Lost", "700", "2025-12-31"),
        # Won, reopened, won again, the stages in between within one second.
        deal(44, "Closed Won", "400", "2025-12-31", Type="Existing Business"),
        deal(45, "Qualification", "90", "2025-09-30", Probability="1000", Owner=GONE),
        deal(46, "Closed Won", "5000", "2025-04-01", Record_Status__s="Trash"),
        # Two versions; the older one is open.
        deal(47, "Closed Won", "250", "2025-05-31", Type="Renewal"),
        deal(
            47,
            "Qualification",
            "9999",
            "2025-09-09",
            Modified_Time="2025-01-04T09:00:00+01:00",
        ),
        deal(48, "Closed Won", None, "2025-05-20", Type="Existing Business"),
    ],
    "DealHistory": [
        left(
            51, 41, "Qualification", "Negotiation/Review", "2025-02-01T09:00:00+01:00"
        ),
        left(52, 41, "Negotiation/Review", "Closed Won", "2025-03-31T23:30:00-02:00"),
        left(53, 41, "Closed Won", None, "2025-03-31T23:30:00-02:00"),
        left(54, 43, "Qualification", "Closed Lost", "2025-02-01T09:00:00+01:00"),
        left(55, 43, "Closed Lost", "Qualification", "2025-02-05T09:00:00+01:00"),
        left(56, 43, "Qualification", "Closed Lost", "2025-06-02T09:00:00+02:00"),
        left(57, 43, "Closed Lost", None, "2025-06-02T09:00:00+02:00"),
        left(58, 44, "Qualification", "Closed Won", "2025-02-10T09:00:00+01:00"),
        left(59, 44, "Closed Won", "Qualification", "2025-02-20T09:00:00+01:00"),
        left(
            60, 44, "Qualification", "Negotiation/Review", "2025-05-05T09:00:00+02:00"
        ),
        left(61, 44, "Negotiation/Review", "Closed Won", "2025-05-05T09:00:00+02:00"),
        # A deal that never moved has one row, which names its only stage.
        left(62, 45, "Qualification", None, NEW),
    ],
    "Sales_Orders": [
        {
            "id": key(71),
            "Deal_Name": to(41, "Deal 41"),
            "Account_Name": ALPHA,
            "Status": "Approved",
            "Grand_Total": "1071",
            **LIVE,
        },
    ],
    "Invoices": [
        invoice(
            81,
            "Delivered",
            Sales_Order=to(71, "SO 71"),
            Sub_Total="1000",
            Discount="100",
            Adjustment="0.5",
            Tax="171",
            Grand_Total="1071.5",
        ),
        invoice(82, "Cancelled", Grand_Total="500", Tax="0"),
        invoice(83, "Draft", Grand_Total="600", Tax="0"),
        invoice(84, None, Account_Name=BETA, Grand_Total="119", Tax="19"),
    ],
    "Campaigns": [
        campaign(91, "500"),
        campaign(92, "280", parent=to(91, "The year")),
        campaign(93, "112", Currency="USD", Exchange_Rate="1.12"),
    ],
    "users": [
        {"id": ANNA.id, "full_name": ANNA.name},
        {"id": key(2), "full_name": "Bo"},
    ],
    "stages": [
        {
            "id": key(100 + number),
            "display_value": shown,
            "actual_value": actual,
            "sequence_number": str(number),
            "forecast_type": forecast,
        }
        for number, (shown, actual, forecast) in enumerate(STAGES, start=1)
    ],
}

FIVETRAN_TABLES = {
    "Leads": "lead",
    "Accounts": "account",
    "Contacts": "contact",
    "Deals": "deal",
    "DealHistory": "deal_stage_history",
    "Sales_Orders": "sales_order",
    "Invoices": "invoice",
    "Campaigns": "campaign",
    "users": "user",
    "stages": "stage",
}
AIRBYTE_TABLES = {
    "Leads": "incremental_leads_zoho_crm_stream",
    "Accounts": "incremental_accounts_zoho_crm_stream",
    "Contacts": "incremental_contacts_zoho_crm_stream",
    "Deals": "incremental_deals_zoho_crm_stream",
    "DealHistory": "incremental_deal_history_zoho_crm_stream",
    "Sales_Orders": "incremental_sales__orders_zoho_crm_stream",
    "Invoices": "incremental_invoices_zoho_crm_stream",
    "Campaigns": "incremental_campaigns_zoho_crm_stream",
}
CONVERSION = ("Converted_Account", "Converted_Contact", "Converted_Deal")


def utc(text):
    """A time with offset as UTC time without zone."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(sep=" ")


def columns(records):
    """The fields of a module, whichever record has them."""
    return list(dict.fromkeys(field for record in records for field in record))


def is_lookup(records, field):
    return any(isinstance(record.get(field), Lookup) for record in records) or (
        field in CONVERSION
    )


def fivetran():
    """{table: (rows, types)}: typed columns, times in UTC, lookups as two columns."""
    tables = {}
    for module, table in FIVETRAN_TABLES.items():
        records, rows, types = BUSINESS[module], [], {}
        for record in records:
            row = {}
            for field in columns(records):
                name, value = field.lower().replace("__", "_"), record.get(field)
                if is_lookup(records, field):
                    row[f"{name}_id"] = value and value.id
                    row[f"{name}_name"] = value and value.name
                    continue
                row[name] = utc(value) if value and field in TIMES else value
                if field in NUMBERS:
                    types[name] = "double"
                if field in TIMES:
                    types[name] = "timestamp"
            rows.append(
                row | {"_fivetran_synced": utc(LOADED), "_fivetran_deleted": "f"}
            )
        types |= {"_fivetran_synced": "timestamp", "_fivetran_deleted": "boolean"}
        tables[table] = (rows, types)
    return tables


def airbyte():
    """API names, lookups as JSON, no users, stages and converted leads."""
    tables = {}
    for module, table in AIRBYTE_TABLES.items():
        records, rows, types = BUSINESS[module], [], {}
        for record in records:
            if any(record.get(field) for field in CONVERSION):
                continue
            row = {"_airbyte_extracted_at": LOADED, "_airbyte_meta": "{}"}
            for field in columns(records):
                value = record.get(field)
                if field in CONVERSION:
                    continue
                if is_lookup(records, field):
                    types[field] = "json"
                    value = json.dumps(value._asdict()) if value else "null"
                if field == "Pipeline":  # newer versions of the API give an object
                    types[field] = "json"
                    value = json.dumps({"name": value, "id": key(1)})
                if field in NUMBERS:
                    types[field] = "decimal(38, 9)"
                row[field] = value
            rows.append(row)
        types["_airbyte_extracted_at"] = "timestamptz"
        tables[table] = (rows, types)
    return tables


def dlt():
    """Lower-case names, lookups as `__` columns; all-null columns are absent."""
    tables = {}
    for module in BUSINESS:
        records, rows, types = BUSINESS[module], [], {}
        for record in records:
            stamp = str(datetime.fromisoformat(LOADED).timestamp())
            row = {"_dlt_load_id": stamp, "_dlt_id": "x"}
            for field in columns(records):
                name, value = field.lower(), record.get(field)
                if is_lookup(records, field):
                    row[f"{name}__id"] = value and value.id
                    row[f"{name}__name"] = value and value.name
                    continue
                if field == "Pipeline":
                    name = "pipeline__name"
                row[name] = value
                if field in NUMBERS:
                    types[name] = "double"
                if field in TIMES:
                    types[name] = "timestamptz"
            rows.append(row)
        landed = {
            name for row in rows for name, value in row.items() if value is not None
        }
        rows = [{name: row[name] for name in row if name in landed} for row in rows]
        name = {"DealHistory": "deal_history"}.get(module, module.lower())
        # Ids as numbers in one table and text in another.
        types |= {"id": "bigint"} if module in ("Deals", "users") else {}
        tables[name] = (rows, types)
    return tables


LAYOUTS = {"fivetran": fivetran, "airbyte": airbyte, "dlt": dlt}
