"""The 24 edge cases of reference/kpi_definitions.md as tiny raw inputs.

Each case is plain data, so that the same rows can go through the oracle and
through a dbt build. Raw rows are Salesforce and finance tables in Fivetran's layout.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from oracle.seeds import mapping_row

LOADED = "2030-01-01 05:00:00"

SEEDS = {
    "value_mapping": [
        mapping_row("salesforce", "deal_type", "New Business", "new_business"),
        mapping_row("salesforce", "deal_type", "Existing Business", "upsell"),
        mapping_row("salesforce", "deal_type", "Renewal", "renewal"),
    ],
    "kpi_targets": [],
}


@dataclass
class Case:
    """One edge case.

    `expected` is [(mart, kpi_key, {column: value})]; rates are compared to 1e-9.
    `seeds` replaces seeds of `SEEDS` by name.
    """

    name: str
    raw: dict
    settings: dict
    expected: list
    seeds: dict = field(default_factory=dict)


# -- rows ---------------------------------------------------------------------


def lead(key: str, created: str, **columns) -> dict:
    """A raw lead; `created` is UTC text."""
    return {
        "id": key,
        "created_date": created,
        "system_modstamp": created,
        "is_deleted": "false",
        "_fivetran_synced": LOADED,
        "is_converted": "false",
        **columns,
    }


def deal(key: str, created: str, closed: str | None, amount, **columns) -> dict:
    """A raw opportunity, won new business unless `columns` say otherwise."""
    return {
        "id": key,
        "created_date": created,
        "system_modstamp": created,
        "is_deleted": "false",
        "_fivetran_synced": LOADED,
        "type": "New Business",
        "stage_name": "Closed Won",
        "is_closed": "true",
        "is_won": "true",
        "close_date": closed,
        "amount": None if amount is None else str(amount),
        **columns,
    }


def lost(key: str, created: str, closed: str, amount, **columns) -> dict:
    """A raw lost opportunity."""
    columns = {"stage_name": "Closed Lost", "is_won": "false", **columns}
    return deal(key, created, closed, amount, **columns)


def still_open(key: str, created: str, closes: str | None = None, **columns) -> dict:
    """A raw open opportunity with an expected close date."""
    flags = {"stage_name": "Prospecting", "is_won": "false", "is_closed": "false"}
    return deal(key, created, closes, 1, **(flags | columns))


def account(key: str, created: str = "2020-01-01 12:00:00", **columns) -> dict:
    """A raw account."""
    return {
        "id": key,
        "name": f"Company {key}",
        "created_date": created,
        "system_modstamp": created,
        "is_deleted": "false",
        "_fivetran_synced": LOADED,
        **columns,
    }


def contract(key: str, owner: str, starts: str, ends: str | None, **columns) -> dict:
    """A raw contract in force; `ends` is its last day."""
    return {
        "id": key,
        "account_id": owner,
        "start_date": starts,
        "end_date": ends,
        "status": "Activated",
        "status_code": "Activated",
        "created_date": "2020-01-01 12:00:00",
        "is_deleted": "false",
        "_fivetran_synced": LOADED,
        **columns,
    }


def entered(key: str, deal_id: str, stage: str, at: str) -> dict:
    """A raw OpportunityHistory row."""
    return {
        "id": key,
        "opportunity_id": deal_id,
        "stage_name": stage,
        "created_date": at,
        "is_deleted": "false",
        "_fivetran_synced": LOADED,
    }


def spend(month: str, channel: str | None, amount, **columns) -> dict:
    """A raw row of finance.acquisition_spend."""
    return {
        "spend_month": month,
        "channel": channel,
        "cost_type": "media",
        "amount": str(amount),
        "currency_code": "EUR",
        **columns,
    }


def days_after(start: str, days: int) -> str:
    """A date as text, some days after another."""
    return str(date.fromisoformat(start) + timedelta(days=days))


def _company(finance=None, **tables) -> dict:
    """Raw input; stages and an empty user table are always there."""
    stage = {"is_active": "true", "_fivetran_synced": LOADED}
    tables.setdefault(
        "opportunity_stage",
        [
            {"id": "s1", "master_label": "Closed Won", "is_closed": "true"}
            | {"is_won": "true", **stage},
            {"id": "s2", "master_label": "Closed Lost", "is_closed": "true"}
            | {"is_won": "false", **stage},
            {"id": "s3", "master_label": "Qualification", "is_closed": "false"}
            | {"is_won": "false", **stage},
            {"id": "s4", "master_label": "Proposal", "is_closed": "false"}
            | {"is_won": "false", **stage},
            {"id": "s5", "master_label": "Prospecting", "is_closed": "false"}
            | {"is_won": "false", **stage},
        ],
    )
    for table in ("lead", "account", "opportunity"):
        tables.setdefault(table, [])
    return {"salesforce": tables, "finance": finance or {}}


def _converted(key: str, created: str, deal_id: str) -> dict:
    return lead(key, created, is_converted="true", converted_opportunity_id=deal_id)


# -- cases --------------------------------------------------------------------


def _cohort_against_period() -> Case:
    return Case(
        "1: a lead counts in the cohort of its creation, not of its win",
        _company(
            lead=[
                _converted("L1", "2025-01-10 10:00:00", "D1"),
                lead("L2", "2025-01-20 10:00:00"),
                lead("L3", "2025-02-05 10:00:00"),
            ],
            opportunity=[deal("D1", "2025-01-12 10:00:00", "2025-02-10", 100)],
        ),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_conversion_rate",
                "month|2025-01-01|total|(all)",
                {"lead_count": 2, "customer_count": 1, "conversion_rate": 0.5},
            ),
            (
                "kpi_conversion_rate",
                "month|2025-02-01|total|(all)",
                {"lead_count": 1, "customer_count": 0, "conversion_rate": 0.0},
            ),
        ],
    )


def _immature_cohort(as_of: str, january, march, name: str) -> Case:
    leads, deals = [], []
    for month, total, winners in (("01", 100, 20), ("03", 50, 2)):
        for place in range(total):
            key = f"{month}-{place}"
            created = f"2025-{month}-{place % 28 + 1:02d}"
            if place < winners:
                leads.append(_converted(f"L{key}", f"{created} 10:00:00", f"D{key}"))
                closed = days_after(created, 20)
                deals.append(deal(f"D{key}", f"{created} 11:00:00", closed, 10))
            else:
                leads.append(lead(f"L{key}", f"{created} 10:00:00"))
    return Case(
        name,
        _company(lead=leads, opportunity=deals),
        {"as_of_date": as_of},
        [
            (
                "kpi_conversion_rate",
                f"month|2025-{month}-01|total|(all)",
                {
                    "conversion_rate": rate,
                    "is_mature_cohort": rate is not None,
                    "status": "period_open" if rate is None else "no_target",
                },
            )
            for month, rate in (("01", january), ("03", march))
        ],
    )


def _censored(name: str, closed_after: list, open_for: list, median) -> Case:
    as_of = "2025-12-31"
    deals = [
        deal(f"W{place}", "2025-02-01 10:00:00", days_after("2025-02-01", days), 10)
        for place, days in enumerate(closed_after)
    ]
    deals += [
        still_open(f"O{place}", f"{days_after(as_of, -days)} 10:00:00")
        for place, days in enumerate(open_for)
    ]
    return Case(
        name,
        _company(opportunity=deals),
        {"as_of_date": as_of},
        [
            (
                "kpi_sales_cycle_length",
                "fiscal_year|2025-01-01|total|(all)",
                {"median_cycle_days_censored": median},
            )
        ],
    )


def _reopened() -> Case:
    history = [
        entered("h1", "D1", "Qualification", "2025-01-01 10:00:00"),
        entered("h2", "D1", "Closed Lost", "2025-02-10 10:00:00"),
        entered("h3", "D1", "Qualification", "2025-03-01 10:00:00"),
        entered("h4", "D1", "Closed Won", "2025-03-20 10:00:00"),
    ]
    return Case(
        "4: a reopened deal is one win in the month of its last close",
        _company(
            opportunity=[deal("D1", "2025-01-01 10:00:00", "2025-03-20", 1000)],
            opportunity_history=history,
        ),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_conversion_rate",
                "month|2025-03-01|total|(all)",
                {"won_deal_count": 1, "lost_deal_count": 0},
            ),
            (
                "kpi_conversion_rate",
                "month|2025-02-01|total|(all)",
                {"won_deal_count": 0, "lost_deal_count": 0},
            ),
            (
                "kpi_sales_cycle_length",
                "month|2025-03-01|total|(all)",
                {"median_opportunity_to_won_days": 78.0},
            ),
        ],
    )


def _reopened_seen_in_february() -> Case:
    return Case(
        "4: the same deal as it had landed at the end of February is a loss",
        _company(
            opportunity=[lost("D1", "2025-01-01 10:00:00", "2025-02-10", 1000)],
            opportunity_history=[
                entered("h1", "D1", "Qualification", "2025-01-01 10:00:00"),
                entered("h2", "D1", "Closed Lost", "2025-02-10 10:00:00"),
            ],
        ),
        {"as_of_date": "2025-02-28"},
        [
            (
                "kpi_conversion_rate",
                "month|2025-02-01|total|(all)",
                {"won_deal_count": 0, "lost_deal_count": 1},
            )
        ],
    )


def _merged_leads() -> Case:
    loser = lead("L1", "2025-01-10 10:00:00", is_deleted="true", master_record_id="L2")
    return Case(
        "5: merged leads are one lead in the cohort of the earlier one",
        _company(
            lead=[loser, _converted("L2", "2025-03-10 10:00:00", "D1")],
            opportunity=[deal("D1", "2025-03-11 10:00:00", "2025-04-10", 100)],
        ),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_conversion_rate",
                "month|2025-01-01|total|(all)",
                {
                    "lead_count": 1,
                    "ever_customer_count": 1,
                    "ever_conversion_rate": 1.0,
                },
            ),
            (
                "kpi_conversion_rate",
                "fiscal_year|2025-01-01|total|(all)",
                {"lead_count": 1, "ever_customer_count": 1},
            ),
        ],
    )


def _two_deals_of_one_lead() -> Case:
    upsell = deal(
        "D2",
        "2025-01-15 10:00:00",
        "2025-01-25",
        50,
        type="Existing Business",
        account_id="A1",
    )
    return Case(
        "6: one lead with two deals converts once",
        _company(
            account=[account("A1")],
            lead=[
                _converted("L1", "2025-01-02 10:00:00", "D1")
                | {"converted_account_id": "A1"}
            ],
            opportunity=[
                deal("D1", "2025-01-05 10:00:00", "2025-01-10", 100, account_id="A1"),
                upsell,
            ],
        ),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_conversion_rate",
                "month|2025-01-01|total|(all)",
                {"customer_count": 1, "conversion_rate": 1.0},
            ),
            (
                "kpi_customer_acquisition_cost",
                "month|2025-01-01|total|(all)",
                {"new_customer_count": 1},
            ),
            (
                "kpi_average_order_value",
                "month|2025-01-01|total|(all)",
                {"order_count": 2, "average_order_value": Decimal("75.00")},
            ),
            (
                "kpi_average_order_value",
                "month|2025-01-01|deal_type|new_business",
                {"order_count": 1, "average_order_value": Decimal("100.00")},
            ),
        ],
    )


def _renewal() -> Case:
    return Case(
        "7: a renewal is no new customer",
        _company(
            account=[account("A1")],
            opportunity=[
                deal("D1", "2024-01-02 10:00:00", "2024-01-20", 12000, account_id="A1"),
                deal(
                    "D2",
                    "2025-01-02 10:00:00",
                    "2025-01-20",
                    12000,
                    type="Renewal",
                    account_id="A1",
                ),
            ],
            finance={
                "acquisition_spend": [
                    spend("2024-01-01", "Web", 3000),
                    spend("2025-01-01", "Web", 3000),
                ]
            },
        ),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_customer_acquisition_cost",
                "month|2024-01-01|total|(all)",
                {
                    "new_customer_count": 1,
                    "customer_acquisition_cost": Decimal("3000.00"),
                },
            ),
            (
                "kpi_customer_acquisition_cost",
                "month|2025-01-01|total|(all)",
                {
                    "new_customer_count": 0,
                    "acquisition_spend": Decimal("3000.00"),
                    "spend_without_customers": Decimal("3000.00"),
                    "customer_acquisition_cost": None,
                },
            ),
        ],
    )


def _refund() -> Case:
    return Case(
        "8: a refund is negative revenue on its own day and no order",
        _company(
            opportunity=[
                deal("D1", "2025-01-02 10:00:00", "2025-01-10", 1000),
                deal("D2", "2025-01-03 10:00:00", "2025-01-12", 500),
                deal("D3", "2025-02-05 10:00:00", "2025-02-05", -500),
            ]
        ),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_revenue_growth",
                "month|2025-01-01|total|(all)",
                {"revenue": Decimal("1500.00")},
            ),
            (
                "kpi_revenue_growth",
                "month|2025-02-01|total|(all)",
                {"revenue": Decimal("-500.00")},
            ),
            (
                "kpi_average_order_value",
                "month|2025-01-01|total|(all)",
                {"average_order_value": Decimal("750.00")},
            ),
            (
                "kpi_average_order_value",
                "month|2025-02-01|total|(all)",
                {"order_count": 0, "average_order_value": None},
            ),
        ],
    )


def _revenue_rows(*months) -> list[dict]:
    return [
        deal(f"D{place}", f"{month}-01 10:00:00", f"{month}-15", amount)
        for place, (month, amount) in enumerate(months)
    ]


def _base_not_positive() -> Case:
    return Case(
        "9: growth on a base of zero or less is NULL, the change is not",
        _company(
            opportunity=_revenue_rows(
                ("2025-01", 0), ("2025-02", 50), ("2025-03", -100), ("2025-04", 50)
            )
        ),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_revenue_growth",
                f"month|2025-{month}-01|total|(all)",
                {"period_over_period_growth": None, "revenue_change": change},
            )
            for month, change in (
                ("02", Decimal("50.00")),
                ("04", Decimal("150.00")),
            )
        ],
    )


def _gap_month() -> Case:
    return Case(
        "10: a month without sales is a row with zero",
        _company(opportunity=_revenue_rows(("2025-01", 100), ("2025-03", 120))),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_revenue_growth",
                "month|2025-02-01|total|(all)",
                {"revenue": Decimal("0.00"), "period_over_period_growth": -1.0},
            ),
            (
                "kpi_revenue_growth",
                "month|2025-03-01|total|(all)",
                {"revenue": Decimal("120.00"), "period_over_period_growth": None},
            ),
        ],
    )


def _open_period() -> Case:
    return Case(
        "11: an open month is compared like for like only",
        _company(
            opportunity=[
                deal("D1", "2025-04-01 10:00:00", "2025-04-10", 900),
                deal("D2", "2025-04-01 10:00:00", "2025-04-11", 2100),
                deal("D3", "2025-05-01 10:00:00", "2025-05-09", 945),
            ]
        ),
        {"as_of_date": "2025-05-10"},
        [
            (
                "kpi_revenue_growth",
                "month|2025-05-01|total|(all)",
                {
                    "revenue": Decimal("945.00"),
                    "prior_period_revenue": Decimal("3000.00"),
                    "like_for_like_growth": 0.05,
                    "period_over_period_growth": None,
                    "status": "period_open",
                },
            )
        ],
    )


def _exchange_rates() -> Case:
    rates = [("2025-01-10", "1.03"), ("2025-06-30", "1.17")]
    return Case(
        "12: the rate of the close day counts, no rate means no amount",
        _company(
            opportunity=[
                deal(
                    "D1",
                    "2025-01-02 10:00:00",
                    "2025-01-11",
                    1000,
                    currency_iso_code="EUR",
                ),
                deal(
                    "D2",
                    "2025-01-02 10:00:00",
                    "2025-01-12",
                    500,
                    currency_iso_code="XXX",
                ),
            ],
            finance={
                "exchange_rates": [
                    {
                        "rate_date": rate_on,
                        "from_currency": "EUR",
                        "to_currency": "USD",
                        "rate": rate,
                    }
                    for rate_on, rate in rates
                ]
            },
        ),
        {
            "as_of_date": "2025-12-31",
            "reporting_currency": "USD",
            "salesforce_home_currency": "USD",
        },
        [
            (
                "kpi_revenue_growth",
                "month|2025-01-01|total|(all)",
                {
                    "revenue": Decimal("1030.00"),
                    "orders_without_amount_count": 1,
                    "sample_size": 1,
                },
            )
        ],
    )


def _time_zone_and_fiscal_year() -> Case:
    deals = [deal("D1", "2025-09-01 10:00:00", None, 100)]
    return Case(
        "13: the business time zone decides the month, the end names the year",
        _company(
            opportunity=deals,
            opportunity_history=[
                entered("h1", "D1", "Qualification", "2025-09-01 10:00:00"),
                entered("h2", "D1", "Closed Won", "2025-09-30 22:30:00"),
            ],
        ),
        {"as_of_date": "2025-12-31", "fiscal_year_start_month": 10},
        [
            (
                "kpi_revenue_growth",
                "quarter|2025-10-01|total|(all)",
                {"revenue": Decimal("100.00"), "period_label": "FY2026 Q1"},
            ),
            (
                "kpi_revenue_growth",
                "quarter|2025-07-01|total|(all)",
                {"revenue": Decimal("0.00"), "period_label": "FY2025 Q4"},
            ),
        ],
    )


def _churn_base() -> Case:
    customers = [account(f"A{place}") for place in range(105)]
    contracts = [
        contract(
            f"C{place}",
            f"A{place}",
            "2025-01-01" if place < 100 else "2025-02-05",
            "2025-02-14" if place < 10 else "2025-02-20" if place == 104 else None,
        )
        for place in range(105)
    ]
    return Case(
        "14: the base of churn is who was there at the start",
        _company(account=customers, contract=contracts),
        {"as_of_date": "2025-12-31", "churn_grace_days": 0},
        [
            (
                "kpi_churn_rate",
                "month|2025-02-01|total|(all)",
                {
                    "customers_at_start": 100,
                    "churned_customers": 10,
                    "churn_rate": 0.1,
                    "new_customers": 4,
                    "same_period_churned_customers": 1,
                    "customers_at_end": 94,
                },
            )
        ],
    )


def _reactivation_and_switch() -> Case:
    periods = [
        ("CA1", "A1", "2025-01-01", "2025-03-01", 10),
        ("CA2", "A1", "2025-04-01", None, 10),
        ("CB1", "A2", "2025-01-01", "2025-02-01", 100),
        ("CB2", "A2", "2025-02-01", None, 60),
    ]
    finance = {
        "contract_periods": [
            {
                "contract_id": key,
                "source_system": "salesforce",
                "account_id": owner,
                "starts_on": starts,
                "ends_on": ends,
                "monthly_amount": str(amount),
                "currency_code": "EUR",
            }
            for key, owner, starts, ends, amount in periods
        ]
    }
    expected = {
        "01": {"new_customers": 2, "customers_at_end": 2},
        "02": {
            "churned_customers": 0,
            "new_customers": 0,
            "contraction_revenue": Decimal("40.00"),
            "churned_revenue": Decimal("0.00"),
        },
        "03": {"churned_customers": 1, "churned_revenue": Decimal("10.00")},
        "04": {
            "new_customers": 0,
            "reactivated_customers": 1,
            "reactivated_revenue": Decimal("10.00"),
        },
    }
    return Case(
        "15: back again is a reactivation, a switch without gap a contraction",
        _company(finance=finance, account=[account("A1"), account("A2")]),
        {"as_of_date": "2025-12-31", "churn_grace_days": 0},
        [
            ("kpi_churn_rate", f"month|2025-{month}-01|total|(all)", columns)
            for month, columns in expected.items()
        ],
    )


def _new_customers(*groups) -> tuple[list, list]:
    """Accounts and won deals: (month, channel, how many) each."""
    accounts, deals = [], []
    for month, channel, how_many in groups:
        for place in range(how_many):
            key = f"{month}{channel}{place}"
            accounts.append(account(f"A{key}"))
            deals.append(
                deal(
                    f"D{key}",
                    f"{month}-02 10:00:00",
                    f"{month}-20",
                    10,
                    account_id=f"A{key}",
                    lead_source=channel,
                )
            )
    return accounts, deals


def _cac_by_channel() -> Case:
    accounts, deals = _new_customers(("2025-01", "A", 10), ("2025-01", "C", 5))
    spending = [("A", 1000), ("B", 500), ("C", 0)]
    finance = {
        "acquisition_spend": [
            spend("2025-01-01", channel, amount) for channel, amount in spending
        ]
    }
    cost = {"A": Decimal("100.00"), "B": None, "C": Decimal("0.00")}
    expected = [
        (
            "kpi_customer_acquisition_cost",
            f"month|2025-01-01|channel|{channel}",
            {
                "customer_acquisition_cost": cost[channel],
                "spend_without_customers": Decimal("500.00")
                if channel == "B"
                else Decimal("0.00"),
            },
        )
        for channel in "ABC"
    ]
    expected.append(
        (
            "kpi_customer_acquisition_cost",
            "month|2025-01-01|total|(all)",
            {
                "acquisition_spend": Decimal("1500.00"),
                "new_customer_count": 15,
                "customer_acquisition_cost": Decimal("100.00"),
            },
        )
    )
    return Case(
        "16: channels with spend and no customer stay, and the other way round",
        _company(finance=finance, account=accounts, opportunity=deals),
        {"as_of_date": "2025-12-31"},
        expected,
    )


def _cac_lag() -> Case:
    accounts, deals = _new_customers(("2025-02", "A", 10), ("2025-03", "A", 10))
    months = [("2025-01-01", 1000), ("2025-02-01", 1000), ("2025-03-01", 4000)]
    finance = {
        "acquisition_spend": [spend(month, "A", amount) for month, amount in months]
    }
    expected = {
        "01": {"acquisition_spend": None, "customer_acquisition_cost": None},
        "02": {"customer_acquisition_cost": Decimal("100.00")},
        "03": {"customer_acquisition_cost": Decimal("100.00")},
    }
    return Case(
        "17: with a lag of one month last month's spend counts",
        _company(finance=finance, account=accounts, opportunity=deals),
        {"as_of_date": "2025-12-31", "cac_lag_months": 1},
        [
            (
                "kpi_customer_acquisition_cost",
                f"month|2025-{month}-01|total|(all)",
                columns,
            )
            for month, columns in expected.items()
        ],
    )


def _small_samples() -> Case:
    leads = [
        _converted(f"L{place}", "2025-01-10 10:00:00", f"D{place}")
        for place in range(3)
    ]
    leads += [lead(f"M{place}", "2025-02-10 10:00:00") for place in range(5)]
    deals = [
        deal(f"D{place}", "2025-01-11 10:00:00", "2025-01-20", 10) for place in range(3)
    ]
    target = {
        "target_id": "t1",
        "kpi": "conversion_rate",
        "measure": None,
        "period_grain": "month",
        "dimension": "total",
        "dimension_value": "(all)",
        "direction": "higher",
        "target_value": "0.5",
        "warning_value": None,
        "critical_value": "0.25",
        "valid_from": "2000-01-01",
        "valid_to": None,
    }
    return Case(
        "18: three of three and none of five are too few to judge",
        _company(lead=leads, opportunity=deals),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_conversion_rate",
                "month|2025-01-01|total|(all)",
                {
                    "conversion_rate": 1.0,
                    "conversion_rate_low": 0.4385029682,
                    "conversion_rate_high": 1.0,
                    "status": "insufficient_data",
                },
            ),
            (
                "kpi_conversion_rate",
                "month|2025-02-01|total|(all)",
                {
                    "conversion_rate": 0.0,
                    "conversion_rate_low": 0.0,
                    "conversion_rate_high": 0.4344824648,
                    "status": "insufficient_data",
                },
            ),
        ],
        seeds={"kpi_targets": [target]},
    )


def _stage_regression() -> Case:
    path = [
        ("Qualification", 0),
        ("Proposal", 5),
        ("Qualification", 8),
        ("Proposal", 10),
        ("Closed Won", 20),
    ]
    return Case(
        "19: going back in the funnel makes visits, not entries",
        _company(
            opportunity=[deal("D1", "2025-01-01 10:00:00", "2025-01-21", 10)],
            opportunity_history=[
                entered(f"h{place}", "D1", stage, f"{days_after('2025-01-01', days)}")
                for place, (stage, days) in enumerate(path)
            ],
        ),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_sales_cycle_length",
                "month|2025-01-01|total|(all)",
                {"won_deal_count": 1, "median_opportunity_to_won_days": 20.0},
            )
        ],
    )


def _sign_of_the_clock() -> Case:
    return Case(
        "20: a cycle runs forward",
        _company(opportunity=[deal("D1", "2024-01-01 10:00:00", "2024-03-31", 10)]),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_sales_cycle_length",
                "month|2024-03-01|total|(all)",
                {"median_opportunity_to_won_days": 90.0},
            )
        ],
    )


def _close_before_creation() -> Case:
    return Case(
        "21: a win before the first contact is a conversion but no cycle",
        _company(
            lead=[_converted("L1", "2018-03-08 10:00:00", "D1")],
            opportunity=[deal("D1", "2018-03-01 10:00:00", "2018-03-06", 10)],
        ),
        {"as_of_date": "2018-12-31"},
        [
            (
                "kpi_sales_cycle_length",
                "month|2018-03-01|total|(all)",
                {
                    "cycle_count": 0,
                    "median_cycle_days": None,
                    "negative_cycle_count": 1,
                },
            ),
            (
                "kpi_conversion_rate",
                "month|2018-03-01|total|(all)",
                {"customer_count": 1, "conversion_rate": 1.0},
            ),
        ],
    )


def _win_rate_by_value() -> Case:
    deals = [deal("D0", "2025-01-01 10:00:00", "2025-01-20", 100)]
    deals += [
        lost(f"D{place}", "2025-01-01 10:00:00", "2025-01-20", 0) for place in (1, 2, 3)
    ]
    return Case(
        "22: lost deals without value leave the win rate by value undefined",
        _company(opportunity=deals),
        {"as_of_date": "2025-12-31"},
        [
            (
                "kpi_conversion_rate",
                "month|2025-01-01|total|(all)",
                {"win_rate": 0.25, "win_rate_by_value": None},
            )
        ],
    )


CASES = [
    _cohort_against_period(),
    _immature_cohort(
        "2025-04-30", None, None, "2: on 30 April no cohort of 2025 is mature"
    ),
    _immature_cohort("2025-05-01", 0.2, None, "2: on 1 May January is mature"),
    _immature_cohort("2025-06-29", 0.2, 0.04, "2: on 29 June March is mature"),
    _censored("3: open deals are censored, not left out", [10, 20, 30], [60, 90], 30.0),
    _censored("3b: a median that is not reached is NULL", [10], [20, 30], None),
    # six: a sum of logarithms misses one half; 24: a product of floats does
    _censored(
        "3c: a survival of exactly one half is reached (6 deals)",
        [10 * place for place in range(1, 7)],
        [],
        30.0,
    ),
    _censored(
        "3c: a survival of exactly one half is reached (24 deals)",
        [10 * place for place in range(1, 25)],
        [],
        120.0,
    ),
    _reopened(),
    _reopened_seen_in_february(),
    _merged_leads(),
    _two_deals_of_one_lead(),
    _renewal(),
    _refund(),
    _base_not_positive(),
    _gap_month(),
    _open_period(),
    _exchange_rates(),
    _time_zone_and_fiscal_year(),
    _churn_base(),
    _reactivation_and_switch(),
    _cac_by_channel(),
    _cac_lag(),
    _small_samples(),
    _stage_regression(),
    _sign_of_the_clock(),
    _close_before_creation(),
    _win_rate_by_value(),
]
