"""Write the KPI catalogue, German and English, from where each thing is said once.

    .venv/bin/python -m tools.kpi_catalogue

Definitions come from the YAML files of the marts (English description, German meta),
thresholds and the worked example from the published marts of the sample company. A test
fails when docs/kpi_catalogue.*.md are not what comes out here.
"""

import sys
from pathlib import Path

import duckdb

from tools.definitions import english, is_default, models
from tools.describe_targets import cell
from tools.written import number, written

ROOT = Path(__file__).resolve().parent.parent
WORDS = {
    "en": {
        "title": "KPI catalogue",
        "intro": (
            "What each KPI means, what it is judged by, and one worked example from "
            "the sample company. Written by `python -m tools.kpi_catalogue`; do not "
            "edit. [Deutsch](kpi_catalogue.de.md)"
        ),
        "definition": "Definition",
        "grain": "Grain",
        "formula": "Formula",
        "counted_by": "Counted by",
        "mart": "Mart",
        "nuance": "Nuance",
        "thresholds": "Thresholds in force",
        "example": "Worked example",
        "none": "none",
        "head": ("period", "for", "target", "off target", "owner", "next review"),
        "ratio": "{label} {period} = {over} / {under} = **{value}**",
        "median": "{label} {period} = median of {n} cycles = **{value}**",
        "sum": "{label} {period} = **{value}**",
        "verdict": "Target {goal}: **{status}**.",
        "month": "month",
        "quarter": "quarter",
        "fiscal_year": "fiscal year",
        "total": "whole company",
        "on_target": "on target",
        "at_risk": "at risk",
        "off_target": "off target",
    },
    "de": {
        "title": "Kennzahlenkatalog",
        "intro": (
            "Was jede Kennzahl bedeutet, woran sie gemessen wird, und ein "
            "durchgerechnetes Beispiel aus der Musterfirma. Geschrieben von "
            "`python -m tools.kpi_catalogue`; nicht von Hand ändern. "
            "[English](kpi_catalogue.en.md)"
        ),
        "definition": "Definition",
        "grain": "Granularität",
        "formula": "Formel",
        "counted_by": "Gezählt nach",
        "mart": "Mart",
        "nuance": "Feinheit",
        "thresholds": "Geltende Schwellen",
        "example": "Beispiel",
        "none": "keine",
        "head": ("Zeitraum", "für", "Ziel", "verfehlt", "verantwortlich", "Prüfung"),
        "ratio": "{label} {period} = {over} / {under} = **{value}**",
        "median": "{label} {period} = Median aus {n} Zyklen = **{value}**",
        "sum": "{label} {period} = **{value}**",
        "verdict": "Ziel {goal}: **{status}**.",
        "month": "Monat",
        "quarter": "Quartal",
        "fiscal_year": "Geschäftsjahr",
        "total": "ganzes Unternehmen",
        "on_target": "Ziel erreicht",
        "at_risk": "gefährdet",
        "off_target": "verfehlt",
    },
}
GRAIN = {
    "de": "eine Zeile je Zeitraum (Monat, Quartal, Geschäftsjahr), Dimension und Wert"
}
# Of the last complete fiscal year with a verdict, the row that has a target of its own;
# of a KPI without one, of the last quarter or month.
EXAMPLES = """
select
    figures.kpi, figures.measure, unit, period_label, figures.dimension,
    figures.dimension_value, value, numerator, denominator, sample_size,
    figures.target_value, status, direction
from marts.kpi_values as figures
inner join marts.kpi_targets_in_force as targets
    on figures.kpi = targets.kpi
    and figures.measure = targets.measure
    and figures.period_grain = targets.period_grain
    and figures.dimension = targets.dimension
    and targets.dimension_value in (figures.dimension_value, '*')
    and figures.period_end between valid_from and coalesce(valid_to, figures.period_end)
where is_judged and status in ('on_target', 'at_risk', 'off_target')
    and figures.dimension in ('total', 'deal_type')
qualify row_number() over (
    partition by figures.kpi
    order by
        list_position(['fiscal_year', 'quarter', 'month'], figures.period_grain),
        period_start desc, figures.dimension = 'total' desc, figures.dimension_value,
        targets.dimension_value = '*'
) = 1
"""
IN_FORCE = """
select
    kpi, measure, unit, period_grain, dimension, dimension_value, direction,
    target_value, warning_value, critical_value, owner, next_review_on
from marts.kpi_targets_in_force
inner join (select distinct kpi, measure, unit from marts.kpi_values)
    using (kpi, measure)
where is_in_force
order by
    dimension != 'total', dimension, dimension_value,
    list_position(['month', 'quarter', 'fiscal_year'], period_grain)
"""


def signs(direction):
    """What stands before the goal and before the value where off target begins."""
    return ("≤", ">") if direction == "lower" else ("≥", "<")


def threshold_rows(targets, currency, language):
    """The table of a KPI's thresholds.

    Args:
        targets: rows of IN_FORCE as dicts.
        currency: ISO code of the reporting currency.
        language: en or de.
    """
    words = WORDS[language]
    yield f"| {' | '.join(words['head'])} |"
    yield "|---" * len(words["head"]) + "|"
    for target in targets:
        good, bad = signs(target["direction"])
        thresholds = (target[f"{t}_value"] for t in ("critical", "warning", "target"))
        goal, critical = (
            written(value, target["unit"], currency, language)
            for value in (
                target["target_value"],
                next(value for value in thresholds if value is not None),
            )
        )
        whole = target["dimension"] == "total"
        scope = words["total"] if whole else f"`{target['dimension_value']}`"
        if not is_default(target["kpi"], target["measure"]):
            scope += f", `{target['measure']}`"
        cells = (
            words[target["period_grain"]],
            scope,
            f"{good} {goal}",
            f"{bad} {critical}",
            target["owner"] or "",
            str(target["next_review_on"] or ""),
        )
        yield f"| {' | '.join(map(cell, cells))} |"


def example(row, label, direction, currency, language):
    """The worked example of one KPI, as one line."""
    words = WORDS[language]
    kind = {"growth": "money", "money": "money"}.get(row["unit"], "count")

    def part(value, unit):
        if unit == "money":
            return written(value, unit, currency, language)
        return number(value, 0, language)

    goal = written(row["target_value"], row["unit"], currency, language)
    scope = "" if row["dimension"] == "total" else f" (`{row['dimension_value']}`)"
    facts = {
        "label": f"{label}{scope}",
        "period": row["period_label"],
        "value": written(row["value"], row["unit"], currency, language),
        "n": row["sample_size"],
    }
    if row["measure"] == "median_cycle_days":
        text = words["median"].format(**facts)
    elif row["denominator"] is None:
        text = words["sum"].format(**facts)
    else:
        counts = "count" if row["unit"] == "money" else kind
        over, under = part(row["numerator"], kind), part(row["denominator"], counts)
        text = words["ratio"].format(over=over, under=under, **facts)
    sign = signs(direction)[0]
    verdict = words["verdict"].format(
        goal=f"{sign} {goal}", status=words[row["status"]]
    )
    return f"{text}. {verdict}"


def page(language, marts, targets, examples, labels, currency):
    """The catalogue in one language, as markdown.

    Args:
        language: en or de.
        marts: {name: model entry of its YAML file}.
        targets: rows of IN_FORCE as dicts.
        examples: {kpi: row of EXAMPLES as dict}.
        labels: {kpi: name in the language}, in the order of the page.
        currency: ISO code of the reporting currency.
    """
    words = WORDS[language]
    lines = [f"# {words['title']}", "", words["intro"], ""]
    for kpi, label in labels.items():
        mart = marts[f"kpi_{kpi}"]
        parts = english(mart["description"])
        if language == "de":
            parts = {"grain": GRAIN["de"], **mart["config"]["meta"]["de"]}
        own = [target for target in targets if target["kpi"] == kpi]
        lines += [f"## {label}", "", parts["definition"], "", "| | |", "|---|---|"]
        for part in ("formula", "grain", "counted_by"):
            lines.append(f"| **{words[part]}** | {parts[part]} |")
        lines += [f"| **{words['mart']}** | `kpi_{kpi}` |", ""]
        lines += [f"**{words['nuance']}.** {parts['nuance']}", ""]
        if own:
            lines += [f"**{words['thresholds']}**", ""]
            lines += [*threshold_rows(own, currency, language), ""]
        else:
            lines += [f"**{words['thresholds']}**: {words['none']}", ""]
        if kpi in examples:
            row = examples[kpi]
            measure = row["measure"]
            name = label if is_default(kpi, measure) else f"{label} (`{measure}`)"
            worked = example(row, name, row["direction"], currency, language)
            lines += [f"**{words['example']}.** {worked}", ""]
    return "\n".join(lines)


def pages(file):
    """Both pages from the published file `file`, as {path: text}."""
    marts = models(ROOT / "models" / "marts" / "kpis")
    with duckdb.connect(file, read_only=True) as database:

        def records(query):
            result = database.execute(query)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

        targets = records(IN_FORCE)
        examples = {row["kpi"]: row for row in records(EXAMPLES)}
        kpis = database.execute(
            "select kpi, any_value(label_en), any_value(label_de), max(kpi_number) "
            "from marts.kpi_scorecard group by kpi order by 4"
        ).fetchall()
        (currency,) = database.execute(
            "select max(currency_code) from marts.kpi_scorecard"
        ).fetchone()
    return {
        ROOT / "docs" / f"kpi_catalogue.{language}.md": page(
            language,
            marts,
            targets,
            examples,
            {row[0]: row[place] for row in kpis},
            currency,
        )
        for language, place in (("en", 1), ("de", 2))
    }


def main():
    """Write both pages."""
    file = ROOT / "warehouse" / "sales_kpis.duckdb"
    if not file.exists():
        sys.exit(f"There is no {file}: run `make build` with the sample first.")
    for path, text in pages(file).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
