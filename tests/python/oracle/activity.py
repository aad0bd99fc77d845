"""When a customer was active, and with what monthly value.

Source: DESIGN.md sections 4 to 6 (churn), DECISIONS.md 26 to 30.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from oracle.money import ZERO

FOREVER = date.max


class Activity:
    """The active spans of one customer, grace included.

    Contracts make the spans; a customer without any contract is active from each
    order day for `inactivity` days. Two spans whose gap (next start minus exclusive
    end) is at most `grace` days are one, and contracts that ended at the gap keep
    their value through it. After the last known end the customer stays active
    while the as-of day is still within grace: whether it churned is not known yet.
    Nothing is said about days after `as_of`.
    """

    def __init__(self, customer, inactivity: int, grace: int, as_of: date):
        spans = [
            (contract.starts_on, contract.ends_on or FOREVER, contract.monthly_value)
            for contract in customer.contracts
        ]
        if not spans:
            spans = [
                (on, on + timedelta(days=inactivity), None)
                for on in customer.order_days
            ]
        starts_later = [span for span in spans if span[0] > as_of]
        self.spans = sorted(
            (span for span in spans if span[0] <= as_of), key=lambda span: span[:2]
        )
        self.carried = self._gaps_within_grace(starts_later, grace, as_of)

    def _gaps_within_grace(self, starts_later, grace: int, as_of: date):
        """[(gap start, gap end exclusive, value carried, contracts without value)]."""
        gaps = []
        end = None
        later = sorted(starts_later, key=lambda span: span[0])
        for starts_on, ends_on, _ in [*self.spans, *later]:
            if end is not None and starts_on > end:
                if (starts_on - end).days <= grace:
                    gaps.append((end, starts_on, *self._carried_from(end)))
                end = ends_on
            else:
                end = ends_on if end is None else max(end, ends_on)
        last = max((span[1] for span in self.spans), default=None)
        undecided_until = as_of - timedelta(days=grace)
        if last is not None and last <= as_of and last > undecided_until:
            gaps.append((last, as_of + timedelta(days=1), *self._carried_from(last)))
        return gaps

    def _carried_from(self, end: date) -> tuple[Decimal, int]:
        """Value of the spans that end on a day, and how many of them have none."""
        values = [value for _, ends_on, value in self.spans if ends_on == end]
        return sum((value or ZERO for value in values), ZERO), values.count(None)

    def active_on(self, day: date) -> bool:
        """True if a span or a carried gap holds `day`."""
        spans = [*self.spans, *self.carried]
        return any(start <= day < end for start, end, *_ in spans)

    def value_on(self, day: date) -> Decimal:
        """Monthly value on a day; contracts without value add nothing.

        A gap that is decided and still within grace of the as-of day is one gap
        only: it is counted once.
        """
        values = [v or ZERO for start, end, v in self.spans if start <= day < end]
        gap = [v for start, end, v, _ in self.carried if start <= day < end]
        return sum(values, ZERO) + (gap[0] if gap else ZERO)

    def unvalued_on(self, day: date) -> int:
        """How many spans without a known value hold `day`."""
        values = [v for start, end, v in self.spans if start <= day < end]
        gap = [n for start, end, _, n in self.carried if start <= day < end]
        return values.count(None) + (gap[0] if gap else 0)

    def active_between(self, first: date, last: date) -> bool:
        """True if active on some day from `first` to `last`, both inclusive."""
        spans = [*self.spans, *self.carried]
        return any(start <= last and end > first for start, end, *_ in spans)

    @property
    def first_on(self) -> date | None:
        """The first active day; None for a customer that never was."""
        return min((span[0] for span in self.spans), default=None)
