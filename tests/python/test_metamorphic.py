"""What must not change a figure does not, and what must change it does so in step."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from random import Random

import pytest
from builds import KPI_MARTS
from oracle.random_company import random_company, random_seeds
from oracle.random_crms import random_raw

SEEDS = (3, 8)
# Rows that no CRM changes once they are written.
HISTORIES = ("history", "deal_stage")
YEARS = 4  # keeps leap days
AMOUNTS = ("amount", "total_amount", "actual_cost", "monthly_amount", "arr_c")
CURRENCIES = ("currency_iso_code", "currency_code")


def mapped_rows(raw: dict, change) -> dict:
    """The raw tables with every value replaced by change(column, value)."""
    return {
        system: {
            table: [
                {column: change(column, value) for column, value in row.items()}
                for row in rows
            ]
            for table, rows in tables.items()
        }
        for system, tables in raw.items()
    }


# -- order of rows ------------------------------------------------------------


def shuffled(rows: list[dict], chance: Random) -> list[dict]:
    """The rows in another order, and the columns of each."""
    rows = [dict(chance.sample(list(row.items()), len(row))) for row in rows]
    return chance.sample(rows, len(rows))


def with_twins(rows: list[dict], chance: Random) -> list[dict]:
    """Each row twice: the twin has one value of another row, of any column."""
    twins = []
    for row in rows:
        column = chance.choice(list(row))
        twins.append(row | {column: chance.choice(rows).get(column)})
    return rows + twins


@pytest.mark.parametrize("seed", SEEDS)
def test_of_rows_with_equal_stamps_the_same_one_counts_in_any_order(seed, variants):
    chance = Random(seed)
    raw = {
        system: {
            table: rows if table.endswith(HISTORIES) else with_twins(rows, chance)
            for table, rows in tables.items()
        }
        for system, tables in random_raw("mixture", seed).items()
        if system != "finance"
    }
    turned = {
        system: {table: shuffled(rows, chance) for table, rows in tables.items()}
        for system, tables in raw.items()
    }
    compiled = variants["three CRMs"]
    staging = [
        node["name"]
        for node in compiled.models.values()
        if node["name"].startswith("stg_") and "finance" not in node["name"]
    ]

    def used(raw):
        models = compiled.run(raw, random_seeds(), marts=(), extra=tuple(staging))
        return {
            name: Counter(
                tuple(row.items())
                for row in rows
                if row.get("set_aside_reason") is None
            )
            for name, rows in models.items()
        }

    before, after = used(raw), used(turned)
    assert len(before) > 30
    for name in staging:
        assert after[name] == before[name], name


@pytest.mark.parametrize("seed", SEEDS)
def test_shuffling_rows_and_columns_changes_nothing(seed, variants):
    raw = random_company(seed, settings={}).raw
    chance = Random(seed)
    turned = {
        system: {table: shuffled(rows, chance) for table, rows in tables.items()}
        for system, tables in raw.items()
    }
    seeds = random_seeds()
    turned_seeds = {name: shuffled(rows, chance) for name, rows in seeds.items()}
    compiled = variants["defaults"]
    assert compiled.run(turned, turned_seeds) == compiled.run(raw, seeds)


# -- dates --------------------------------------------------------------------


def later(text):
    """A text whose dates lie four years later; dates at the end of time stay."""
    if text is None:
        return None
    return re.sub(
        r"\b(20\d\d)(?=-\d\d-\d\d)", lambda year: str(int(year[1]) + YEARS), text
    )


def moved(value):
    """What a value of a mart becomes when the business happens four years later."""
    if isinstance(value, datetime | date):
        return value.replace(year=value.year + YEARS)
    if isinstance(value, str):
        value = re.sub(r"^FY(\d{4})", lambda year: f"FY{int(year[1]) + YEARS}", value)
        return re.sub(
            r"(^|\|)(20\d\d)(?=-\d\d)", lambda m: f"{m[1]}{int(m[2]) + YEARS}", value
        )
    return value


@pytest.mark.parametrize("seed", SEEDS)
def test_a_business_four_years_later_has_the_same_figures_then(seed, variants):
    raw = random_company(seed, settings={}).raw
    seeds = random_seeds()
    later_seeds = {
        name: [{column: later(value) for column, value in row.items()} for row in rows]
        for name, rows in seeds.items()
    }
    compiled = variants["fiscal year from October"]  # UTC: no clock changes
    day = "2024-02-29"
    then = compiled.run(
        mapped_rows(raw, lambda _, value: later(value)), later_seeds, later(day)
    )
    for mart, rows in compiled.run(raw, seeds, day).items():
        expected = [
            {column: moved(value) for column, value in row.items()} for row in rows
        ]
        assert rows
        assert then[mart] == expected


# -- amounts ------------------------------------------------------------------


def in_whole_dozens(column, value):
    """Amounts as multiples of 12 in one currency: nothing is rounded on the way."""
    if column in CURRENCIES:
        return None
    if column in AMOUNTS and value is not None:
        try:
            return str(int(Decimal(value.strip())) * 12)
        except ArithmeticError:
            return value
    return value


def doubled(column, value):
    try:
        return str(2 * int(value)) if column in AMOUNTS and value else value
    except ValueError:
        return value


@pytest.mark.parametrize("seed", SEEDS)
def test_twice_the_amounts_are_twice_the_money_at_the_same_rates(seed, variants):
    raw = mapped_rows(random_company(seed, settings={}).raw, in_whole_dozens)
    seeds = random_seeds() | {"kpi_targets": []}
    compiled = variants["fiscal year from October"]  # has a margin: payback, too
    day = "2024-02-29"
    single = compiled.run(raw, seeds, day)
    double = compiled.run(mapped_rows(raw, doubled), seeds, day)
    moneyed = 0
    for mart in KPI_MARTS:
        assert [row["kpi_key"] for row in single[mart]] == [
            row["kpi_key"] for row in double[mart]
        ]
        for one, two in zip(single[mart], double[mart], strict=True):
            for column, value in one.items():
                if isinstance(value, Decimal):
                    moneyed += value != 0
                    # averages are rounded once in each company
                    assert abs(two[column] - 2 * value) <= Decimal("0.01"), column
                elif isinstance(value, float):
                    assert two[column] == pytest.approx(value, rel=1e-9), column
                else:
                    assert two[column] == value, column
    assert moneyed > 100
