"""Seeds as companies fill them in, and as-of days, from a seed.

`own_seeds(seed)` are the rows of `random_company.random_seeds` as another company might
have them: words in other letters, unmapped or mapped otherwise, own stages, stays of
sellers with gaps, bands that begin nowhere or leave numbers out, exclusions on every
column that the seed names, targets on other measures, dimensions and days, or no rows
at all. What a test of the seeds refuses is never among them.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from oracle.random_company import OWNERS, WORDS, random_seeds, target_row
from oracle.read import salesforce_id
from oracle.seeds import mapping_row

FREQUENT = 0.15
MORE_WORDS = (
    ("lead_source", "Partner", ("Partners", "Web")),
    ("channel", "Partner", ("Partners", "Online")),
    ("channel", "Partners", ("Partner Sales", "Resellers")),
    ("channel", "Mailing", ("Online",)),
    ("region", "Spain", ("South", "DACH")),
    ("segment", "Public", ("Public Sector", "SMB")),
    ("industry", "Retail", ("Trade",)),
)
# Seeds in which a repeated row says nothing new; in the others it is refused.
REPEATABLE = (
    *("value_mapping", "stage_definitions", "excluded_records", "free_mail_domains"),
)
# CRM: (its pipelines, some of its stages)
STAGES = {
    "salesforce": (
        (None,),
        ("Signed", "Negotiation", "Closed Won", "closed lost", " Proposal ", "Mystery"),
    ),
    "hubspot": (
        (None, "default", "77"),
        ("signed", "Parked", "review", "closedwon", "1002", "Accepted", "gone"),
    ),
    "zoho": (
        (None, "Standard", "Partners"),
        ("Signed", "Offer", "Closed Won", "bought", "Gekauft", "Mystery"),
    ),
}
STATES = (
    *(("true", "false"), ("false", "true"), ("false", "false"), ("true", None)),
    (None, None),  # the position alone
)
BANDS = (
    (("Any", "0", None),),
    (("Small", None, "99"), ("Large", "100", None)),
    (("One", "1", "12"), ("Some", "99", "100"), ("Many", "1000", "45000")),
)
EXCLUSIONS = (
    ("lead", "company", "BETA%"),
    ("lead", "lead_source", "Partner"),
    ("lead", "lead_status", "unqual%"),
    ("lead", "email", "a._@%"),
    ("contact", "email", "b.%"),
    ("account", "website", "%beta.example%"),
    ("account", "name", "Firm _%1%"),
    ("deal", "deal_type", "pilot"),
    ("deal", "lead_source", "TRADE show"),
    ("deal", "name", "%7"),
)
# KPI: measures; shares and growth have small goals, the others large ones
MEASURES = {
    "revenue_growth": ("", "period_over_period_growth", "revenue"),
    "sales_cycle_length": ("", "p90_cycle_days", "median_cycle_days_censored"),
    "conversion_rate": (
        *("", "ever_conversion_rate", "lead_to_mql_rate", "mql_to_sql_rate"),
        *("opportunity_to_customer_rate", "win_rate_by_value", "lead_count"),
    ),
    "average_order_value": ("", "order_revenue", "order_count"),
    "churn_rate": ("", "gross_revenue_churn_rate", "customers_at_end"),
    "customer_acquisition_cost": ("", "payback_months", "acquisition_spend"),
}
DIMENSIONS = {
    "total": ("(all)",),
    "source_system": ("*", "salesforce", "zoho", "Zoho"),
    "region": ("*", "DACH", "West", "(unknown)", "Atlantis"),
    "segment": ("*", "SMB", "Small"),
    "sales_team": ("*", "North"),
}
GOALS = ("-0.2", "0", "0.05", "0.1", "0.25", "1", "9", "60", "400", "5000")


def own_seeds(seed: int) -> dict[str, list[dict]]:
    """The seeds of one company; the same seed gives the same rows."""
    return _Seeds(Random(seed)).build()


def as_of_day(seed: int, end: date) -> date:
    """A day to count up to: the last of the data, a special one, or one after."""
    last_of_february = date(end.year, 3, 1) - timedelta(days=1)
    return Random(seed).choice(
        [
            end,
            end.replace(day=1) - timedelta(days=1),
            min(end, last_of_february),
            min(end, date(2023, 3, 26)),  # 23 hours in Berlin
            end + timedelta(days=400),
        ]
    )


class _Seeds:
    def __init__(self, chance: Random):
        self.chance = chance
        self.rows = random_seeds()

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def pick(self, *values):
        return self.chance.choice(values)

    def build(self) -> dict[str, list[dict]]:
        self.rows["value_mapping"] = self.words()
        self.rows["stage_definitions"] += self.stages()
        if self.maybe(0.7):
            self.rows["sales_team_members"] = self.members()
        if self.maybe(0.5):
            self.rows["segment_bands"] = [
                {"segment": name, "min_employees": low, "max_employees": high}
                for name, low, high in self.pick(*BANDS)
            ]
        self.rows["excluded_records"] += self.exclusions()
        self.rows["free_mail_domains"] += [
            {"domain": self.pick("Alpha.example", " beta.example", "gmx.example")}
            for _ in range(self.pick(0, 0, 1, 2))
        ]
        if self.maybe(0.7):
            self.rows["kpi_targets"] = self.targets()
        for name, rows in self.rows.items():
            if self.maybe(0.06):
                rows = []
            elif name in REPEATABLE:
                rows = rows + [row for row in rows if self.maybe(0.03)]
            self.chance.shuffle(rows)
            self.rows[name] = rows
        return self.rows

    def words(self) -> list[dict]:
        rows = [row for row in self.rows["value_mapping"] if not self.maybe(FREQUENT)]
        for crm in WORDS:
            rows += [
                mapping_row(crm, field, raw, self.pick(*values))
                for field, raw, values in MORE_WORDS
                if self.maybe(0.3)
            ]
        for row in rows:
            if row["field"] == "channel" and self.maybe(FREQUENT):
                row["value"] = self.pick("Online", "Events", "Partner Sales")
            if self.maybe(FREQUENT):
                row["raw_value"] = f" {row['raw_value'].swapcase()} "
            if self.maybe(0.05):
                row["value"] = f"{row['value']} "
        return rows

    def stages(self) -> list[dict]:
        known = {
            (row["source_system"], row["pipeline"], row["stage"].lower())
            for row in self.rows["stage_definitions"]
        }
        rows = []
        for _ in range(self.pick(0, 0, 2, 5)):
            crm = self.pick(*STAGES)
            pipeline, stage = (self.pick(*values) for values in STAGES[crm])
            key = (crm, pipeline, stage.strip().lower())
            if key in known:
                continue
            known.add(key)
            is_won, is_lost = self.pick(*STATES)
            rows.append(
                {
                    "source_system": crm,
                    "pipeline": pipeline,
                    "stage": stage,
                    "is_won": is_won,
                    "is_lost": is_lost,
                    "sort_order": self.pick("1", None) if is_won or is_lost else "1",
                    "funnel_stage": None,
                }
            )
        return rows

    def members(self) -> list[dict]:
        """Stays one after the other, some with a gap between them."""
        rows = []
        for crm, owners in OWNERS.items():
            for owner in owners:
                first = self.pick(None, date(2022, 6, 1), date(2023, 1, 1))
                for _ in range(self.pick(0, 1, 2, 3)):
                    start = first or date(2021, 1, 1)
                    last = start + timedelta(days=self.pick(0, 90, 364, 700))
                    is_last = self.maybe(0.3)
                    rows.append(
                        {
                            "source_system": crm,
                            "user_id": self.pick(owner, salesforce_id(owner), owner),
                            "sales_team": self.pick("North", "South", "Key", None),
                            "region": self.pick("Nord", None, "DACH"),
                            "valid_from": first and str(first),
                            "valid_to": None if is_last else str(last),
                        }
                    )
                    if is_last:
                        break
                    first = last + timedelta(days=self.pick(1, 1, 60))
        return rows

    def exclusions(self) -> list[dict]:
        return [
            {
                "source_system": self.pick(*WORDS),
                "entity": entity,
                "column_name": column,
                "pattern": pattern,
                "reason": "random test",
            }
            for entity, column, pattern in EXCLUSIONS
            if self.maybe(0.12)
        ]

    def targets(self) -> list[dict]:
        """Up to a dozen goals, each in one or more versions without gap or overlap.

        A version without a last day ends where the next one begins.
        """
        rows = []
        measure_of: dict[tuple, str] = {}
        keys = set()
        for place in range(self.pick(0, 6, 12)):
            kpi = self.pick(*MEASURES)
            dimension = self.pick(*DIMENSIONS)
            grain = self.pick("month", "quarter", "fiscal_year")
            value = self.pick(*DIMENSIONS[dimension])
            # one measure for a dimension: a goal for `*` and one for a value agree
            measure = measure_of.setdefault(
                (kpi, grain, dimension), self.pick(*MEASURES[kpi])
            )
            if (kpi, grain, dimension, value) in keys:
                continue
            keys.add((kpi, grain, dimension, value))
            direction = self.pick("higher", "lower")
            starts = self.pick(date(2000, 1, 1), date(2022, 3, 31), date(2023, 2, 15))
            for version in range(1, self.pick(2, 3, 4)):
                ends = starts + timedelta(days=self.pick(0, 100, 500))
                goals = sorted(
                    self.chance.sample(GOALS, 3),
                    key=float,
                    reverse=direction == "higher",
                )
                goals = [goals[0], *(self.pick(goal, None) for goal in goals[1:])]
                rows.append(
                    target_row(
                        (kpi, measure, grain, dimension, value, direction, *goals),
                        f"r{place}v{version}",
                        (str(starts), str(ends) if self.maybe(0.8) else None, version),
                    )
                )
                starts = ends + timedelta(days=1)
        return rows
