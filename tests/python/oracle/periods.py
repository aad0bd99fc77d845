"""Months, fiscal quarters and fiscal years. Source: DESIGN.md sections 4 and 6."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

GRAINS = ("month", "quarter", "fiscal_year")
MONTHS = {"month": 1, "quarter": 3, "fiscal_year": 12}


def add_months(start: date, months: int) -> date:
    """`start` moved by whole months; a day the month lacks becomes its last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


@dataclass(frozen=True, order=True)
class Period:
    """One period of a grain; `end` is its last day."""

    grain: str
    start: date
    end: date
    label: str

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


class Calendar:
    """The periods of a company whose fiscal year starts in a given month (1-12)."""

    def __init__(self, fiscal_year_start_month: int = 1):
        self.offset = fiscal_year_start_month - 1
        self._known: dict[tuple[str, date], Period] = {}

    def period(self, grain: str, day: date) -> Period:
        """The period of `grain` that holds `day`."""
        key = (grain, day.replace(day=1))
        if key not in self._known:
            self._known[key] = self._period(*key)
        return self._known[key]

    def _period(self, grain: str, day: date) -> Period:
        length = MONTHS[grain]
        index = day.year * 12 + day.month - 1 - self.offset
        index = index // length * length
        first = index + self.offset
        start = date(first // 12, first % 12 + 1, 1)
        end = add_months(start, length) - timedelta(days=1)
        fiscal_year = (index // 12) + (1 if self.offset else 0)
        if grain == "month":
            label = f"{start:%Y-%m}"
        elif grain == "quarter":
            label = f"FY{fiscal_year} Q{index % 12 // 3 + 1}"
        else:
            label = f"FY{fiscal_year}"
        return Period(grain, start, end, label)

    def previous(self, period: Period) -> Period:
        """The period just before."""
        return self.period(period.grain, period.start - timedelta(days=1))

    def year_before(self, period: Period) -> Period:
        """The same period one year earlier."""
        return self.period(period.grain, add_months(period.start, -12))

    def between(self, grain: str, first: date, last: date) -> list[Period]:
        """All periods from the one that holds `first` to the one with `last`."""
        periods = []
        current = self.period(grain, first)
        while current.start <= last:
            periods.append(current)
            current = self.period(grain, current.end + timedelta(days=1))
        return periods
