"""The sample company as raw tables, with canary persons and hostile rows in each table.

Every raw table gets two persons who exist nowhere else, in every column that does not
say what business it was (`PUBLISHED`), and a row for each class of nastiness. One build
of all this serves the tests of privacy and of hostile input.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from builds import Raw, Rows
from oracle.sample import sample_raw

SCHEMAS = {"zoho": "zoho_crm"}  # a CRM's schema where it is not called like the CRM
AS_OF = "2026-06-30"
SETTINGS = {
    "hubspot_enabled": True,
    "zoho_enabled": True,
    "as_of_date": AS_OF,
}

# -- what may be published ----------------------------------------------------

# Ids are keys: they appear in `raw_key`.
KEY = re.compile(
    r"(^|_)ids?$|^property_(hubspot_owner_id|associatedcompanyid)$"
    r"|^property_(hs_)?salesforce(account|lead|contact|opportunity)id$"
    r"|^property_hs_primary_associated_company$"
)
# Words of the business, by raw table: they become dimension values, stages, currencies.
# docs/privacy.md says the same to people.
PUBLISHED = {
    "salesforce": {
        "lead": ("status", "lead_source", "industry", "country"),
        "lead_history": ("field",),
        "account": ("industry", "billing_country", "segment_c"),
        "opportunity": ("type", "lead_source", "stage_name", "currency_iso_code"),
        "opportunity_stage": ("master_label", "api_name"),
        "opportunity_history": ("stage_name",),
        "opportunity_field_history": ("field",),
        "order": ("currency_iso_code",),
        "contract": ("currency_iso_code",),
        "campaign": ("type", "currency_iso_code"),
        "currency_type": ("iso_code",),
        "dated_conversion_rate": ("iso_code",),
    },
    "hubspot": {
        "contact": (
            "property_lifecyclestage",
            "property_hs_lead_status",
            "property_hs_analytics_source",
            "property_industry",
            "property_country",
        ),
        "contact_property_history": ("name",),
        "company": ("property_industry", "property_country", "property_segment"),
        "deal": (
            "property_dealtype",
            "property_deal_currency_code",
            "property_hs_analytics_source",
        ),
        "deal_pipeline_stage": ("label",),
        "deal_stage": ("value",),
        "line_item": ("property_hs_line_item_currency_code",),
        "marketing_campaign": (
            "property_hs_campaign_type",
            "property_hs_currency_code",
        ),
    },
    "zoho": {
        "lead": ("lead_source", "lead_status", "industry", "country"),
        "account": ("industry", "billing_country", "segment"),
        "deal": ("type", "lead_source", "stage", "pipeline", "currency"),
        "stage": ("display_value", "actual_value"),
        "deal_stage_history": ("stage", "moved_to_s"),
        "invoice": ("currency",),
        "sales_order": ("currency",),
        "campaign": ("type", "currency"),
    },
    "finance": {
        "acquisition_spend": (
            *("spend_month", "channel", "cost_type", "currency_code"),
            *("region", "segment", "sales_team", "source_system"),
        ),
        "exchange_rates": ("rate_date", "from_currency", "to_currency"),
        "contract_periods": ("source_system", "currency_code"),
    },
}
# Columns of every CRM that nobody reads, and tables that are not read at all.
UNREAD_COLUMNS = ("first_name", "last_name", "phone", "mobile_phone", "description")
UNREAD_TABLES = ("task", "note")
# Field histories tell old and new values of fields that are about persons.
HISTORIES = {
    ("salesforce", "lead_history"): ("field", "Email"),
    ("salesforce", "opportunity_field_history"): ("field", "Description"),
    ("hubspot", "contact_property_history"): ("name", "email"),
}


def is_published(system: str, table: str, column: str) -> bool:
    """Whether a raw column may leave staging as it landed."""
    return bool(KEY.search(column)) or column in PUBLISHED[system].get(table, ())


# -- canaries -----------------------------------------------------------------

WORD = "zq7canary"  # in each canary that has letters
PHONE = "4930774411"  # in each telephone number


def canary(column: str, number: int) -> str:
    """A person as a column of this name would hold them, told apart by a number."""
    if "mail" in column:
        return f"{WORD}{number}@{WORD}{number}-post.example"
    if "website" in column or "domain" in column:
        return f"https://www.{WORD}{number}.example/team"
    if "phone" in column:
        return f"+{PHONE}{number:04}"
    return f"{WORD}{number} Kanari, Tel. +{PHONE}{number:04}, ruft zurück"


def _plant(system: str, table: str, rows: Rows, planted: dict) -> Rows:
    """Two canary rows: every text column of one, every column at all of the other."""
    name, field = HISTORIES.get((system, table), (None, None))
    columns = [*rows[0], *UNREAD_COLUMNS]
    made = []
    for which in ("texts", "all"):
        row = dict(_template(system, table, rows), **_own_key(rows, f"canary-{which}"))
        for column in columns:
            typed = _kind(system, table, column) != "text"
            if is_published(system, table, column) or (which == "texts" and typed):
                continue
            number = len(planted) + 1
            row[column] = canary(column, number)
            planted[number] = f"{system}.{table}.{column}"
        if name:
            row[name] = field
        made.append(row)
    return made


# -- hostile rows -------------------------------------------------------------

# (what, number as text, what it is read as)
NUMBERS = (
    ("not a number", "NaN", None),
    ("infinite", "Infinity", None),
    ("negative infinite", "-inf", None),
    ("beyond a double", "1e309", None),
    ("end of a double", "1e308", None),
    ("negative zero", "-0.0", Decimal(0)),
    ("decimal comma", "1.234,50", Decimal("1234.50")),
    ("currency sign", "12 €", Decimal(12)),
    ("scientific", "1e3", Decimal(1000)),
    ("formula", "=1+1", None),
    ("hexadecimal", "0x10", None),
    ("word", "'; drop schema marts cascade; --", None),
    ("Arabic digits", "٣٤", None),
)
# (what, date as text, the day it is read as)
DAYS = (
    ("year 1", "0001-01-01", None),
    ("end of time", "9999-12-31", None),
    ("31 February", "2025-02-31", None),
    ("epoch milliseconds", "1736503200000", date(2025, 1, 10)),
    ("with offset", "2025-01-10T11:00:00+01:00", date(2025, 1, 10)),
    ("infinite", "infinity", None),
    ("negative infinite", "-infinity", None),
    ("before Christ", "4713-01-01 (BC)", None),
    ("far beyond", "290309-12-22", None),
    ("German", "10.01.2025", None),
    ("zero", "0000-00-00", None),
    ("hour 25", "2025-01-10 25:61:61", None),
    ("milliseconds of another age", "99999999999999", None),
    ("a sentence", "as soon as possible", None),
)
LOADED = "_fivetran_synced"
MEGABYTE = "m" * 1_000_000
# (what, text)
TEXTS = (
    ("SQL", "Robert'); drop schema marts cascade; --"),
    ("Jinja", "{{ env_var('SALES_KPIS_HASH_KEY') }}{% endraw %}{#"),
    ("formula =", '=HYPERLINK("http://evil.example","click")'),
    ("1 MB", MEGABYTE),  # in a row whose days can be read
    ("formula +", "+1+cmd|' /C calc'!A0"),
    ("formula -", "-2+3"),
    ("formula @", "@SUM(A1:A9)"),
    ("formula after tab", "\t=1+1"),
    ("formula after blank", " =1+1"),
    ("HTML", '<script>alert("x")</script><img src=x onerror=alert(1)>'),
    ("emoji", "🦄 Einhörner & Söhne 👨‍👩‍👧"),
    ("right to left", "\u202egnp.exe \u05d0\u05d1\u05d2"),
    ("control characters", "a\x00b\x07\x1b[31m\x7f"),
    ("line breaks", 'a "quoted"\r\nline; and, commas\\N'),
    ("invisible", "\ufeff\u200bx\u2060"),
    ("mojibake", "MÃ¼ller â€œGmbHâ€\x9d"),
    ("separator of keys", "a|b||(all)|(unknown)"),
)
KEYS = ("'; drop table x; --|1", "=cmd()", "🦄|\u202e", "a\x00b", "k" * 5000)

NUMBER = re.compile(
    r"number_of_employees|employees$|numemployees|actual_cost|budgeted_cost"
    r"|conversion_rate|exchange_rate|contract_term|amount|probability|sort_order"
    r"|price|quantity|number_of_payments|display_order|sequence_number|sub_total|^tax$"
    r"|grand_total|duration|^rate$|spend_items_sum"
)
DAY = re.compile(
    r"_date(_|$)|^date_|_on$|createdate|lastmodifieddate|closedate|_time$|modstamp"
    r"|timestamp|_at$|_synced$|_start$|_end$|spend_month|_lead_date|_date_entered"
)
FLAG = re.compile(r"(^|_)is_|_deleted$|(^|_)active$|^closed_won|^converted_s$")


def _kind(system: str, table: str, column: str) -> str:
    """Key, flag, day, number or text: what a column should hold, by its name."""
    if KEY.search(column):
        return "key"
    for kind, pattern in (("flag", FLAG), ("day", DAY), ("number", NUMBER)):
        if pattern.search(column) and not column.endswith("currency_code"):
            return kind
    return "text"


def _own_key(rows: Rows, key: str) -> dict:
    """The first column of a table with a key of its own, if it is one."""
    column = next(iter(rows[0]))
    return {column: key} if KEY.search(column) else {}


def _template(system: str, table: str, rows: Rows) -> dict:
    """A good row to spoil, the same in each run."""
    return dict(rows[len(rows) // 2])


def _hostile(system: str, table: str, rows: Rows) -> Rows:
    made = []
    template = _template(system, table, rows)
    structure = {"field", "name"} if (system, table) in HISTORIES else set()
    for place in range(max(len(TEXTS), len(NUMBERS), len(DAYS))):
        row = dict(template, **_own_key(rows, f"hostile-{place}"))
        values = {
            "text": TEXTS[place % len(TEXTS)][1],
            "number": NUMBERS[place % len(NUMBERS)][1],
            "day": DAYS[place % len(DAYS)][1],
            "flag": "perhaps",
        }
        # The stamp of the load decides which version counts: it stays.
        spoilt = [name for name in template if name not in structure | {LOADED}]
        words = [name for name in spoilt if _kind(system, table, name) == "text"]
        words.sort(key=lambda name: is_published(system, table, name))
        for column in spoilt:
            kind = _kind(system, table, column)
            if kind in values:
                row[column] = values[kind]
            if row[column] is MEGABYTE and column != words[-1]:
                row[column] = "m"  # one is enough, for the sake of time
        made.append(row)
    for key in KEYS:
        made.append(dict(template, **_own_key(rows, key)))
    # the same key twice with different contents, and pointers to nobody
    nobody = {
        column: "nobody"
        for column in list(template)[1:]
        if _kind(system, table, column) == "key"
    }
    made += [dict(template, **_own_key(rows, "twice")) for _ in range(2)]
    made.append(dict(template, **nobody, **_own_key(rows, "dangling")))
    return made


def cycles() -> dict:
    """Merges that point at each other: two, seven, and one record into itself."""
    pointers = {"self": "self"}
    for length in (2, 7):
        for step in range(length):
            pointers[f"ring{length}-{step}"] = f"ring{length}-{(step + 1) % length}"
    return pointers


CYCLES = (
    ("salesforce", "lead", "master_record_id"),
    ("salesforce", "account", "master_record_id"),
    ("salesforce", "contact", "master_record_id"),
    ("hubspot", "contact", "property_hs_merged_object_ids"),
    ("hubspot", "company", "property_hs_merged_object_ids"),
    ("hubspot", "deal", "property_hs_merged_object_ids"),
)


def dirty_raw() -> tuple[Raw, dict[int, str]]:
    """Raw tables by schema, and {number of a canary: where it was planted}."""
    planted: dict[int, str] = {}
    raw = sample_raw()
    for system, tables in raw.items():
        for table, rows in tables.items():
            rows += _plant(system, table, rows, planted)
            rows += _hostile(system, table, rows)
    for system, table, pointer in CYCLES:
        rows = raw[system][table]
        for key, merged in cycles().items():
            rows.append(
                dict(_template(system, table, rows), **_own_key(rows, key))
                | {pointer: merged}
            )
    for system in ("salesforce", "hubspot", "zoho"):
        for table in UNREAD_TABLES:
            number = len(planted) + 1
            row = {"id": "1"} | {
                column: canary(column, number) for column in UNREAD_COLUMNS
            }
            planted[number] = f"{system}.{table}"
            raw[system][table] = [row]
    return {
        SCHEMAS.get(system, system): tables for system, tables in raw.items()
    }, planted
