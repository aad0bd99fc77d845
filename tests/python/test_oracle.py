"""The oracle itself: is the independent computation right?

The 24 edge cases whose answers are binding, published figures of a public data set,
and the rules that only hand-made rows show.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import oracle
import pytest
from oracle import adapter_zoho, files, maven, money, read
from oracle.compare import compare
from oracle.edge_cases import CASES, SEEDS
from oracle.hostile import HOSTILE
from oracle.periods import Calendar, add_months
from oracle.random_company import RandomCompany, random_company, random_seeds
from oracle.random_crms import SHAPES, random_raw
from oracle.seeds import mapping_row
from oracle.survival import kaplan_meier_median, wilson


def rows_of(result: dict, mart: str) -> dict:
    return {row["kpi_key"]: row for row in result[mart]}


# -- edge cases ---------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_edge_case(case):
    result = oracle.compute(case.raw, SEEDS | case.seeds, case.settings)
    for mart, key, columns in case.expected:
        row = rows_of(result, mart)[key]
        for column, value in columns.items():
            if isinstance(value, float):
                assert row[column] == pytest.approx(value, abs=1e-8), column
            else:
                assert row[column] == value, (mart, key, column)


def _case(number: str):
    return next(case for case in CASES if case.name.startswith(number))


def test_an_amount_without_rate_is_listed():
    case = _case("12:")
    result = oracle.compute(case.raw, SEEDS, case.settings)
    issue = ("salesforce", "opportunity", "D2", "exchange_rate_missing")
    assert issue in result["issues"]


def test_a_campaign_without_dates_is_listed_if_it_cost_anything():
    campaigns = [
        {"id": key, "actual_cost": cost}
        for key, cost in (("paid", "10"), ("free", "0"))
    ]
    raw = {"salesforce": {"campaign": campaigns}}
    issues = oracle.compute(raw, SEEDS, {"as_of_date": "2025-03-01"})["issues"]
    listed = [key for _, _, key, why in issues if why == "campaign_without_dates"]
    assert listed == ["paid"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_edge_cases_do_not_depend_on_the_order_of_rows(case):
    turned = {
        system: {table: rows[::-1] for table, rows in tables.items()}
        for system, tables in case.raw.items()
    }
    seeds = SEEDS | case.seeds
    result = oracle.compute(case.raw, seeds, case.settings)
    again = oracle.compute(turned, seeds, case.settings)
    for name in oracle.MARTS:
        mart = f"kpi_{name}"
        assert compare(again[mart], result[mart]) == []


# -- Maven --------------------------------------------------------------------

needs_maven = pytest.mark.skipif(
    maven.FOLDER is None, reason="the public Maven data is not there"
)


@pytest.fixture(scope="module")
def maven_result():
    return oracle.compute(maven.raw(), SEEDS, maven.SETTINGS)


@needs_maven
def test_maven_censored_median_over_all_deals_with_an_engage_date(maven_result):
    exits = []
    for deal in maven_result["deals"]:
        if deal.created_on is not None:
            closed = deal.closed_on or date(2017, 12, 31)
            exits.append(((closed - deal.created_on).days, deal.closed_on is not None))
    assert kaplan_meier_median(exits) == 69


# -- other public rows --------------------------------------------------------

needs_fivetran = pytest.mark.skipif(
    files.shared_data("salesforce_fivetran_layout") is None,
    reason="Fivetran's public rows are not there",
)


@needs_fivetran
def test_fivetran_salesforce_rows_are_all_accounted_for():
    raw = _public_tables("salesforce_fivetran_layout", "sf_", "_data")
    result = oracle.compute({"salesforce": raw}, SEEDS, {})
    deals = result["row_accounting"][("salesforce", "opportunity")]
    # Two of them by history mode, which keeps no active row of them.
    assert deals == {"landed": 10, "deleted": 10, "used": 0}
    assert all(row["won_deal_count"] == 0 for row in result["kpi_conversion_rate"])


@needs_fivetran
def test_fivetran_hubspot_rows_are_all_accounted_for():
    raw = _public_tables("hubspot_fivetran_layout", "", "_data")
    result = oracle.compute({"hubspot": raw}, SEEDS, {})
    for (_, table), counts in result["row_accounting"].items():
        assert counts["landed"] == len(raw.get(table, []))
        assert counts["used"] >= 0
    assert all(row["won_deal_count"] == 0 for row in result["kpi_conversion_rate"])


def _public_tables(folder: str, start: str, end: str) -> dict:
    return {
        path.stem.removeprefix(start).removesuffix(end): files.read_csv(path)
        for path in sorted(files.shared_data(folder).glob("*.csv"))
        if f"history{end}" not in path.name or folder.startswith("hubspot")
    }


# -- values -------------------------------------------------------------------


def test_text_becomes_values_or_nothing():
    assert read.money("1.005") == Decimal("1.01")
    assert read.money("-1.005") == Decimal("-1.01")
    assert read.money("12,50") is None
    assert read.money("NaN") is None
    assert read.money("10000000000") is None
    assert read.day("2025-02-31") is None
    assert read.day("9999-12-31") is None
    assert read.day("2018-12-19 00:00:00") == date(2018, 12, 19)
    assert read.timestamp("2020-12-30 3:15:52") == datetime(2020, 12, 30, 3, 15, 52)
    assert read.timestamp("2021-08-04T04:08:39-07:00") == datetime(
        2021, 8, 4, 11, 8, 39
    )
    assert read.timestamp("1577836800000") == datetime(2020, 1, 1)
    assert read.boolean("FALSE") is False
    assert read.boolean("WAHR") is True
    assert read.boolean("maybe") is None
    assert read.company_name(" K. A. ") is None
    assert read.company_name("[Not provided]") is None
    assert read.company_name("Keine Sorge GmbH") == "keine sorge gmbh"


def test_a_short_salesforce_id_gets_its_check_characters():
    assert read.salesforce_id("0015500000Xyy06") == "0015500000Xyy06AAB"
    assert read.salesforce_id("006q000000HddohAAB") == "006q000000HddohAAB"
    assert read.salesforce_id("L1") == "L1"


def test_merge_pointers_are_followed_up_to_sixteen_steps():
    chain = {f"m{n}": f"m{n + 1}" for n in range(17)}
    ends = read.follow_merges(chain, {"m17"})
    assert ends == {f"m{n}": "m17" for n in range(1, 17)}
    assert read.follow_merges({"b": "a", "a": "b", "c": "b"}, set()) == {
        "a": "a",
        "b": "a",
        "c": "a",
    }


def test_fiscal_periods():
    calendar = Calendar(10)
    period = calendar.period("quarter", date(2025, 10, 1))
    assert (period.start, period.end, period.label) == (
        date(2025, 10, 1),
        date(2025, 12, 31),
        "FY2026 Q1",
    )
    assert calendar.period("fiscal_year", date(2025, 9, 30)).label == "FY2025"
    assert Calendar(1).period("fiscal_year", date(2025, 9, 30)).label == "FY2025"
    assert Calendar(1).period("quarter", date(2024, 2, 29)).end == date(2024, 3, 31)
    assert add_months(date(2025, 1, 31), 1) == date(2025, 2, 28)


def test_statistics():
    assert money.cents(Fraction(5, 1000)) == Decimal("0.01")
    assert money.cents(Fraction(-5, 1000)) == Decimal("-0.01")
    assert money.median([Decimal("10.00"), Decimal("20.01")]) == Fraction("15.005")
    assert money.quantile([1, 2, 3, 4], Fraction(9, 10)) == Fraction("3.7")
    assert wilson(0, 0) == (None, None)
    assert kaplan_meier_median([]) is None


# -- hostile companies --------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_company_has_defined_figures(name):
    result = oracle.compute(HOSTILE[name], SEEDS, {})
    for mart in oracle.MARTS:
        totals = [row for row in result[f"kpi_{mart}"] if row["dimension"] == "total"]
        assert bool(totals) == (name != "nothing but a user")


def test_hostile_company_everything_churned():
    result = oracle.compute(HOSTILE["everything churned"], SEEDS, {})
    years = {
        row["period_label"]: row
        for row in result["kpi_churn_rate"]
        if row["period_grain"] == "fiscal_year" and row["dimension"] == "total"
    }
    assert [year["customers_at_end"] for year in years.values()] == [3, 0, 0]
    assert years["FY2024"]["churn_rate"] == 1.0
    assert years["FY2025"]["churn_rate"] is None


# -- random companies ---------------------------------------------------------

SEED_ROWS = random_seeds()
ADDITIVE = {
    "kpi_revenue_growth": ("revenue", "refund_amount", "orders_without_amount_count"),
    "kpi_sales_cycle_length": (
        "cycle_count",
        "won_deal_count",
        "negative_cycle_count",
        "lead_to_opportunity_count",
        "opportunity_to_won_count",
        "negative_opportunity_to_won_count",
    ),
    "kpi_conversion_rate": (
        "lead_count",
        "customer_count",
        "ever_customer_count",
        "mql_count",
        "sql_count",
        "opportunity_count",
        "disqualified_lead_count",
        "won_deal_count",
        "lost_deal_count",
        "customers_without_lead_count",
    ),
    "kpi_average_order_value": ("order_count", "order_revenue"),
    "kpi_churn_rate": (
        "customers_at_start",
        "new_customers",
        "reactivated_customers",
        "churned_customers",
        "customers_at_end",
        "same_period_churned_customers",
        "revenue_at_start",
        "churned_revenue",
        "contraction_revenue",
        "expansion_revenue",
        "reactivated_revenue",
    ),
    "kpi_customer_acquisition_cost": ("new_customer_count",),
}
RANDOM = [random_company(seed, size) for seed, size in enumerate((0, 1, 3, 9, 20, 35))]
OTHER_CRMS = [
    RandomCompany(seed, random_raw(shape, seed, 20))
    for seed, shape in enumerate(SHAPES[1:], start=101)
]


def computed(company, **settings):
    return oracle.compute(company.raw, SEED_ROWS, company.settings | settings)


@pytest.fixture(params=RANDOM, ids=lambda company: f"seed {company.seed}")
def company(request):
    return request.param


@pytest.fixture(params=RANDOM + OTHER_CRMS, ids=lambda company: f"seed {company.seed}")
def any_company(request):
    return request.param


def test_the_same_seed_gives_the_same_company():
    assert random_company(7, 9) == random_company(7, 9)
    for shape in SHAPES:
        assert random_raw(shape, 7, 9) == random_raw(shape, 7, 9)


def test_random_company_order_of_rows_changes_nothing(any_company):
    company = any_company
    turned = {
        system: {table: rows[::-1] for table, rows in tables.items()}
        for system, tables in company.raw.items()
    }
    result = computed(company)
    again = oracle.compute(turned, SEED_ROWS, company.settings)
    for name in oracle.MARTS:
        mart = f"kpi_{name}"
        assert compare(again[mart], result[mart]) == []


def test_random_company_dimensions_add_up_to_the_total(any_company):
    result = computed(any_company)
    for mart, columns in ADDITIVE.items():
        sums: dict = {}
        for row in result[mart]:
            place = (row["period_grain"], row["period_start"], row["dimension"])
            sums.setdefault(place, []).append(row)
        for (grain, start, _), rows in sums.items():
            total = sums[(grain, start, "total")][0]
            for column in columns:
                assert sum(row[column] for row in rows) == total[column], column


def test_random_company_churn_bridge_holds(any_company):
    for row in computed(any_company)["kpi_churn_rate"]:
        arrived = row["new_customers"] + row["reactivated_customers"]
        left = row["churned_customers"]
        assert row["customers_at_start"] + arrived - left == row["customers_at_end"]


def test_random_company_every_row_is_accounted_for(any_company):
    accounting = computed(any_company)["row_accounting"]
    for (crm, table), counts in accounting.items():
        assert counts["used"] >= 0
        assert counts["landed"] == len(any_company.raw[crm].get(table, []))


# -- comparing ----------------------------------------------------------------


def test_compare_names_every_kind_of_difference():
    case = _case("16:")
    rows = oracle.compute(case.raw, SEEDS, case.settings)["kpi_revenue_growth"]
    changed = [dict(row) for row in rows]
    changed[0]["revenue"] += Decimal("0.01")
    changed[1]["status"] = "on_target"
    removed = changed.pop()
    changed.append(changed[2] | {"kpi_key": "month|1999-01-01|total|(all)"})
    for row in changed:
        row["surprise"] = 1
    found = compare(changed, rows)
    assert f"{removed['kpi_key']}: row is missing in the mart" in found
    assert "month|1999-01-01|total|(all): row is in the mart only" in found
    assert any("surprise is in the mart only" in sentence for sentence in found)
    assert any(": revenue is" in sentence for sentence in found)
    assert any(": status is 'on_target'" in sentence for sentence in found)
    assert len(found) == 5


# -- one business in three CRMs -----------------------------------------------

LOADED = "2025-07-01 04:00:00"
THREE_SEEDS = {
    "value_mapping": [
        mapping_row("salesforce", "deal_type", "New Business", "new_business"),
        mapping_row("hubspot", "deal_type", "newbusiness", "new_business"),
        mapping_row("zoho", "deal_type", "New Business", "new_business"),
        mapping_row("salesforce", "lead_status", "Working", "mql"),
        mapping_row("hubspot", "lead_status", "marketingqualifiedlead", "mql"),
        mapping_row("zoho", "lead_status", "Contacted", "mql"),
        mapping_row("salesforce", "lead_status", "Qualified", "sql"),
        mapping_row("hubspot", "lead_status", "salesqualifiedlead", "sql"),
        mapping_row("zoho", "lead_status", "Pre-Qualified", "sql"),
    ],
    "stage_definitions": [
        {"source_system": "zoho", "stage": stage, "is_won": won, "is_lost": lost}
        for stage, won, lost in (
            ("Qualification", "false", "false"),
            ("Closed Won", "true", "false"),
            ("Closed Lost", "false", "true"),
        )
    ],
    "segment_bands": [
        {"segment": "SMB", "min_employees": "0", "max_employees": "99"},
        {"segment": "Enterprise", "min_employees": "100", "max_employees": None},
    ],
}
# lead: number, created, is MQL, account, deal
LEADS = [
    (1, "2025-01-03 09:00:00", True, 1, 1),
    (2, "2025-01-20 09:00:00", False, 2, None),
    (3, "2025-02-01 09:00:00", True, 2, None),
    (4, "2025-02-10 23:30:00", False, None, None),
]
# deal: number, created, closed on, state, amount, account
DEALS = [
    (1, "2025-01-05 09:00:00", "2025-02-03", "won", "1000", 1),
    (2, "2025-02-05 09:00:00", "2025-03-03", "won", "500", 2),
    (3, "2025-02-07 09:00:00", "2025-03-05", "lost", "700", 2),
    (4, "2025-05-01 09:00:00", None, "open", "90", 1),
]
ACCOUNTS = [(1, 40, "Germany"), (2, 400, "France")]
PAID = {1: ("2025-02-01", "2025-05-01", "100"), 2: ("2025-03-01", None, "50")}


def _finance(crm):
    return {
        "contract_periods": [
            {
                "contract_id": f"C{number}",
                "source_system": crm,
                "account_id": f"A{number}",
                "starts_on": starts,
                "ends_on": ends,
                "monthly_amount": amount,
                "currency_code": "EUR",
            }
            for number, (starts, ends, amount) in PAID.items()
        ]
    }


def _in_salesforce():
    stamp = {"_fivetran_synced": LOADED, "is_deleted": "false"}
    return {
        "user": [{"id": "U1", "name": "Anna", **stamp}],
        "account": [
            {
                "id": f"A{number}",
                "name": f"Firm {number}",
                "number_of_employees": str(employees),
                "billing_country": country,
                "owner_id": "U1",
                "created_date": "2024-12-01 09:00:00",
                **stamp,
            }
            for number, employees, country in ACCOUNTS
        ],
        "lead": [
            {
                "id": f"L{number}",
                "created_date": created,
                "status": "Working" if is_mql else "New",
                "owner_id": "U1",
                "converted_account_id": account and f"A{account}",
                "converted_opportunity_id": deal and f"D{deal}",
                **stamp,
            }
            for number, created, is_mql, account, deal in LEADS
        ],
        "opportunity": [
            {
                "id": f"D{number}",
                "created_date": created,
                "close_date": closed or "2025-09-09",
                "stage_name": state,
                "is_closed": str(state != "open").lower(),
                "is_won": str(state == "won").lower(),
                "amount": amount,
                "type": "New Business",
                "owner_id": "U1",
                "account_id": f"A{account}",
                **stamp,
            }
            for number, created, closed, state, amount, account in DEALS
        ],
    }


def _in_hubspot():
    stamp = {"_fivetran_synced": LOADED, "_fivetran_deleted": "false"}
    stage_of = {"won": "closedwon", "lost": "closedlost", "open": "qualified"}
    return {
        "owner": [{"owner_id": "U1", "first_name": "Anna", **stamp}],
        "company": [
            {
                "id": f"A{number}",
                "property_name": f"Firm {number}",
                "property_numberofemployees": str(employees),
                "property_country": country,
                "property_hubspot_owner_id": "U1",
                "property_createdate": "2024-12-01 09:00:00",
                **stamp,
            }
            for number, employees, country in ACCOUNTS
        ],
        "contact": [
            {
                "id": f"L{number}",
                "property_createdate": "2024-12-24 09:00:00",
                "property_hs_v2_date_entered_lead": created,
                "property_hs_v2_date_entered_marketingqualifiedlead": created
                if is_mql
                else None,
                "property_hubspot_owner_id": "U1",
                "property_associatedcompanyid": account and f"A{account}",
                **stamp,
            }
            for number, created, is_mql, account, _ in LEADS
        ],
        "deal_contact": [
            {"deal_id": f"D{deal}", "contact_id": f"L{number}", "type_id": kind}
            for number, _, _, _, deal in LEADS
            if deal
            for kind in ("3", "101")
        ],
        "deal_company": [
            {"deal_id": f"D{number}", "company_id": company, "type_id": kind}
            for number, *_, account in DEALS
            for company, kind in ((f"A{account}", "5"), ("A1", "341"))
        ],
        "deal_pipeline_stage": [
            {
                "pipeline_id": "default",
                "stage_id": stage,
                "label": label,
                "is_closed": closed,
                "closed_won": closed,
                "probability": probability,
            }
            for stage, label, closed, probability in (
                ("qualified", "Qualified", "false", "0.0"),
                ("closedwon", "Won", "true", "1.0"),
                ("closedlost", "Lost", "true", "0.0"),
            )
        ],
        "deal": [
            {
                "deal_id": f"D{number}",
                "deal_pipeline_id": "default",
                "deal_pipeline_stage_id": stage_of[state],
                "owner_id": "U1",
                "property_createdate": created,
                "property_closedate": f"{closed} 10:00:00" if closed else None,
                "property_amount": amount,
                "property_dealtype": "newbusiness",
                **stamp,
            }
            for number, created, closed, state, amount, _ in DEALS
        ],
    }


def _in_zoho():
    stamp = {"_fivetran_synced": LOADED, "_fivetran_deleted": "false"}
    stage_of = {"won": "Closed Won", "lost": "Closed Lost", "open": "Qualification"}
    return {
        "user": [{"id": "U1", "full_name": "Anna", **stamp}],
        "account": [
            {
                "id": f"A{number}",
                "account_name": f"Firm {number}",
                "employees": str(employees),
                "billing_country": country,
                "owner_id": "U1",
                "created_time": "2024-12-01T10:00:00+01:00",
                **stamp,
            }
            for number, employees, country in ACCOUNTS
        ],
        "lead": [
            {
                "id": f"L{number}",
                "created_time": f"{created.replace(' ', 'T')}+00:00",
                "lead_status": "Contacted" if is_mql else "Not Contacted",
                "owner_id": "U1",
                "converted_account_id": account and f"A{account}",
                "converted_deal_id": deal and f"D{deal}",
                **stamp,
            }
            for number, created, is_mql, account, deal in LEADS
        ],
        "deal": [
            {
                "id": f"D{number}",
                "created_time": f"{created.replace(' ', 'T')}Z",
                "closing_date": "2025-09-09",
                "stage": stage_of[state],
                "amount": amount,
                "type": "New Business",
                "owner_id": "U1",
                "account_name_id": f"A{account}",
                **stamp,
            }
            for number, created, _, state, amount, account in DEALS
        ],
        "deal_stage_history": [
            {
                "id": f"H{number}",
                "potential_name_id": f"D{number}",
                "stage": "Qualification",
                "moved_to_s": stage_of[state],
                "modified_time": f"{closed}T12:00:00+01:00",
                **stamp,
            }
            for number, _, closed, state, *_ in DEALS
            if closed
        ],
    }


def _without_names(rows):
    """Rows whose values name no CRM."""
    found = []
    for row in rows:
        text = row["dimension_value"]
        for crm in oracle.CRMS:
            text = text.replace(crm, "crm")
        key = row["kpi_key"].replace(row["dimension_value"], text)
        found.append(row | {"dimension_value": text, "kpi_key": key})
    return found


@pytest.mark.parametrize("crm", ["hubspot", "zoho"])
def test_the_same_business_gives_the_same_figures_in_every_crm(crm):
    settings = {"churn_grace_days": 0}
    write = {"hubspot": _in_hubspot, "zoho": _in_zoho}[crm]
    here = oracle.compute(
        {"salesforce": _in_salesforce(), "finance": _finance("salesforce")},
        THREE_SEEDS,
        settings,
    )
    there = oracle.compute(
        {crm: write(), "finance": _finance(crm)}, THREE_SEEDS, settings
    )
    for name in oracle.MARTS:
        mart = f"kpi_{name}"
        assert compare(_without_names(there[mart]), _without_names(here[mart])) == []
    year = rows_of(here, "kpi_conversion_rate")["fiscal_year|2025-01-01|total|(all)"]
    assert (year["lead_count"], year["ever_customer_count"]) == (4, 3)
    assert (year["mql_count"], year["won_deal_count"]) == (3, 2)


def test_a_hubspot_lead_that_becomes_a_salesforce_deal_is_one_journey():
    salesforce, hubspot = _in_salesforce(), _in_hubspot()
    for row in salesforce["lead"]:
        row |= {"converted_opportunity_id": None, "converted_account_id": None}
        row |= {"email": f"{row['id']}@one.example", "created_date": LOADED}
    salesforce["lead"] = [row | {"is_deleted": "true"} for row in salesforce["lead"]]
    salesforce["contact"] = [
        {
            "id": "K1",
            "email": "L1@one.example",
            "created_date": "2025-01-01 00:00:00",
            "_fivetran_synced": LOADED,
        }
    ]
    salesforce["opportunity"][0]["contact_id"] = "K1"
    for row in hubspot["contact"]:
        row["property_email"] = f" {row['id'].lower()}@ONE.example"
    for row in hubspot["company"]:
        row["property_salesforceaccountid"] = row["id"]
    for row in hubspot["deal"]:
        row["property_hs_salesforceopportunityid"] = row["deal_id"]
        row["property_amount"] = "999999"
    raw = {
        "salesforce": salesforce,
        "hubspot": hubspot,
        "finance": _finance("salesforce"),
    }
    settings = {"churn_grace_days": 0}
    both = oracle.compute(raw, THREE_SEEDS, settings)
    alone = oracle.compute(
        {"salesforce": _in_salesforce(), "finance": _finance("salesforce")},
        THREE_SEEDS,
        settings,
    )
    for name in oracle.MARTS:
        mart = f"kpi_{name}"
        for dimension in ("total", "region", "segment"):
            assert not compare(
                [row for row in both[mart] if row["dimension"] == dimension],
                [row for row in alone[mart] if row["dimension"] == dimension],
            )


def test_a_recurring_hubspot_line_item_is_a_contract():
    hubspot = _in_hubspot()
    hubspot["line_item"] = [
        {
            "id": "I1",
            "deal_id": "D1",
            "property_price": "1200",
            "property_quantity": "2",
            "property_recurringbillingfrequency": "annually",
            "property_hs_recurring_billing_period": "P12M",
            "property_hs_recurring_billing_start_date": "2025-03-01",
        },
        {"id": "I2", "deal_id": "D1", "property_price": "77"},
        {
            "id": "I3",
            "deal_id": "D3",
            "property_price": "77",
            "property_recurringbillingfrequency": "monthly",
        },
    ]
    result = oracle.compute({"hubspot": hubspot}, THREE_SEEDS, {})
    contracts = result["contract_periods"]
    assert [
        (contract.starts_on, contract.ends_on, contract.monthly_value)
        for contract in contracts
    ] == [(date(2025, 3, 1), date(2026, 3, 1), Decimal("200.00"))]


def test_merged_hubspot_contacts_and_deals_count_once():
    hubspot = _in_hubspot()
    hubspot["contact"][1]["property_hs_merged_object_ids"] = "L3;L9"
    hubspot["merged_deal"] = [{"deal_id": "D2", "merged_deal_id": "D3"}]
    result = oracle.compute({"hubspot": hubspot}, THREE_SEEDS, {})
    assert result["row_accounting"][("hubspot", "contact")]["merged"] == 1
    assert result["row_accounting"][("hubspot", "deal")]["merged"] == 1
    year = rows_of(result, "kpi_conversion_rate")["fiscal_year|2025-01-01|total|(all)"]
    assert (year["lead_count"], year["lost_deal_count"]) == (3, 0)


def test_zoho_reads_exported_text():
    zoho = adapter_zoho
    assert zoho.money("$341.09K") == Decimal("341090.00")
    assert zoho.money("$1,117.10K") == Decimal("1117100.00")
    assert zoho.money("12,50") is None
    assert zoho.moment("15 Apr, 2021 00:03:00") == datetime(2021, 4, 15, 0, 3)
    assert zoho.day("03-07-2021 12:59") == date(2021, 7, 3)
