"""What the dashboard shows, read from the published file as plain lists.

Every list of figures runs over the periods of its grain, oldest first. A ratio travels
as numerator and denominator, so that the page can recompute it for any set of values;
the mart's own value comes along only where it is not exactly their quotient.
"""

import json
from datetime import date, datetime
from pathlib import Path

import duckdb

from tools.definitions import MEASURES, lower_is_better, models

KPIS = Path(__file__).resolve().parent.parent.parent / "models" / "marts" / "kpis"
# How many periods of a grain the page looks back on at least, and how many a year has.
PERIODS = {"month": 37, "quarter": 21, "fiscal_year": 10}
YEAR = {"month": 12, "quarter": 4, "fiscal_year": 1}
COHORTS = 18
COHORT_MONTHS = 12
CURVE_YEARS = 3
STATUS = {
    "period_open": "o",
    "no_data": "d",
    "no_target": "t",
    "insufficient_data": "i",
    "on_target": "+",
    "at_risk": "~",
    "off_target": "-",
}

SERIES = """
with

figures as (

    select * from marts.kpi_values
    where list_contains(?, kpi || '.' || measure)

),

wanted as (

    select distinct kpi, measure, dimension, dimension_value from figures

),

periods as (

    select
        period_grain,
        period_start

    from marts.kpi_values
    where dimension = 'total'
    group by period_grain, period_start
    qualify row_number() over (partition by period_grain order by period_start desc)
        <= case period_grain {cases} end

)

select
    wanted.kpi,
    wanted.measure,
    wanted.dimension,
    wanted.dimension_value,
    periods.period_grain,
    list(figures.value order by periods.period_start),
    list(figures.numerator order by periods.period_start),
    list(figures.denominator order by periods.period_start),
    list(figures.sample_size order by periods.period_start),
    list(figures.status order by periods.period_start),
    list(figures.target_value order by periods.period_start)

from wanted
cross join periods
left join figures
    on wanted.kpi = figures.kpi
    and wanted.measure = figures.measure
    and wanted.dimension = figures.dimension
    and wanted.dimension_value = figures.dimension_value
    and periods.period_grain = figures.period_grain
    and periods.period_start = figures.period_start
group by all
order by all
"""
# Rows with a target of their own, on another measure than the headline of their KPI.
OWN_MEASURES = """
select own.kpi, own.period_grain, own.dimension, own.dimension_value, own.measure
from marts.kpi_scorecard as own
inner join marts.kpi_scorecard as headline
    on own.kpi = headline.kpi and own.period_grain = headline.period_grain
where headline.is_headline
    and own.target_value is not null and own.measure != headline.measure
order by all
"""
# How many periods of a grain go back to the oldest one that is the last final one of
# some measure.
SPANS = """
with

last_finals as (

    select
        period_grain,
        max(period_start) as last_final

    from marts.kpi_values
    where dimension = 'total' and status != 'period_open'
    group by kpi, measure, period_grain

),

oldest as (

    select
        period_grain,
        min(last_final) as period_start

    from last_finals
    group by period_grain

)

select
    kpi_values.period_grain,
    count(distinct kpi_values.period_start)

from marts.kpi_values as kpi_values
inner join oldest
    on kpi_values.period_grain = oldest.period_grain
where kpi_values.dimension = 'total'
    and kpi_values.period_start >= oldest.period_start
group by kpi_values.period_grain
"""
BRIDGE = (
    "customers_at_start",
    "new_customers",
    "reactivated_customers",
    "churned_customers",
    "customers_at_end",
    "revenue_at_start",
    "churned_revenue",
    "contraction_revenue",
    "expansion_revenue",
    "reactivated_revenue",
)
EFFECTS = (
    "base_revenue",
    "volume_effect",
    "value_effect",
    "refund_effect",
    "revenue",
    "base_order_count",
    "order_count",
    "base_average_order_value",
    "average_order_value",
)
TARGETS = (
    "kpi",
    "measure",
    "period_grain",
    "dimension",
    "dimension_value",
    "direction",
    "target_value",
    "warning_value",
    "critical_value",
    "owner",
    "next_review_on",
    "is_review_due",
    "valid_from",
    "rationale",
    "benchmark_source",
)
PIPELINE = (
    "deal_count",
    "amount",
    "weighted_amount",
    "overdue_count",
    "median_age_days",
    "deals_without_amount_count",
    "deals_without_probability_count",
)


def plain(value):
    """A value of DuckDB as JSON can say it: whole numbers without a decimal point."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def ratio_of(values, numerators, denominators, is_ratio):
    """A measure's lists without what can be recomputed.

    Args:
        values: the measure as the mart holds it, one entry per period, None for NULL.
        numerators: what it is a quotient of, likewise.
        denominators: what it is a quotient by, likewise.
        is_ratio: whether the measure is a quotient at all; these periods may all be
            too young to have one.

    Returns:
        dict with `v` for a measure that is no ratio, or one whose mart value is not the
        exact quotient; `n` and `d` for a ratio. A numerator is None where the mart
        withholds a quotient that could be formed (cohort too young, period still open).
    """
    if not is_ratio:
        return {"v": values}
    withheld = [
        None if value is None and denominator and denominator > 0 else numerator
        for value, numerator, denominator in zip(
            values, numerators, denominators, strict=True
        )
    ]
    exact = all(
        value == (n / d if n is not None and d is not None and d > 0 else None)
        for value, n, d in zip(values, withheld, denominators, strict=True)
    )
    ratio = {"n": withheld, "d": denominators}
    return ratio if exact else {"v": values, **ratio}


def nested(rows, depth):
    """Rows as dicts in dicts by their first `depth` columns, the rest as a list."""
    tree = {}
    for row in rows:
        branch = tree
        for key in row[: depth - 1]:
            branch = branch.setdefault(key, {})
        branch[row[depth - 1]] = plain(list(row[depth:]))
    return tree


class Published:
    """The published DuckDB file, open for reading."""

    def __init__(self, path):
        self.sample_record = (
            path.resolve().parent / "sample_history" / "history_publications.parquet"
        )
        self.database = duckdb.connect(path, read_only=True)
        self.database.execute("set timezone = 'UTC'")

    def rows(self, sql, parameters=None):
        """All rows of a query, as tuples."""
        return self.database.execute(sql, parameters).fetchall()

    def records(self, columns, sql, parameters=None):
        """The rows of `select <columns> <sql>` as dicts."""
        found = self.rows(f"select {', '.join(columns)} {sql}", parameters)
        names = [column.split()[-1] for column in columns]
        return [dict(zip(names, plain(list(row)), strict=True)) for row in found]

    def has_figures(self):
        """Whether there is any period to show."""
        return self.rows("select count(*) from marts.kpi_values")[0][0] > 0

    def is_sample(self):
        """Whether this is the sample company: its record knows the load of the data.

        The record stays beside later publications, which are of other loads.
        """
        return self.sample_record.exists() and bool(
            self.rows(
                "select 1 from read_parquet(?) where data_as_of = "
                "(select max(data_as_of) from marts.kpi_values) limit 1",
                [str(self.sample_record)],
            )
        )

    def run(self):
        """When the data ends, when it was loaded, and what money is counted in."""
        as_of, loaded = self.rows(
            "select max(as_of_on), (select max(data_as_of) from marts.kpi_values) "
            "from marts.open_pipeline"
        )[0]
        currency = self.rows("select max(currency_code) from marts.kpi_scorecard")[0][0]
        return {
            "as_of": plain(as_of),
            "loaded_at": plain(loaded) + "Z",
            "currency": currency,
            "is_sample": self.is_sample(),
        }

    def kpis(self):
        """The six KPIs in order: labels, headlines, measures, units, better directions.

        The scorecard has no row of a KPI, or of a grain, whose periods are all open, as
        those of a young company are; the page shows its total nevertheless.
        """
        marts, lower = models(KPIS), lower_is_better()
        directions = self.rows(
            "select kpi, measure, max(direction) from marts.kpi_scorecard "
            "where direction is not null group by all order by all"
        )
        cards = self.rows(
            "select kpi, period_grain, measure, dimension, dimension_value "
            "from marts.kpi_scorecard where is_headline"
        )
        totals = self.rows(
            "select kpi, period_grain, measure, dimension, dimension_value "
            "from marts.kpi_values where dimension = 'total' and is_judged "
            "qualify row_number() over (partition by kpi, period_grain "
            "order by period_start desc) = 1 order by all"
        )
        headlines = {
            (kpi, grain): {"measure": measure, "dimension": by, "values": [value]}
            for kpi, grain, measure, by, value in (*totals, *cards)
        }
        own_measures = self.rows(OWN_MEASURES)
        units = self.rows(
            "select distinct kpi, measure, unit from marts.kpi_values order by all"
        )
        found = []
        for kpi, offered in MEASURES.items():
            labels = marts[f"kpi_{kpi}"]["config"]["meta"]
            by_grain = {grain: row for (k, grain), row in headlines.items() if k == kpi}
            own = [row for k, *row in own_measures if k == kpi]
            measures = [row["measure"] for row in by_grain.values()]
            measures += [*offered, *(row[-1] for row in own)]
            found.append(
                {
                    "kpi": kpi,
                    "de": labels["label_de"],
                    "en": labels["label_en"],
                    # Where no target says it.
                    "direction": "lower" if kpi in lower else "higher",
                    "directions": {
                        m: better for k, m, better in directions if k == kpi
                    },
                    "default": offered[0],
                    "headlines": by_grain,
                    "own": own,
                    "measures": list(dict.fromkeys(measures)),
                    "units": {m: unit for k, m, unit in units if k == kpi},
                }
            )
        return found

    def spans(self):
        """How many periods of each grain the page knows.

        With a long conversion window the last final one lies far back; it and the year
        before it are always among them.
        """
        needed = dict(self.rows(SPANS))
        return {
            grain: max(count, needed.get(grain, 0) + YEAR[grain])
            for grain, count in PERIODS.items()
        }

    def periods(self, spans):
        """The periods that the page knows, by grain, oldest first."""
        found = {}
        for grain, count in spans.items():
            rows = self.rows(
                "select distinct period_start, period_end, period_label, "
                "is_complete_period from marts.kpi_values where period_grain = ? "
                "and dimension = 'total' order by period_start desc limit ?",
                [grain, count],
            )
            found[grain] = [plain(list(row)) for row in reversed(rows)]
        return found

    def series(self, kpis, spans):
        """Figures by kpi, measure, dimension, value and grain."""
        cases = " ".join(f"when '{g}' then {n}" for g, n in spans.items())
        wanted = [f"{k['kpi']}.{measure}" for k in kpis for measure in k["measures"]]
        ratios = self.rows(
            "select distinct kpi, measure from marts.kpi_values "
            "where denominator is not null"
        )
        tree = {}
        for row in self.rows(SERIES.format(cases=cases), [wanted]):
            kpi, measure, dimension, value, grain, *lists = row
            values, over, under, samples, status, targets = lists
            figures = ratio_of(values, over, under, (kpi, measure) in ratios)
            # A sample that is the denominator needs no list of its own.
            if samples != figures.get("d"):
                figures["s"] = samples
            figures = {name: plain(list(items)) for name, items in figures.items()}
            figures["st"] = "".join(STATUS.get(word, "d") for word in status)
            if any(target is not None for target in targets):
                figures["t"] = targets[0] if len({*targets}) == 1 else targets
            branch = tree.setdefault(kpi, {}).setdefault(measure, {})
            branch.setdefault(dimension, {}).setdefault(value, {})[grain] = figures
        return tree

    def funnel(self):
        """Leads per stage of the journey: by grain, dimension, value and period start.

        Each entry lists the counts from lead to customer, then for each of the five
        whether the mart has a share of the stage before, unless it has all that can be
        formed. The periods are the last whose leads had time to buy, and the year
        before it.
        """
        tree = {}
        for grain, year in YEAR.items():
            rows = self.rows(
                "select dimension, dimension_value, cast(period_start as text), "
                "list(reached_count order by stage_number), "
                "list(share_of_previous_stage is not null "
                "or coalesce(previous_stage_count, 0) = 0 order by stage_number) "
                "from marts.funnel_stages where stage_kind = 'lead_journey' "
                "and period_grain = ? and period_start in ("
                "select period_start from marts.kpi_values where "
                "kpi = 'conversion_rate' and measure = 'conversion_rate' "
                "and dimension = 'total' and status != 'period_open' "
                "and period_grain = ? order by period_start desc limit ?) "
                "group by all order by all",
                [grain, grain, year + 1],
            )
            tree[grain] = nested(
                [
                    (*key, *reached, *([] if all(known) else map(int, known)))
                    for *key, reached, known in rows
                ],
                3,
            )
        return tree

    def cohorts(self):
        """Leads and customers by cohort: dimension, value, month of creation.

        Each entry is the number of leads, then the customers up to each month after
        creation, as far as that month is over for every lead of the cohort.
        """
        rows = self.rows(
            "select dimension, dimension_value, cast(cohort_month as text), "
            "max(lead_count), list(customer_count order by months_since_creation) "
            "filter (where is_mature) from marts.conversion_cohorts "
            "where months_since_creation <= ? and cohort_month in ("
            "select distinct cohort_month from marts.conversion_cohorts "
            "order by cohort_month desc limit ?) group by all order by all",
            [COHORT_MONTHS, COHORTS],
        )
        return nested(
            [
                (*key, leads, *customers)
                for *key, leads, customers in rows
                if leads is not None
            ],
            3,
        )

    def curve(self):
        """Share of deals open and won by day: dimension, value and fiscal year."""
        rows = self.rows(
            "select dimension, dimension_value, period_label, "
            "list(day_number order by day_number), "
            "list(round(won_share, 6) order by day_number), "
            "list(round(open_share, 6) order by day_number) "
            "from marts.sales_cycle_curve where period_start in ("
            "select distinct period_start from marts.sales_cycle_curve "
            "order by period_start desc limit ?) group by all order by all",
            [CURVE_YEARS],
        )
        return nested(rows, 3)

    def bridge(self):
        """Customers that came and went in the last final period of each grain."""
        rows = self.rows(
            f"select period_grain, dimension, dimension_value, {', '.join(BRIDGE)} "
            "from marts.kpi_churn_rate as churn where exists (select * "
            "from marts.kpi_scorecard as card where card.kpi = 'churn_rate' "
            "and card.dimension = 'total' and card.period_grain = churn.period_grain "
            "and card.period_start = churn.period_start) order by all"
        )
        return nested(rows, 3)

    def decomposition(self, as_of):
        """Why revenue changed in the last complete period: grain, comparison, value."""
        rows = self.rows(
            f"select period_grain, comparison, dimension_value, {', '.join(EFFECTS)} "
            "from marts.revenue_decomposition where period_end <= cast(? as date) "
            "qualify period_start = max(period_start) "
            "over (partition by period_grain, comparison) order by all",
            [as_of],
        )
        return nested(rows, 3)

    def quality(self, currency):
        """What needs a human: kind of issue, affected KPI, records, money.

        Money of another currency than `currency`, the reporting one, is left out: no
        sum of several currencies is a figure.
        """
        return self.records(
            (
                "reason",
                "kpi",
                "severity",
                "count(*) as records",
                "sum(amount) filter (where currency_code = $currency) as amount",
            ),
            "from marts.data_quality_issues group by all "
            "order by severity desc, count(*) desc, reason, kpi",
            {"currency": currency},
        )

    def gaps(self):
        """Input that no loader landed, which explains figures that are missing."""
        return self.records(
            ("reason", "kpi"),
            "from marts.data_quality_summary where row_kind = 'gap' "
            "group by all order by all",
        )

    def restated(self, as_of):
        """Closed months whose bookings the last publication changed, and by how much.

        Without what other settings changed: nobody touched those deals.
        """
        return self.records(
            ("period_start", "sum(revenue_change) as amount"),
            "from marts.kpi_restatements where reported_as_of = cast(? as date) "
            "and settings_changed is not true "
            "group by all having sum(revenue_change) != 0 order by all",
            [as_of],
        )

    def settings_changed(self, as_of):
        """Whether the last publication shows closed months by other settings."""
        return self.rows(
            "select coalesce(bool_or(settings_changed), false) "
            "from marts.kpi_restatements where reported_as_of = cast(? as date)",
            [as_of],
        )[0][0]

    def unexplained(self):
        """Won deals of the CRMs' own reports that no reason explains."""
        return self.rows(
            "select coalesce(sum(abs(unexplained_count)), 0) from marts.crm_tie_out"
        )[0][0]

    def descriptions(self):
        """Descriptions by dbt: of the marts, and of the columns of the KPI marts."""
        marts = self.rows(
            "select table_name, comment from duckdb_tables() order by all"
        )
        columns = self.rows(
            "select column_name, max(comment) from duckdb_columns() "
            "where table_name like 'kpi\\_%' escape '\\' group by all order by all"
        )
        return dict(marts), dict(columns)

    def everything(self):
        """All that the page shows, apart from its words."""
        kpis, spans = self.kpis(), self.spans()
        run = self.run()
        return run | {
            "kpis": kpis,
            "periods": self.periods(spans),
            "series": self.series(kpis, spans),
            "funnel": self.funnel(),
            "cohorts": self.cohorts(),
            "curve": self.curve(),
            "bridge": self.bridge(),
            "bridge_columns": BRIDGE,
            "decomposition": self.decomposition(run["as_of"]),
            "effects": EFFECTS,
            "pipeline": nested(
                self.rows(
                    f"select dimension, dimension_value, {', '.join(PIPELINE)} "
                    "from marts.open_pipeline order by all"
                ),
                2,
            ),
            "targets": self.records(
                TARGETS,
                "from marts.kpi_targets_in_force where is_in_force "
                "order by kpi, dimension, dimension_value, period_grain",
            ),
            "quality": self.quality(run["currency"]),
            "gaps": self.gaps(),
            "restated": self.restated(run["as_of"]),
            "settings_changed": self.settings_changed(run["as_of"]),
            "unexplained": int(self.unexplained()),
        }


def as_json(value):
    """JSON that can stand inside an HTML script element whatever the data say."""
    text = json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), default=plain, allow_nan=False
    )
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
