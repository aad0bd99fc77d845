"""How people write a figure: in one place for messages and documents."""

from decimal import ROUND_HALF_UP, Decimal

DAYS = {"en": ("day", "days"), "de": ("Tag", "Tage")}
MONTHS = {"en": ("month", "months"), "de": ("Monat", "Monate")}


def number(value, digits, language="en"):
    """A number with separators of the language, rounded half away from zero."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{exact:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def written(value, unit, currency, language="en"):
    """A figure of a mart with its unit.

    Args:
        value: rates as shares (0.05 is 5 %), money in `currency`, days as days.
        unit: share, growth, money, days, months or count, as the marts call it.
        currency: ISO code of the reporting currency.
        language: en or de.
    """
    if value is None:
        return "-"
    if unit in ("share", "growth"):
        return f"{number(Decimal(str(value)) * 100, 1, language)} %"
    if unit == "money":
        return f"{number(value, 2, language)} {currency}"
    if unit in ("days", "months"):
        words = (DAYS if unit == "days" else MONTHS)[language]
        digits = 0 if value == int(value) else 1
        return f"{number(value, digits, language)} {words[abs(value) != 1]}"
    return number(value, 0, language)
