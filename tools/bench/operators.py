"""Where the time of a run goes: seconds per model and kind of DuckDB operator."""

import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from .floor import beside_raw

# Kinds of operators, by the names that DuckDB's profile gives them.
KINDS = {
    "write": ("CREATE_TABLE_AS",),
    "read": ("SCAN",),
    "join": ("JOIN", "CROSS_PRODUCT"),
    "group": ("GROUP_BY", "AGGREGATE"),
    "sort": ("WINDOW", "ORDER_BY", "TOP_N"),
    "compute": ("PROJECTION", "FILTER"),
}


def kind_of(operator: str) -> str:
    """The kind of an operator, as HASH_JOIN is a join; `other` for none of KINDS."""
    for kind, names in KINDS.items():
        if any(name in operator for name in names):
            return kind
    return "other"


def seconds(operators: list[dict]) -> Counter:
    """{kind: seconds of all threads} of DuckDB's profile, a tree of operators."""
    found: Counter = Counter()
    for operator in operators:
        found[kind_of(operator["type"])] += operator["timing"]
        found += seconds(operator.get("children", []))
    return found


def profile(
    built: Path, raw: Path, target: Path, memory_limit: str
) -> dict[str, Counter]:
    """{model: {kind: seconds of all threads}} of each table of the last `dbt run`.

    Each model's compiled SQL (in run_results.json and manifest.json of dbt's folder
    `target`) runs once more on the finished database `built`, beside `raw`, into a file
    that is thrown away: alone, while dbt may run two models side by side.
    """
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    nodes = json.loads((target / "manifest.json").read_text("utf-8"))["nodes"]
    models: dict[str, Counter] = {}
    with TemporaryDirectory(dir=built.parent) as folder:
        con = beside_raw(str(built), str(raw), memory_limit, read_only=True)
        con.execute(
            f"attach '{folder}/out.duckdb' as out "
            "(read_write, storage_version 'v1.0.0')"
        )
        con.execute("pragma enable_profiling = 'no_output'")
        for result in results:
            node = nodes[result["unique_id"]]
            if node["config"]["materialized"] != "table":
                continue
            con.execute(f"create table out.{node['name']} as {result['compiled_code']}")
            found = json.loads(con.get_profiling_information(format="json"))
            models[node["name"]] = seconds(found["operator"])
            con.execute(f"drop table out.{node['name']}")
        con.close()
    return models


def table(models: dict[str, Counter], count: int = 15) -> str:
    """The dearest models as a table, the others and all of them in one row each."""
    dearest = sorted(models, key=lambda name: -models[name].total())
    others = sum((models[name] for name in dearest[count:]), Counter())
    rows = {
        **{f"`{name}`": models[name] for name in dearest[:count]},
        f"{len(dearest[count:])} others": others,
        "all": sum(models.values(), Counter()),
    }
    kinds = [*KINDS, "other"]
    lines = [
        f"| model | seconds | {' | '.join(kinds)} |",
        f"|---|{'---|' * (len(kinds) + 1)}",
    ]
    for name, found in rows.items():
        cells = [
            f"{value:.1f}" for value in (found.total(), *(found[k] for k in kinds))
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
