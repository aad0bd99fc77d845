"""Runs floor.sql: `python -m tools.bench.floor RAW OUT`, in a process of its own."""

import re
import sys
from pathlib import Path

import duckdb

PERIODS = {"month": "month", "quarter": "quarter", "fiscal_year": "year"}
COMMON = (
    "source_system",
    "region",
    "segment",
    "industry",
    "lead_source",
    "sales_team",
    "sales_rep",
)
CAC = ("channel", "region", "segment", "sales_team", "source_system")


def dimensions(option: str) -> tuple[str, ...]:
    """Dimensions of a grouping: `cac`, the common ones, or those and a further one."""
    if option == "cac":
        return CAC
    return (*COMMON, option) if option and not option.startswith("+") else COMMON


def dimension(names: tuple[str, ...]) -> str:
    """SQL of the columns dimension and dimension_value of a grouping."""
    tags = " ".join(f"when grouping({name}) = 0 then '{name}'" for name in names)
    values = " ".join(f"when grouping({name}) = 0 then {name}" for name in names)
    return (
        f"case {tags} else 'total' end as dimension, "
        f"case {values} else '(all)' end as dimension_value"
    )


def fill(match: re.Match) -> str:
    """SQL of one placeholder of floor.sql, {name} or {name:option}."""
    name, option = match.group(1), match.group(2) or ""
    names = dimensions(option)
    if name == "periods":
        return ", ".join(
            f"date_trunc('{part}', {option})::date as {grain}_start"
            for grain, part in PERIODS.items()
        )
    if name == "columns":
        grains = " ".join(
            f"when grouping({grain}_start) = 0 then '{grain}'" for grain in PERIODS
        )
        starts = " ".join(
            f"when grouping({grain}_start) = 0 then {grain}_start" for grain in PERIODS
        )
        return (
            f"case {grains} end as period_grain, case {starts} end as period_start, "
            + dimension(names)
        )
    if name == "dimension":
        return dimension(COMMON)
    if name == "sets":
        return ", ".join(f"({option}, {column})" for column in COMMON)
    beside = f", {option[1:]}" if option.startswith("+") else ""
    sets = ", ".join(
        f"({grain}_start{also}{beside})"
        for grain in PERIODS
        for also in ("", *(f", {column}" for column in names))
    )
    return f"group by grouping sets ({sets})"


def script() -> str:
    """floor.sql, complete."""
    text = (Path(__file__).parent / "floor.sql").read_text("utf-8")
    text = re.sub(r"--.*", "", text)
    return re.sub(
        r"\{(periods|columns|dimension|sets|grouping)(?::([^}]*))?\}", fill, text
    )


def beside_raw(
    database: str, raw: str, memory_limit: str | None = None, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """A database opened as dbt opens it in the bench: beside the raw file `raw`."""
    config = {"memory_limit": memory_limit} if memory_limit else {}
    con = duckdb.connect(database, read_only=read_only, config=config)
    con.execute("set timezone = 'UTC'")
    con.execute("set variable sales_kpis_hash_key = 'bench'")
    con.execute(f"attach '{raw}' as raw (read_only)")
    return con


def main() -> None:
    """Compute the six marts of the raw file RAW in the new file OUT."""
    raw, out = sys.argv[1:3]
    limit = sys.argv[3] if len(sys.argv) > 3 else None
    with beside_raw(out, raw, limit) as con:
        con.execute(script())


if __name__ == "__main__":
    main()
