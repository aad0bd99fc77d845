"""The reporting marts of a built sample, recomputed in plain Python.

What stands in the intermediate tables is taken as given; what the marts make of it is
computed here once more, with exact fractions and decimals and none of the marts' SQL.
Every test compares whole marts, row by row and column by column.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from operator import itemgetter
from statistics import median
from zoneinfo import ZoneInfo

import duckdb
import pytest
from builds import query
from oracle.periods import GRAINS, Calendar, add_months

TOLERANCE = 1e-9
CENT = Decimal("0.01")
DIMENSIONS = (
    *("source_system", "region", "segment", "industry", "lead_source"),
    *("sales_team", "sales_rep"),
)
BERLIN, UTC = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
CALENDAR = Calendar()


@pytest.fixture(scope="module")
def built(sample_build):
    """The built sample, open for reading."""
    assert sample_build.worked, sample_build.console
    with duckdb.connect(str(sample_build.database), read_only=True) as database:
        yield database


@pytest.fixture(scope="module")
def rows(built):
    """Reads a relation as dicts: `rows("marts.open_pipeline")`."""
    known = {}

    def read(relation):
        if relation not in known:
            known[relation] = query(built, f"select * from {relation}")
        return known[relation]

    return read


@pytest.fixture(scope="module")
def as_of(rows):
    (row,) = rows("intermediate.int_run__as_of")
    return row["as_of_on"]


def difference(expected, actual, keys, columns):
    """Sentences about rows that only one side has and values that differ."""
    left = {tuple(row[key] for key in keys): row for row in expected}
    right = {tuple(row[key] for key in keys): row for row in actual}
    assert len(left) == len(expected)
    assert len(right) == len(actual)
    found = [f"only computed: {key}" for key in sorted(left.keys() - right.keys())]
    found += [f"only in the mart: {key}" for key in sorted(right.keys() - left.keys())]
    for key in left.keys() & right.keys():
        for column in columns:
            ours, theirs = left[key][column], right[key][column]
            if isinstance(theirs, float) and ours is not None:
                same = abs(float(ours) - theirs) <= TOLERANCE
            else:
                same = ours == theirs
            if not same:
                found.append(f"{key} {column}: {ours} computed, {theirs} in the mart")
    return found


def assert_same(expected, actual, keys, columns):
    assert actual
    found = difference(expected, actual, keys.split(), columns.split())
    assert not found, "\n".join(found[:20])


def values(row, dimensions):
    """The cells of a mart a row counts in: the total and each of its dimensions."""
    yield "total", "(all)"
    for dimension in dimensions:
        yield dimension, row[dimension]


def periods(day):
    """The three periods of a day."""
    return [CALENDAR.period(grain, day) for grain in GRAINS]


def cents(amount):
    """An exact amount to the cent, half away from zero."""
    sign = -1 if amount < 0 else 1
    return Decimal(sign * int(abs(amount) * 100 + Fraction(1, 2))) / 100


# -- sales_cycle_curve ---------------------------------------------------------


def curve_of(deals):
    """Rows of one curve from pairs (days, state), in exact fractions."""
    exits = Counter(deals)
    at_risk, still_open = len(deals), Fraction(1)
    won_share, lost_share = Fraction(0), Fraction(0)
    for day in sorted({0} | {day for day, _ in deals}):
        won, lost = exits[day, "won"], exits[day, "lost"]
        censored = exits[day, "open"]
        won_share += still_open * Fraction(won, at_risk)
        lost_share += still_open * Fraction(lost, at_risk)
        still_open *= 1 - Fraction(won + lost, at_risk)
        assert still_open + won_share + lost_share == 1
        yield {
            "day_number": day,
            "at_risk_count": at_risk,
            "won_count": won,
            "lost_count": lost,
            "still_open_count": censored,
            "open_share": still_open,
            "won_share": won_share,
            "lost_share": lost_share,
        }
        at_risk -= won + lost + censored


def test_the_textbook_curve_comes_out_of_curve_of():
    deals = [(10, "won"), (10, "lost"), (20, "won"), (20, "open"), (30, "lost")]
    shares = [row["open_share"] for row in curve_of(deals)]
    assert shares == [1, Fraction(3, 5), Fraction(2, 5), 0]


def test_sales_cycle_curve(rows, as_of):
    curves = defaultdict(list)
    for deal in rows("intermediate.int_crm__deals"):
        state, created, closed = (
            *(deal["deal_state"], deal["created_on"]),
            deal["closed_on"],
        )
        if deal["deal_type"] != "new_business" or deal["is_refund"] or not created:
            continue
        if state != "open" and (closed is None or closed < created):
            continue
        days = ((as_of if state == "open" else closed) - created).days
        start = CALENDAR.period("fiscal_year", created).start
        for cell in values(deal, ("source_system", "segment")):
            curves[start, *cell].append((days, state))
    expected = [
        {"period_start": start, "dimension": name, "dimension_value": value} | row
        for (start, name, value), deals in curves.items()
        for row in curve_of(deals)
    ]
    assert_same(
        expected,
        rows("marts.sales_cycle_curve"),
        "period_start dimension dimension_value day_number",
        "at_risk_count won_count lost_count still_open_count"
        " open_share won_share lost_share",
    )


# -- revenue_decomposition -----------------------------------------------------


def effects(now, base):
    """Volume, value and refund effect of (orders, their revenue, refunds)."""
    if base[0] == 0:
        volume = now[1]
    else:
        volume = cents(Fraction(base[1]) * (now[0] - base[0]) / base[0])
    return volume, now[1] - base[1] - volume, now[2] - base[2]


def test_revenue_decomposition(rows, as_of):
    sums = defaultdict(lambda: (0, Decimal(0), Decimal(0)))
    types = set()
    for order in rows("intermediate.int_revenue__orders"):
        types.add(order["deal_type"])
        amount = order["amount"]
        for period in periods(order["ordered_on"]):
            key = (period.grain, period.start, order["deal_type"])
            count, revenue, refunds = sums[key]
            if order["is_refund"]:
                refunds += amount or 0
            elif amount is not None:
                count, revenue = count + 1, revenue + amount
            sums[key] = (count, revenue, refunds)
    reported = rows("intermediate.int_calendar__periods")
    first = {
        grain: min(r["period_start"] for r in reported if r["period_grain"] == grain)
        for grain in GRAINS
    }
    expected = []
    for grain in GRAINS:
        for period in CALENDAR.between(grain, first[grain], as_of):
            bases = {
                "prior_period": CALENDAR.previous(period).start,
                "prior_year": add_months(period.start, -12),
            }
            for comparison, base in bases.items():
                if period.end > as_of or base < first[grain]:
                    continue
                parts = []
                for deal_type in sorted(types):
                    now, was = (
                        sums[grain, period.start, deal_type],
                        sums[grain, base, deal_type],
                    )
                    parts.append(("deal_type", deal_type, now, was, effects(now, was)))
                total = [
                    tuple(map(sum, zip(*(part[i] for part in parts), strict=True)))
                    for i in (2, 3, 4)
                ]
                for name, value, now, was, effect in [
                    *parts,
                    ("total", "(all)", *total),
                ]:
                    expected.append(
                        {
                            "comparison": comparison,
                            "period_grain": grain,
                            "period_start": period.start,
                            "base_period_start": base,
                            "dimension": name,
                            "dimension_value": value,
                            "order_count": now[0],
                            "base_order_count": was[0],
                            "average_order_value": (
                                cents(Fraction(now[1]) / now[0]) if now[0] else None
                            ),
                            "base_average_order_value": (
                                cents(Fraction(was[1]) / was[0]) if was[0] else None
                            ),
                            "order_revenue": now[1],
                            "base_order_revenue": was[1],
                            "refund_amount": now[2],
                            "base_refund_amount": was[2],
                            "revenue": now[1] + now[2],
                            "base_revenue": was[1] + was[2],
                            "revenue_change": sum(effect),
                            "volume_effect": effect[0],
                            "value_effect": effect[1],
                            "refund_effect": effect[2],
                        }
                    )
    columns = [name for name in expected[0] if name not in ("comparison", "dimension")]
    assert_same(
        expected,
        rows("marts.revenue_decomposition"),
        "comparison period_grain period_start dimension dimension_value",
        " ".join(columns),
    )


# -- open_pipeline -------------------------------------------------------------


def stage_finder(rows):
    """A function from CRM, pipeline and stage to the definition of the stage."""
    stages = {
        (row["source_system"], row["pipeline"], row["stage"]): row
        for row in rows("intermediate.int_crm__stages")
    }

    def find(system, pipeline, stage, column):
        known = [
            found
            for key in (pipeline, None)
            if (found := stages.get((system, key, (stage or "").lower())))
        ]
        if column == "sort_order":  # one of the company's own goes before the CRM's
            known.sort(key=lambda found: not found["is_own_position"])
        return next((row[column] for row in known if row[column] is not None), None)

    return find


def test_open_pipeline(rows, as_of):
    stage_of = stage_finder(rows)
    close_days = {
        row["deal_id"]: row["crm_close_on"]
        for row in rows("intermediate.int_crm__deal_states")
        if row["is_counted"]
    }
    cells = defaultdict(list)
    for deal in rows("intermediate.int_crm__deals"):
        if deal["deal_state"] != "open":
            continue
        place = (deal["record_source_system"], deal["pipeline"], deal["stage"])
        label = stage_of(*place, "stage_label") or deal["stage"] or "(unknown)"
        for cell in values(
            deal | {"stage": label}, (*DIMENSIONS, "deal_type", "stage")
        ):
            cells[cell].append(deal)
    expected = []
    for (name, value), deals in cells.items():
        weighted = [
            (deal["amount"] * deal["probability"]).quantize(CENT, ROUND_HALF_UP)
            for deal in deals
            if deal["amount"] is not None and deal["probability"] is not None
        ]
        close = [close_days[deal["deal_id"]] for deal in deals]
        expected.append(
            {
                "dimension": name,
                "dimension_value": value,
                "deal_count": len(deals),
                "amount": sum((deal["amount"] or Decimal(0)) for deal in deals),
                "weighted_amount": sum(weighted, Decimal(0)),
                "deals_without_amount_count": sum(
                    deal["amount"] is None for deal in deals
                ),
                "deals_without_probability_count": sum(
                    deal["probability"] is None for deal in deals
                ),
                "median_age_days": median(
                    (as_of - deal["created_on"]).days for deal in deals
                ),
                "overdue_count": sum(day is not None and day < as_of for day in close),
            }
        )
    assert_same(
        expected,
        rows("marts.open_pipeline"),
        "dimension dimension_value",
        "deal_count amount weighted_amount deals_without_amount_count"
        " deals_without_probability_count median_age_days overdue_count",
    )


# -- conversion_cohorts --------------------------------------------------------


def test_conversion_cohorts(rows, as_of):
    leads = rows("intermediate.int_funnel__leads")

    def won_in_month(lead, month):
        return lead["won_on"] is not None and lead["won_on"] < add_months(
            lead["lead_created_on"], month + 1
        )

    last = 0
    while sum(won_in_month(lead, last) for lead in leads) < sum(
        lead["won_on"] is not None for lead in leads
    ):
        last += 1
    cells = defaultdict(list)
    for lead in leads:
        start = lead["lead_created_on"].replace(day=1)
        for cell in values(lead, DIMENSIONS):
            cells[start, *cell].append(lead)
    expected = []
    for (start, name, value), cohort in cells.items():
        youngest = add_months(start, 1) - timedelta(days=1)
        for month in range(last + 1):
            if add_months(start, month) > as_of:
                break
            over = add_months(youngest, month + 1) - timedelta(days=1) <= as_of
            won = sum(won_in_month(lead, month) for lead in cohort)
            expected.append(
                {
                    "cohort_month": start,
                    "dimension": name,
                    "dimension_value": value,
                    "months_since_creation": month,
                    "is_mature": over,
                    "lead_count": len(cohort) if over else None,
                    "customer_count": won if over else None,
                    "conversion_rate": won / len(cohort) if over else None,
                }
            )
    assert_same(
        expected,
        rows("marts.conversion_cohorts"),
        "cohort_month dimension dimension_value months_since_creation",
        "is_mature lead_count customer_count conversion_rate",
    )


# -- funnel_stages -------------------------------------------------------------


def middle(days):
    """Median of a list; None of an empty one."""
    return median(days) if days else None


def test_the_lead_journey_of_funnel_stages(rows):
    created = {
        row["deal_id"]: row["created_on"] for row in rows("intermediate.int_crm__deals")
    }
    first_deal = {}
    for link in rows("intermediate.int_funnel__lead_deals"):
        day = created[link["deal_id"]]
        known = first_deal.get(link["lead_id"])
        if day and (known is None or day < known):
            first_deal[link["lead_id"]] = day
    sources = {
        row["source_system"]: row
        for row in rows("intermediate.int_funnel__stage_sources")
    }

    def is_known(cohort, *stages):
        """Whether the CRM of one of the leads tells all of these stages."""
        return any(
            all(
                sources[lead["source_system"]].get(f"has_{stage}_source", True)
                for stage in stages
            )
            for lead in cohort
        )

    cells = defaultdict(list)
    for lead in rows("intermediate.int_funnel__leads"):
        for period in periods(lead["lead_created_on"]):
            for cell in values(lead, DIMENSIONS):
                cells[period.grain, period.start, *cell].append(lead)
    expected = []
    for (grain, start, name, value), cohort in cells.items():
        opportunity, customer = [], []
        for lead in cohort:
            day = first_deal.get(lead["lead_id"]) or lead["won_deal_created_on"]
            if day and day >= lead["lead_created_on"]:
                opportunity.append((day - lead["lead_created_on"]).days)
            if lead["won_on"] and lead["won_on"] >= lead["lead_created_on"]:
                customer.append((lead["won_on"] - lead["lead_created_on"]).days)
        days = {"opportunity": opportunity, "customer": customer}
        before, stage_before = None, None
        for number, stage in enumerate(
            ("lead", "mql", "sql", "opportunity", "customer"), start=1
        ):
            reached = sum(stage == "lead" or lead[f"is_{stage}"] for lead in cohort)
            expected.append(
                {
                    "period_grain": grain,
                    "period_start": start,
                    "dimension": name,
                    "dimension_value": value,
                    "stage": stage,
                    "stage_number": number,
                    "reached_count": reached,
                    "previous_stage_count": before,
                    "drop_off_count": None if before is None else before - reached,
                    "share_of_previous_stage": (
                        reached / before
                        if before and is_known(cohort, stage, stage_before)
                        else None
                    ),
                    "share_of_leads": (
                        reached / len(cohort) if is_known(cohort, stage) else None
                    ),
                    "timed_count": len(days.get(stage, [])),
                    "median_days": middle(days.get(stage, [])),
                }
            )
            before, stage_before = reached, stage
    assert_same(
        expected,
        [
            row
            for row in rows("marts.funnel_stages")
            if row["stage_kind"] == "lead_journey"
        ],
        "period_grain period_start dimension dimension_value stage",
        "stage_number reached_count previous_stage_count drop_off_count"
        " share_of_previous_stage share_of_leads timed_count median_days",
    )


def local_day(moment) -> date:
    return moment.replace(tzinfo=UTC).astimezone(BERLIN).date()


def order_of_entries(entry):
    position = entry["sort_order"]
    unknown = position is None
    return entry["entered_at"], unknown, position or 0, entry["source_record_id"]


def days_in_stages(rows, as_of):
    """By deal record and stage the days of each visit by the as-of day; None: lasts."""
    histories = defaultdict(list)
    for entry in rows("intermediate.int_crm__stage_entries"):
        histories[entry["source_system"], entry["deal_record_id"]].append(entry)
    days = defaultdict(lambda: defaultdict(list))
    for record, entries in histories.items():
        runs = groupby(sorted(entries, key=order_of_entries), itemgetter("stage"))
        visits = [(stage, local_day(next(run)["entered_at"])) for stage, run in runs]
        visits = [visit for visit in visits if visit[1] <= as_of]
        for (stage, entered), (_, left) in pairwise([*visits, (None, None)]):
            days[record][stage].append(left and (left - entered).days)
    return days


def test_the_deal_stages_of_funnel_stages(rows, as_of):
    stage_of = stage_finder(rows)
    visits = days_in_stages(rows, as_of)
    changed = {
        (change["source_system"], change["deal_record_id"])
        for change in rows("intermediate.int_crm__stage_changes")
    }
    cells = defaultdict(list)
    for deal in rows("intermediate.int_crm__deals"):
        if deal["deal_type"] != "new_business" or deal["is_refund"]:
            continue
        system = deal["record_source_system"]
        record = (system, deal["record_id"])
        # Zoho writes changes alone: without one a deal is where it was created.
        if system == "zoho" and record not in changed:
            visits[record][deal["stage"]].append(None)
        for stage, stays in visits[record].items():
            for period in periods(deal["created_on"]) if deal["created_on"] else ():
                for cell in values(deal, DIMENSIONS):
                    place = (system, deal["pipeline"], stage)
                    cells[period.grain, period.start, *cell, *place].append(stays)
    expected = []
    for (grain, start, name, value, *place), deals in cells.items():
        timed = [sum(stays) for stays in deals if None not in stays]
        expected.append(
            {
                "period_grain": grain,
                "period_start": start,
                "dimension": name,
                "dimension_value": value,
                "stage_source_system": place[0],
                "pipeline": place[1],
                "stage": place[2],
                "stage_label": stage_of(*place, "stage_label") or place[2],
                "stage_number": stage_of(*place, "sort_order"),
                "reached_count": len(deals),
                "visit_count": sum(map(len, deals)),
                "timed_count": len(timed),
                "median_days": middle(timed),
            }
        )
    assert_same(
        expected,
        [
            row
            for row in rows("marts.funnel_stages")
            if row["stage_kind"] == "deal_stage"
        ],
        "period_grain period_start dimension dimension_value"
        " stage_source_system pipeline stage",
        "stage_label stage_number reached_count visit_count timed_count median_days",
    )


# -- customer_records ----------------------------------------------------------


def test_every_account_record_in_use_is_a_customer_record_once(rows):
    expected = Counter(
        (row["source_system"], row["raw_table"], row["source_record_id"])
        for row in rows("intermediate.int_crm__accounts")
    )
    listed = Counter(
        (row["source_system"], row["raw_table"], row["raw_key"])
        for row in rows("marts.customer_records")
        if row["match_rule"] != "lead_company"
    )
    assert expected
    assert listed == expected
    assert set(listed.values()) == {1}


def test_the_companies_that_are_flagged_are_the_customers(rows):
    customers = {
        row["customer_id"] for row in rows("intermediate.int_customers__customers")
    }
    flagged = {
        row["customer_id"]
        for row in rows("marts.customer_records")
        if row["is_customer"]
    }
    assert flagged == customers


def test_a_lead_stands_for_a_company_only_where_no_account_does(rows):
    persons = {
        row["lead_id"]: row for row in rows("intermediate.int_funnel__lead_persons")
    }
    of_deals = {row["customer_id"] for row in rows("intermediate.int_crm__deals")}
    expected = {
        (row["source_system"], row["source_record_id"])
        for row in rows("intermediate.int_funnel__lead_records")
        if row["person_rank"] == 1
        for person in [persons[row["lead_id"]]]
        if person["lead_company_id"]
        and (not person["account_customer_id"] or person["lead_company_id"] in of_deals)
    }
    listed = {
        (row["source_system"], row["raw_key"])
        for row in rows("marts.customer_records")
        if row["match_rule"] == "lead_company"
    }
    assert listed == expected


# -- crm_tie_out ---------------------------------------------------------------


def test_the_raw_side_of_the_tie_out_is_what_zoho_itself_would_count(rows):
    """Zoho's deals have no won flag: its reports count the stages it calls won."""
    won_stages = {
        stage["display_value"]
        for stage in rows("sample_zoho.stage")
        if stage["forecast_type"] == "Closed Won"
    }
    counts, amounts = Counter(), defaultdict(Decimal)
    for deal in rows("staging.stg_zoho__deals"):
        if deal["stage"] in won_stages and deal["close_on"]:
            month = deal["close_on"].replace(day=1)
            counts[month] += 1
            amounts[month] += deal["amount"] or 0
    months = {
        month["month_start"]: month
        for month in rows("marts.crm_tie_out")
        if month["source_system"] == "zoho"
    }
    assert sum(counts.values()) > 100
    assert counts == +Counter({m: row["raw_won_count"] for m, row in months.items()})
    for month, row in months.items():
        assert row["raw_won_amount"] == amounts[month]
    # Nearly all of them are ours, too, though some in another month.
    assert sum(row["state_count"] for row in months.values()) == 0
