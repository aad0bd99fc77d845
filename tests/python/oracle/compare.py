"""Compare the rows of a built mart with the oracle's, in readable sentences.

Money and counts must be equal exactly, doubles within 1e-9 (relative above 1).
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal

TOLERANCE = 1e-9


def compare(
    mart_rows: list[dict],
    oracle_rows: list[dict],
    *,
    labels: dict[str, str] | None = None,
    limit: int | None = None,
) -> list[str]:
    """Differences between a built mart and the oracle, one sentence each.

    Args:
        mart_rows: rows of one mart as dicts (DuckDB types).
        oracle_rows: rows of the same mart from `oracle.compute`.
        labels: {label in the mart: label in the oracle} of `sales_rep` values.
        limit: stop after so many differences.

    Returns:
        An empty list if the two agree: same keys, same columns, same values.
    """
    mart_rows = [_relabelled(row, labels or {}) for row in mart_rows]
    found = _duplicates(mart_rows, "mart") + _duplicates(oracle_rows, "oracle")
    in_mart = {row["kpi_key"]: row for row in mart_rows}
    in_oracle = {row["kpi_key"]: row for row in oracle_rows}
    for key in sorted(set(in_oracle) - set(in_mart)):
        found.append(f"{key}: row is missing in the mart")
    for key in sorted(set(in_mart) - set(in_oracle)):
        found.append(f"{key}: row is in the mart only")
    found += _column_differences(mart_rows, oracle_rows)
    for key in sorted(set(in_mart) & set(in_oracle)):
        mart, expected = in_mart[key], in_oracle[key]
        for column in expected:
            if column not in mart:
                continue
            if not same(mart[column], expected[column]):
                found.append(
                    f"{key}: {column} is {mart[column]!r} in the mart,"
                    f" {expected[column]!r} by the oracle"
                )
        if limit is not None and len(found) >= limit:
            return found[:limit]
    return found


def same(actual, expected) -> bool:
    """True if two values agree by the rules above."""
    if actual is None or expected is None:
        return actual is None and expected is None
    if isinstance(expected, bool) or isinstance(actual, bool):
        return actual is expected
    if isinstance(expected, float) or isinstance(actual, float):
        if isinstance(expected, Decimal) or isinstance(actual, Decimal):
            return False
        room = TOLERANCE * max(1.0, abs(expected))
        return abs(float(actual) - float(expected)) <= room
    if isinstance(expected, datetime) and isinstance(actual, datetime):
        return actual.replace(tzinfo=None) == expected
    return actual == expected


def _relabelled(row: dict, labels: dict[str, str]) -> dict:
    if row["dimension"] != "sales_rep" or row["dimension_value"] not in labels:
        return row
    label = labels[row["dimension_value"]]
    key = f"{row['period_grain']}|{row['period_start']}|sales_rep|{label}"
    return row | {"dimension_value": label, "kpi_key": key}


def _duplicates(rows: list[dict], where: str) -> list[str]:
    counts = Counter(row["kpi_key"] for row in rows)
    return [
        f"{key}: {count} rows in the {where}"
        for key, count in sorted(counts.items())
        if count > 1
    ]


def _column_differences(mart_rows, oracle_rows) -> list[str]:
    if not mart_rows or not oracle_rows:
        return []
    mart, expected = set(mart_rows[0]), set(oracle_rows[0])
    found = [
        f"column {column} is missing in the mart" for column in sorted(expected - mart)
    ]
    found += [
        f"column {column} is in the mart only, the oracle does not know it"
        for column in sorted(mart - expected)
    ]
    return found
