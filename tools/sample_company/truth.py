"""The true KPI values of the company, from its business events.

``values(con)`` reads what was simulated (leads, deals, contracts, spend), never a
raw table and none of the project's SQL, and counts in plain Python: whole cents,
whole days. Dimension ``total`` only. It is meant for the sample, not for millions.
"""

import statistics
from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from . import facts
from .days import local_day
from .salesforce import SEK_RATES
from .split import assign

GRAINS = {"month": 1, "quarter": 3, "fiscal_year": 12}
WINDOW_DAYS = 90
INACTIVITY_DAYS = 365
GRACE_DAYS = 30


def values(con, crm="salesforce"):
    """True values: {kpi: {grain: {period start (ISO): {measure: value}}}}.

    crm: who holds the business. It changes two counts only: Zoho keeps no history of
    a lead's status, so MQL and SQL of leads that were refused later are lost there.

    Money is Decimal with two places, counts are int, medians Fraction or None. The
    open period is as it stands on the as-of day.
    """
    book = _Book(con, crm)
    return {
        "revenue_growth": book.revenue(),
        "sales_cycle_length": book.cycles(),
        "conversion_rate": book.conversion(),
        "churn_rate": book.churn(),
        "customer_acquisition_cost": book.acquisition(),
    }


def period_start(day, grain, fiscal_year_start_month=1):
    """First day of the month, quarter or fiscal year of a day."""
    months = (day.month - fiscal_year_start_month) % GRAINS[grain]
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def period_end(start, grain):
    """Last day of the period that starts on a day."""
    month = start.year * 12 + start.month - 1 + GRAINS[grain]
    return date(month // 12, month % 12 + 1, 1) - timedelta(days=1)


def round_half_away(numerator, denominator):
    """Numerator / denominator to a whole number, halves away from zero."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def median(numbers):
    """Exact median as a Fraction; None of nothing."""
    return statistics.median(map(Fraction, numbers)) if numbers else None


def _win_order(deal):
    """What makes one win earlier than another."""
    return deal["closed_on"], not deal["is_new"], deal["created_at"], deal["deal_no"]


def _money(cents):
    return Decimal(cents) / 100


def _rows(con, sql):
    """Rows of a query as dicts."""
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _day(number):
    return (
        None if number is None or number < 0 else date(1970, 1, 1) + timedelta(number)
    )


class _Book:
    """The company's events with days and converted amounts."""

    def __init__(self, con, crm):
        self.as_of = con.execute("select as_of_on from run").fetchone()[0]
        self.rates = defaultdict(list)
        for row in _rows(con, "select * from rates order by rate_date"):
            rate = int(row["rate"] * 10_000)
            self.rates[row["currency"]].append((row["rate_date"], rate))
        self.leads = _rows(con, "select * from leads order by lead_no")
        self.deals = _rows(con, "select * from deals order by deal_no")
        self.contracts = _rows(con, "select * from contracts order by contract_no")
        self.spend = _rows(con, "select * from spend")
        for lead in self.leads:
            lead["created_on"] = _day(int(local_day(lead["created_at"])))
        for deal in self.deals:
            deal["created_on"] = _day(int(local_day(deal["created_at"])))
            deal["closed_on"] = _day(deal["closed_on"])
            deal["is_won"] = deal["outcome"] == facts.WON
            deal["cents"] = self._converted(
                deal["amount_cents"], deal["currency"], deal["closed_on"]
            )
            deal["is_refund"] = (deal["amount_cents"] or 0) < 0
            deal["is_new"] = deal["deal_type"] == facts.NEW
            deal["is_win"] = deal["is_won"] and not deal["is_refund"]
        for contract in self.contracts:
            contract["starts_on"] = _day(contract["starts_on"])
            contract["ends_on"] = _day(contract["ends_on"])
            contract["cents"] = self._converted(
                contract["monthly_cents"], contract["currency"], contract["starts_on"]
            )
        self._forget_stages(con, crm)
        self._link()

    def _forget_stages(self, con, crm):
        """Zoho knows a lead's last status only."""
        in_zoho = set()
        if crm == "split":
            assign(con)
            query = "select lead_no from lead_home where crm = 'zoho'"
            in_zoho = {number for (number,) in con.execute(query).fetchall()}
        for lead in self.leads:
            is_in_zoho = crm == "zoho" or lead["lead_no"] in in_zoho
            if is_in_zoho and lead["refused_at"] >= 0:
                lead["mql_at"] = lead["sql_at"] = -1

    def _converted(self, cents, currency, day):
        """Cents in EUR at the latest rate on or before a day; None without a rate."""
        if cents is None or day is None or currency == "XXX":
            return None
        if currency == "EUR":
            return cents
        if currency == "SEK":
            return round_half_away(cents * 100, int(Decimal(SEK_RATES[day.year]) * 100))
        known = self.rates[currency]
        place = bisect_right(known, (day, 1 << 60)) - 1
        rate = known[max(place, 0)][1]
        if currency == "CHF":
            return round_half_away(cents * rate, 10_000)
        return round_half_away(cents * 10_000, rate)

    def _link(self):
        """The first won new-business deal of every lead; first win of companies."""
        by_contact, by_company = defaultdict(list), defaultdict(list)
        by_number = {deal["deal_no"]: deal for deal in self.deals}
        for deal in self.deals:
            if deal["has_customer"]:
                by_contact[deal["contact_no"]].append(deal)
                by_company[deal["company_no"]].append(deal)
        self.deals_with_lead = set()
        for lead in self.leads:
            linked = []
            if lead["contact_no"] >= 0:
                linked += by_contact[lead["contact_no"]]
            if lead["deal_no"] >= 0:
                linked.append(by_number[lead["deal_no"]])
            wins = [deal for deal in linked if deal["is_win"] and deal["is_new"]]
            if not linked and lead["converted_at"] >= 0:
                wins = [
                    deal
                    for deal in by_company[lead["company_no"]]
                    if deal["is_win"]
                    and deal["is_new"]
                    and deal["closed_on"] >= lead["created_on"]
                ]
            lead["won"] = min(wins, key=_win_order, default=None)
            lead["has_opportunity"] = bool(linked) or lead["won"] is not None
            self.deals_with_lead |= {deal["deal_no"] for deal in linked}
            if lead["won"]:
                self.deals_with_lead.add(lead["won"]["deal_no"])
        self.first_wins = {}
        for company, deals in by_company.items():
            wins = [deal for deal in deals if deal["is_win"]]
            if wins:
                self.first_wins[company] = min(wins, key=_win_order)

    def _by_period(self, things, day):
        """{grain: {period start: [things]}} by a day of each thing."""
        groups = {grain: defaultdict(list) for grain in GRAINS}
        for thing in things:
            for grain in GRAINS:
                groups[grain][period_start(day(thing), grain).isoformat()].append(thing)
        return groups

    def revenue(self):
        """Revenue, orders, refunds by close period."""
        won = [deal for deal in self.deals if deal["is_won"]]

        def measures(deals):
            orders = [
                d["cents"]
                for d in deals
                if d["cents"] is not None and not d["is_refund"]
            ]
            refunds = [
                d["cents"] for d in deals if d["is_refund"] and d["cents"] is not None
            ]
            return {
                "revenue": _money(sum(orders) + sum(refunds)),
                "refund_amount": _money(sum(refunds)),
                "order_count": len(orders),
                "order_revenue": _money(sum(orders)),
                "orders_without_amount_count": sum(d["cents"] is None for d in deals),
                "average_order_value": _money(round_half_away(sum(orders), len(orders)))
                if orders
                else None,
            }

        return _measured(self._by_period(won, lambda d: d["closed_on"]), measures)

    def cycles(self):
        """Both clocks by close period."""
        converted = [lead for lead in self.leads if lead["won"]]
        wins = [deal for deal in self.deals if deal["is_win"] and deal["is_new"]]

        def lead_measures(leads):
            days = [(x["won"]["closed_on"] - x["created_on"]).days for x in leads]
            return {
                "cycle_count": sum(d >= 0 for d in days),
                "median_cycle_days": median([d for d in days if d >= 0]),
                "negative_cycle_count": sum(d < 0 for d in days),
            }

        def deal_measures(deals):
            days = [(d["closed_on"] - d["created_on"]).days for d in deals]
            return {
                "won_deal_count": len(days),
                "median_opportunity_to_won_days": median([d for d in days if d >= 0]),
                "negative_opportunity_to_won_count": sum(d < 0 for d in days),
            }

        by_lead = self._by_period(converted, lambda x: x["won"]["closed_on"])
        by_deal = self._by_period(wins, lambda d: d["closed_on"])
        return _joined(
            _measured(by_lead, lead_measures), _measured(by_deal, deal_measures)
        )

    def conversion(self):
        """Cohorts by lead creation, wins and losses by close period."""

        def cohort(leads):
            return {
                "lead_count": len(leads),
                "customer_count": sum(
                    x["won"] is not None
                    and (x["won"]["closed_on"] - x["created_on"]).days <= WINDOW_DAYS
                    for x in leads
                ),
                "ever_customer_count": sum(x["won"] is not None for x in leads),
                "disqualified_lead_count": sum(x["refused_at"] >= 0 for x in leads),
                "mql_count": sum(x["mql_at"] >= 0 for x in leads),
                "sql_count": sum(x["sql_at"] >= 0 for x in leads),
                "opportunity_count": sum(x["has_opportunity"] for x in leads),
            }

        def closes(deals):
            return {
                "won_deal_count": sum(d["is_win"] for d in deals),
                "lost_deal_count": sum(d["outcome"] == facts.LOST for d in deals),
            }

        closed = [
            deal
            for deal in self.deals
            if deal["is_new"] and deal["closed_on"] and not deal["is_refund"]
        ]
        # Customers whose first new business closed in the period and has no lead.
        first_new = {}
        for deal in sorted(filter(lambda d: d["is_win"], self.deals), key=_win_order):
            if deal["is_new"] and deal["has_customer"]:
                first_new.setdefault(deal["company_no"], deal)
        strangers = [
            deal
            for deal in first_new.values()
            if deal["deal_no"] not in self.deals_with_lead
        ]
        by_close = _joined(
            _measured(self._by_period(closed, lambda d: d["closed_on"]), closes),
            _measured(
                self._by_period(strangers, lambda d: d["closed_on"]),
                lambda deals: {"customers_without_lead_count": len(deals)},
            ),
        )
        return _joined(
            _measured(self._by_period(self.leads, lambda x: x["created_on"]), cohort),
            by_close,
        )

    def acquisition(self):
        """Spend and new customers by month of spend and of the first win."""
        new = [deal for deal in self.first_wins.values() if deal["is_new"]]
        return _joined(
            _measured(
                self._by_period(self.spend, lambda s: s["spend_month"]),
                lambda rows: {
                    "acquisition_spend": _money(sum(s["amount_cents"] for s in rows))
                },
            ),
            _measured(
                self._by_period(new, lambda d: d["closed_on"]),
                lambda deals: {"new_customer_count": len(deals)},
            ),
        )

    def churn(self):
        """The bridge of customers and of monthly contract revenue."""
        active = self._active_periods()
        first_day = {
            c: min(start for start, _, _ in rows) for c, rows in active.items()
        }

        def state(day):
            """{company: monthly cents} of those active on a day."""
            found = {}
            for company, rows in active.items():
                now = [cents for start, end, cents in rows if start <= day < end]
                if now:
                    found[company] = sum(now)
            return found

        result = {grain: {} for grain in GRAINS}
        begin = min(first_day.values())
        for grain in GRAINS:
            start = period_start(begin, grain)
            before = state(start - timedelta(days=1))
            while start <= self.as_of:
                end = period_end(start, grain)
                after = state(min(end, self.as_of))
                new = {c for c in after if first_day[c] >= start}
                both = before.keys() & after.keys()
                result[grain][start.isoformat()] = {
                    "customers_at_start": len(before),
                    "new_customers": len(new),
                    "reactivated_customers": len(after.keys() - before.keys() - new),
                    "churned_customers": len(before.keys() - after.keys()),
                    "customers_at_end": len(after),
                    "revenue_at_start": _money(sum(before.values())),
                    "churned_revenue": _money(
                        sum(before[c] for c in before.keys() - after.keys())
                    ),
                    "contraction_revenue": _money(
                        sum(max(before[c] - after[c], 0) for c in both)
                    ),
                    "expansion_revenue": _money(
                        sum(max(after[c] - before[c], 0) for c in both)
                    ),
                }
                start, before = end + timedelta(days=1), after
        return result

    def _active_periods(self):
        """{company: [(start, exclusive end, monthly cents)]}, gaps closed."""
        active = defaultdict(list)
        for contract in self.contracts:
            end = contract["ends_on"] or date.max
            active[contract["company_no"]].append(
                (contract["starts_on"], end, contract["cents"])
            )
        with_contract = set(active)
        for deal in self.deals:
            company = deal["company_no"]
            if deal["is_win"] and deal["has_customer"] and company not in with_contract:
                end = deal["closed_on"] + timedelta(days=INACTIVITY_DAYS)
                active[company].append((deal["closed_on"], end, 0))
        return {company: _bridged(rows, self.as_of) for company, rows in active.items()}


def _bridged(rows, as_of):
    """Periods of one customer; those that end at a short gap run through it.

    Whoever is still within the days of grace on the as-of day is not gone yet.
    """
    rows = sorted(rows)
    ends = [rows[0][1]]
    gaps = {}
    for start, end, _ in rows[1:]:
        if start > ends[-1]:
            if (start - ends[-1]).days <= GRACE_DAYS:
                gaps[ends[-1]] = start
            ends.append(end)
        else:
            ends[-1] = max(ends[-1], end)
    if ends[-1] <= as_of < ends[-1] + timedelta(days=GRACE_DAYS):
        gaps[ends[-1]] = as_of + timedelta(days=1)
    return [(start, gaps.get(end, end), cents) for start, end, cents in rows]


def _measured(groups, measures):
    """Measures of every group."""
    return {
        grain: {start: measures(things) for start, things in sorted(periods.items())}
        for grain, periods in groups.items()
    }


def _joined(first, second):
    """Measures of two groupings in one; what one of them lacks is left out."""
    return {
        grain: {
            start: first[grain].get(start, {}) | second[grain].get(start, {})
            for start in sorted(first[grain].keys() | second[grain].keys())
        }
        for grain in first
    }
