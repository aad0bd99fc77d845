"""Targets, status and attainment of a mart row.

Source: DESIGN.md sections 6 and 7; DECISIONS.md 35 and 36.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from oracle import read

DEFAULT_MEASURE = {
    "revenue_growth": "year_over_year_growth",
    "sales_cycle_length": "median_cycle_days",
    "conversion_rate": "conversion_rate",
    "average_order_value": "average_order_value",
    "churn_rate": "churn_rate",
    "customer_acquisition_cost": "customer_acquisition_cost",
}
GROWTH_MEASURES = {
    "period_over_period_growth",
    "year_over_year_growth",
    "like_for_like_growth",
}
NEEDS_SAMPLE = {  # all shares
    "conversion_rate",
    "ever_conversion_rate",
    "lead_to_mql_rate",
    "mql_to_sql_rate",
    "sql_to_opportunity_rate",
    "opportunity_to_customer_rate",
    "win_rate",
    "win_rate_by_value",
    "churn_rate",
    "gross_revenue_churn_rate",
    "net_revenue_churn_rate",
}
NEEDS_EVENTS = {
    "median_cycle_days",
    "mean_cycle_days",
    "p90_cycle_days",
    "median_opportunity_to_won_days",
    "mean_opportunity_to_won_days",
    "p90_opportunity_to_won_days",
    "median_lead_to_opportunity_days",
    "median_cycle_days_censored",
    "average_order_value",
    "median_order_value",
    "customer_acquisition_cost",
    "payback_months",
}


class Judge:
    """Judges rows of one mart against the targets in force.

    Args:
        kpi: mart name without `kpi_`.
        targets: rows of the seed kpi_targets, as text.
        settings: the project's vars.
    """

    def __init__(self, kpi: str, targets: list[dict], settings: dict):
        self.kpi = kpi
        self.settings = settings
        self.targets = [_target(row) for row in targets if row.get("kpi") == kpi]
        for target in self.targets:
            target["valid_to"] = target["valid_to"] or self._day_before_the_next(target)

    def target_of(self, grain: str, period_end: date, dimension: str, value: str):
        """The target valid on `period_end`; one for the value wins over `*`."""
        for wanted in (value, "*"):
            for target in self.targets:
                if (
                    target["period_grain"] == grain
                    and target["dimension"] == dimension
                    and target["dimension_value"] == wanted
                    and target["valid_from"] <= period_end
                    and period_end <= target["valid_to"]
                ):
                    return target
        return None

    def _day_before_the_next(self, target: dict) -> date:
        """The last day of a version without one: the next of its goal ends it."""
        later = [
            other["valid_from"]
            for other in self.targets
            if self._goal(other) == self._goal(target)
            and other["valid_from"] > target["valid_from"]
        ]
        return min(later) - timedelta(days=1) if later else date.max

    def _goal(self, target: dict) -> tuple:
        measure = target["measure"] or DEFAULT_MEASURE[self.kpi]
        names = ("period_grain", "dimension", "dimension_value")
        return measure, *(target[name] for name in names)

    def judge(
        self, row: dict, sizes: dict[str, int], is_open: bool, is_incomplete: bool
    ) -> dict:
        """The shared columns from sample_size to status.

        Args:
            row: the mart's own columns and the key columns.
            sizes: {measure: sample size}; key None = any other measure.
            is_open: True if the period (cohort, churn period) is still open.
        """
        target = self.target_of(
            row["period_grain"],
            row["period_end"],
            row["dimension"],
            row["dimension_value"],
        )
        measure = DEFAULT_MEASURE[self.kpi]
        if target is not None and target["measure"]:
            measure = target["measure"]
        if self.kpi == "conversion_rate" and measure != "conversion_rate":
            is_open = False  # a cohort matures for its conversion rate alone
        is_open = is_open or is_incomplete
        actual = row[measure]
        size = sizes.get(measure, sizes[None])
        judged = {
            "sample_size": size,
            "judged_measure": measure,
            "target_value": None,
            "warning_value": None,
            "critical_value": None,
            "target_attainment": None,
        }
        if target is not None:
            judged["target_value"] = _float(target["target_value"])
            judged["warning_value"] = _float(target["warning_value"])
            judged["critical_value"] = _float(target["critical_value"])
            judged["target_attainment"] = attainment(measure, actual, target)
        judged["status"] = self._status(measure, actual, size, target, is_open)
        return judged

    def _status(self, measure, actual, size, target, is_open) -> str:
        if is_open:
            return "period_open"
        if actual is None:
            return "no_data"
        if target is None:
            return "no_target"
        if measure in NEEDS_SAMPLE and size < self.settings["min_sample_size"]:
            return "insufficient_data"
        if measure in NEEDS_EVENTS and size < self.settings["min_event_count"]:
            return "insufficient_data"
        warning = target["warning_value"]
        if warning is None:
            warning = target["target_value"]
        critical = target["critical_value"]
        if critical is None:
            critical = warning
        if _as_good_as(actual, warning, target["direction"]):
            return "on_target"
        if _as_good_as(actual, critical, target["direction"]):
            return "at_risk"
        return "off_target"


def attainment(measure: str, actual, target: dict) -> float | None:
    """Share of the target that was reached, within 0 and 2; NULL if undefined."""
    goal = target["target_value"]
    if actual is None or goal is None:
        return None
    actual, goal = Fraction(actual), Fraction(goal)
    if measure in GROWTH_MEASURES:
        actual, goal = 1 + actual, 1 + goal
    if target["direction"] == "lower":
        if actual == 0:
            return 2.0
        numerator, divisor = goal, actual
    else:
        numerator, divisor = actual, goal
    if divisor <= 0:
        return None
    return float(min(Fraction(2), max(Fraction(0), numerator / divisor)))


def _as_good_as(actual, threshold: Decimal, direction: str) -> bool:
    if isinstance(actual, float):
        threshold = float(threshold)
    return actual <= threshold if direction == "lower" else actual >= threshold


def _target(row: dict) -> dict:
    return {
        "measure": read.text(row.get("measure")),
        "period_grain": read.text(row.get("period_grain")),
        "dimension": read.text(row.get("dimension")),
        "dimension_value": read.text(row.get("dimension_value")),
        "direction": read.text(row.get("direction")),
        "target_value": read.number(row.get("target_value")),
        "warning_value": read.number(row.get("warning_value")),
        "critical_value": read.number(row.get("critical_value")),
        "valid_from": read.day(row.get("valid_from")) or date.min,
        "valid_to": read.day(row.get("valid_to")),
    }


def _float(value) -> float | None:
    return None if value is None else float(value)
