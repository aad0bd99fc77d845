"""Companies of bad rows: what each row should become stands beside it.

`RAW` has columns of text as a careless loader lands them and lacks optional tables and
columns; `ODD` has the columns of other loaders' types; `INCOMPLETE` lacks what is
required.
"""

from __future__ import annotations

import yaml
from builds import REAL_DATA
from oracle.files import ROOT

LOADED = "2025-03-02 05:00:00"
SHORT_ID = "006A000000AbCdE"
LONG_ID = "006A000000AbCdEIAV"
WON = {
    "account_id": "A1",
    "type": "New Business",
    "stage_name": "Closed Won",
    "amount": "100",
    "currency_iso_code": "EUR",
    "close_date": "2025-02-10",
    "created_date": "2025-01-10 10:00:00",
    "system_modstamp": "2025-02-10 10:00:00",
    "is_closed": "true",
    "is_won": "true",
    "is_deleted": "false",
    "_fivetran_synced": LOADED,
    "_fivetran_active": None,
}


def _deal(key: str | None, **columns) -> dict:
    return {"id": key, **WON, **columns}


def _lead(key: str | None, created: str, status: str) -> dict:
    lead = {"id": key, "created_date": created, "status": status}
    return lead | {"is_deleted": "false"}


# (deal, the reasons it is listed for in data_quality_issues)
DEALS = [
    (_deal("plain"), ()),
    (_deal("amount is text", amount="n/a"), ("unreadable_value", "amount_missing")),
    (_deal("amount is null", amount=None), ("amount_missing",)),
    (_deal("amount is zero", amount="0"), ()),
    (_deal("amount is negative", amount="-50"), ()),
    (
        _deal("amount overflows", amount="99999999999"),
        ("unreadable_value", "amount_missing"),
    ),
    (_deal("amount in scientific notation", amount="1e3"), ()),
    (_deal("currency unknown", currency_iso_code="XXX"), ("exchange_rate_missing",)),
    (
        _deal("close date unreadable", close_date="soon"),
        ("unreadable_value", "close_date_missing"),
    ),
    (
        _deal("close date of another age", close_date="0205-02-10"),
        ("unreadable_value", "close_date_missing"),
    ),
    (
        _deal("close date impossible", close_date="2025-02-30"),
        ("unreadable_value", "close_date_missing"),
    ),
    (_deal("close date in future", close_date="2025-12-31"), ("close_date_in_future",)),
    (
        _deal("creation unreadable", created_date="yesterday"),
        ("unreadable_value", "created_date_missing"),
    ),
    (_deal("creation missing", created_date=None), ("created_date_missing",)),
    (_deal("creation in milliseconds", created_date="1736503200000"), ()),
    (_deal("creation with offset", created_date="2025-01-10T11:00:00+01:00"), ()),
    (_deal("closed before created", close_date="2025-01-02"), ("close_before_create",)),
    (
        _deal("stage unknown", stage_name="Mystery", is_closed=None, is_won=None),
        ("unknown_stage",),
    ),
    (_deal("flags say yes", is_closed="Yes", is_won="1"), ()),
    (
        _deal("flags unreadable", is_closed="so", is_won="so", stage_name="Signed"),
        ("unknown_stage", "unreadable_value"),
    ),
    (
        _deal("account unknown", account_id="nobody"),
        ("account_unknown", "customer_missing"),
    ),
    (_deal("account of tomorrow", account_id="A3"), ("customer_missing",)),
    (_deal("no account", account_id=None), ("customer_missing",)),
    (_deal("lost", stage_name="Closed Lost", is_won="false"), ()),
    (
        _deal("lost for nothing", stage_name="Closed Lost", is_won="false", amount="0"),
        ("amount_missing",),
    ),
    (
        _deal(
            "lost renewal",
            stage_name="Closed Lost",
            is_won="false",
            type="Renewal",
            amount=None,
        ),
        (),
    ),
    (_deal("type unknown", type="Pilot"), ("deal_type_derived", "unmapped_deal_type")),
    (
        _deal(
            "open",
            amount="1000",
            probability="60",
            stage_name="Prospecting",
            is_closed="false",
            is_won="false",
        ),
        (),
    ),
]
# Rows that are set aside: (deal, reason in data_quality_summary)
SET_ASIDE = [
    (_deal(None), "missing_id"),
    (_deal("  "), "missing_id"),
    (_deal("plain"), "duplicate"),
    (_deal(SHORT_ID, amount="1", _fivetran_synced="2025-03-01 05:00:00"), "duplicate"),
    (_deal("deleted", is_deleted="TRUE"), "deleted"),
    (_deal("deleted in a German spreadsheet", is_deleted="WAHR"), "deleted"),
    (
        _deal("plain", amount="7", _fivetran_active="false", stage_name="Prospecting"),
        "superseded",
    ),
    (_deal("created after the last day", created_date="2025-03-01 23:30:00"), None),
]
SET_ASIDE[-1] = (SET_ASIDE[-1][0], "after_as_of")
IN_TWO_LENGTHS = _deal(LONG_ID, amount="77")

_STAMP = {"_fivetran_synced": LOADED}
RAW = {
    "salesforce": {
        # no contact_id, contract_id, lead_source or owner_id among the columns
        "opportunity": [
            *(row for row, _ in DEALS),
            *(row for row, _ in SET_ASIDE),
            IN_TWO_LENGTHS,
        ],
        "account": [
            {
                "id": "A1",
                "name": "Alpha",
                "number_of_employees": "many",
                "created_date": "2024-01-01 10:00:00",
                **_STAMP,
            },
            {
                "id": "A2",
                "name": "Beta",
                "number_of_employees": "12",
                "created_date": "whenever",
                **_STAMP,
            },
            {
                "id": "A3",
                "name": "Gamma",
                "number_of_employees": "12",
                "created_date": "2025-03-01 23:30:00",
                **_STAMP,
            },
        ],
        "lead": [
            _lead("L1", "2025-02-01 10:00:00", "New"),
            _lead("L2", "31.12.2024", "Undreamt"),
            _lead(None, "2025-02-01 10:00:00", "New"),
        ],
        "contract": [
            {
                "id": "C1",
                "account_id": "A1",
                "start_date": "2024-01-01",
                "is_deleted": "perhaps",
            },
            {"id": "C2", "account_id": "A1", "start_date": "never"},
            {"id": "C3", "account_id": None, "start_date": "2024-01-01"},
            {
                "id": "C4",
                "account_id": "A1",
                "start_date": "2024-05-01",
                "end_date": "2024-01-31",
            },
            {
                "id": "C5",
                "account_id": "A1",
                "start_date": "2024-01-01",
                "end_date": "31.12.2024",
            },
            {
                "id": "C6",
                "account_id": "A1",
                "start_date": "2024-01-01",
                "end_date": "31 Dec, 2024",
            },
        ],
        "order": [
            {
                "id": "O1",
                "status": "Draft",
                "effective_date": "2025-01-05",
                "total_amount": "10",
                "is_reduction_order": "perhaps",
            }
        ],
        "opportunity_contact_role": [
            {
                "id": "R1",
                "opportunity_id": "plain",
                "contact_id": "nobody",
                "is_primary": "perhaps",
            }
        ],
        "opportunity_stage": [
            {"id": "S1", "master_label": "Signed?", "is_closed": "so", "is_won": "so"}
        ],
        "campaign": [{"id": "K1", "actual_cost": "much"}],
    },
    "finance": {
        "acquisition_spend": [
            {"spend_month": "2025-01-01", "channel": "Web", "amount": "10.00"},
            {"spend_month": "January", "channel": "Web", "amount": "10.00"},
            {"spend_month": "2025-01-01", "channel": None, "amount": "a lot"},
        ],
        "contract_periods": [
            {
                "contract_id": "P1",
                "source_system": "salesforce",
                "account_id": "A1",
                "starts_on": "2024-01-01",
                "ends_on": "2025-01-01",
                "monthly_amount": "1.200 €",
            }
        ],
        "exchange_rates": [
            {
                "rate_date": "2025-01-01",
                "from_currency": "USD",
                "to_currency": "EUR",
                "rate": rate,
            }
            for rate in ("0", "-1", "n/a")
        ],
    },
}
# (table, key, reason) of the rows above that are no deals
OTHER_ISSUES = [
    ("account", "A1", "unreadable_value"),
    ("account", "A2", "unreadable_value"),
    ("lead", "L2", "created_date_missing"),
    ("lead", "L2", "unreadable_value"),
    ("lead", "L2", "unmapped_lead_status"),
    ("lead", None, "missing_id"),
    ("contract", "C1", "contract_value_missing"),
    ("contract", "C1", "unreadable_value"),
    ("contract", "C2", "contract_start_missing"),
    ("contract", "C2", "unreadable_value"),
    ("contract", "C3", "contract_customer_missing"),
    ("contract", "C4", "contract_ends_before_start"),
    ("contract", "C5", "unreadable_value"),
    ("campaign", "K1", "unreadable_value"),
    ("order", "O1", "unreadable_value"),
    ("opportunity_contact_role", "R1", "unreadable_value"),
    ("opportunity_stage", "S1", "unreadable_value"),
    ("acquisition_spend", "January Web ?", "unreadable"),
    ("acquisition_spend", "2025-01-01 ? ?", "unreadable"),
    ("exchange_rates", "2025-01-01 USD/EUR", "unreadable"),
    ("contract_periods", "P1", "unreadable_value"),
    ("contract_periods", "P1", "contract_value_missing"),
]

# Columns of other types and spellings, a reserved word among the names.
ODD = {
    "salesforce": {
        "opportunity": """
            select
                id as "ID", 'A1' as "Account_Id", 'New Business' as "type",
                'Closed Won' as "Stage_Name", amount as "AMOUNT",
                timestamp '2025-02-10 00:00:00' as "Close_Date",
                1736503200000 as created_date, is_won, is_won as is_closed,
                0 as is_deleted, 'x' as "select", 'y' as "group",
                timestamptz '2025-03-02 05:00:00+00' as _fivetran_synced
            from (values
                ('german', '1.234,50 €', 1),
                ('thousands', '$341.09K', 1),
                ('english', '1,234.50', 1),
                ('blank', '   ', 1),
                ('open', '5', 0)
            ) as deals(id, amount, is_won)
        """,
        "account": """
            select
                'A1' as id, 'Alpha' as name, 12.0::double as number_of_employees,
                timestamptz '2024-01-01 10:00:00+02' as created_date,
                date '2024-01-02' as system_modstamp, false as is_deleted
        """,
        "lead": "select null::varchar as id, null::date as created_date where false",
        "user": "select 7 as id, 'Anna' as name",
        "order": "select 1 as id, 5.0 as total_amount, date '2025-01-05' "
        "as effective_date, 'Activated' as status, 1 as is_reduction_order",
    },
    "finance": {
        "acquisition_spend": "select date '2025-01-15' as spend_month, 10 as amount",
    },
}

# Fivetran's names where a connection keeps Salesforce's own spelling.
SOURCE_CASED = {
    "salesforce": {
        "Opportunity": [
            {
                "Id": key,
                "StageName": "Signed",
                "Amount": amount,
                "CloseDate": "2025-02-10",
                "CreatedDate": "2025-01-10 10:00:00",
                # The other stamp, SystemModstamp, did not land.
                "LastModifiedDate": changed,
                "IsDeleted": is_deleted,
                **_STAMP,
            }
            for key, amount, changed, is_deleted in (
                ("kept", "100", "2025-02-10 10:00:00", "false"),
                ("kept", "900", "2025-02-09 10:00:00", "false"),
                ("gone", "100", "2025-02-10 10:00:00", "true"),
            )
        ],
        "Account": [{"Id": "A1"}],
        "Lead": [{"Id": "L1", "CreatedDate": "2025-01-10 10:00:00"}],
        "OpportunityStage": [
            {"Id": "S1", "MasterLabel": "Signed", "IsClosed": "true", "IsWon": "true"}
        ],
    },
}
SOURCE_CASED_MODELS = (
    "stg_salesforce__deals",
    "stg_salesforce__accounts",
    "stg_salesforce__leads",
    "stg_salesforce__stages",
    "excluded_records",
)

# A required table and required columns that did not land.
INCOMPLETE = {
    "salesforce": {
        "account": [{"name": "Alpha"}],
        "opportunity": [{"id": "D1", "stage_name": "Closed Won"}],
        "order": [{"id": "O1"}],
    },
    "finance": {"acquisition_spend": [{"spend_month": "2025-01-01"}]},
}
INCOMPLETE_MODELS = (
    "stg_salesforce__leads",
    "stg_salesforce__accounts",
    "stg_salesforce__deals",
    "stg_salesforce__deal_contacts",
    "stg_finance__acquisition_spend",
    "stg_finance__exchange_rates",
)
# Every var of the project, some that cannot work, and how the sentence about each of
# those begins.
REFUSED_SETTINGS = {
    **yaml.safe_load((ROOT / "dbt_project.yml").read_text("utf-8"))["vars"],
    **REAL_DATA,
    "salesforce_loader": "stitch",
    "salesforce_home_currency": "usd",
    "crm_column_overrides": {
        "salesforce": {
            "Opportunity": {"Amount": "arr_c"},
            "opportunity": {"amount": "arr_c", "arr_c": "IsWon"},
            # What models, or only macros, ask for.
            "account": {"Industry": "branch", "IsDeleted": "gone", "_fivetran_x": "y"},
        },
        "pipedrive": {"deal": {"value": "arr"}},
    },
    "reporting_currency": "Euro",
    "revenue_basis": "invoices",
    "spend_source": "datev",
    "fiscal_year_start_month": "10",
    "conversion_window_days": -1,
    "churn_grace_days": 30.5,
    "churn_inactivity_days": 0,
    "min_event_count": None,
    "cac_lag_months": "1",
    "min_sample_size": True,
    "as_of_date": "2025-02-29",
    "history_start_date": "01.02.2025",
    "gross_margin_rate": 80,
    "business_timezone": "CET",
    "crm_precedence": ["hubspot", "salesforce", "pipedrive"],
    "pseudonymise_people": "false",
    "churn_window_days": 30,
    "run_id": "of the orchestrator",
}
WHOLE_NUMBER = "it must be a whole number from 0 on, without quotes."
DAY = "it must be a day of the calendar written as YYYY-MM-DD, or null."
REFUSALS = (
    "salesforce_loader is stitch; it can be fivetran, airbyte, dlt.",
    "salesforce_home_currency is usd; it must be an ISO code of three capital letters",
    "crm_column_overrides names the table Opportunity of salesforce, which is not read;"
    " it can be account, campaign,",
    "crm_column_overrides names the field amount of salesforce opportunity, which is"
    " not read; write the name that it has in the CRM's API, then your column:"
    " {Amount: your_column}.",
    "crm_column_overrides names the field arr_c of salesforce opportunity, which",
    "crm_column_overrides names the system pipedrive, which is not read; it can be"
    " salesforce, hubspot, zoho, finance.",
    "reporting_currency is Euro; it must be an ISO code",
    "revenue_basis is invoices; it can be bookings, billings.",
    "spend_source is datev; it can be null, finance, crm_campaigns.",
    "fiscal_year_start_month is 10; it can be 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,"
    " without quotes.",
    f"conversion_window_days is -1; {WHOLE_NUMBER}",
    f"churn_grace_days is 30.5; {WHOLE_NUMBER}",
    "churn_inactivity_days is 0; it must be a whole number from 1 on, without quotes.",
    f"min_event_count is None; {WHOLE_NUMBER}",
    f"cac_lag_months is 1; {WHOLE_NUMBER}",
    f"min_sample_size is True; {WHOLE_NUMBER}",
    f"as_of_date is 2025-02-29; {DAY}",
    f"history_start_date is 01.02.2025; {DAY}",
    "gross_margin_rate is 80; it must be a share above 0 and up to 1,",
    "business_timezone is CET; it must be a place of the time zone database,",
    "crm_precedence is ['hubspot', 'salesforce', 'pipedrive']; it must be a list that"
    " names each CRM that is switched on once: salesforce.",
    "pseudonymise_people is false; it must be true or false, without quotes.",
    "churn_window_days is read by nothing; it may be meant for churn_inactivity_days or"
    " churn_grace_days; all vars stand in dbt_project.yml.",
)
# A run that needs no CRM at all.
ANY_RUN = ("run", "--select", "stg_finance__exchange_rates")
