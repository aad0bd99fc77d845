"""The six KPI marts from a canonical company. Source: DESIGN.md section 6.

Every function returns the rows of one mart, each a dict with all shared and own
columns: money as Decimal, rates and days as float, counts as int, NULL as None.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from oracle import read
from oracle.activity import Activity
from oracle.company import (
    DIMENSIONS,
    UNKNOWN,
    Company,
    Deal,
    Person,
)
from oracle.judge import Judge
from oracle.money import ZERO, cents, mean, median, quantile, ratio
from oracle.periods import GRAINS, Calendar, Period, add_months
from oracle.records import LOST, OPEN, WON
from oracle.survival import kaplan_meier_median, wilson

P90 = Fraction(9, 10)


class Grid:
    """Facts by period grain, period start, dimension and dimension value."""

    def __init__(self, calendar: Calendar, dimensions: tuple[str, ...]):
        self.calendar = calendar
        self.dimensions = dimensions
        self._cells: dict[tuple, list] = {}
        self.values: dict[str, set[str]] = {name: set() for name in dimensions}

    def add(self, on: date, dims: dict[str, str | None], fact) -> None:
        """Put a fact into every cell that its day and dimension values name."""
        starts = [(grain, self.calendar.period(grain, on).start) for grain in GRAINS]
        for dimension in self.dimensions:
            value = dims.get(dimension) or UNKNOWN
            self.values[dimension].add(value)
            for grain, start in starts:
                key = (grain, start, dimension, value)
                self._cells.setdefault(key, []).append(fact)

    def at(self, period: Period, dimension: str, value: str) -> list:
        """The facts of one cell."""
        return self._cells.get((period.grain, period.start, dimension, value), [])


class Marts:
    """Computes the marts of one company.

    Args:
        company: the canonical company.
        targets: rows of the seed kpi_targets, as text.
        settings: the project's vars.
    """

    def __init__(self, company: Company, targets: list[dict], settings: dict):
        self.company = company
        self.targets = targets
        self.settings = settings
        self.as_of = company.as_of
        self.calendar = Calendar(int(settings["fiscal_year_start_month"]))
        self.first_event_on = self._first_event_on()

    # -- shared ----------------------------------------------------------------

    def _first_event_on(self) -> date | None:
        """The company's earliest event up to the as-of day; None without any."""
        company = self.company
        days = [person.created_on for person in company.persons]
        for deal in company.deals:
            days += [deal.created_on, deal.closed_on]
        days += [order.ordered_on for order in company.orders]
        days += [contract.starts_on for contract in company.contracts]
        days += [spend.spent_in for spend in company.spend]
        return min(
            (day for day in days if day is not None and day <= self.as_of), default=None
        )

    def _periods(self, grain: str) -> list[Period]:
        if self.first_event_on is None:
            return []
        first = self.first_event_on
        start = read.day(self.settings.get("history_start_date"))
        if start is not None:
            first = max(first, start)
        return self.calendar.between(grain, first, self.as_of)

    def _dimensions(self, *more: str) -> tuple[str, ...]:
        names = ("total", *DIMENSIONS, *more)
        if self.settings["sales_rep_identity"] == "none":
            names = tuple(name for name in names if name != "sales_rep")
        return names

    def _grid(self, dimensions: tuple[str, ...]) -> Grid:
        grid = Grid(self.calendar, dimensions)
        grid.values["total"].add("(all)")
        return grid

    def _rows(
        self,
        kpi: str,
        dimensions: tuple[str, ...],
        values: dict[str, set[str]],
        measure: Callable,
    ) -> list[dict]:
        """One row per period and dimension value.

        `measure(period, dimension, value)` gives (own columns, sample sizes, whether
        the row is open although its period is complete).
        """
        judge = Judge(kpi, self.targets, self.settings)
        rows = []
        for grain in GRAINS:
            for period in self._periods(grain):
                is_complete = period.end <= self.as_of
                for dimension in dimensions:
                    for value in sorted(values[dimension]):
                        own, sizes, is_open = measure(period, dimension, value)
                        row = {
                            "kpi_key": f"{grain}|{period.start}|{dimension}|{value}",
                            "period_grain": grain,
                            "period_start": period.start,
                            "period_end": period.end,
                            "period_label": period.label,
                            "is_complete_period": is_complete,
                            "dimension": dimension,
                            "dimension_value": value,
                            "data_as_of": self.company.data_as_of,
                            **own,
                        }
                        row |= judge.judge(row, sizes, is_open, not is_complete)
                        rows.append(row)
        return rows

    # -- revenue growth and order value ----------------------------------------

    def _order_grid(self) -> Grid:
        grid = self._grid(self._dimensions("deal_type"))
        for order in self.company.orders:
            grid.add(order.ordered_on, order.dims, order)
        return grid

    def revenue_growth(self) -> list[dict]:
        """Revenue of each period against the prior period and the prior year."""
        grid = self._order_grid()
        first_start = {
            grain: self.calendar.period(grain, self.first_event_on).start
            for grain in GRAINS
            if self.first_event_on is not None
        }

        def revenue(period, dimension, value) -> Decimal | None:
            if period.start < first_start[period.grain]:
                return None
            return _revenue(grid.at(period, dimension, value))

        def measure(period, dimension, value):
            orders = grid.at(period, dimension, value)
            now = _revenue(orders)
            before = self.calendar.previous(period)
            prior = revenue(before, dimension, value)
            last_year = revenue(self.calendar.year_before(period), dimension, value)
            is_complete = period.end <= self.as_of
            comparable = None
            if not is_complete and prior is not None:
                days = (self.as_of - period.start).days + 1
                until = before.start + timedelta(days=min(days, before.days) - 1)
                comparable = _revenue(
                    order
                    for order in grid.at(before, dimension, value)
                    if order.ordered_on <= until
                )
            refunds = [order for order in orders if order.is_refund]
            count = sum(order.counts for order in orders)
            own = {
                "revenue": now,
                "refund_amount": _revenue(refunds),
                "order_count": count,
                "orders_without_amount_count": _without_amount(orders),
                "prior_period_revenue": prior,
                "prior_year_revenue": last_year,
                "comparable_revenue": comparable,
                "revenue_change": None if prior is None else now - prior,
                "period_over_period_growth": _growth(now, prior)
                if is_complete
                else None,
                "year_over_year_growth": _growth(now, last_year)
                if is_complete
                else None,
                "like_for_like_growth": _growth(now, comparable),
            }
            return own, {None: count}, False

        return self._rows("revenue_growth", grid.dimensions, grid.values, measure)

    def average_order_value(self) -> list[dict]:
        """Revenue per order; refunds and orders without amount are left out."""
        grid = self._grid(self._dimensions("deal_type"))
        for order in self.company.orders:
            if not order.is_refund:
                grid.add(order.ordered_on, order.dims, order)

        def measure(period, dimension, value):
            orders = grid.at(period, dimension, value)
            amounts = [order.amount for order in orders if order.counts]
            own = {
                "order_count": len(amounts),
                "order_revenue": sum(amounts, ZERO),
                "average_order_value": _cents(mean(amounts)),
                "median_order_value": _cents(median(amounts)),
                "orders_without_amount_count": _without_amount(orders),
            }
            return own, {None: len(amounts)}, False

        return self._rows("average_order_value", grid.dimensions, grid.values, measure)

    # -- sales cycle -----------------------------------------------------------

    def sales_cycle_length(self) -> list[dict]:
        """Days from lead to customer, from deal to won, and to close, censored."""
        grid = self._grid(self._dimensions())
        for person in self.company.persons:
            if person.days_to_win is not None:
                grid.add(person.won.closed_on, person.won.dims, ("cycle", person))
        for deal in self.company.deals:
            if not deal.is_new_business:
                continue
            if deal.is_win:
                grid.add(deal.closed_on, deal.dims, ("win", deal))
            exit_ = self._exit(deal)
            if exit_ is not None:
                grid.add(deal.created_on, deal.dims, ("exit", exit_))

        def measure(period, dimension, value):
            facts = grid.at(period, dimension, value)
            people: list[Person] = [fact for kind, fact in facts if kind == "cycle"]
            wins: list[Deal] = [fact for kind, fact in facts if kind == "win"]
            exits = [fact for kind, fact in facts if kind == "exit"]
            cycles = [person.days_to_win for person in people]
            good = [days for days in cycles if days >= 0]
            clocks = [
                deal.days_to_close for deal in wins if deal.days_to_close is not None
            ]
            good_clocks = [days for days in clocks if days >= 0]
            waits = [
                (person.won.created_on - person.created_on).days
                for person in people
                if person.won.created_on is not None
            ]
            good_waits = [days for days in waits if days >= 0]
            own = {
                "cycle_count": len(good),
                "median_cycle_days": _float(median(good)),
                "mean_cycle_days": _float(mean(good)),
                "p90_cycle_days": _float(quantile(good, P90)),
                "negative_cycle_count": len(cycles) - len(good),
                "won_deal_count": len(wins),
                "median_opportunity_to_won_days": _float(median(good_clocks)),
                "mean_opportunity_to_won_days": _float(mean(good_clocks)),
                "p90_opportunity_to_won_days": _float(quantile(good_clocks, P90)),
                "negative_opportunity_to_won_count": len(clocks) - len(good_clocks),
                "opportunity_to_won_count": len(good_clocks),
                "lead_to_opportunity_count": len(good_waits),
                "median_lead_to_opportunity_days": _float(median(good_waits)),
                "created_deal_count": len(exits),
                "median_cycle_days_censored": _float(kaplan_meier_median(exits)),
            }
            sizes = {
                None: len(good),
                "won_deal_count": len(wins),
                "median_opportunity_to_won_days": len(good_clocks),
                "mean_opportunity_to_won_days": len(good_clocks),
                "p90_opportunity_to_won_days": len(good_clocks),
                "median_lead_to_opportunity_days": len(good_waits),
                "median_cycle_days_censored": len(exits),
            }
            return own, sizes, False

        return self._rows("sales_cycle_length", grid.dimensions, grid.values, measure)

    def _exit(self, deal: Deal) -> tuple[int, bool] | None:
        """(days, closed) for Kaplan-Meier; None if a day is missing or negative."""
        if deal.created_on is None:
            return None
        if deal.state == OPEN:
            return (self.as_of - deal.created_on).days, False
        days = deal.days_to_close
        return (days, True) if days is not None and days >= 0 else None

    # -- conversion ------------------------------------------------------------

    def conversion_rate(self) -> list[dict]:
        """Leads by creation cohort; wins and losses by close period beside them."""
        window = int(self.settings["conversion_window_days"])
        company = self.company
        grid = self._grid(self._dimensions())
        for person in company.persons:
            if person.created_on is not None:
                grid.add(person.created_on, person.dims, ("lead", person))
        for deal in company.deals:
            if deal.is_new_business and deal.state in (WON, LOST):
                grid.add(deal.closed_on, deal.dims, (deal.state, deal))
        for customer in company.customers.values():
            deal = customer.acquired_by
            if deal is not None and deal.lead is None:
                grid.add(deal.closed_on, deal.dims, ("customer", customer))

        def measure(period, dimension, value):
            facts = grid.at(period, dimension, value)
            leads: list[Person] = [fact for kind, fact in facts if kind == "lead"]
            won = [fact for kind, fact in facts if kind == WON]
            lost = [fact for kind, fact in facts if kind == LOST]
            is_mature = period.end + timedelta(days=window) <= self.as_of
            in_window = sum(
                1
                for person in leads
                if person.days_to_win is not None and person.days_to_win <= window
            )
            ever = sum(1 for person in leads if person.won is not None)
            low, high = wilson(in_window, len(leads)) if is_mature else (None, None)
            rate = ratio(in_window, len(leads)) if is_mature else None
            reached = {
                stage: sum(1 for person in leads if person.reached(stage))
                for stage in ("mql", "sql", "opportunity")
            }
            has_mql, has_sql, has_both = self._stage_sources(leads)
            own = {
                "lead_count": len(leads),
                "customer_count": in_window,
                "conversion_rate": _float(rate),
                "conversion_rate_low": low,
                "conversion_rate_high": high,
                "ever_customer_count": ever,
                "ever_conversion_rate": _float(ratio(ever, len(leads))),
                "is_mature_cohort": is_mature,
                "disqualified_lead_count": sum(
                    1 for person in leads if person.is_disqualified
                ),
                "mql_count": reached["mql"],
                "sql_count": reached["sql"],
                "opportunity_count": reached["opportunity"],
                "lead_to_mql_rate": _float(
                    ratio(reached["mql"], len(leads)) if has_mql else None
                ),
                "mql_to_sql_rate": _float(
                    ratio(reached["sql"], reached["mql"]) if has_both else None
                ),
                "sql_to_opportunity_rate": _float(
                    ratio(reached["opportunity"], reached["sql"]) if has_sql else None
                ),
                "opportunity_to_customer_rate": _float(
                    ratio(ever, reached["opportunity"])
                ),
                "won_deal_count": len(won),
                "lost_deal_count": len(lost),
                "won_amount": sum((deal.amount or ZERO for deal in won), ZERO),
                "lost_amount": sum((deal.amount or ZERO for deal in lost), ZERO),
                "win_rate": _float(ratio(len(won), len(won) + len(lost))),
                "win_rate_by_value": _float(_win_rate_by_value(won, lost)),
                "customers_without_lead_count": sum(
                    1 for kind, _ in facts if kind == "customer"
                ),
            }
            closed = len(won) + len(lost)
            sizes = {None: len(leads), "win_rate": closed, "win_rate_by_value": closed}
            sizes["won_deal_count"] = len(won)
            sizes["mql_to_sql_rate"] = reached["mql"]
            sizes["sql_to_opportunity_rate"] = reached["sql"]
            sizes["opportunity_to_customer_rate"] = reached["opportunity"]
            return own, sizes, not is_mature

        return self._rows("conversion_rate", grid.dimensions, grid.values, measure)

    def _stage_sources(self, leads: list[Person]) -> tuple[bool, bool, bool]:
        """Whether some lead comes from a CRM that can tell MQL, SQL, both."""
        sources = [self.company.stage_source[person.source_system] for person in leads]
        return (
            any(source["mql"] for source in sources),
            any(source["sql"] for source in sources),
            any(source["mql"] and source["sql"] for source in sources),
        )

    # -- churn -----------------------------------------------------------------

    def churn_rate(self) -> list[dict]:
        """Customers and monthly revenue at the two ends of each period."""
        inactivity = int(self.settings["churn_inactivity_days"])
        grace = int(self.settings["churn_grace_days"])
        members: dict[tuple[str, str], list[Activity]] = {("total", "(all)"): []}
        dimensions = self._dimensions()
        values: dict[str, set[str]] = {name: set() for name in dimensions}
        values["total"].add("(all)")
        for customer in self.company.customers.values():
            activity = Activity(customer, inactivity, grace, self.as_of)
            if activity.first_on is None:
                continue
            for dimension in dimensions:
                value = customer.dims.get(dimension) or UNKNOWN
                values[dimension].add(value)
                members.setdefault((dimension, value), []).append(activity)

        def measure(period, dimension, value):
            own = _movements(members[(dimension, value)], period, self.as_of)
            settled_on = period.end + timedelta(days=grace)
            sizes = {None: own["customers_at_start"]}
            sizes["customers_at_end"] = own["customers_at_end"]
            return own, sizes, settled_on > self.as_of

        return self._rows("churn_rate", dimensions, values, measure)

    # -- acquisition cost ------------------------------------------------------

    def customer_acquisition_cost(self) -> list[dict]:
        """Spend against new customers, full join."""
        lag = int(self.settings["cac_lag_months"])
        margin = read.number(self.settings.get("gross_margin_rate"))
        company = self.company
        grid = self._grid(("total", "channel", *company.spend_dimensions))
        for spend in company.spend:
            month = add_months(spend.spent_in, lag)
            grid.add(month, {"total": "(all)"} | spend.dims, ("spend", spend))
        for customer in company.customers.values():
            deal = customer.acquired_by
            if deal is not None:
                dims = deal.dims | {"channel": self._channel(deal)}
                grid.add(deal.closed_on, dims, ("customer", customer))

        def measure(period, dimension, value):
            facts = grid.at(period, dimension, value)
            amounts = [
                fact.amount
                for kind, fact in facts
                if kind == "spend" and fact.amount is not None
            ]
            customers = [fact for kind, fact in facts if kind == "customer"]
            spent = sum(amounts, ZERO) if amounts else None
            cost = ratio(spent, len(customers))
            without = ZERO if customers else spent
            firsts = _first_monthly_values(customers)
            own = {
                "acquisition_spend": spent,
                "new_customer_count": len(customers),
                "customer_acquisition_cost": _cents(cost),
                "spend_without_customers": without,
                "first_monthly_revenue": sum(firsts, ZERO),
                "valued_customer_count": len(firsts),
                "payback_months": _float(_payback(cost, firsts, margin)),
            }
            sizes = {None: len(customers), "payback_months": len(firsts)}
            return own, sizes, False

        return self._rows(
            "customer_acquisition_cost", grid.dimensions, grid.values, measure
        )

    def _channel(self, deal: Deal) -> str | None:
        _, source = deal.raw_lead_source
        return self.company.seeds.channel(source)


# -- formulas ------------------------------------------------------------------


def _revenue(orders) -> Decimal:
    return sum((order.amount for order in orders if order.amount is not None), ZERO)


def _without_amount(orders) -> int:
    return sum(1 for order in orders if order.amount is None and not order.is_refund)


def _growth(now: Decimal, base: Decimal | None) -> float | None:
    """(now - base) / base; NULL for a missing base and for a base <= 0."""
    if base is None or base <= 0:
        return None
    return float(Fraction(now - base) / Fraction(base))


def _win_rate_by_value(won: list[Deal], lost: list[Deal]) -> Fraction | None:
    """Won over won plus lost amounts; NULL if a lost deal has no amount above 0."""
    if any(deal.amount is None or deal.amount <= 0 for deal in lost):
        return None
    won_value = sum((deal.amount or ZERO for deal in won), ZERO)
    return ratio(won_value, won_value + sum((deal.amount for deal in lost), ZERO))


def _movements(activities: list[Activity], period: Period, as_of: date) -> dict:
    """The churn mart's own columns for one group of customers.

    The two end points are the last day before the period and the period's last
    day, in an open period the as-of day.
    """
    before = period.start - timedelta(days=1)
    end = min(period.end, as_of)
    count = dict.fromkeys(("start", "new", "back", "churned", "end", "same"), 0)
    value = dict.fromkeys(("start", "churned", "down", "up", "back"), ZERO)
    for activity in activities:
        at_start, at_end = activity.active_on(before), activity.active_on(end)
        from_value = activity.value_on(before) if at_start else ZERO
        to_value = activity.value_on(end) if at_end else ZERO
        count["start"] += at_start
        count["end"] += at_end
        value["start"] += from_value
        if at_start and at_end:
            if activity.unvalued_on(before) != activity.unvalued_on(end):
                continue  # what the change is worth is not known
            value["down"] += max(ZERO, from_value - to_value)
            value["up"] += max(ZERO, to_value - from_value)
        elif at_start:
            count["churned"] += 1
            value["churned"] += from_value
        elif at_end and activity.first_on >= period.start:
            count["new"] += 1
        elif at_end:
            count["back"] += 1
            value["back"] += to_value
        elif activity.active_between(period.start, end):
            count["same"] += 1
    lost_value = value["churned"] + value["down"]
    return {
        "customers_at_start": count["start"],
        "new_customers": count["new"],
        "reactivated_customers": count["back"],
        "churned_customers": count["churned"],
        "customers_at_end": count["end"],
        "same_period_churned_customers": count["same"],
        "churn_rate": _float(ratio(count["churned"], count["start"])),
        "revenue_at_start": value["start"],
        "churned_revenue": value["churned"],
        "contraction_revenue": value["down"],
        "expansion_revenue": value["up"],
        "reactivated_revenue": value["back"],
        "gross_revenue_churn_rate": _float(ratio(lost_value, value["start"])),
        "net_revenue_churn_rate": _float(
            ratio(lost_value - value["up"], value["start"])
        ),
    }


def _first_monthly_values(customers) -> list[Decimal]:
    """What each customer first paid a month, of those of whom it is known."""
    firsts = []
    for customer in customers:
        first_on = min((c.starts_on for c in customer.contracts), default=None)
        known = [
            contract.monthly_value
            for contract in customer.contracts
            if contract.starts_on == first_on and contract.monthly_value is not None
        ]
        if known:
            firsts.append(sum(known, ZERO))
    return firsts


def _payback(cost, firsts: list[Decimal], margin) -> Fraction | None:
    """CAC / (mean first monthly value x margin)."""
    if cost is None or margin is None:
        return None
    first_value = mean(firsts)
    return ratio(cost, None if first_value is None else first_value * Fraction(margin))


def _cents(value: Fraction | None) -> Decimal | None:
    return None if value is None else cents(value)


def _float(value) -> float | None:
    return None if value is None else float(value)
