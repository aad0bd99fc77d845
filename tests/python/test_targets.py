"""Targets that nothing could be judged by are refused, each with a sentence."""

from __future__ import annotations

import pytest
from builds import KPI_MARTS

COMMON = ("source_system", "region", "segment", "sales_team")
OF_PEOPLE = ("industry", "lead_source", "sales_rep")
COUNTS = {
    "order_count": "average_order_value",
    "lead_count": "conversion_rate",
    "won_deal_count": "conversion_rate",
    "customers_at_end": "churn_rate",
    "new_customer_count": "customer_acquisition_cost",
}
GOOD = {
    "kpi": "conversion_rate",
    "measure": "",
    "period_grain": "month",
    "dimension": "region",
    "dimension_value": "*",
    "direction": "higher",
    "target_value": "0.05",
    "warning_value": "0.04",
    "critical_value": "0.02",
    "valid_from": "2025-01-01",
    "valid_to": "2025-12-31",
}
KINDS = (
    *((f"{level}_value", "double") for level in ("target", "warning", "critical")),
    *(("valid_from", "date"), ("valid_to", "date")),
)
UNKNOWN_MEASURE = "unknown kpi or measure, kpi_values lists all"
UNKNOWN_DIMENSION = (
    "dimension must be total, channel, deal_type, source_system, region, segment,"
    " industry, lead_source, sales_team, sales_rep"
)
NEVER = "the kpi never has this dimension"
NOT_THERE = "target_value and valid_from must be there"
SHARE = "rates are shares: 0.05 for 5 %"
FALL = "thresholds must fall: target, warning, critical"
RISE = "thresholds must rise: target, warning, critical"


def cases():
    """(what a target has that a good one has not, what is wrong with it or None)."""
    yield {}, None
    yield {"direction": "lower", "warning_value": "0.06", "critical_value": None}, None
    yield {"dimension": "total", "dimension_value": "(all)"}, None
    # Percentages where shares are meant: five, and five again as the last resort.
    rate = {"target_value": "5", "warning_value": "4", "critical_value": None}
    yield rate, SHARE
    rate = {"kpi": "churn_rate", "direction": "lower", "target_value": "0.02"}
    yield rate | {"warning_value": None, "critical_value": "5"}, SHARE
    # Twice of last year is no typing error.
    yield {"kpi": "revenue_growth", "target_value": "1.5"}, None
    for mart in KPI_MARTS:
        kpi = mart.removeprefix("kpi_")
        is_cost = kpi == "customer_acquisition_cost"
        has_deal_type = kpi in ("revenue_growth", "average_order_value")
        for dimension in COMMON:
            yield {"kpi": kpi, "dimension": dimension}, None
        for dimension in OF_PEOPLE:
            yield {"kpi": kpi, "dimension": dimension}, NEVER if is_cost else None
        yield {"kpi": kpi, "dimension": "channel"}, None if is_cost else NEVER
        problem = None if has_deal_type else NEVER
        yield {"kpi": kpi, "dimension": "deal_type"}, problem
        yield {"kpi": kpi, "dimension": "country"}, UNKNOWN_DIMENSION
        yield {"kpi": kpi, "measure": "sample_size"}, UNKNOWN_MEASURE
        for measure, owner in COUNTS.items():
            problem = None if owner == kpi else UNKNOWN_MEASURE
            yield {"kpi": kpi, "measure": measure}, problem
    yield {"kpi": "revenue_growth", "measure": "revenue"}, None
    yield {"kpi": "revenue"}, UNKNOWN_MEASURE
    yield {"period_grain": "week"}, "period_grain must be month, quarter or fiscal_year"
    yield {"direction": "up"}, "direction must be higher or lower"
    yield {"period_grain": None}, "period_grain must be month, quarter or fiscal_year"
    yield {"direction": None}, "direction must be higher or lower"
    yield {"dimension": None}, UNKNOWN_DIMENSION
    yield {"dimension_value": None}, "dimension_value must be there, * for every value"
    yield {"dimension": "total"}, "the value of total is (all)"
    yield {"target_value": None}, NOT_THERE
    yield {"valid_from": None}, NOT_THERE
    yield {"valid_to": "2024-12-31"}, "valid_to before valid_from"
    yield {"critical_value": "0.045"}, FALL
    yield {"direction": "lower"}, RISE


def relation(targets):
    """SQL of a table of targets."""

    def literal(value):
        return "null" if value is None else f"'{value}'"

    rows = ", ".join(
        f"({', '.join(literal(value) for value in target.values())})"
        for target in targets
    )
    typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in KINDS)
    columns = ", ".join(targets[0])
    return f"select * replace ({typed}) from (values {rows}) as targets ({columns})"


@pytest.fixture(scope="module")
def refused(project):
    """{target_id: what is wrong with it}, as the test of the seed says."""
    targets = [
        {"target_id": str(place)} | GOOD | changes
        for place, (changes, _) in enumerate(cases())
    ]
    name = "assert_targets_can_be_judged"
    assert project.severity(name) == "error"
    rows = project.failures(name, {"seeds.kpi_targets": relation(targets)})
    return {row["seed_row"]: row["problem"] for row in rows}


def test_a_target_that_cannot_be_judged_is_refused_with_a_sentence(refused):
    wrong = [
        (changes, refused.get(str(place)), problem)
        for place, (changes, problem) in enumerate(cases())
        if refused.get(str(place)) != problem
    ]
    assert wrong == []


def test_a_row_has_one_target_on_every_day(project):
    next_year = {"valid_from": "2026-01-01", "valid_to": None}
    # By region: what each target has that a good one has not.
    regions = {
        "follows": ({}, next_year),
        "overlaps": ({}, next_year | {"valid_from": "2025-12-31"}),
        "leaves a day out": ({}, next_year | {"valid_from": "2026-01-02"}),
        "has no end": ({"valid_to": None}, next_year),
        "begins twice": ({"valid_to": None}, {"valid_to": None}),
        "has two measures": ({"valid_to": None}, next_year | {"measure": "win_rate"}),
        "is judged twice": ({}, {"measure": "win_rate"}),
        "is of another kpi": ({}, {"kpi": "churn_rate"}),
        "is of another grain": ({}, {"period_grain": "quarter"}),
    }
    targets = [
        {"target_id": f"{region}, {place}"} | GOOD | {"dimension_value": region} | more
        for region, both in regions.items()
        for place, more in enumerate(both, start=1)
    ]
    # One for every segment, and one for a segment that judges another measure.
    of_all = {"target_id": "all segments"} | GOOD | {"dimension": "segment"}
    targets += [
        of_all,
        of_all | {"target_id": "SMB", "dimension_value": "SMB"},
        of_all
        | {"target_id": "others", "dimension_value": "others", "measure": "win_rate"},
    ]
    name = "assert_targets_are_unambiguous"
    assert project.severity(name) == "error"
    rows = project.failures(name, {"seeds.kpi_targets": relation(targets)})
    overlap = "overlap: end the older version the day before the newer one begins"
    assert {(row["seed_row"], row["problem"]) for row in rows} == {
        ("overlaps, 1", f"it and overlaps, 2 {overlap}"),
        # What has no end ends with the next version of its goal, and with nothing else.
        ("begins twice, 1", f"it and begins twice, 2 {overlap}"),
        ("has two measures, 1", f"it and has two measures, 2 {overlap}"),
        ("is judged twice, 1", f"it and is judged twice, 2 {overlap}"),
        (
            "leaves a day out, 1",
            "there is a gap between it and its next version, leaves a day out, 2",
        ),
        (
            "all segments",
            "it and others judge two measures, one for * and one for a single value",
        ),
    }


def test_a_kpi_is_off_target_by_the_row_that_is_its_headline(project):
    cards = [
        ("churn_rate", True, "off_target"),
        ("average_order_value", True, "off_target"),
        ("average_order_value", False, "off_target"),
        ("sales_cycle_length", False, "off_target"),
        ("revenue_growth", True, "on_target"),
    ]
    names = "kpi, is_headline, status"
    scorecard = (
        "select *, 'month' as period_grain, '2025-01' as period_label, 1.0 as value, "
        f"2.0 as target_value from (values {str(cards)[1:-1]}) as cards ({names})"
    )
    name = "assert_no_kpi_is_off_target"
    assert project.severity(name) == "warn"
    rows = project.failures(name, {"marts.kpi_scorecard": scorecard})
    assert sorted(row["kpi"] for row in rows) == ["average_order_value", "churn_rate"]


def test_a_target_for_a_value_that_never_occurs_is_told_with_values_like_it(project):
    regions = ("(unknown)", "Deutschland", "Deutschschweiz", "Schweiz")
    known = [("conversion_rate", "region", region) for region in regions]
    known += [("conversion_rate", "total", "(all)"), ("churn_rate", "region", "Nord")]
    names = "kpi, dimension, dimension_value"
    told = {
        "Deutschland": None,
        "*": None,
        "Deutschlnd": ("Deutschland", "Deutschschweiz", "(unknown)"),
        "schweiz": ("Schweiz", "Deutschschweiz", "(unknown)"),
        "Nord": ("Deutschland", "(unknown)", "Deutschschweiz"),
    }
    targets = [
        {"target_id": value} | GOOD | {"dimension_value": value} for value in told
    ]
    targets += [
        {"target_id": "total"}
        | GOOD
        | {"dimension": "total", "dimension_value": "(all)"},
        # Nothing is to be judged by it yet.
        {"target_id": "next year"}
        | GOOD
        | {"dimension_value": "Iberia", "valid_from": "2026-01-01", "valid_to": None},
        # The spend does not carry this dimension.
        {"target_id": "no such rows"} | GOOD | {"kpi": "customer_acquisition_cost"},
    ]
    told["no such rows"] = (None, None, None)
    name = "assert_targets_stand_on_values_that_exist"
    assert project.severity(name) == "warn"
    rows = project.failures(
        name,
        {
            "seeds.kpi_targets": relation(targets),
            "marts.kpi_values": "select *, 'fiscal_year' as period_grain "
            f"from (values {str(known)[1:-1]}) as known ({names})",
            "intermediate.int_run__as_of": "select date '2025-12-31' as as_of_on",
        },
    )
    assert {
        row["target_id"]: tuple(row[f"value_like_it_{rank}"] for rank in (1, 2, 3))
        for row in rows
    } == {value: values for value, values in told.items() if values}


def test_the_target_in_force_whose_review_is_due_is_told(project):
    name = "no_target_waits_for_its_review"
    assert project.severity(name) == "warn"
    targets = """
        from (values (true, true), (false, true), (true, false))
            as targets (is_in_force, is_review_due)
    """
    found = project.failures(name, {"marts.kpi_targets_in_force": targets})
    assert len(found) == 1
