"""The binding edge cases, raw rows in, marts out: the project gives their answers.

`test_oracle.py` asks the independent computation the same. Each case names its vars;
three sets of vars hold those of all, and nothing else that would concern their cases.
"""

from __future__ import annotations

from functools import cache

import pytest
from builds import ANY_DAY
from oracle.edge_cases import CASES, SEEDS

VARS = (
    {"as_of_date": ANY_DAY, "churn_grace_days": 0},
    {"as_of_date": ANY_DAY, "fiscal_year_start_month": 10, "cac_lag_months": 1},
    {
        "as_of_date": ANY_DAY,
        "reporting_currency": "USD",
        "salesforce_home_currency": "USD",
    },
)
BY_NAME = {case.name: case for case in CASES}


@pytest.fixture(scope="module")
def answer(dbt):
    """Gives rows of a mart for the case of a name; what it needs is built once."""

    @cache
    def compiled(place: int):
        return dbt.compile(VARS[place])

    @cache
    def built(name: str, *marts: str) -> dict:
        case = BY_NAME[name]
        names = case.settings | {"as_of_date": ANY_DAY}
        place = [names.items() <= vars_.items() for vars_ in VARS].index(True)
        day = case.settings["as_of_date"]
        return compiled(place).run(case.raw, SEEDS | case.seeds, day, marts=marts)

    return built


def _name(number: str) -> str:
    (name,) = [name for name in BY_NAME if name.startswith(number)]
    return name


@pytest.mark.parametrize("name", BY_NAME)
def test_edge_case(name, answer):
    expected = BY_NAME[name].expected
    marts = answer(name, *sorted({mart for mart, _, _ in expected}))
    for mart, key, columns in expected:
        (row,) = [row for row in marts[mart] if row["kpi_key"] == key]
        for column, value in columns.items():
            if isinstance(value, float):
                assert row[column] == pytest.approx(value, abs=1e-8), column
            else:
                assert row[column] == value, (mart, key, column)


def test_an_amount_without_rate_is_listed(answer):
    issues = answer(_name("12:"), "data_quality_issues")["data_quality_issues"]
    reasons = {(row["raw_key"], row["reason"]) for row in issues}
    assert ("D2", "exchange_rate_missing") in reasons


def test_each_stage_is_entered_by_one_deal_in_two_visits(answer):
    stages = {
        row["stage_label"]: row
        for row in answer(_name("19:"), "funnel_stages")["funnel_stages"]
        if (row["stage_kind"], row["period_grain"], row["dimension"])
        == ("deal_stage", "month", "total")
    }
    for stage, days in (("Qualification", 7), ("Proposal", 13)):
        row = stages[stage]
        found = row["reached_count"], row["visit_count"], row["median_days"]
        assert found == (1, 2, days)
