"""Read raw text: parse values, pick the row that counts, follow merge pointers.

Everything here works on rows as they land: dicts of `str | None`, keyed by the
loader's column names. A value that cannot be read is None, never an error.

Source: DESIGN.md sections 3 and 5, DECISIONS.md 1 to 6.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

Row = dict  # one raw row: column name -> text or None

CENT = Decimal("0.01")
TOO_MUCH_MONEY = Decimal("10000000000")
FIRST_YEAR, LAST_YEAR = 1970, 2199
NO_COMPANY = {
    *("", "n/a", "n.a", "n. a", "k.a", "k. a", "keine", "keine angabe", "none"),
    *("not provided", "unbekannt", "unknown"),
}
MERGE_STEPS = 16

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?")
_EPOCH_MS = re.compile(r"\d{12,13}")
_STAMP = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:\.(?P<fraction>\d+))?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?"
)
_CHECK_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


# -- values -------------------------------------------------------------------


def text(value: object) -> str | None:
    """Trimmed text; None for NULL and for blank text."""
    if value is None:
        return None
    stripped = str(value).strip()
    return stripped or None


def number(value: object) -> Decimal | None:
    """A finite number, or None if the text is not one (`12,50`, `NaN`)."""
    raw = text(value)
    if raw is None or not _NUMBER.fullmatch(raw):
        return None
    try:
        return Decimal(raw)
    except InvalidOperation:
        return None


def money(value: object) -> Decimal | None:
    """An amount in cents; None if unreadable or 10 billion and more."""
    amount = number(value)
    if amount is None or abs(amount) >= TOO_MUCH_MONEY:
        return None
    return amount.quantize(CENT, ROUND_HALF_UP) + Decimal("0.00")


def boolean(value: object) -> bool | None:
    """True or False from what loaders and spreadsheets write; None for all else."""
    raw = (text(value) or "").lower()
    if raw in ("true", "t", "yes", "y", "wahr", "ja", "1"):
        return True
    if raw in ("false", "f", "no", "n", "falsch", "nein", "0"):
        return False
    return None


def timestamp(value: object) -> datetime | None:
    """A naive UTC datetime from ISO text (with or without offset) or epoch ms.

    None if unreadable, or if the year lies outside 1970 to 2199.
    """
    raw = text(value)
    if raw is None:
        return None
    if _EPOCH_MS.fullmatch(raw):
        moment = datetime(1970, 1, 1) + timedelta(milliseconds=int(raw))
        return moment if moment.year <= LAST_YEAR else None
    match = _STAMP.fullmatch(raw)
    if match is None:
        return None
    part = match.groupdict()
    try:
        moment = datetime(
            int(part["year"]),
            int(part["month"]),
            int(part["day"]),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            int(((part["fraction"] or "") + "000000")[:6]),
        )
        moment -= _offset(part["zone"])
    except (ValueError, OverflowError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def day(value: object) -> date | None:
    """A pure date: the date part as written, never shifted by a time zone."""
    raw = text(value)
    if raw is None:
        return None
    if _EPOCH_MS.fullmatch(raw):
        moment = timestamp(raw)
        return moment.date() if moment else None
    match = _STAMP.fullmatch(raw)
    if match is None:
        return None
    try:
        found = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def local_day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    """The date of a naive UTC datetime in the business time zone."""
    if moment is None:
        return None
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()


def email(value: object) -> str | None:
    """A normalised e-mail address: trimmed, lower case."""
    raw = text(value)
    return raw.lower() if raw else None


def email_domain(address: str | None) -> str | None:
    """The part after the @, lower case; None if there is none."""
    if not address or "@" not in address:
        return None
    return address.rsplit("@", 1)[1].strip().lower() or None


def company_name(value: object) -> str | None:
    """A company's name in lower case.

    None for what is nobody's: no letter and no digit, or words for an unknown one.
    """
    name = (text(value) or "").lower()
    words = re.sub(r"^[\W_]+|[\W_]+$", "", name)
    return None if words in NO_COMPANY else name


def web_domain(value: object) -> str | None:
    """A normalised web domain: no scheme, `www.`, port, path; lower case.

    None for what is no name of two or more parts, as `n/a` and `k.A.`: no part is
    empty, and the last one has two letters or more.
    """
    raw = text(value)
    if raw is None:
        return None
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", raw.lower())
    host = re.split(r"[/?#:]", host, maxsplit=1)[0].removeprefix("www.")
    first, *parts = host.split(".")
    is_name = first and parts and all(parts) and " " not in host
    return host if is_name and len(parts[-1]) > 1 else None


def _offset(zone: str | None) -> timedelta:
    if zone in (None, "Z", "UTC"):
        return timedelta()
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return size if zone[0] == "+" else -size


# -- ids ----------------------------------------------------------------------


def plain_id(value: object) -> str | None:
    """An id as trimmed text."""
    return text(value)


def id_order(key: str) -> tuple[int, str]:
    """Sort key of an id, the lowest first: 9 before 10."""
    return len(key), key


def salesforce_id(value: object) -> str | None:
    """A Salesforce id; 15 characters get their three check characters."""
    raw = text(value)
    if raw is None or len(raw) != 15:
        return raw
    check = ""
    for start in (0, 5, 10):
        chunk = raw[start : start + 5]
        bits = sum(1 << i for i, letter in enumerate(chunk) if "A" <= letter <= "Z")
        check += _CHECK_ALPHABET[bits]
    return raw + check


# -- rows ---------------------------------------------------------------------


class RowBook:
    """Counts, per raw table, rows landed and rows set aside by reason."""

    def __init__(self, crm: str):
        self.crm = crm
        self.counts: dict[tuple[str, str], Counter] = {}

    def landed(self, table: str, count: int) -> None:
        self.counts.setdefault((self.crm, table), Counter())["landed"] += count

    def set_aside(self, table: str, reason: str, count: int = 1) -> None:
        self.counts.setdefault((self.crm, table), Counter())[reason] += count

    def closed(self) -> dict[tuple[str, str], dict[str, int]]:
        """{(crm, table): {'landed', 'used', reason...}}; used = the remainder."""
        result = {}
        for key, counter in self.counts.items():
            aside = sum(n for reason, n in counter.items() if reason != "landed")
            result[key] = {**counter, "used": counter["landed"] - aside}
        return result


def latest_rows(
    rows: list[Row] | None,
    table: str,
    book: RowBook,
    read_id=plain_id,
    id_column: str = "id",
    modified_column: str | None = None,
) -> dict[str, Row]:
    """The last active version of each id, deleted ones included.

    Order: load stamp, then modification stamp, then the row's text (so that the
    order of raw rows never matters). An id without active version is deleted, as its
    last version has it. Books missing_id, superseded, duplicate.
    """
    rows = rows or []
    book.landed(table, len(rows))
    versions: dict[str, list[Row]] = {}
    outdated: dict[str, list[Row]] = {}
    for row in rows:
        record_id = read_id(row.get(id_column))
        if record_id is None:
            book.set_aside(table, "missing_id")
        elif boolean(row.get("_fivetran_active")) is False:
            outdated.setdefault(record_id, []).append(row)
        else:
            versions.setdefault(record_id, []).append(row)

    def last(candidates):
        return max(candidates, key=lambda row: _version_key(row, modified_column))

    latest = {}
    for record_id, candidates in versions.items():
        latest[record_id] = last(candidates)
        if len(candidates) > 1:
            book.set_aside(table, "duplicate", len(candidates) - 1)
    for record_id, candidates in outdated.items():
        is_gone = record_id not in latest
        if is_gone:
            latest[record_id] = last(candidates) | {"_fivetran_deleted": "true"}
        if len(candidates) > is_gone:
            book.set_aside(table, "superseded", len(candidates) - is_gone)
    return latest


def is_deleted(row: Row) -> bool:
    """True if any of the delete flags that Fivetran lands says so."""
    flags = ("is_deleted", "_fivetran_deleted", "archived")
    return any(boolean(row.get(flag)) is True for flag in flags)


def follow_merges(pointers: dict[str, str], survivors: set[str]) -> dict[str, str]:
    """{loser: survivor} for pointers that reach a survivor in 16 steps or fewer.

    A cycle of pointers keeps its smallest id: that id maps to itself.
    """
    ends = {}
    for loser in pointers:
        seen = [loser]
        while len(seen) <= MERGE_STEPS:
            following = pointers.get(seen[-1])
            if following is None:
                break
            if following in survivors:
                ends[loser] = following
                break
            if following in seen:
                ends[loser] = min(seen[seen.index(following) :])
                break
            seen.append(following)
    return ends


def created_by_survivor(records, survivors: dict, column: str) -> dict:
    """{survivor: when the earliest record of it and those merged into it was created}.

    Args:
        records: {id: row}, merged rows included.
        survivors: {id: surviving id}.
        column: that holds the creation.
    """
    found: dict[str, datetime] = {}
    for key, row in records.items():
        moment = timestamp(row.get(column))
        if moment is not None:
            survivor = survivors[key]
            found[survivor] = min(found.get(survivor, moment), moment)
    return found


def latest_moment(moments) -> datetime | None:
    """The latest of some datetimes, None ignored; None if there is none."""
    return max((moment for moment in moments if moment is not None), default=None)


def _version_key(row: Row, modified_column: str | None):
    loaded = timestamp(row.get("_fivetran_synced")) or datetime.min
    modified = timestamp(row.get(modified_column)) if modified_column else None
    return (
        loaded,
        modified or datetime.min,
        sorted((column, value or "") for column, value in row.items()),
    )
