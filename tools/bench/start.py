"""What dbt needs before any SQL: `python -m tools.bench.start`, run in CI.

Takes the CPU time of a full `dbt parse` as a ratio to that of importing dbt, which
makes machines comparable, and counts the nodes that each build goes through. Warns
where a figure is more than a tenth above the one in start.json; `--write` accepts it.
"""

import json
import os
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
ACCEPTED = Path(__file__).with_suffix(".json")
REPEATS = 3
TOLERANCE = 1.1


def cpu_seconds(*command: str) -> float:
    """Least CPU time of a command that ran several times; stops if it fails."""
    seconds = []
    for _ in range(REPEATS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=ROOT, check=True, env=os.environ)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        )
    return min(seconds)


def figures() -> dict[str, float]:
    """The figures: nodes by type and the ratio of parsing to importing dbt."""
    dbt = str(Path(sys.executable).with_name("dbt"))
    with TemporaryDirectory() as folder:
        options = ("--target-path", folder, "--log-path", folder)
        parse = cpu_seconds(dbt, "--quiet", "--no-partial-parse", "parse", *options)
        manifest = json.loads((Path(folder) / "manifest.json").read_text("utf-8"))
    imported = cpu_seconds(sys.executable, "-c", "import dbt.cli.main")
    nodes = Counter(node["resource_type"] for node in manifest["nodes"].values())
    nodes["unit_test"] = len(manifest["unit_tests"])
    return {
        **{f"{kind} nodes": count for kind, count in sorted(nodes.items())},
        "parse / import": round(parse / imported, 2),
    }


def warnings(found: dict[str, float], accepted: dict[str, float]) -> list[str]:
    """One sentence per figure that grew by more than a tenth, or is new."""
    return [
        f"{name}: {value:g}, accepted are {accepted.get(name, 0):g}. If the change is "
        "worth it, accept it with `python -m tools.bench.start --write`."
        for name, value in found.items()
        if value > TOLERANCE * accepted.get(name, 0)
    ]


def main() -> None:
    """Measure, and warn as GitHub shows it, or accept with `--write`."""
    found = figures()
    print(json.dumps(found, indent=2))
    if sys.argv[1:] == ["--write"]:
        ACCEPTED.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
        return
    for sentence in warnings(found, json.loads(ACCEPTED.read_text("utf-8"))):
        print(f"::warning title=Fixed cost::{sentence}")


if __name__ == "__main__":
    main()
