"""The documents about the KPIs say what the project does."""

import re
from pathlib import Path

import pytest
import yaml

from tools.definitions import models
from tools.kpi_catalogue import pages
from tools.written import written

ROOT = Path(__file__).resolve().parents[2]
MARTS = ROOT / "models" / "marts"


def test_the_catalogue_is_the_one_of_these_definitions_targets_and_marts(published):
    for path, text in pages(published / "sales_kpis.duckdb").items():
        assert path.read_text(encoding="utf-8") == text, (
            f"{path.name} is old: `make build`, then `python -m tools.kpi_catalogue`"
        )


def test_every_kpi_is_defined_in_german_and_english():
    kpis = models(MARTS / "kpis")
    assert len(kpis) == 6
    for name, model in kpis.items():
        german = model["config"]["meta"]["de"]
        assert set(german) == {"definition", "formula", "counted_by", "nuance"}, name


def test_every_published_mart_ends_in_an_exposure():
    exposures = yaml.safe_load((MARTS / "_exposures.yml").read_text())["exposures"]
    used = {
        exposure["name"]: set(
            re.findall(r"ref\('(\w+)'\)", str(exposure["depends_on"]))
        )
        for exposure in exposures
    }
    # The history stands in a schema of its own, which is not published.
    assert used["published_marts"] == set(models(MARTS)) - set(
        models(MARTS / "history")
    )
    figures = (ROOT / "tools" / "dashboard" / "figures.py").read_text()
    assert used["sales_cockpit"] == set(re.findall(r"marts\.(\w+)", figures))


def test_the_overview_links_to_models_that_exist():
    links = re.findall(
        r"\[(\w+)\]\(#!/model/model\.sales_kpis\.(\w+)\)",
        (ROOT / "models" / "_overview.md").read_text(),
    )
    assert {target for _, target in links} > set(models(MARTS / "kpis"))
    marts = models(MARTS)
    for words, target in links:
        assert words == target
        assert target in marts


@pytest.mark.parametrize(
    ("value", "unit", "english", "german"),
    [
        (-0.06649, "growth", "-6.6 %", "-6,6 %"),
        (0.0625, "share", "6.3 %", "6,3 %"),
        (17470, "money", "17,470.00 EUR", "17.470,00 EUR"),
        (1, "days", "1 day", "1 Tag"),
        (54.5, "days", "54.5 days", "54,5 Tage"),
        (12, "months", "12 months", "12 Monate"),
        (1234, "count", "1,234", "1.234"),
        (None, "money", "-", "-"),
    ],
)
def test_a_figure_is_written_with_its_unit(value, unit, english, german):
    assert written(value, unit, "EUR") == english
    assert written(value, unit, "EUR", "de") == german
