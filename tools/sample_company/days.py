"""Days and seconds as whole numbers.

A day is a count of days since 1970-01-01 (local date), a moment a count of
seconds since 1970-01-01 00:00 UTC, a month a count of months since 1970-01.
Local means Europe/Berlin.
"""

from datetime import date, timedelta

import numpy as np

DAY = 86_400
NEVER = np.int64(1) << 40
"""A moment or day after everything."""

_MONTHS = np.arange("1970-01", "2100-01", dtype="datetime64[M]")
FIRST_OF = _MONTHS.astype("datetime64[D]").astype(np.int64)
"""First day of each month, by month."""


def day_of(text):
    """Day of an ISO date."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def month_of(days):
    """Months of days; any shape."""
    return np.searchsorted(FIRST_OF, days, side="right") - 1


def add_months(days, months):
    """The same day of the month so many months later (days up to the 28th)."""
    month = month_of(days)
    return FIRST_OF[month + months] + days - FIRST_OF[month]


def weekday(days):
    """0 for Monday ... 6 for Sunday."""
    return (days + 3) % 7


def next_workday(days):
    """The day itself, or the Monday after a weekend."""
    return days + np.array([0, 0, 0, 0, 0, 2, 1])[weekday(days)]


def _last_sunday(year, month):
    """Day of the last Sunday of a month of 31 days."""
    last = date(year, month, 31)
    last -= timedelta(days=(last.weekday() + 1) % 7)
    return (last - date(1970, 1, 1)).days


_SUMMER = np.array(
    [
        bound
        for year in range(1996, 2100)
        for bound in (
            _last_sunday(year, 3) * DAY + 3600,
            _last_sunday(year, 10) * DAY + 3600,
        )
    ],
    dtype=np.int64,
)


def berlin_offset(moments):
    """Seconds that Berlin is ahead of UTC at moments (valid from 1996)."""
    return 3600 + 3600 * (np.searchsorted(_SUMMER, moments, side="right") % 2)


def local_day(moments):
    """Local day of moments."""
    return (moments + berlin_offset(moments)) // DAY


def moment(days, seconds):
    """Moment of a local day and a local time of day in seconds.

    Within the hour that a change of the clocks repeats or skips the result is
    an hour off; the day never is.
    """
    local = days * DAY + seconds
    return local - berlin_offset(local - 3600)
