"""Writes the thresholds of seed `kpi_targets` into the marts' documentation.

`python -m tools.describe_targets` rewrites models/marts/kpis/_thresholds.md; dbt shows
each block in the description of its mart, so that no threshold is ever typed twice.
"""

import csv
from operator import itemgetter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "seeds" / "kpi_targets.csv"
MARTS = ROOT / "models" / "marts" / "kpis"
PAGE = MARTS / "_thresholds.md"
# Shown only where some target names a measure; empty is what the KPI is judged by.
MEASURE = ("Measure", "measure")
HEADINGS = (
    ("Period", "period_grain"),
    ("For", "dimension"),
    ("Value", "dimension_value"),
    ("Better", "direction"),
    ("Target", "target_value"),
    ("Warning", "warning_value"),
    ("Critical", "critical_value"),
    ("From", "valid_from"),
    ("To", "valid_to"),
    ("Owner", "owner"),
)


def cell(text: str) -> str:
    """A text as a cell of a table in markdown, whatever it holds."""
    return " ".join(text.split()).replace("|", "\\|")


def last_day(row: dict[str, str], targets: list[dict[str, str]]) -> str:
    """The last day of a version, or the words that another one ends it."""
    goal = itemgetter("kpi", "period_grain", "dimension", "dimension_value")
    is_replaced = any(
        goal(other) == goal(row) and other["valid_from"] > row["valid_from"]
        for other in targets
    )
    return row["valid_to"] or ("next version" if is_replaced else "")


def page(targets: list[dict[str, str]]) -> str:
    """The doc blocks `thresholds_<kpi>` of all marts, in the order of the seed.

    Args:
        targets: rows of seed `kpi_targets` as the CSV holds them (rates as shares,
            money in the reporting currency, days as days).
    """
    marts = sorted(file.stem.removeprefix("kpi_") for file in MARTS.glob("kpi_*.sql"))
    judged = [row["kpi"] for row in targets if row["kpi"] in marts]
    blocks = []
    for kpi in dict.fromkeys([*judged, *marts]):
        own = [row for row in targets if row["kpi"] == kpi]
        headings = HEADINGS
        if any(row["measure"] for row in own):
            headings = (MEASURE, *HEADINGS)
        lines = [
            f"{{% docs thresholds_{kpi} %}}",
            "| " + " | ".join(title for title, _ in headings) + " |",
            "|---" * len(headings) + "|",
        ]
        for row in own:
            shown = row | {"valid_to": last_day(row, targets)}
            cells = (cell(shown[column]) for _, column in headings)
            lines.append("| " + " | ".join(cells) + " |")
        blocks.append("\n".join([*lines, "{% enddocs %}\n"]))
    return "\n".join(blocks)


def main():
    """Rewrite the page from the seed."""
    with SEED.open(newline="", encoding="utf-8") as seed:
        PAGE.write_text(page(list(csv.DictReader(seed))), encoding="utf-8")


if __name__ == "__main__":
    main()
