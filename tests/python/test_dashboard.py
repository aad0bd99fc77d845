"""The dashboard in a real browser: what it shows is what the marts say.

Every expected figure comes from SQL on the published file and is written here by rules
of its own; the page's own code is never asked.
"""

import csv
import functools
import io
import itertools
import random
import re
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from builds import KPI_MARTS, query
from playwright.sync_api import expect, sync_playwright

from tools.dashboard.__main__ import hashed, write

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "target" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DAY_AFTER = "2026-07-01T08:00:00Z"
GRAINS = {"month": 12, "quarter": 4, "fiscal_year": 1}
STATUS = {
    "de": {
        "on_target": "Ziel erreicht",
        "at_risk": "gefährdet",
        "off_target": "verfehlt",
        "no_target": "kein Ziel",
        "insufficient_data": "zu wenig Daten",
        "no_data": "keine Daten",
        "period_open": "Zeitraum offen",
    },
    "en": {
        "on_target": "on target",
        "at_risk": "at risk",
        "off_target": "off target",
        "no_target": "no target",
        "insufficient_data": "too little data",
        "no_data": "no data",
        "period_open": "period open",
    },
}
MINUS, NOTHING = "\u2212", "\u2013"
LOWER_IS_BETTER = ("sales_cycle_length", "churn_rate", "customer_acquisition_cost")


EFFECTS = (
    "base_revenue",
    "volume_effect",
    "value_effect",
    "refund_effect",
    "revenue",
)


# --- How numbers are written, by rules of the test's own ---
def decimals(value, digits, language, plus=False):
    """A number with separators of the language; half away from zero."""
    exact = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{abs(exact):,.{digits}f}"
    if language == "de":
        text = text.translate(str.maketrans(",.", ".,"))
    sign = MINUS if exact < 0 else "+" if plus and exact > 0 else ""
    return sign + text


def written(value, unit, language="de"):
    """A figure as the page writes it."""
    if value is None:
        return NOTHING
    if unit in ("share", "growth"):
        text = decimals(Decimal(value) * 100, 1, language)
        return f"{text} %" if language == "de" else f"{text}%"
    if unit == "money":
        text = decimals(value, 0, language)
        if language == "de":
            return f"{text} €"
        return f"{MINUS}€{text[1:]}" if text.startswith(MINUS) else f"€{text}"
    if unit == "days":
        word = {"de": ("Tag", "Tage"), "en": ("day", "days")}[language][abs(value) != 1]
        return f"{decimals(value, 0 if value == int(value) else 1, language)} {word}"
    return decimals(value, 0, language)


def difference(value, unit, language="de"):
    """A change as the page writes it."""
    if unit in ("share", "growth"):
        points = {"de": "Pp.", "en": "pp"}[language]
        return f"{decimals(value * 100, 1, language, plus=True)} {points}"
    if unit == "money":
        text = decimals(value, 0, language, plus=True)
        return f"{text} €" if language == "de" else f"{text[0]}€{text[1:]}"
    digits = 0 if value == int(value) else 1
    if unit == "count":
        return decimals(value, digits, language, plus=True)
    days = {"de": ("Tag", "Tage"), "en": ("day", "days")}[language][abs(value) != 1]
    return f"{decimals(value, digits, language, plus=True)} {days}"


def plain(text):
    """Text with ordinary spaces only."""
    return re.sub(r"\s+", " ", text).strip()


# --- The page ---
@pytest.fixture(scope="module")
def warehouse(published):
    """The sample company, published, with its dashboard."""
    write(published)
    return published


@pytest.fixture(scope="module")
def sql(warehouse):
    """Asks the published file, apart from everything the dashboard does."""
    with duckdb.connect(warehouse / "sales_kpis.duckdb", read_only=True) as database:
        yield lambda text, *parameters: query(database, text, parameters)


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail(
            "The dashboard is tested in a real browser and there is none: install one, "
            "on Debian and Ubuntu with `sudo apt-get install chromium`."
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, warehouse):
    """Opens the dashboard; afterwards there was no request and no console message."""
    wrong, contexts = [], []

    def open_page(address="", folder=warehouse, now=DAY_AFTER, width=1280, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, accept_downloads=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "blob:", "data:"))
                else wrong.append(request.url)
            ),
        )
        page.clock.set_fixed_time(now)
        page.goto(f"file://{folder / 'dashboard.html'}{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def card(page, kpi):
    """What a card of the scorecard shows."""
    holder = page.locator(f".card[data-kpi={kpi}]")
    changes = {
        change.get_attribute("data-change"): [
            plain(text) for text in change.locator("dd").all_inner_texts()
        ]
        for change in holder.locator("[data-change]").all()
    }
    return {
        "value": plain(holder.locator(".figure").inner_text()),
        "status": plain(holder.locator(".status span").last.inner_text())
        if holder.locator(".status").count()
        else None,
        "goal": plain(holder.locator(".goal-text").inner_text())
        if holder.locator(".goal-text").count()
        else None,
        "changes": changes,
        "sample": plain(holder.locator(".sample").inner_text())
        if holder.locator(".sample").count()
        else None,
    }


def expected_card(row, language):
    """The same of a row of kpi_scorecard."""
    unit = row["unit"]
    is_lower_better = row["kpi"] in LOWER_IS_BETTER and unit != "count"
    sign = "≤" if is_lower_better else "≥"
    words = {
        "de": ("schlechter", "unverändert", "besser", "Ziel", "ohne Ziel"),
        "en": ("worse", "unchanged", "better", "Target", "no target"),
    }[language]
    changes = {}
    for name, change in (
        ("period", row["change_to_prior_period"]),
        ("year", row["change_to_prior_year"]),
    ):
        if change is None or (
            name == "period" and row["period_grain"] == "fiscal_year"
        ):
            continue
        text = difference(change, unit, language)
        good = -change if is_lower_better else change
        verdict = 1 if text[0] not in f"+{MINUS}" else 2 if good > 0 else 0
        changes[name] = [text, words[verdict]]
    target = row["target_value"]
    return {
        "value": written(row["value"], unit, language),
        "status": STATUS[language][row["status"]],
        "goal": words[4]
        if target is None
        else f"{words[3]} {sign} {written(target, unit, language)}",
        "changes": changes,
    }


# --- Every number shown equals the mart ---
@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_scorecard_shows_the_marts_figures_and_verdicts(
    visit, sql, grain, language
):
    page = visit(f"#lang={language}&grain={grain}")
    rows = sql(
        "select * from marts.kpi_scorecard where period_grain = ? and is_headline "
        "order by kpi_number",
        grain,
    )
    assert {f"kpi_{row['kpi']}" for row in rows} == set(KPI_MARTS)
    for row in rows:
        shown = card(page, row["kpi"])
        del shown["sample"]
        assert shown == expected_card(row, language), row["kpi"]
        name = page.locator(f"#card-{row['kpi']}").inner_text()
        assert name == row[f"label_{language}"]


def test_without_a_target_a_kpi_knows_which_way_is_better(visit, warehouse, tmp_path):
    folder = changed(
        warehouse,
        tmp_path / "untargeted",
        "update marts.kpi_scorecard set direction = null, target_value = null",
    )
    page = visit("#lang=de&grain=quarter", folder=folder)
    for row in rows_of(
        folder,
        "select * from marts.kpi_scorecard where period_grain = 'quarter' "
        "and is_headline",
    ):
        changes = expected_card(row, "de")["changes"]
        assert card(page, row["kpi"])["changes"] == changes, row["kpi"]


def test_a_card_says_on_what_its_figure_stands(visit, sql):
    page = visit("#lang=de&grain=quarter")

    def latest(mart, dimension="total", value="(all)"):
        return sql(
            f"select * from marts.kpi_{mart} where period_grain = 'quarter' and "
            "dimension = ? and dimension_value = ? and status != 'period_open' "
            "order by period_start desc limit 1",
            dimension,
            value,
        )[0]

    growth, cycle = latest("revenue_growth"), latest("sales_cycle_length")
    conversion, churn = latest("conversion_rate"), latest("churn_rate")
    order = latest("average_order_value", "deal_type", "new_business")
    cost = latest("customer_acquisition_cost")
    expected = {
        "revenue_growth": f"Umsatz {written(growth['revenue'], 'money')} · "
        f"{growth['order_count']} Aufträge",
        "sales_cycle_length": f"{cycle['cycle_count']} gewonnene Leads",
        "conversion_rate": f"{conversion['customer_count']} von "
        f"{conversion['lead_count']} Leads",
        "average_order_value": f"{order['order_count']} Aufträge",
        "churn_rate": f"{churn['churned_customers']} von "
        f"{churn['customers_at_start']} Kunden",
        "customer_acquisition_cost": f"{written(cost['acquisition_spend'], 'money')} "
        f"für {cost['new_customer_count']} Neukunden",
    }
    assert {kpi: card(page, kpi)["sample"] for kpi in expected} == expected


def table_of(page, panel):
    """The cells of a panel's table, as texts by row."""
    return page.locator(f"#panel-{panel} tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.children].map(cell => "
        "cell.innerText.replace(/\\s+/g, ' ').trim()))"
    )


MEASURES = [
    ("revenue_growth", "year_over_year_growth"),
    ("revenue_growth", "revenue"),
    ("sales_cycle_length", "median_cycle_days"),
    ("sales_cycle_length", "mean_cycle_days"),
    ("conversion_rate", "conversion_rate"),
    ("conversion_rate", "win_rate"),
    ("churn_rate", "churn_rate"),
    ("churn_rate", "net_revenue_churn_rate"),
    ("customer_acquisition_cost", "customer_acquisition_cost"),
    ("customer_acquisition_cost", "acquisition_spend"),
]


def clicks(page, sequences, panel):
    """The rows of a panel after each sequence of clicks, all in one call.

    A step is the id of a button, or of a select and the value to choose.
    """
    return page.evaluate(
        """([sequences, panel]) => sequences.map((steps) => {
            for (const step of steps) {
                const [id, value] = Array.isArray(step) ? step : [step];
                const control = document.getElementById(id);
                if (value === undefined) control.click();
                else {
                    control.value = value;
                    control.dispatchEvent(new Event("change"));
                }
            }
            const rows = document.querySelectorAll(`#panel-${panel} tbody tr`);
            const text = (cell) => cell.innerText.replace(/\\s+/g, " ").trim();
            return [...rows].map((row) =>
                [row.dataset.value, ...[...row.children].map(text)]);
        })""",
        [sequences, panel],
    )


@pytest.mark.parametrize(("grain", "count"), [("month", 24), ("quarter", 12)])
def test_the_trend_shows_every_period_of_every_measure(visit, sql, grain, count):
    page = visit(f"#lang=de&grain={grain}")
    page.click("#table-trend")
    sequences = [(f"card-{kpi}", f"measure-{measure}") for kpi, measure in MEASURES]
    for (kpi, measure), shown in zip(
        MEASURES, clicks(page, sequences, "trend"), strict=True
    ):
        rows = sql(
            "select *, lag(value, ?) over (order by period_start) as year_before "
            "from marts.kpi_values where kpi = ? and measure = ? and dimension = "
            "'total' and period_grain = ? order by period_start",
            GRAINS[grain],
            kpi,
            measure,
            grain,
        )[-count:]
        unit = rows[0]["unit"]
        assert [cells[2:] for cells in shown] == [
            [
                written(row["value"], unit),
                written(row["year_before"], unit),
                written(row["target_value"], unit),
                STATUS["de"][row["status"]],
                written(row["sample_size"], "count"),
            ]
            for row in rows
        ], (kpi, measure)


def test_an_open_period_is_hatched(visit):
    page = visit("#lang=de&grain=quarter&kpi=churn_rate")
    hatched = "#panel-trend svg pattern"
    rows = []
    page.click("#table-trend")
    rows = table_of(page, "trend")
    page.click("#table-trend")
    provisional = [
        row for row in rows if row[4] == "Zeitraum offen" and row[1] != NOTHING
    ]
    assert len(provisional) == 1
    assert page.locator(hatched).count() == 1
    page.click("#card-average_order_value")
    page.click("#grain-fiscal_year")
    page.click("#card-customer_acquisition_cost")
    assert page.locator(hatched).count() == 1
    page.click("#grain-quarter")
    assert page.locator(hatched).count() == 0


@pytest.mark.parametrize("grain", ["quarter", "fiscal_year"])
def test_the_breakdown_shows_every_value_of_every_dimension(visit, sql, grain):
    page = visit(f"#lang=de&grain={grain}")
    asked = [
        (row["kpi"], row["dimension"])
        for row in sql(
            "select distinct kpi, dimension from marts.kpi_values "
            "where dimension != 'total' order by all"
        )
    ]
    sequences = [
        # The card once per KPI: each step draws the whole page.
        (*([f"card-{kpi}"] * (i == 0 or asked[i - 1][0] != kpi)), ("breakdown", by))
        for i, (kpi, by) in enumerate(asked)
    ]
    every = sql(
        "select mine.* from marts.kpi_values as mine where is_judged "
        "and period_grain = ? and (value is not null or sample_size > 0) "
        "and period_start = ("
        "select max(period_start) from marts.kpi_values as whole where is_judged "
        "and whole.kpi = mine.kpi and whole.period_grain = mine.period_grain "
        "and whole.dimension = 'total' and status != 'period_open')",
        grain,
    )
    seen = 0
    for (kpi, by), shown in zip(
        asked, clicks(page, sequences, "breakdown"), strict=True
    ):
        expected = {}
        for row in every:
            if (row["kpi"], row["dimension"]) == (kpi, by):
                value = written(row["value"], row["unit"])
                if row["target_value"] is not None:
                    value = f"{STATUS['de'][row['status']]} {value}"
                cases = written(row["sample_size"], "count")
                expected[row["dimension_value"]] = [value, cases]
        # Before the words of a verdict stands its icon.
        found = {
            value: [re.sub(r"^[^\w\d] (?=\w)", "", cells[-2]), cells[-1]]
            for value, *cells in shown
        }
        assert found == expected, (kpi, by)
        seen += len(found)
    assert seen > 200


def assert_funnel(shown, ask, grain):
    """The funnel shows the last ripe leads beside those of the year before."""
    periods = [
        row["period_start"]
        for row in ask(
            "select period_start from marts.kpi_conversion_rate where dimension = "
            "'total' and period_grain = ? and status != 'period_open' "
            "order by 1 desc limit ?",
            grain,
            GRAINS[grain] + 1,
        )
    ]
    stages = ("lead_count", "mql_count", "sql_count", "opportunity_count")

    def counts(starts):
        columns = ", ".join(
            f"sum({c}) as {c}" for c in (*stages, "ever_customer_count")
        )
        row = ask(
            f"select {columns} from marts.kpi_conversion_rate "
            "where dimension = 'total' and period_grain = ? "
            "and list_contains(?, period_start)",
            grain,
            starts,
        )[0]
        return list(row.values())

    now, before = counts(periods[:1]), counts(periods[1:])
    # Not in doubles: 73 of 80 are 91.25 %, which they have as a little less.
    rates = [
        [Decimal(int(b)) / int(a) for a, b in itertools.pairwise(c)]
        for c in (now, before)
    ]
    changes = [rate - old for rate, old in zip(*rates, strict=True)]
    leak = changes.index(min(changes)) if min(changes) < 0 else None
    for stage, cells in enumerate(shown):
        assert cells[2] == written(now[stage], "count")
        if stage:
            text = written(rates[0][stage - 1], "share")
            marked = f"{text} ↓ stärkster Rückgang" if stage - 1 == leak else text
            assert cells[3] == marked
            assert cells[4] == written(rates[1][stage - 1], "share")


@pytest.mark.parametrize("grain", GRAINS)
def test_the_funnel_compares_the_last_ripe_leads_with_the_year_before(
    visit, sql, grain
):
    page = visit(f"#lang=de&grain={grain}")
    assert_funnel(table_of(page, "funnel"), sql, grain)


@pytest.mark.parametrize(
    ("days", "grains"),
    [(365, ("month", "quarter", "fiscal_year")), (800, ("month", "quarter"))],
)
def test_leads_with_years_to_buy_have_a_funnel(
    visit, warehouse, tmp_path, days, grains
):
    young = f"period_end > date '2026-06-30' - {days}"
    folder = changed(
        warehouse,
        tmp_path / "patient",
        "update marts.kpi_values set status = 'period_open', value = null, "
        "numerator = null, denominator = null where kpi = 'conversion_rate' "
        f"and measure = 'conversion_rate' and {young}",
        f"update marts.kpi_conversion_rate set status = 'period_open' where {young}",
    )
    for grain in grains:
        page = visit(f"#lang=de&grain={grain}", folder=folder)
        shown = table_of(page, "funnel")
        assert len(shown) == 5
        assert_funnel(shown, functools.partial(rows_of, folder), grain)


def test_a_stage_rate_that_the_mart_withholds_cannot_be_measured(
    visit, warehouse, tmp_path
):
    # One CRM of the north tells MQLs and another one SQLs, but none tells both.
    folder = changed(
        warehouse,
        tmp_path / "untold",
        "update marts.funnel_stages set share_of_previous_stage = null where "
        "stage_kind = 'lead_journey' and stage = 'sql' and dimension = 'region' "
        "and dimension_value = 'Nord'",
    )
    untold = {"&by=region&is=Nord", "&by=region&is=Nord&is=West"}
    for chosen in (*sorted(untold), "&by=region&is=West", ""):
        page = visit(f"#lang=de&grain=fiscal_year{chosen}", folder=folder)
        shown = table_of(page, "funnel")
        for stage in range(1, 5):
            if stage == 2 and chosen in untold:
                assert shown[stage][3:5] == ["nicht messbar", ""]
            else:
                assert "%" in shown[stage][3], (chosen, stage)
                assert "%" in shown[stage][4], (chosen, stage)


def test_a_cohort_shows_its_ripe_months_and_nothing_else(visit, sql):
    page = visit("#lang=de")
    rows = sql(
        "select * from marts.conversion_cohorts where dimension = 'total' and "
        "months_since_creation <= 12 order by cohort_month, months_since_creation"
    )
    months = sorted({row["cohort_month"] for row in rows})[-18:]
    expected = {}
    for month in months:
        cells = [
            row for row in rows if row["cohort_month"] == month and row["is_mature"]
        ]
        if cells:
            expected[str(month)] = [
                written(cells[0]["lead_count"], "count"),
                *(
                    decimals(Decimal(c["conversion_rate"]) * 100, 1, "de")
                    for c in cells
                ),
            ]
    shown = page.locator("#panel-cohorts tbody tr").evaluate_all(
        "rows => rows.map(row => [row.dataset.value, ...[...row.children].slice(1)"
        ".map(cell => cell.innerText.trim())])"
    )
    assert {month: [c for c in cells if c] for month, *cells in shown} == expected
    assert any(cells[-1] == "" for cells in shown)


@pytest.mark.parametrize("grain", GRAINS)
def test_reasons_bridge_channels_and_pipeline_are_those_of_the_marts(visit, sql, grain):
    page = visit(f"#lang=de&grain={grain}")
    for panel in ("decomposition", "bridge"):
        page.click(f"#table-{panel}")
    money = [*EFFECTS]
    for comparison in ("prior_period", "prior_year"):
        page.click(f"#comparison-{comparison}")
        rows = sql(
            "select * from marts.revenue_decomposition where period_grain = ? and "
            "comparison = ? and period_end <= (select max(as_of_on) from "
            "marts.open_pipeline) qualify period_start = max(period_start) over () "
            "order by dimension_value",
            grain,
            comparison,
        )
        words = {"(all)": "Gesamt", "new_business": "Neugeschäft", "upsell": "Ausbau"}
        words["renewal"] = "Verlängerung"
        expected = [
            [
                words[row["dimension_value"]],
                *(written(row[name], "money") for name in money),
                written(row["base_order_count"], "count"),
                written(row["order_count"], "count"),
                written(row["base_average_order_value"], "money"),
                written(row["average_order_value"], "money"),
            ]
            for row in rows
        ]
        assert table_of(page, "decomposition") == expected

    churn = sql(
        "select * from marts.kpi_churn_rate where dimension = 'total' and "
        "period_grain = ? and status != 'period_open' order by period_start desc",
        grain,
    )[0]
    shown = {name: values for name, *values in table_of(page, "bridge")}
    assert shown["Anfang"] == [
        written(churn["customers_at_start"], "count"),
        written(churn["revenue_at_start"], "money"),
    ]
    assert shown["neu"][0] == written(churn["new_customers"], "count")
    assert shown["zurück"][0] == written(churn["reactivated_customers"], "count")
    assert shown["gegangen"] == [
        written(-churn["churned_customers"], "count"),
        written(-churn["churned_revenue"], "money"),
    ]
    assert shown["Ende"][0] == written(churn["customers_at_end"], "count")
    assert shown["durch Ausbau"][1] == written(churn["expansion_revenue"], "money")

    channels = sql(
        "select * from marts.kpi_customer_acquisition_cost where dimension = 'channel' "
        "and period_grain = ? and period_start = (select max(period_start) from "
        "marts.kpi_customer_acquisition_cost where period_grain = ? and dimension = "
        "'total' and status != 'period_open') and (acquisition_spend is not null or "
        "new_customer_count > 0)",
        grain,
        grain,
    )
    cells = page.locator("#panel-channels tbody tr").evaluate_all(
        "rows => rows.map(row => [row.dataset.value, ...[...row.children].slice(2)"
        ".map(cell => cell.innerText.replace(/\\s+/g, ' ').trim())])"
    )
    assert {channel: values for channel, *values in cells} == {
        row["dimension_value"]: [
            # Nobody knows whom the spend without channel has won.
            NOTHING
            if row["dimension_value"] == "(unknown)"
            else written(row["customer_acquisition_cost"], "money"),
            written(row["acquisition_spend"], "money"),
            written(row["new_customer_count"], "count"),
        ]
        for row in channels
    }

    (pipeline,) = sql("select * from marts.open_pipeline where dimension = 'total'")
    units = {"deal_count": "count", "amount": "money", "weighted_amount": "money"}
    units |= {"overdue_count": "count", "median_age_days": "days"}
    for name, unit in units.items():
        figure = page.locator(f"[data-figure={name}]").inner_text()
        assert plain(figure) == written(pipeline[name], unit)


def test_the_curve_shows_how_many_deals_are_won_by_each_day(visit, sql):
    page = visit("#lang=de")
    page.click("#table-curve")
    rows = sql(
        "select * from marts.sales_cycle_curve where dimension = 'total' "
        "order by period_start, day_number"
    )
    years = sorted({row["period_label"] for row in rows})[-3:]
    assert table_of(page, "curve") == [
        [
            row["period_label"].removeprefix("FY"),
            written(row["day_number"], "count"),
            written(round(row["won_share"], 6), "share"),
            written(round(row["open_share"], 6), "share"),
        ]
        for row in rows
        if row["period_label"] in years
    ]


def test_targets_in_force_stand_with_owner_and_next_review(visit, sql):
    page = visit("#lang=de&grain=quarter")
    rows = sql(
        "select * from marts.kpi_targets_in_force where is_in_force and "
        "period_grain = 'quarter' order by kpi, dimension, dimension_value"
    )
    shown = table_of(page, "targets")
    assert len(shown) == len(rows) > 0
    units = {"revenue_growth": "growth", "sales_cycle_length": "days"}
    units |= {"average_order_value": "money", "customer_acquisition_cost": "money"}
    for row, cells in zip(rows, shown, strict=True):
        unit = units.get(row["kpi"], "share")
        sign, beyond = ("≤", ">") if row["direction"] == "lower" else ("≥", "<")
        assert cells[3] == f"{sign} {written(row['target_value'], unit)}"
        assert cells[4] == f"{beyond} {written(row['critical_value'], unit)}"
        assert cells[5:7] == [row["owner"], f"{row['next_review_on']:%d.%m.%Y}"]


def test_off_target_begins_at_the_target_where_no_other_value_is_given(
    visit, warehouse, tmp_path
):
    folder = changed(
        warehouse,
        tmp_path / "goals",
        "update marts.kpi_targets_in_force "
        "set warning_value = null, critical_value = null",
    )
    shown = table_of(visit("#lang=de&grain=quarter", folder=folder), "targets")
    assert len(shown) > 0
    for cells in shown:
        sign = {"≥": "<", "≤": ">"}[cells[3][0]]
        assert cells[4] == sign + cells[3][1:]


# --- Filters recompute from numerators and denominators ---
def test_a_filter_on_one_value_shows_its_own_row_with_its_own_verdict(visit, sql):
    rows = sql(
        "select * from marts.kpi_scorecard where period_grain = 'quarter' "
        "and dimension = 'segment' and dimension_value = 'Mid-Market' "
        "order by kpi_number"
    )
    page = visit("#lang=de&grain=quarter&by=segment&is=Mid-Market")
    # The spend says nothing of segments.
    assert len(rows) == len(KPI_MARTS) - 1
    for row in rows:
        shown = card(page, row["kpi"])
        del shown["sample"]
        assert shown == expected_card(row, "de"), row["kpi"]
    cost = page.locator(".card[data-kpi=customer_acquisition_cost]").inner_text()
    assert "Nicht nach Segment aufteilbar" in cost


RATIOS = {
    "revenue_growth": (
        "sum(revenue) - sum(prior_year_revenue)",
        "sum(prior_year_revenue)",
        "growth",
    ),
    "sales_cycle_length": (
        "sum(mean_cycle_days * cycle_count)",
        "sum(cycle_count)",
        "days",
    ),
    "conversion_rate": ("sum(customer_count)", "sum(lead_count)", "share"),
    "average_order_value": ("sum(order_revenue)", "sum(order_count)", "money"),
    "churn_rate": ("sum(churned_customers)", "sum(customers_at_start)", "share"),
}


def test_a_filter_on_several_values_divides_the_sums(visit, sql):
    chance = random.Random(8)
    by_dimension = {}
    for row in sql(
        "select distinct dimension, dimension_value from marts.kpi_conversion_rate "
        "where dimension != 'total' order by all"
    ):
        by_dimension.setdefault(row["dimension"], []).append(row["dimension_value"])
    checked = 0
    for dimension, values in by_dimension.items():
        chosen = chance.sample(values, min(len(values), 3))
        wanted = urlencode([("by", dimension), *(("is", value) for value in chosen)])
        page = visit(f"#lang=de&grain=quarter&{wanted}")
        for kpi, (over, under, unit) in RATIOS.items():
            (sums,) = sql(
                f"select {over} as over, {under} as under from marts.kpi_{kpi} where "
                "period_grain = 'quarter' and dimension = ? and list_contains(?, "
                "dimension_value) and status != 'period_open' and period_start = ("
                f"select max(period_start) from marts.kpi_{kpi} where period_grain = "
                "'quarter' and dimension = 'total' and status != 'period_open')",
                dimension,
                chosen,
            )
            over, under = sums["over"], sums["under"]
            value = float(over) / float(under) if under and under > 0 else None
            shown = card(page, kpi)
            if kpi == "sales_cycle_length" and value is not None:
                # The mean in the mart is itself a quotient: the last digit may differ.
                digits = re.search(r"[\d.,]+", shown["value"])[0].replace(",", ".")
                assert float(digits) == pytest.approx(value, abs=0.051)
            else:
                assert shown["value"] == written(value, unit), (kpi, chosen)
            assert shown["goal"] in ("ohne Ziel", None)
            checked += value is not None
    assert checked > 20


def test_values_are_chosen_with_check_boxes(visit, sql):
    page = visit("#lang=de&grain=fiscal_year")
    page.select_option("#filter", "segment")
    page.click("#values-summary")
    for name in ("SMB", "Enterprise"):
        page.get_by_label(name, exact=True).check()
    for name in ("ohne Angabe",):
        page.get_by_label(name, exact=True).uncheck()
    assert plain(page.inner_text("#values-summary")) == "Enterprise, SMB"
    (sums,) = sql(
        "select sum(customer_count) as over, sum(lead_count) as under from "
        "marts.kpi_conversion_rate where period_label = 'FY2025' and dimension = "
        "'segment' and dimension_value in ('SMB', 'Enterprise')"
    )
    shown = card(page, "conversion_rate")
    assert shown["value"] == written(
        float(sums["over"]) / float(sums["under"]), "share"
    )
    assert shown["sample"] == f"{sums['over']} von {sums['under']} Leads"
    page.click("#reset")
    assert page.locator("#values").count() == 0


def test_all_values_of_a_dimension_together_are_the_whole_company(visit, sql):
    regions = [
        row["dimension_value"]
        for row in sql(
            "select distinct dimension_value from marts.kpi_values "
            "where dimension = 'region'"
        )
    ]
    together = "".join(f"&is={region}" for region in regions)
    whole = visit("#lang=de&grain=fiscal_year")
    parts = visit(f"#lang=de&grain=fiscal_year&by=region{together}")
    for kpi in ("revenue_growth", "conversion_rate", "churn_rate"):
        assert card(parts, kpi)["value"] == card(whole, kpi)["value"]
    for panel in ("funnel", "cohorts"):
        assert table_of(parts, panel) == table_of(whole, panel)


def test_a_click_on_a_value_filters_everything_and_a_second_click_lifts_it(visit):
    page = visit("#lang=de&grain=fiscal_year")
    before = card(page, "conversion_rate")
    row = page.locator("#panel-breakdown tbody tr").nth(1)
    value = row.get_attribute("data-value")
    row.locator("button").click()
    assert value in page.inner_text("#values-summary")
    assert card(page, "conversion_rate") != before
    page.locator("#panel-breakdown tr.chosen button").click()
    assert card(page, "conversion_rate") == before


# --- Language, definitions, table, CSV ---
def test_one_switch_turns_every_word(visit):
    page = visit("#lang=de")
    german = page.inner_text("body")
    page.click("#language-en")
    english = page.inner_text("body")
    assert page.get_attribute("html", "lang") == "en"
    assert page.title() == "Sales cockpit"
    for word in ("Vertriebstrichter", "Ziel ≥", "Kanal", "Vorquartal", "überfällig"):
        assert word in german
        assert word not in english
    for text in (german, english):
        assert "undefined" not in text
        assert not re.search(r"\{\w+\}", text)
    texts = (ROOT / "tools/dashboard/templates/texts.js").read_text()
    keys = page.evaluate(
        texts
        + "; const flat = (tree, path) => Object.entries(tree).flatMap(([k, v]) =>"
        "typeof v === 'object' && !Array.isArray(v) && k !== 'reasons' ? "
        "flat(v, path + k + '.') : [path + k]);"
        "[flat(TEXTS.de, ''), flat(TEXTS.en, '')]"
    )
    assert keys[0] == keys[1]


def test_definitions_are_those_of_the_dbt_project_on_hover_and_on_focus(visit, sql):
    page = visit("#lang=en")
    (mart,) = sql(
        "select comment from duckdb_tables() where table_name = 'kpi_churn_rate'"
    )
    first = plain(mart["comment"].split("\n\n")[0])
    button = page.locator(".card[data-kpi=churn_rate] .info")
    bubble = page.locator(".card[data-kpi=churn_rate] .bubble")
    assert not bubble.is_visible()
    button.hover()
    assert bubble.is_visible()
    text = bubble.inner_text()
    assert first in text
    assert "churned_customers / customers_at_start" in text
    page.mouse.move(0, 0)
    assert not bubble.is_visible()
    button.focus()
    assert bubble.is_visible()
    page.keyboard.press("Escape")
    assert not bubble.is_visible()


def test_every_mart_on_the_page_has_a_german_definition(visit):
    page = visit("#lang=de")
    english = visit("#lang=en")
    german = page.locator(".bubble").all_text_contents()
    assert len(german) >= 16
    assert not set(german) & set(english.locator(".bubble").all_text_contents())


def saved(page, panel):
    """The file behind the CSV button of a panel, as text."""
    with page.expect_download() as download:
        page.click(f"#csv-{panel}")
    return Path(download.value.path()).read_bytes().decode("utf-8")


def test_csv_opens_in_german_excel_as_it_is(visit, sql):
    text = saved(visit("#lang=de&grain=quarter"), "decomposition")
    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    assert rows[0][:3] == ["Auftragsart", "Umsatz vorher", "Zahl der Aufträge"]
    (total,) = sql(
        "select * from marts.revenue_decomposition where comparison = 'prior_year' and "
        "period_grain = 'quarter' and dimension = 'total' and period_end = "
        "'2026-06-30'"
    )
    cells = dict(zip(rows[0], rows[1], strict=True))
    assert cells["Auftragsart"] == "Gesamt"
    assert Decimal(cells["Umsatz"].replace(",", ".")) == total["revenue"]
    assert "," in cells["Umsatz"]
    english = saved(visit("#lang=en&grain=quarter"), "decomposition")
    cells = list(csv.reader(io.StringIO(english[1:])))[1]
    assert Decimal(cells[5]) == total["revenue"]


def test_csv_holds_what_the_table_shows(visit):
    page = visit("#lang=de&grain=month&kpi=conversion_rate")
    page.click("#table-trend")
    rows = list(csv.reader(io.StringIO(saved(page, "trend")[1:]), delimiter=";"))
    assert rows[0] == page.locator("#panel-trend thead th").all_inner_texts()
    shown = table_of(page, "trend")
    assert [row[0] for row in rows[1:]] == [cells[0] for cells in shown]
    for row, cells in zip(rows[1:], shown, strict=True):
        value = float(row[1].replace(",", ".")) if row[1] else None
        assert written(value, "share") == cells[1]


# --- Paper, phone, dark, keyboard, screen reader ---
@pytest.mark.parametrize("grain", GRAINS)
def test_it_prints_on_one_page_of_a4(visit, grain):
    page = visit(f"#lang=de&grain={grain}", now="2026-12-24T08:00:00Z")
    # The longest list there is.
    page.select_option("#breakdown", "sales_rep")
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    width, height = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups()
    assert (round(float(width)), round(float(height))) == (842, 595)


WORDS_ON_PAPER = {
    "de": ("Zeitraum: Quartal · Filter: Region Nord, West", "Abschlussquote"),
    "en": ("Period: Quarter · Filter: Region Nord, West", "Win rate"),
}
COMPARED = {
    "de": ("Vergleich mit Vorjahr", "Vergleich mit Vorperiode"),
    "en": ("Compared with prior year", "Compared with prior period"),
}


@pytest.mark.parametrize("language", STATUS)
def test_a_print_says_what_it_shows(visit, language):
    address = f"#lang={language}&grain=quarter&kpi=conversion_rate&by=region"
    page = visit(f"{address}&is=Nord&is=West")
    page.click("#measure-win_rate")
    selection, measure = WORDS_ON_PAPER[language]
    assert selection not in plain(page.inner_text("#as-of"))
    page.emulate_media(media="print")
    assert selection in plain(page.inner_text("#as-of"))
    assert page.inner_text("#title-trend").endswith(f" · {measure}")
    chart = page.locator("#panel-trend .chart").get_attribute("aria-label")
    assert f" · {measure}: " in chart
    for comparison, words in zip(
        ("prior_year", "prior_period"), COMPARED[language], strict=True
    ):
        page.emulate_media(media="screen")
        page.click(f"#comparison-{comparison}")
        page.emulate_media(media="print")
        assert words in page.inner_text("#panel-decomposition .note")


@pytest.mark.parametrize("language", STATUS)
def test_a_print_counts_the_rows_that_it_leaves_out(visit, language):
    page = visit(f"#lang={language}&grain=quarter")
    page.select_option("#breakdown", "sales_rep")
    page.click("#table-trend")
    words = {"de": "… {} weitere Zeilen", "en": "… {} more rows"}[language]
    rows = {panel: table_of(page, panel) for panel in ("breakdown", "trend", "funnel")}
    assert len(rows["breakdown"]) > 9
    assert "…" not in page.inner_text("#panel-breakdown")
    page.emulate_media(media="print")
    expect(page.locator("#panel-breakdown tbody tr:visible")).to_have_count(6)
    # The best sellers, and the newest quarters.
    printed = {
        panel: page.locator(f"#panel-{panel} tbody tr:visible th").all_inner_texts()
        for panel in rows
    }
    assert printed["breakdown"] == [row[0] for row in rows["breakdown"][:6]]
    assert printed["trend"] == [row[0] for row in rows["trend"][-6:]]
    assert printed["funnel"] == [row[0] for row in rows["funnel"]]
    for panel in ("breakdown", "trend"):
        left = words.format(len(rows[panel]) - 6)
        assert page.inner_text(f"#panel-{panel} .unprinted") == left
    assert page.locator("#panel-funnel .unprinted").count() == 0


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_runs_out_of_a_phone(visit, width):
    page = visit("#lang=de", width=width)
    page.click("#table-decomposition")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"phone_{width}.png", full_page=True)


def test_dark_and_light_follow_the_reader(visit):
    grounds = []
    for scheme in ("light", "dark"):
        page = visit("#lang=de", color_scheme=scheme)
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{scheme}.png", full_page=True)
    assert grounds == ["rgb(244, 246, 248)", "rgb(16, 21, 27)"]
    page.emulate_media(color_scheme="light")
    expect(page.locator("#panel-trend svg text").first).to_have_attribute(
        "fill", "#55626f"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, scheme):
    address = "#lang=de&grain=quarter&by=region&is=Nord&is=West"
    page = visit(address, color_scheme=scheme)
    page.click("#values-summary")
    page.click("#table-trend")
    found = [
        f"{rule['id']}: {rule['nodes'][0]['html'][:120]} "
        f"{rule['nodes'][0].get('failureSummary', '')[:200]}"
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
    assert found == []


def test_everything_works_from_the_keyboard(visit):
    page = visit("#lang=de&grain=quarter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#card-churn_rate")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "card-churn_rate"
    assert "Churn Rate" in page.inner_text("#title-trend")
    page.focus("#grain-month")
    page.keyboard.press("Space")
    assert page.get_attribute("#grain-month", "aria-pressed") == "true"
    assert page.evaluate("document.activeElement.id") == "grain-month"
    page.focus("#filter")
    page.keyboard.press("ArrowDown")
    assert page.locator("#values").count() == 1
    assert "Filter" in page.inner_text("#announcement")

    def focused():
        return page.evaluate("document.activeElement.id")

    # What disappears with the filter leaves the focus to where the next is chosen.
    page.focus("#reset")
    page.keyboard.press("Enter")
    assert page.locator("#values").count() == 0
    assert focused() == "filter"
    page.keyboard.press("ArrowDown")
    page.focus("#values-summary")
    page.keyboard.press("Enter")
    page.focus("#value-0")
    page.keyboard.press("Space")
    assert page.locator("#values").count() == 0
    assert focused() == "filter"
    # A value stays where it is in the breakdown, chosen or not.
    button = page.locator("#panel-breakdown tbody tr").nth(1).locator("button")
    button.focus()
    chosen = focused()
    for count in (1, 0):
        page.keyboard.press("Enter")
        assert page.locator("#panel-breakdown tr.chosen").count() == count
        assert focused() == chosen != ""


def test_the_banner_is_told_again_only_where_it_says_something_else(visit):
    page = visit("#lang=de&grain=quarter")
    page.evaluate("document.querySelector('#banner p').id = 'told'")
    page.click("#card-churn_rate")
    page.select_option("#filter", "segment")
    assert page.locator("#told").count() == 1
    page.click("#language-en")
    assert page.locator("#told").count() == 0
    assert "data quality" in page.inner_text("#banner")


def test_a_bookmark_opens_the_same_view(visit):
    page = visit("#lang=en&grain=month")
    page.click("#card-churn_rate")
    page.select_option("#filter", "segment")
    address = page.evaluate("location.hash")
    again = visit(address)
    assert card(again, "churn_rate") == card(page, "churn_rate")
    assert again.inner_text("#title-trend") == page.inner_text("#title-trend")
    odd = visit("#lang=__proto__&grain=constructor&kpi=toString&by=region&is=nowhere")
    assert odd.title() == "Vertriebs-Cockpit"
    assert odd.locator("#values").count() == 0


# --- Banner ---
def changed(warehouse, folder, *statements):
    """A copy of the published file with statements run on it, and its dashboard."""
    folder.mkdir(exist_ok=True)
    record = warehouse / "current" / "sample_history"
    shutil.copytree(record, folder / "sample_history", dirs_exist_ok=True)
    copy = folder / "sales_kpis.duckdb"
    shutil.copyfile(warehouse / "sales_kpis.duckdb", copy)
    with duckdb.connect(copy) as database:
        for statement in statements:
            database.execute(statement)
    write(folder)
    return folder


def rows_of(folder, query, *parameters):
    """Rows of the published file in a folder, as dicts."""
    with duckdb.connect(folder / "sales_kpis.duckdb", read_only=True) as database:
        result = database.execute(query, parameters)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_a_publication_without_any_period_is_refused_with_a_sentence(
    warehouse, tmp_path
):
    nothing = "delete from marts.kpi_values", "delete from marts.open_pipeline"
    with pytest.raises(SystemExit, match=r"Nothing to show: .*data_quality_summary"):
        changed(warehouse, tmp_path / "nothing", *nothing)


def test_the_banner_says_whether_it_is_the_sample_company(visit, warehouse, tmp_path):
    # One's own company, published after the sample, whose record is kept.
    own = changed(
        warehouse,
        tmp_path / "own",
        "update marts.kpi_values set data_as_of = data_as_of + interval 1 minute",
    )
    for language, words in (
        ("de", "Zahlen des Beispielunternehmens"),
        ("en", "Figures of the sample company"),
    ):
        page = visit(f"#lang={language}")
        assert words in page.inner_text("#banner")
        page = visit(f"#lang={language}", folder=own)
        assert words not in page.inner_text("#banner")


def test_the_banner_says_that_the_data_are_old(visit):
    assert "Die Daten enden" not in visit("#lang=de").inner_text("#banner")
    late = visit("#lang=de", now="2026-07-14T12:00:00Z").inner_text("#banner")
    assert "Die Daten enden am 30.06.2026, vor 14 Tagen" in late
    assert "Stand: 30.06.2026" in visit("#lang=de").inner_text("#as-of")


def test_the_banner_counts_what_failed(visit, sql, warehouse, tmp_path):
    (issues,) = sql(
        "select count(*) as n from marts.data_quality_issues where severity != 'info'"
    )
    banner = visit("#lang=de").inner_text("#banner")
    assert f"{issues['n']} Hinweise zur Datenqualität" in banner
    folder = changed(
        warehouse,
        tmp_path / "failed",
        "update marts.crm_tie_out set unexplained_count = -2 where tie_out_key = "
        "(select min(tie_out_key) from marts.crm_tie_out)",
        "update marts.kpi_targets_in_force set is_review_due = true where is_in_force "
        "and period_grain = 'quarter' and kpi = 'churn_rate'",
        "delete from marts.data_quality_issues",
        "insert into marts.kpi_restatements (reported_as_of, period_start, "
        "revenue_change) values ('2026-06-30', '2026-04-01', 1200.50), "
        "('2026-06-30', '2026-04-01', -200), ('2026-05-31', '2026-03-01', 7), "
        # deals that got another owner, and two that took each other's place
        "('2026-06-30', '2026-01-01', 0), ('2026-06-30', '2026-02-01', 9), "
        "('2026-06-30', '2026-02-01', -9)",
    )
    page = visit("#lang=de&grain=quarter", folder=folder)
    banner = page.inner_text("#banner")
    assert "2 Abschlüsse weichen unerklärt" in banner
    assert "1 Ziel wartet auf seine Prüfung." in banner
    assert "nachträglich geändert: Apr. 2026 (+1.001 €)." in plain(banner)
    assert "Datenqualität" not in banner
    assert "(fällig)" in page.inner_text("#panel-targets")
    folder = changed(
        warehouse, tmp_path / "fine", "delete from marts.data_quality_issues"
    )
    banner = visit("#lang=de", folder=folder).inner_text("#banner")
    assert "Keine Hinweise zu den Daten." in banner


def test_what_other_settings_changed_is_not_told_as_a_change_of_months(
    visit, warehouse, tmp_path
):
    folder = changed(
        warehouse,
        tmp_path / "settings",
        "insert into marts.kpi_restatements (reported_as_of, period_start, "
        "revenue_change, settings_changed) values "
        # as after another reporting currency, and a deal of the publication before
        "('2026-06-30', '2026-04-01', 10, true), "
        "('2026-06-30', '2026-03-01', 10, true), "
        "('2026-06-30', '2026-01-01', 7, false)",
    )
    told = {
        "de": "Der Auftragseingang abgeschlossener Monate hat sich nachträglich "
        "geändert: Jan. 2026 (+7 €).",
        "en": "Bookings of closed months have changed afterwards: Jan 2026 (+€7).",
    }
    settings = {
        "de": "Seit der vorigen Veröffentlichung wurden Einstellungen geändert",
        "en": "Settings were changed since the publication before",
    }
    for language in STATUS:
        banner = plain(visit(f"#lang={language}", folder=folder).inner_text("#banner"))
        assert told[language] in banner
        assert banner.count(settings[language]) == 1
        assert settings[language] not in visit(f"#lang={language}").inner_text(
            "#banner"
        )


def test_one_of_a_thing_is_no_plural(visit, warehouse, tmp_path):
    folder = changed(
        warehouse,
        tmp_path / "one",
        "update marts.crm_tie_out set unexplained_count = -1 where tie_out_key = "
        "(select min(tie_out_key) from marts.crm_tie_out)",
        "delete from marts.data_quality_issues where issue_key != (select "
        "min(issue_key) from marts.data_quality_issues where severity = 'warning')",
        "update marts.kpi_values set sample_size = 1, numerator = 1, denominator = 1",
        "update marts.kpi_values set value = 41 + date_diff('quarter', "
        "date '2026-04-01', period_start) where kpi = 'sales_cycle_length'",
    )
    page = visit("#lang=de&grain=quarter", folder=folder)
    banner = page.inner_text("#banner")
    assert "1 Abschluss weicht unerklärt vom Bericht des CRM ab." in banner
    assert "1 Hinweis zur Datenqualität sollte jemand ansehen." in banner
    assert card(page, "sales_cycle_length")["changes"]["period"][0] == "+1 Tag"
    assert card(page, "sales_cycle_length")["sample"] == "1 gewonnener Lead"
    assert card(page, "average_order_value")["sample"] == "1 Auftrag"
    # Dative and accusative of Kunde are Kunden, of one and of many.
    assert card(page, "conversion_rate")["sample"] == "1 von 1 Lead"
    assert card(page, "churn_rate")["sample"] == "1 von 1 Kunden"
    page = visit("#lang=en&grain=quarter", folder=folder)
    assert "1 data quality issue needs someone to look at it." in page.inner_text(
        "#banner"
    )
    assert card(page, "sales_cycle_length")["sample"] == "1 lead won"
    assert card(page, "churn_rate")["sample"] == "1 of 1 customer"


# --- Words for what a company of its own may have ---
def test_every_issue_has_a_german_name_and_says_what_it_affects(
    visit, warehouse, tmp_path
):
    guide = (ROOT / "docs" / "data_quality.md").read_text()
    rows = guide.partition("## Issues")[2].partition("## Gaps")[0].splitlines()
    cells = [
        row.split("|")[1] for row in rows if row[:3] == "| `" and "only:" not in row
    ]
    gaps = set(re.findall(r"^\| `(no_\w+)`", guide, re.MULTILINE))
    assert "no_billing_documents" in gaps
    reasons = {"missing_id", "unreadable", *re.findall("`([a-z_]+)`", " ".join(cells))}
    fields = [
        "lead_status",
        "deal_type",
        "lead_source",
        "industry",
        "region",
        "segment",
    ]
    reasons |= {f"unmapped_{field}" for field in fields}
    assert {"unmapped_channel", "contract_ends_before_start"} < reasons
    rows = ", ".join(f"('{name}', 'warning', null)" for name in sorted(reasons))
    folder = changed(
        warehouse,
        tmp_path / "issues",
        "delete from marts.data_quality_issues",
        "insert into marts.data_quality_issues (reason, severity, kpi) values "
        f"{rows}, ('amount_missing', 'info', null)",
        "delete from marts.data_quality_summary where row_kind = 'gap'",
        "insert into marts.data_quality_summary (row_kind, reason, kpi) values "
        + ", ".join(f"('gap', '{name}', 'churn_rate')" for name in sorted(gaps)),
    )
    shown = table_of(visit("#lang=de", folder=folder), "quality")
    assert {row[0] for row in shown} & {
        name.replace("_", " ") for name in reasons
    } == set()
    assert "Branche nicht zugeordnet" in {row[0] for row in shown}
    assert shown[: len(gaps)] == [
        [row[0], "Churn Rate", NOTHING, NOTHING] for row in shown[: len(gaps)]
    ]
    assert not {name.replace("_", " ") for name in gaps} & {row[0] for row in shown}
    assert [row[1] for row in shown if row[0] == "Betrag fehlt"] == ["mehrere", "keine"]


def test_every_measure_a_target_can_stand_on_has_a_name(visit, sql):
    measures = {
        row["m"] for row in sql("select distinct measure as m from marts.kpi_values")
    }
    texts = (ROOT / "tools/dashboard/templates/texts.js").read_text()
    for language in STATUS:
        names = visit().evaluate(f"{texts}; Object.keys(TEXTS.{language}.measures)")
        assert measures - set(names) == set()


# --- A young company ---
@pytest.mark.parametrize(
    ("open_rows", "final_cards"),
    [
        (
            "kpi = 'conversion_rate' or period_grain = 'fiscal_year'",
            len(KPI_MARTS) - 1,
        ),
        ("true", 0),
    ],
    ids=["no_ripe_cohort", "first_month"],
)
def test_what_is_not_final_yet_says_so(
    visit, warehouse, tmp_path, open_rows, final_cards
):
    first_month = (
        "delete from marts.data_quality_issues",
        "delete from marts.revenue_decomposition",
        "update marts.kpi_values set is_complete_period = false",
    )
    folder = changed(
        warehouse,
        tmp_path / "young",
        f"delete from marts.kpi_scorecard where {open_rows}",
        "update marts.kpi_values set status = 'period_open', value = null "
        f"where {open_rows}",
        "update marts.kpi_conversion_rate set status = 'period_open'",
        *(first_month if final_cards == 0 else ()),
    )
    for language, grain in itertools.product(STATUS, GRAINS):
        page = visit(f"#lang={language}&grain={grain}", folder=folder)
        cards = page.locator(".card")
        assert cards.count() == len(KPI_MARTS)
        final = 0 if grain == "fiscal_year" else final_cards
        notes = [plain(text) for text in cards.locator(".note").all_inner_texts()]
        assert notes == [STATUS[language]["period_open"]] * (len(KPI_MARTS) - final)
        assert page.locator(".panel").count() == 11
        text = page.inner_text("body")
        assert not re.search("undefined|NaN", text)
        funnel = page.inner_text("#panel-funnel")
        assert STATUS[language]["no_data"] in funnel


def test_a_company_without_orders_has_nothing_to_break_down(visit, warehouse, tmp_path):
    folder = changed(
        warehouse,
        tmp_path / "no_orders",
        "delete from marts.kpi_values where kpi = 'revenue_growth' "
        "and dimension != 'total'",
    )
    page = visit("#lang=de", folder=folder)
    assert "keine Daten" in page.inner_text("#panel-breakdown")
    # Orders have no regions here, leads have.
    page = visit("#lang=de&by=region&is=Nord", folder=folder)
    note = page.locator(".card[data-kpi=revenue_growth] .note").inner_text()
    assert note == "Nicht nach Region aufteilbar"


def test_a_pipeline_without_probabilities_has_no_weight(visit, warehouse, tmp_path):
    folder = changed(
        warehouse,
        tmp_path / "unweighted",
        "update marts.open_pipeline set weighted_amount = 0, "
        "deals_without_probability_count = deal_count, deals_without_amount_count = 1",
    )
    page = visit("#lang=de", folder=folder)
    assert page.inner_text("[data-figure=weighted_amount]") == NOTHING
    assert page.inner_text("[data-figure=amount]") != NOTHING
    count = page.inner_text("[data-figure=deal_count]")
    note = plain(page.inner_text("#panel-pipeline .note"))
    assert note == (
        f"ohne Betrag: 1 Deal · ohne Wahrscheinlichkeit und Gewicht: {count} Deals"
    )


def test_a_value_that_a_kpi_never_has_is_no_data(visit, warehouse, tmp_path):
    folder = changed(
        warehouse,
        tmp_path / "no_value",
        "delete from marts.kpi_values where kpi = 'revenue_growth' "
        "and dimension_value = 'Nord'",
    )
    page = visit("#lang=de&by=region&is=Nord", folder=folder)
    note = page.locator(".card[data-kpi=revenue_growth] .note").inner_text()
    assert note == "keine Daten"


# --- Targets of all kinds ---
def judged_by(kpi, measure, grain, dimension, value, target):
    """Statements that judge one row by a measure, in all marts that say so."""
    row = (
        f"kpi = '{kpi}' and period_grain = '{grain}' "
        f"and dimension = '{dimension}' and dimension_value = '{value}'"
    )
    figures = (
        "select period_start, value, unit, value - lag(value) over periods as "
        f"to_period, value - lag(value, {GRAINS[grain]}) over periods as to_year "
        f"from marts.kpi_values where {row} and measure = '{measure}' "
        "window periods as (order by period_start)"
    )
    return (
        f"update marts.kpi_values set is_judged = measure = '{measure}', "
        f"target_value = case measure when '{measure}' then {target} end, "
        "status = case when status in ('period_open', 'no_data') then status "
        f"when measure = '{measure}' then 'off_target' else 'no_target' end "
        f"where {row}",
        f"update marts.kpi_scorecard as card set measure = '{measure}', "
        f"unit = figures.unit, direction = 'higher', target_value = {target}, "
        "status = 'off_target', value = figures.value, "
        "change_to_prior_period = figures.to_period, "
        f"change_to_prior_year = figures.to_year from ({figures}) as figures where "
        f"card.scorecard_key = '{kpi}|{grain}|{dimension}|{value}' "
        "and card.period_start = figures.period_start",
    )


def assert_card(page, folder, key):
    """A card is a row of the scorecard; returns what stands under its title."""
    (row,) = rows_of(
        folder, "select * from marts.kpi_scorecard where scorecard_key = ?", key
    )
    shown = card(page, row["kpi"])
    del shown["sample"]
    assert shown == expected_card(row, "de")
    assert shown["goal"] != "ohne Ziel"
    return page.locator(f".card[data-kpi={row['kpi']}] .sub").inner_text()


def test_a_target_that_has_ended_makes_no_headline(visit, warehouse, tmp_path):
    folder = changed(
        warehouse,
        tmp_path / "ended",
        "update marts.kpi_values set target_value = 20000, status = 'off_target' "
        "where measure = 'average_order_value' and period_end <= '2025-12-31' "
        "and value is not null and (dimension = 'total' or dimension_value = 'upsell')",
    )
    page = visit("#lang=de&grain=quarter", folder=folder)
    key = "average_order_value|quarter|deal_type|new_business"
    assert "Neugeschäft" in assert_card(page, folder, key)


def test_figures_of_one_kind_of_orders_say_so_and_those_of_all_kinds_too(visit):
    address = "#lang=de&grain=quarter&kpi=average_order_value"
    under, all_kinds = ".card[data-kpi=average_order_value] .sub", "Auftragsart: alle"
    page = visit(address)
    assert page.inner_text("#title-trend").endswith(" · Neugeschäft")
    assert page.inner_text("#panel-breakdown .note").endswith(f" · {all_kinds}")
    page.select_option("#breakdown", "deal_type")
    assert all_kinds not in page.inner_text("#panel-breakdown .note")
    page = visit(f"{address}&by=region&is=Nord")
    assert page.inner_text("#title-trend").endswith(f" · {all_kinds}")
    assert page.inner_text(under).endswith(f" · {all_kinds}")
    page = visit(f"{address}&by=deal_type&is=upsell")
    assert page.inner_text("#title-trend").endswith(" · Ausbau")
    assert page.inner_text(under).endswith(" · Ausbau")
    page = visit("#lang=de&grain=quarter&kpi=churn_rate&by=region&is=Nord")
    assert all_kinds not in page.inner_text("#title-trend")


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        ("order_revenue", "Auftragsumsatz"),
        ("median_order_value", "Auftragswert (Median)"),
    ],
)
def test_a_headline_may_be_judged_by_another_measure(
    visit, warehouse, tmp_path, measure, name
):
    kpi, kind = "average_order_value", ("quarter", "deal_type", "new_business")
    folder = changed(
        warehouse, tmp_path / measure, *judged_by(kpi, measure, *kind, 900000)
    )
    page = visit("#lang=de&grain=quarter", folder=folder)
    under = assert_card(page, folder, "|".join((kpi, *kind)))
    assert under.endswith(f" · Neugeschäft · {name}")
    page.click(f"#card-{kpi}")
    assert page.inner_text("#title-breakdown").endswith(f" · {name}")
    assert page.get_attribute(f"#measure-{measure}", "aria-pressed") == "true"


def test_a_value_is_shown_by_the_measure_of_its_own_target(visit, warehouse, tmp_path):
    kpi, north = "revenue_growth", ("quarter", "region", "Nord")
    folder = changed(
        warehouse, tmp_path / "own", *judged_by(kpi, "revenue", *north, 10_000_000)
    )
    address = f"#lang=de&grain=quarter&kpi={kpi}&by=region"
    page = visit(f"{address}&is=Nord", folder=folder)
    under = assert_card(page, folder, "|".join((kpi, *north)))
    assert under.endswith(" · Umsatz")
    assert page.get_attribute("#measure-revenue", "aria-pressed") == "true"
    # The others are shown as the whole company is, together with it, too.
    for values in ("&is=West", "&is=Nord&is=West"):
        page = visit(address + values, folder=folder)
        assert "Umsatz" not in page.locator(f".card[data-kpi={kpi}] .sub").inner_text()
        assert card(page, kpi)["goal"] == "ohne Ziel"
        assert card(page, kpi)["value"].endswith(" %")


def test_what_cannot_be_formed_from_several_values_says_so(visit, warehouse, tmp_path):
    order, cycle = "average_order_value", "sales_cycle_length"
    whole = ("quarter", "total", "(all)")
    folder = changed(
        warehouse,
        tmp_path / "medians",
        *judged_by(order, "median_order_value", *whole, 20000),
        "update marts.kpi_scorecard set is_headline = dimension = 'total' "
        f"where kpi = '{order}' and period_grain = 'quarter'",
        # The clock starts at the deal: the mean that the page has is by another one.
        *judged_by(cycle, "median_opportunity_to_won_days", *whole, 30),
    )
    notes = {
        "de": {
            order: "Auftragswert (Median): lässt sich aus mehreren Werten nicht bilden",
            cycle: "Deal bis Gewinn (Median): lässt sich aus mehreren Werten nicht "
            "bilden",
        },
        "en": {
            order: "Order value (median): cannot be formed from several values",
            cycle: "Deal to win (median): cannot be formed from several values",
        },
    }
    for language, expected in notes.items():
        address = f"#lang={language}&grain=quarter&kpi={order}&by=region&is=Nord"
        page = visit(f"{address}&is=West", folder=folder)
        for kpi, note in expected.items():
            assert page.inner_text(f".card[data-kpi={kpi}] .note") == note
        assert page.inner_text("#panel-trend .note") == expected[order]
        one = visit(address, folder=folder)
        assert card(one, order)["value"] != NOTHING


def test_a_goal_for_a_count_is_shown_as_a_count(visit, sql, warehouse, tmp_path):
    whole_quarters = (
        "kpi = 'customer_acquisition_cost' and period_grain = 'quarter' "
        "and dimension = 'total'"
    )
    goal = "measure = 'new_customer_count', direction = 'higher', target_value = 1200"
    figures = (
        "select *, value - lag(value) over quarters as to_period, "
        "value - lag(value, 4) over quarters as to_year from marts.kpi_values "
        f"where {whole_quarters} and measure = 'new_customer_count' "
        "window quarters as (order by period_start)"
    )
    folder = changed(
        warehouse,
        tmp_path / "count",
        f"update marts.kpi_scorecard as card set {goal}, unit = 'count', "
        "status = 'off_target', value = figures.value, "
        "change_to_prior_period = figures.to_period, "
        f"change_to_prior_year = figures.to_year from ({figures}) as figures where "
        "card.scorecard_key = 'customer_acquisition_cost|quarter|total|(all)' "
        "and card.period_start = figures.period_start",
        "update marts.kpi_values set target_value = 1200, status = 'off_target' where "
        f"{whole_quarters} and measure = 'new_customer_count' and is_complete_period",
        f"update marts.kpi_targets_in_force set {goal}, critical_value = 900 "
        f"where {whole_quarters}",
        "update marts.kpi_values set is_judged = measure = 'new_customer_count' "
        f"where {whole_quarters}",
        "update marts.kpi_values set is_judged = measure = 'lead_count' where "
        "kpi = 'conversion_rate' and period_grain = 'quarter' and dimension = 'total'",
        "update marts.kpi_scorecard set measure = 'lead_count', unit = 'count' "
        "where scorecard_key = 'conversion_rate|quarter|total|(all)'",
    )
    cards = f"select * from marts.kpi_scorecard where {whole_quarters}"
    (row,) = rows_of(folder, cards)
    page = visit("#lang=de&grain=quarter", folder=folder)
    shown = card(page, "customer_acquisition_cost")
    assert shown == expected_card(row, "de") | {"sample": None}
    assert shown["goal"] == "Ziel ≥ 1.200"
    holder = page.locator(".card[data-kpi=customer_acquisition_cost]")
    assert holder.locator(".sub").inner_text().endswith(" · Neukunden")
    (cells,) = [cells for cells in table_of(page, "targets") if "Neukunden" in cells[0]]
    assert cells[3:5] == ["≥ 1.200", "< 900"]
    yearly = card(
        visit("#lang=de&grain=fiscal_year", folder=folder), "customer_acquisition_cost"
    )
    assert yearly["goal"] == "Ziel ≤ 9.000 €"
    # Several values: a count is their sum.
    regions = sql(
        "select dimension_value, lead_count from marts.kpi_conversion_rate where "
        "dimension = 'region' and period_label = (select max(period_label) from "
        "marts.kpi_conversion_rate where period_grain = 'quarter' and "
        "is_complete_period) order by lead_count desc limit 2"
    )
    chosen = urlencode([("is", row["dimension_value"]) for row in regions])
    page = visit(f"#lang=de&grain=quarter&by=region&{chosen}", folder=folder)
    together = written(sum(row["lead_count"] for row in regions), "count")
    shown = card(page, "conversion_rate")
    assert (shown["value"], shown["sample"]) == (together, None)


# --- Hostile data ---
NAMES = {
    "Nord": "<img src=x onerror=\"document.title='PWNED'\">",
    "West": "</script><script>document.title='PWNED'</script>",
    "Süd": '=HYPERLINK("http://x";"y")',
    "Schweiz": "a\"b'c&lt;\u2028{scope}",
}


def test_a_hostile_name_stays_text_in_page_tooltip_and_csv(visit, warehouse, tmp_path):
    def quoted(name):
        return "'" + name.replace("'", "''") + "'"

    marts = ("kpi_values", "kpi_scorecard", "funnel_stages", "conversion_cohorts")
    statements = [
        f"update marts.{mart} set dimension_value = {quoted(new)} "
        f"where dimension = 'region' and dimension_value = {quoted(old)}"
        for mart in (*marts, "open_pipeline", "kpi_churn_rate")
        for old, new in NAMES.items()
    ]
    statements += [
        f"update marts.revenue_decomposition set dimension_value = {quoted(new)} "
        f"where dimension_value = {quoted(old)}"
        for old, new in (("upsell", NAMES["Nord"]), ("renewal", NAMES["Süd"]))
    ]
    statements.append(
        f"update marts.kpi_targets_in_force set owner = {quoted(NAMES['West'])}"
    )
    folder = changed(warehouse, tmp_path / "hostile", *statements)
    page = visit("#lang=de&grain=fiscal_year", folder=folder)
    page.click("#table-decomposition")
    shown = page.inner_text("#panel-breakdown")
    for name in NAMES.values():
        assert plain(name) in plain(shown)
    assert NAMES["West"] in page.inner_text("#panel-targets")
    assert page.locator("img").count() == 0
    text = saved(page, "breakdown")
    rows = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    firsts = [row[0] for row in rows]
    assert "'" + NAMES["Süd"] in firsts
    assert NAMES["Süd"] not in firsts
    # By its button, so that the filter, the announcement and the tooltip carry it.
    page.locator("#panel-breakdown tbody tr", has_text="onerror").locator(
        "button"
    ).click()
    assert NAMES["Nord"] in page.inner_text("#values-summary")
    page.hover("#panel-trend .chart", position={"x": 200, "y": 150})
    page.wait_for_selector("#panel-trend .tip")
    assert page.title() == "Vertriebs-Cockpit"
    assert page.locator("img").count() == 0


def test_the_tooltip_of_the_trend_shows_the_marts_figures(visit, sql):
    page = visit("#lang=de&grain=fiscal_year&kpi=churn_rate")
    rows = sql(
        "select * from marts.kpi_values where measure = 'churn_rate' and dimension = "
        "'total' and period_grain = 'fiscal_year' order by period_start"
    )
    page.hover("#panel-trend .chart", position={"x": 500, "y": 150})
    page.wait_for_selector("#panel-trend .tip")
    tip = plain(page.inner_text("#panel-trend .tip"))
    (row,) = [row for row in rows if tip.startswith(row["period_label"][2:])]
    assert written(row["value"], "share") in tip
    assert written(row["target_value"], "share") in tip
    assert STATUS["de"][row["status"]] in tip


# --- One closed file ---
def test_the_policy_allows_only_the_pages_own_scripts(visit, warehouse):
    html = (warehouse / "dashboard.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 2
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"].split() == [hashed(script) for script in scripts]
    assert "unsafe" not in rules["script-src"] + rules["style-src-elem"]
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    assert not re.search(r"\son\w+\s*=", markup)
    assert not re.search(r"(src|href)\s*=\s*[\"'](?!#|data:)", markup)


def test_a_foreign_script_does_not_run(browser, warehouse):
    page = browser.new_page()
    page.goto(f"file://{warehouse / 'dashboard.html'}")
    page.evaluate(
        "const script = document.createElement('script');"
        "script.textContent = \"document.title = 'PWNED'\";"
        "document.body.append(script)"
    )
    assert page.title() == "Vertriebs-Cockpit"
    page.close()


def test_it_is_small_and_shows_itself_within_a_second(visit, warehouse):
    assert (warehouse / "dashboard.html").stat().st_size < 3_000_000
    paints = []
    for _ in range(3):
        page = visit("#lang=de")
        paints.append(
            page.evaluate(
                "() => new Promise((done) => new PerformanceObserver((list) => "
                "list.getEntriesByName('first-contentful-paint')"
                ".forEach((paint) => done(paint.startTime)))"
                ".observe({type: 'paint', buffered: true}))"
            )
        )
    assert min(paints) < 1000


def test_the_same_marts_give_the_same_page(warehouse, tmp_path):
    folder = changed(warehouse, tmp_path / "same")
    same = (folder / "dashboard.html").read_bytes()
    assert same == (warehouse / "dashboard.html").read_bytes()


def test_without_a_publication_one_sentence_says_what_to_do(tmp_path):
    with pytest.raises(SystemExit, match="run `make build` first"):
        write(tmp_path)
