"""Kaplan-Meier and Wilson, in plain form. Source: DESIGN.md section 6."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import sqrt

Z = 1.959963984540054
TOLERANCE = Fraction(1, 10**9)


def kaplan_meier_median(durations: list[tuple[int, bool]]) -> int | None:
    """The first day t with S(t) <= 0.5 + 1e-9; None if S stays above it.

    Args:
        durations: (days, True if the event happened, False if still open).
    """
    events = Counter(days for days, happened in durations if happened)
    leaving = Counter(days for days, _ in durations)
    at_risk, open_share = len(durations), Fraction(1)
    for days in sorted(leaving):
        if events[days]:
            open_share *= Fraction(at_risk - events[days], at_risk)
            if open_share <= Fraction(1, 2) + TOLERANCE:
                return days
        at_risk -= leaving[days]
    return None


def wilson(successes: int, total: int) -> tuple[float | None, float | None]:
    """The Wilson 95 % interval of a share; (None, None) for nothing observed."""
    if total == 0:
        return None, None
    share = successes / total
    square = Z * Z
    centre = share + square / (2 * total)
    spread = Z * sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return max(0.0, low), min(1.0, high)
