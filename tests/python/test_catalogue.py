"""The documents about the KPIs say what the project does."""

import csv
import datetime
import re
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from builds import KPI_MARTS

from tools import describe_targets
from tools.definitions import models
from tools.kpi_catalogue import example, pages, threshold_rows
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
    assert set(kpis) == set(KPI_MARTS)
    for name, model in kpis.items():
        german = model["config"]["meta"]["de"]
        assert set(german) == {"definition", "formula", "counted_by", "nuance"}, name


def test_the_scorecard_calls_a_kpi_what_its_definition_calls_it(published):
    with duckdb.connect(published / "sales_kpis.duckdb", read_only=True) as database:
        called = database.execute(
            "select distinct kpi, label_de, label_en from marts.kpi_scorecard"
        ).fetchall()
    metas = {
        name.removeprefix("kpi_"): model["config"]["meta"]
        for name, model in models(MARTS / "kpis").items()
    }
    assert set(called) == {
        (kpi, meta["label_de"], meta["label_en"]) for kpi, meta in metas.items()
    }


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


GOAL = {
    "kpi": "conversion_rate",
    "measure": "",
    "period_grain": "month",
    "dimension": "total",
    "dimension_value": "(all)",
    "direction": "higher",
    "target_value": "0.05",
    "warning_value": "",
    "critical_value": "",
    "valid_from": "2026-01-01",
    "valid_to": "",
    "owner": "Head of Sales",
    "next_review_on": "2027-06-30",
}
# The same as kpi_targets_in_force says it, and one on another measure.
RATE = GOAL | {"measure": "conversion_rate", "unit": "share", "target_value": 0.05}
RATE |= {"warning_value": None, "critical_value": None}
RATE |= {"next_review_on": datetime.date(2027, 6, 30)}
LEADS = RATE | {"measure": "lead_count", "unit": "count"}
LEADS |= {"target_value": 1500.0, "critical_value": 900.0}


def test_a_goal_for_another_measure_names_it_and_is_written_in_its_unit():
    rows = list(threshold_rows([RATE, LEADS], "EUR", "en"))[2:]
    assert [row.split(" | ")[1:4] for row in rows] == [
        ["whole company", "≥ 5.0 %", "< 5.0 %"],
        ["whole company, `lead_count`", "≥ 1,500", "< 900"],
    ]


def test_off_target_begins_at_the_last_threshold_there_is():
    levels = ({"critical_value": 0.0}, {}, {"warning_value": None})
    cases = [RATE | {"warning_value": 0.03} | level for level in levels]
    rows = list(threshold_rows(cases, "EUR", "de"))[2:]
    ends = [row.split(" | ")[3] for row in rows]
    assert ends == ["< 0,0 %", "< 3,0 %", "< 5,0 %"]


def test_no_text_of_a_target_breaks_its_table():
    owner = "Head of Sales |\nDACH"
    (_, _, row) = threshold_rows([RATE | {"owner": owner}], "EUR", "en")
    assert r" | Head of Sales \| DACH | 2027-06-30 |" in row
    lines = describe_targets.page([GOAL | {"owner": owner}]).splitlines()
    (row,) = [line for line in lines if "Sales" in line]
    assert row.endswith(r" | Head of Sales \| DACH |")


def test_the_example_of_a_count_is_the_count():
    row = LEADS | {"period_label": "FY2025", "value": 1120.0, "numerator": 1120.0}
    row |= {"denominator": None, "sample_size": 1120, "status": "off_target"}
    assert example(row, "Leads", "higher", "EUR", "de") == (
        "Leads FY2025 = **1.120**. Ziel ≥ 1.500: **verfehlt**."
    )


@pytest.fixture
def section(published, tmp_path):
    """The English section of a KPI after statements on the published marts."""

    def read(label, *statements):
        file = tmp_path / "changed.duckdb"
        shutil.copyfile(published / "sales_kpis.duckdb", file)
        with duckdb.connect(file) as database:
            for statement in statements:
                database.execute(statement)
        text = pages(file)[ROOT / "docs" / "kpi_catalogue.en.md"]
        return text.partition(f"## {label}\n")[2].partition("\n## ")[0]

    return read


def test_the_goal_of_next_year_is_not_in_force(section):
    text = section(
        "Churn rate",
        "update marts.kpi_targets_in_force set valid_to = '2026-12-31' "
        "where target_id = 'churn_rate_fiscal_year'",
        "insert into marts.kpi_targets_in_force select * replace ("
        "target_id || '_2027' as target_id, 0.08 as target_value, "
        "date '2027-01-01' as valid_from, null as valid_to, false as is_in_force) "
        "from marts.kpi_targets_in_force where target_id = 'churn_rate_fiscal_year'",
    )
    rows = [line for line in text.splitlines() if line.startswith("| fiscal year")]
    assert [row.split(" | ")[2] for row in rows] == ["≤ 10.0 %"]


def test_a_kpi_without_a_target_in_force_says_so(section):
    text = section(
        "Conversion rate",
        "update marts.kpi_targets_in_force set valid_to = '2025-12-31', "
        "is_in_force = false where kpi = 'conversion_rate'",
    )
    assert "**Thresholds in force**: none" in text
    # What was judged then is still an example.
    assert re.search(r"Conversion rate FY2025 = .* Target ≥ 5\.0 %", text)


@pytest.mark.parametrize("grains", ["('fiscal_year')", "('fiscal_year', 'quarter')"])
def test_the_example_is_of_the_longest_period_with_a_target(section, grains):
    gone = f"kpi = 'churn_rate' and period_grain in {grains}"
    text = section(
        "Churn rate",
        f"delete from marts.kpi_targets_in_force where {gone}",
        "update marts.kpi_values set target_value = null, status = 'no_target' "
        f"where {gone}",
    )
    label = "2026-0" if "quarter" in grains else "FY2026 Q"
    assert f"**Worked example.** Churn rate {label}" in text


def test_a_kpi_without_any_target_has_no_example(section):
    text = section(
        "Churn rate", "delete from marts.kpi_targets_in_force where kpi = 'churn_rate'"
    )
    assert "**Nuance.**" in text
    assert "Worked example" not in text


def test_an_example_of_another_measure_names_it(section):
    row = "kpi = 'churn_rate' and period_grain = 'fiscal_year' and dimension = 'total'"
    measure = "measure = 'net_revenue_churn_rate'"
    text = section(
        "Churn rate",
        f"update marts.kpi_targets_in_force set {measure} where {row}",
        f"update marts.kpi_values set is_judged = {measure}, target_value = 0.1, "
        f"status = 'off_target' where {row} and is_complete_period",
    )
    assert "**Worked example.** Churn rate (`net_revenue_churn_rate`) FY2025 = " in text
    assert "| fiscal year | whole company, `net_revenue_churn_rate` | ≤ 10.0 %" in text


def test_thresholds_name_a_measure_only_where_a_target_does():
    def heads(*targets):
        lines = describe_targets.page(list(targets)).splitlines()
        return [lines[i + 1] for i, line in enumerate(lines) if "_conversion" in line]

    assert heads(GOAL)[0].startswith("| Period | For |")
    leads = GOAL | {"measure": "lead_count"}
    assert heads(GOAL, leads)[0].startswith("| Measure | Period | For |")


def test_thresholds_say_which_version_of_a_goal_the_next_one_ends():
    goals = [
        GOAL | {"valid_from": "2024-01-01", "valid_to": "2024-12-31"},
        GOAL | {"valid_from": "2025-01-01"},
        GOAL,
        GOAL | {"period_grain": "quarter"},
    ]
    lines = describe_targets.page(goals).splitlines()
    ends = [line.split(" | ")[8] for line in lines if "Head of Sales" in line]
    assert ends == ["2024-12-31", "next version", "", ""]


def test_a_kpi_without_a_target_has_a_table_too():
    text = describe_targets.page([GOAL])
    kpis = re.findall(r"docs thresholds_(\w+)", text)
    assert kpis[0] == GOAL["kpi"]
    assert sorted(f"kpi_{kpi}" for kpi in kpis) == sorted(KPI_MARTS)


def test_the_thresholds_in_the_documentation_are_those_of_the_seed():
    with describe_targets.SEED.open(newline="", encoding="utf-8") as seed:
        text = describe_targets.page(list(csv.DictReader(seed)))
    assert describe_targets.PAGE.read_text(encoding="utf-8") == text, (
        "_thresholds.md is old: `python -m tools.describe_targets`"
    )
