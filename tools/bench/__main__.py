"""Run the bench and write its table: `python -m tools.bench --help`."""

import argparse
import json
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from . import operators
from .compare import differences

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
MARK = "<!-- Below: written by `make bench`, not by hand. -->\n"
TIGHT = "1GB"
VARS = json.dumps(
    {
        "use_sample_data": False,
        "hubspot_enabled": False,
        "zoho_enabled": False,
        "salesforce_database": "raw",
        "salesforce_schema": "sample_salesforce",
        "finance_database": "raw",
        "finance_schema": "sample_finance",
    }
)
JOBS = {
    "floor": "floor.sql: the six KPI marts by hand",
    "kpis": "`dbt run` of the six KPI marts and all they need",
    "tight": "the same, DuckDB limited to 1 GB of memory",
    "all": "`dbt run` of everything",
    "start": "`dbt parse`, nothing changed",
    "import": "Python importing dbt",
}


class Cost(NamedTuple):
    """What one process cost: wall and CPU seconds, peak memory and output in MB."""

    wall: float
    cpu: float
    memory: float
    output: float


class Bench:
    """The jobs at one size; everything is written below one folder."""

    def __init__(self, folder: Path, opportunities: int, memory_limit: str):
        self.folder = folder
        self.raw = folder / f"salesforce_{opportunities}.duckdb"
        self.opportunities = opportunities
        self.memory_limit = memory_limit
        self.built = folder / "build.duckdb"
        self.seeded = folder / "seeded.duckdb"
        self.floor = folder / "floor.duckdb"
        self.env = os.environ | {
            "BENCH_RAW": str(self.raw),
            "DBT_PROFILES_DIR": str(Path(__file__).parent),
            "DBT_PROJECT_DIR": str(ROOT),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DO_NOT_TRACK": "1",
            "SALES_KPIS_DUCKDB_PATH": str(self.built),
            "SALES_KPIS_HASH_KEY": "bench",
        }

    def prepare(self) -> None:
        """Generate the raw tables, once, and a database with the seeds only."""
        if not self.raw.exists():
            part = self.raw.with_suffix(".part")
            part.unlink(missing_ok=True)
            self.run(
                *(sys.executable, "-m", "tools.sample_company", "--dirt", "0"),
                *("--crm", "salesforce", "--format", "duckdb", "--out", str(part)),
                *("--opportunities", str(self.opportunities)),
            )
            part.rename(self.raw)
        self.built.unlink(missing_ok=True)
        self.run(*self.dbt("seed"))
        self.run(
            *(sys.executable, "-c"),
            "import duckdb, sys\n"
            "con = duckdb.connect(sys.argv[1])\n"
            "con.execute(f\"attach '{sys.argv[2]}' as raw (read_only)\")\n"
            "con.execute('insert into seeds.sales_team_members by name '\n"
            "            'from raw.sample_mapping.sales_team_members')",
            *(str(self.built), str(self.raw)),
        )
        self.built.rename(self.seeded)

    def dbt(self, command: str, *options: str) -> tuple[str, ...]:
        """The command line of a dbt command."""
        dbt = str(Path(sys.executable).with_name("dbt"))
        return (dbt, "--quiet", command, "--vars", VARS, *options)

    def run(self, *command: str, memory_limit: str | None = None) -> Cost:
        """Run a command to its end and say what it cost; stop if it fails.

        With as little memory as TIGHT a failure is a result: the cost is NaN.
        """
        memory_limit = memory_limit or self.memory_limit
        # dbt parses anew when a profile changes: each limit has artefacts of its own.
        env = self.env | {
            "BENCH_MEMORY_LIMIT": memory_limit,
            # As profiles.yml has it, and as the page advises where memory is short.
            "BENCH_THREADS": "1" if memory_limit == TIGHT else "2",
            "DBT_TARGET_PATH": str(self.folder / f"dbt_{memory_limit}"),
        }
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=env)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode and memory_limit == TIGHT:
            return Cost(*(math.nan,) * 4)
        if process.returncode:
            sys.exit(f"{' '.join(command)[:200]} ended with {process.returncode}.")
        peak = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        return Cost(wall, used.ru_utime + used.ru_stime, peak, 0.0)

    def measure(self, job: str) -> Cost:
        """Run a job on a fresh database."""
        output = self.floor if job == "floor" else self.built
        output.unlink(missing_ok=True)
        before = 0
        if job in ("kpis", "tight", "all", "start"):
            before = self.seeded.stat().st_size
            shutil.copy(self.seeded, self.built)
        kpis = self.dbt("run", "--select", "+path:models/marts/kpis")
        command = {
            "floor": (
                *(sys.executable, "-m", "tools.bench.floor"),
                *(str(self.raw), str(self.floor), self.memory_limit),
            ),
            "kpis": kpis,
            "tight": kpis,
            "all": self.dbt("run"),
            "start": self.dbt("parse"),
            "import": (sys.executable, "-c", "import dbt.cli.main"),
        }[job]
        cost = self.run(*command, memory_limit=TIGHT if job == "tight" else None)
        after = output.stat().st_size if output.exists() else before
        return cost._replace(output=(after - before) / 2**20)

    def rounds(self, jobs: list[str], repeats: int) -> dict[str, list[Cost]]:
        """{job: its cost in each round}; stops if the marts differ from floor.sql."""
        self.prepare()
        costs: dict[str, list[Cost]] = {job: [] for job in jobs}
        for _ in range(repeats):
            for job in jobs:
                costs[job].append(self.measure(job))
                same = job in ("kpis", "tight") and costs[job][-1].wall > 0
                found = differences(self.floor, self.built) if same else []
                if found:
                    sys.exit("The marts differ from floor.sql:\n" + "\n".join(found))
        return costs

    def profile(self) -> str:
        """Where one more run of the six marts spends its time, as a table."""
        self.measure("kpis")
        target = self.folder / f"dbt_{self.memory_limit}"
        models = operators.profile(self.built, self.raw, target, self.memory_limit)
        return (
            "\nWhere it goes: seconds of all threads per model and kind of operator, "
            f"each model alone.\n\n{operators.table(models)}"
        )


def spread(values: list[float], digits: int = 1) -> str:
    """Median with smallest and largest, as `1.5 (1.2-2.0)`."""
    if any(math.isnan(value) for value in values):
        return "did not finish"
    low, mid, high = min(values), statistics.median(values), max(values)
    return f"{mid:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def table(opportunities: int, costs: dict[str, list[Cost]], where: str) -> str:
    """One size as a table, under a line that says where and when it was measured."""
    lines = [
        f"### {opportunities:,} opportunities\n",
        where,
        "| job | wall s | CPU s | peak MB | output MB | wall / floor | CPU / floor "
        "| peak / floor |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for job in costs:
        rounds = list(zip(costs[job], costs["floor"], strict=True))
        cells = [
            spread([cost.wall for cost in costs[job]]),
            spread([cost.cpu for cost in costs[job]]),
            spread([cost.memory for cost in costs[job]], 0),
            spread([cost.output for cost in costs[job]], 0),
            *(
                spread([getattr(a, of) / getattr(b, of) for a, b in rounds], 2)
                for of in ("wall", "cpu", "memory")
            ),
        ]
        lines.append(f"| {JOBS[job]} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def exponents(sizes: dict[int, dict[str, list[Cost]]]) -> str:
    """How cost grows from the smallest to the largest size: size to the power of it."""
    small, large = min(sizes), max(sizes)
    if small == large:
        return ""
    lines = [
        f"### Scale exponents, {small:,} to {large:,} opportunities\n",
        "1.0 is linear. Medians; dbt's start is taken off its runs.\n",
        "| job | CPU | wall |",
        "|---|---|---|",
    ]
    for job in [job for job in sizes[small] if job not in ("start", "import")]:
        cells = []
        for of in ("cpu", "wall"):
            costs = []
            for size in (small, large):
                mid = {
                    name: statistics.median(getattr(cost, of) for cost in rounds)
                    for name, rounds in sizes[size].items()
                }
                costs.append(mid[job] - (0 if job == "floor" else mid["start"]))
            growth = math.log(costs[1] / costs[0]) / math.log(large / small)
            cells.append("did not finish" if math.isnan(growth) else f"{growth:.2f}")
        lines.append(f"| {JOBS[job]} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def merged(page: str, results: list[str]) -> str:
    """The page with results put in the place of those that have the same heading."""
    text, _, measured = page.partition(MARK)
    sections = {
        section.split("\n")[0]: section.strip()
        for section in re.split(r"^(?=### )", measured, flags=re.MULTILINE) + results
        if section.startswith("### ")
    }
    # Sizes in ascending order, then how cost grows from one to the next.
    headings = sorted(sections, key=lambda text: ("exponents" in text, len(text), text))
    return text + MARK + "".join(f"\n{sections[heading]}\n" for heading in headings)


def machine(load: float, memory_limit: str, repeats: int) -> str:
    """Where and when this was measured, and how busy the machine was."""
    cpus = Path("/proc/cpuinfo")  # of Linux
    names = [
        line.split(":")[1].strip()
        for line in (cpus.read_text("utf-8") if cpus.exists() else "").splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("duckdb", "dbt-core", "dbt-duckdb")
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores "
        f"({names[0] if names else platform.machine()}), {memory:.0f} GB, "
        f"memory limit {memory_limit}, Python {platform.python_version()}, "
        f"{packages}; load before the start {load:.1f}; rounds: {repeats}, "
        "shown as median (lowest-highest).\n"
    )


def main() -> None:
    """Parse the command line, measure, write the page."""
    parser = argparse.ArgumentParser(prog="tools.bench", description=__doc__)
    parser.add_argument(
        "--opportunities", type=int, nargs="+", default=[100_000, 1_000_000]
    )
    parser.add_argument(
        "--jobs",
        nargs="*",
        choices=[*JOBS],
        default=[job for job in JOBS if job != "tight"],
        help="beside floor, kpis, start",
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory-limit", default="80%", help="of DuckDB, as 1GB")
    parser.add_argument(
        "--profile", action="store_true", help="add seconds per model and operator"
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "bench")
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    jobs = [job for job in JOBS if job in {"floor", "kpis", "start", *options.jobs}]
    sizes, profiles = {}, {}
    for size in sorted(options.opportunities):
        bench = Bench(folder, size, options.memory_limit)
        sizes[size] = bench.rounds(jobs, options.repeats)
        profiles[size] = bench.profile() if options.profile else ""
    where = machine(load, options.memory_limit, options.repeats)
    results = [
        table(size, costs, where) + profiles[size] for size, costs in sizes.items()
    ]
    results.append(exponents(sizes))
    text = options.page.read_text("utf-8") if options.page.exists() else MARK
    options.page.write_text(merged(text, results), "utf-8")
    print("\n".join(results))


if __name__ == "__main__":
    main()
