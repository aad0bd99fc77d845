"""What the marts mean, in both languages, read from where it is written once.

English stands in dbt's description of a model, German beside it in `config.meta.de`.
"""

import re
from pathlib import Path

import yaml

MACROS = Path(__file__).resolve().parent.parent / "macros" / "kpi"
# The C parser, ten times as fast, where PyYAML has it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FACTS = {"Grain": "grain", "Formula": "formula", "Counted by": "counted_by"}
# Measures of a KPI in the order in which the dashboard offers them beside the judged
# one; the first is what the KPI is judged by unless a target names another.
MEASURES = {
    "revenue_growth": ["year_over_year_growth", "revenue"],
    "sales_cycle_length": ["median_cycle_days", "mean_cycle_days"],
    "conversion_rate": ["conversion_rate", "win_rate"],
    "average_order_value": ["average_order_value"],
    "churn_rate": ["churn_rate", "net_revenue_churn_rate"],
    "customer_acquisition_cost": ["customer_acquisition_cost", "acquisition_spend"],
}


def is_default(kpi, measure):
    """Whether a KPI is judged by this measure unless a target names another."""
    return measure == MEASURES.get(kpi, [measure])[0]


def lower_is_better():
    """KPIs of which less is better, from the macro by which the marts know them."""
    text = (MACROS / "kpi_measures.sql").read_text("utf-8")
    macro = text.partition("macro default_direction(")[2].partition("endmacro")[0]
    return set(MEASURES) & set(re.findall(r"'(\w+)'", macro))


def english(description):
    """What a description says: definition, grain, formula, counted_by, nuance.

    Args:
        description: markdown as dbt holds it: a first paragraph, a table of facts in
            bold, a paragraph that begins with Nuance. Parts that are missing are left
            out.
    """
    paragraphs = [" ".join(part.split()) for part in description.split("\n\n")]
    parts = {"definition": paragraphs[0]}
    for name, text in re.findall(r"\| \*\*(.+?)\*\* \| (.*?) \|", description):
        if name in FACTS:
            parts[FACTS[name]] = text
    for paragraph in paragraphs:
        if paragraph.startswith("**Nuance.** "):
            parts["nuance"] = paragraph.removeprefix("**Nuance.** ")
    return parts


def models(folder):
    """All models of the YAML files below a folder, as {name: entry}."""
    return {
        model["name"]: model
        for file in sorted(folder.rglob("*.yml"))
        for model in (yaml.load(file.read_text("utf-8"), LOADER) or {}).get(
            "models", []
        )
    }


def german(folder):
    """The same parts in German by model, from the models' YAML files below a folder."""
    found = {}
    for name, model in models(folder).items():
        words = model.get("config", {}).get("meta", {}).get("de")
        if words:
            found[name] = words
    return found
