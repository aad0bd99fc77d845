"""What finance delivers: spend, exchange rates, contract values."""

from . import facts
from .days import add_months, day_of, month_of
from .draws import Draws

CHF_STEPS = (9650, 9900, 10200, 10050, 10150, 10250, 10450, 10550, 10400, 10650, 10600)
"""EUR for 10,000 CHF on a line of equal steps over the rates' time."""
USD_STEPS = (
    11350,
    10600,
    10100,
    10750,
    10900,
    10750,
    10850,
    10500,
    11000,
    11650,
    11700,
)
"""USD for 10,000 EUR, as above."""
RATES_FROM = "2021-12-27"


def rates(seed, as_of):
    """SQL of the weekly rates: (rate_date, currency, per_unit, per_euro).

    CHF comes as EUR per CHF, USD as USD per EUR: one direct, one inverse pair.
    """
    draws = Draws(seed)
    first, last = day_of(RATES_FROM), day_of(as_of)
    whole = day_of(facts.HORIZON) - first
    rows = []
    for day in range(first, last + 1, 7):
        for currency, steps in (("CHF", CHF_STEPS), ("USD", USD_STEPS)):
            place = (day - first) * (len(steps) - 1)
            step, rest = divmod(place, whole)
            line = steps[step] + (steps[step + 1] - steps[step]) * rest // whole
            noise = int(draws.below("rate " + currency, [day], 120)[0]) - 60
            rows.append(f"({day}, '{currency}', {line + noise})")
    return f"""
create table rates as
select
    date '1970-01-01' + day as rate_date,
    currency,
    cast(rate / 10000.0 as decimal(12, 4)) as rate,
    case
        when currency = 'USD' then cast(rate / 10000.0 as decimal(12, 6))
        else cast(round(10000.0 / rate, 6) as decimal(12, 6))
    end as per_euro
from (values {", ".join(rows)}) as t (day, currency, rate)
"""


def spend(opportunities, as_of):
    """SQL of the monthly spend: media by channel and region, people by team.

    The company grows with the number of opportunities, so does what it spends.
    """
    scale = max(1, round(opportunities / facts.OPPORTUNITIES))
    shares = [territory[2] for territory in facts.TERRITORIES]
    rows = []
    last = int(month_of(day_of(as_of)))
    for month in range(facts.FIRST_MONTH, last + 1):
        day = int(add_months(day_of("1970-01-01"), month))
        since = month - facts.FIRST_MONTH
        growth = 1000 + 9 * since
        for channel, media, agency in facts.SPEND_CHANNELS:
            season = int(facts.SEASON[month % 12])
            if channel == "Trade Show":
                season = int(facts.SOURCE_WEIGHTS[month % 12][facts.TRADE_SHOW])
            for share, (_, region, *_) in zip(shares, facts.TERRITORIES, strict=True):
                amount = media * share * season // 1000 * growth // 1000
                rows.append((day, channel, "media", amount * scale, region, None))
            if agency:
                amount = agency * growth // 10
                rows.append((day, channel, "agency", amount * scale, None, None))
        for team, region, share, _, _ in facts.TERRITORIES:
            people = 29_000 * share * growth // 10_000
            commission = 9_000 * share * growth // 10_000
            rows.append((day, None, "people", people * scale, region, team))
            rows.append((day, None, "commission", commission * scale, region, team))
        rows.append((day, None, "tools", 260_000 * growth // 1000 * scale, None, None))

    def literal(value):
        return "null" if value is None else repr(value)

    values = ", ".join(
        "(" + ", ".join(literal(value) for value in row) + ")" for row in rows
    )
    return f"""
create table spend as
select
    date '1970-01-01' + day as spend_month, channel, cost_type, amount_cents, region,
    sales_team
from (values {values})
    as t (day, channel, cost_type, amount_cents, region, sales_team)
"""


def campaigns(as_of):
    """SQL of the campaigns: one per quarter and type; the fairs have a parent a year.

    A parent's cost is the sum of its children's.
    """
    first_year = int(facts.HISTORY_START[:4])
    until = (int(as_of[:4]) - first_year) * 4 + (int(as_of[5:7]) + 2) // 3
    rows, fairs = [], {}
    for quarter in range(until):
        year, part = first_year + quarter // 4, quarter % 4
        start = f"date '{year}-{part * 3 + 1:02}-01'"
        end = f"date '{year}-{part * 3 + 3:02}-{(31, 30, 30, 31)[part]}'"
        for place, kind in enumerate(facts.CAMPAIGN_TYPES):
            cost = facts.CAMPAIGN_COST[place] * (100 + 6 * (quarter // 4) + part) // 100
            parent = -1
            if kind == "Trade Show":
                parent = 90_000 + year
                fairs[year] = fairs.get(year, 0) + cost
            rows.append(
                f"({quarter * 8 + place + 1}, '{kind}', {parent}, {start}, {end}, "
                f"{cost}, false)"
            )
    for year, cost in fairs.items():
        rows.append(
            f"({90_000 + year}, 'Trade Show', -1, date '{year}-01-01', "
            f"date '{year}-12-31', {cost}, true)"
        )
    return f"""
create table campaigns as
select * from (values {", ".join(rows)})
    as t (n, kind, parent, starts_on, ends_on, cost, is_parent)
"""


def contract_periods(system, contract_id, account_id, condition):
    """SQL of the contracts of a CRM whose value finance states."""
    return f"""
select
    {contract_id} as contract_id,
    '{system}' as source_system,
    {account_id} as account_id,
    on_day(starts_on) as starts_on,
    on_day(ends_on) as ends_on,
    money(monthly_cents)::text as monthly_amount,
    currency as currency_code
from contracts
where {condition}
"""


def tables(dirt=1):
    """SQL of the finance tables that are the same whichever CRM is used."""
    bad_rate = "union all select date '2024-02-29', 'USD', 'EUR', 0.0" if dirt else ""
    bad_spend = (
        "union all select date '2025-05-01', 'Website', 'other', 'folgt', 'EUR', "
        "null, null, null, null"
        if dirt
        else ""
    )
    return {
        "acquisition_spend": f"""
select
    spend_month, channel, cost_type, money(amount_cents)::text as amount,
    'EUR' as currency_code, region, null::text as segment, sales_team,
    null::text as source_system
from spend
{bad_spend}
""",
        "exchange_rates": f"""
select
    rate_date,
    if(currency = 'CHF', 'CHF', 'EUR') as from_currency,
    if(currency = 'CHF', 'EUR', 'USD') as to_currency,
    rate
from rates
{bad_rate}
""",
    }
