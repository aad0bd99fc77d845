"""Exact money: rounding, averages, medians, and conversion between currencies.

Amounts are Decimal in cents; everything between is an exact Fraction and is
rounded once, half away from zero. Source: DESIGN.md sections 5 and 6,
DECISIONS.md 23 and 24.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from oracle import read

ZERO = Decimal("0.00")


def cents(value: Fraction | Decimal | int) -> Decimal:
    """Round to cents, half away from zero."""
    exact = Fraction(value) * 100
    size = (abs(exact) + Fraction(1, 2)).__floor__()
    return Decimal(size if exact >= 0 else -size).scaleb(-2) + ZERO


def ratio(numerator, denominator) -> Fraction | None:
    """numerator / denominator, exact; None if either is NULL or the divisor is 0."""
    if numerator is None or denominator is None or denominator == 0:
        return None
    return Fraction(numerator) / Fraction(denominator)


def quantile(values: list, share: Fraction) -> Fraction | None:
    """Linear interpolation between order statistics (SQL `percentile_cont`)."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = place.__floor__()
    low = Fraction(ordered[below])
    high = Fraction(ordered[min(below + 1, len(ordered) - 1)])
    return low + (high - low) * (place - below)


def median(values: list) -> Fraction | None:
    """The middle value, interpolated; None for no values."""
    return quantile(values, Fraction(1, 2))


def mean(values: list) -> Fraction | None:
    """The arithmetic mean, exact; None for no values."""
    return ratio(sum(values), len(values))


@dataclass
class Amount:
    """An amount as the CRM holds it.

    `value` in `currency` (None = the CRM's home currency); `own` gives the CRM's
    own value in its home currency on a day, exact, or None.
    """

    value: Decimal | None
    currency: str | None = None
    own: Callable[[date], Fraction | None] | None = None


class Converter:
    """Converts amounts to the reporting currency.

    Args:
        rates: rows of finance.exchange_rates
            (rate_date, from_currency, to_currency, rate; 1 from = rate to).
        reporting: ISO code of the reporting currency.
        home: {crm: ISO code of its home currency}.
    """

    def __init__(self, rates: list[dict], reporting: str, home: dict[str, str]):
        self.reporting = reporting
        self.home = home
        dated: dict[tuple, list[tuple[date, Fraction]]] = {}
        for row in rates:
            pair = (
                currency_code(row.get("from_currency")),
                currency_code(row.get("to_currency")),
            )
            rate_on = read.day(row.get("rate_date"))
            rate = read.number(row.get("rate"))
            if None in pair or rate_on is None or rate is None or rate <= 0:
                continue
            dated.setdefault(pair, []).append((rate_on, Fraction(rate)))
        self._days: dict[tuple, list[date]] = {}
        self._rates: dict[tuple, list[Fraction]] = {}
        for pair, rates_of_pair in dated.items():
            rates_of_pair.sort()
            self._days[pair] = [rate_on for rate_on, _ in rates_of_pair]
            self._rates[pair] = [rate for _, rate in rates_of_pair]

    def convert(
        self, amount: Amount, crm: str, on: date
    ) -> tuple[Decimal | None, str | None]:
        """(amount in the reporting currency, where it came from).

        The source is one of record, finance_rate, finance_inverse_rate, crm_rate,
        or None where the amount is NULL or no rate applies.
        """
        if amount.value is None:
            return None, None
        home = self.home.get(crm, self.reporting)
        currency = amount.currency or home
        value = Fraction(amount.value)
        if currency == self.reporting:
            return cents(value), "record"
        rate = self._rate(currency, self.reporting, on)
        if rate is not None:
            return cents(value * rate), "finance_rate"
        rate = self._rate(self.reporting, currency, on)
        if rate is not None:
            return cents(value / rate), "finance_inverse_rate"
        if amount.own is not None and home == self.reporting:
            own = amount.own(on)
            if own is not None:
                return cents(own), "crm_rate"
        return None, None

    def _rate(self, source: str, target: str, on: date) -> Fraction | None:
        pair = (source, target)
        place = bisect_right(self._days.get(pair, []), on)
        return self._rates[pair][place - 1] if place else None


def currency_code(value: object) -> str | None:
    """An ISO code: trimmed, upper case."""
    raw = read.text(value)
    return raw.upper() if raw else None
