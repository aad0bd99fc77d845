"""Compares the marts of a build with the tables of floor.sql."""

from pathlib import Path

import duckdb


def differences(floor: Path, built: Path) -> list[str]:
    """One sentence per mart and measure that differs, none if all are equal.

    Rows of a mart that floor.sql does not have are periods without anything: there
    every count must be 0. Counts and money are compared exactly, rates to 1e-9.
    """
    found = []
    with duckdb.connect() as con:
        con.execute(f"attach '{floor}' as f (read_only)")
        con.execute(f"attach '{built}' as b (read_only)")
        marts = con.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'f' order by table_name"
        ).fetchall()
        for (mart,) in marts:
            columns = con.execute(f"describe f.{mart}").fetchall()
            lost = con.execute(
                f"select count(*) from f.{mart} where kpi_key not in "
                f"(select kpi_key from b.marts.{mart})"
            ).fetchone()[0]
            if lost or not con.execute(f"select count(*) from f.{mart}").fetchone()[0]:
                found.append(f"{mart}: {lost} rows of floor.sql are missing")
            for name, kind, *_ in columns[1:]:
                if kind == "DOUBLE":
                    differs = (
                        f"(mine.{name} is null) != (other.{name} is null) "
                        f"or abs(mine.{name} - other.{name}) > 1e-9 "
                        f"* greatest(1, abs(other.{name}))"
                    )
                else:
                    differs = f"mine.{name} is distinct from other.{name}"
                missing = f"coalesce(mine.{name}, 0) != 0"
                count, key, mine, other = con.execute(
                    f"select count(*), min(kpi_key), arg_min(mine.{name}, kpi_key), "
                    f"arg_min(other.{name}, kpi_key) from b.marts.{mart} as mine "
                    f"left join f.{mart} as other using (kpi_key) "
                    f"where case when other.kpi_key is null then {missing} "
                    f"else {differs} end"
                ).fetchone()
                if count:
                    found.append(
                        f"{mart}.{name}: {count} rows, for instance {key}: "
                        f"{mine}, floor.sql {other}"
                    )
    return found
