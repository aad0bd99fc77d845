"""The deals: with whom, for how much, how they end and through which stages.

A deal's ``key`` is its own for ever, its number is given later, by creation.
"""

import numpy as np

from . import facts
from .days import DAY, NEVER, day_of, local_day, moment, month_of
from .leads import after


def price_of(draws, purpose, keys, points, companies, company, moments):
    """Prices in whole EUR: by size of the company, price index of the year."""
    base = draws.quantile(purpose, keys, points)
    size = facts.SIZE_FACTOR[companies["size"][company]]
    year = month_of(local_day(moments)) // 12 - facts.FIRST_MONTH // 12
    index = facts.PRICE_INDEX[np.clip(year, 0, len(facts.PRICE_INDEX) - 1)]
    return base * size // 1000 * index // 1000


def _outcome(draws, purpose, keys, companies, company, created, share, slow=1000):
    """Outcome (WON, LOST) and closing moment of deals; some never close."""
    size = companies["size"][company]
    won = draws.chance(purpose + " won", keys, share)
    days = np.where(
        won,
        draws.quantile(purpose + " days", keys, facts.DAYS_TO_WIN),
        draws.quantile(purpose + " days", keys, facts.DAYS_TO_LOSS),
    )
    days = np.maximum(1, days * facts.SIZE_DAYS[size] // 1000 * slow // 1000)
    closed = after(draws, purpose + " close", keys, created, days)
    asleep = ~won & draws.chance(purpose + " asleep", keys, 70)
    return np.where(won, facts.WON, facts.LOST), np.where(asleep, NEVER, closed)


def deal_rows(companies, company, **columns):
    """Rows of a deal table; missing columns get their usual value."""
    count = len(company)
    usual = {
        "lead": -1,
        "contract": -1,
        "deal_type": facts.UPSELL,
        "subscription": 0,
        "services": 0,
        "short": 0,
        "backdated": 0,
        "refund_of": -1,
    }
    rows = {name: np.full(count, value) for name, value in usual.items()}
    rows |= {"company": company} | columns
    rows["currency"] = companies["currency"][company]
    return {name: np.asarray(values, np.int64) for name, values in rows.items()}


def _new_business(draws, purpose, keys, companies, company, created, outcome):
    """What a new customer buys: (subscription months, monthly fee, one-off) in EUR."""
    is_contract = draws.chance(purpose + " contract", keys, 700)
    term = np.array([months for months, _ in facts.TERMS])[
        draws.choose(purpose + " term", keys, [weight for _, weight in facts.TERMS])
    ]
    fee = price_of(
        draws, purpose + " fee", keys, facts.MONTHLY_FEE, companies, company, created
    )
    fee = np.maximum(50, (fee + 2) // 5 * 5)
    services = price_of(
        draws, purpose + " services", keys, facts.SERVICES, companies, company, created
    )
    services *= draws.chance(purpose + " with services", keys, 700)
    equipment = price_of(
        draws,
        purpose + " equipment",
        keys,
        facts.EQUIPMENT,
        companies,
        company,
        created,
    )
    one_off = np.where(is_contract, services, equipment) // 10 * 10
    return np.where(is_contract, term, 0), np.where(is_contract, fee, 0), one_off


def lead_deals(draws, leads, companies):
    """The deals that leads were converted to."""
    lead = np.flatnonzero(leads["has_deal"])
    keys, company = leads["lead_no"][lead], leads["company"][lead]
    created = leads["converted_at"][lead]
    win = np.array([factor for _, _, factor in facts.SOURCES])[leads["source"][lead]]
    win = (
        win
        * np.array([t[3] for t in facts.TERRITORIES])[companies["territory"][company]]
    )
    share = facts.WIN_SHARE * win // 1_000_000
    share = share * facts.SIZE_WIN[companies["size"][company]] // 1000
    outcome, closed = _outcome(
        draws, "lead deal", keys, companies, company, created, share
    )
    is_won = outcome == facts.WON
    first_win = np.full(len(companies["company_no"]), NEVER)
    np.minimum.at(first_win, company, np.where(is_won, closed, NEVER))
    is_new = created <= first_win[company]
    term, fee, one_off = _new_business(
        draws, "lead deal", keys, companies, company, created, outcome
    )
    # Some deals are entered after the fact: closed before they were created, the
    # worst of them even before the lead was.
    kind = draws.below("backdated", keys, 60)
    closed_day = local_day(closed)
    before_lead = is_won & (kind == 0)
    before_deal = is_won & (kind == 1)
    lead_day = local_day(leads["created_at"][lead])
    days = 1 + draws.below("backdated days", keys, 4)
    closed_day = np.where(before_lead, lead_day - days, closed_day)
    earlier = np.maximum(lead_day, local_day(created) - days)
    before_deal &= earlier < local_day(created)
    closed_day = np.where(before_deal, earlier, closed_day)
    backdated = before_lead | before_deal
    return deal_rows(
        companies,
        company,
        key=keys * 64,
        lead=lead,
        created_at=created,
        closed_at=np.where(backdated, created, closed),
        closed_on=closed_day,
        outcome=outcome,
        deal_type=np.where(is_new, facts.NEW, facts.UPSELL),
        source=leads["source"][lead],
        term=term,
        fee=fee,
        one_off=one_off,
        backdated=backdated,
    )


def direct_deals(draws, companies):
    """First deals with companies that were never a lead."""
    company = np.flatnonzero(companies["origin"] == 1)
    keys, known = companies["company_no"][company], companies["account_at"][company]
    created = after(draws, "direct deal", keys, known, draws.below("d", keys, 3))
    outcome, closed = _outcome(
        draws, "direct deal", keys, companies, company, created, 450
    )
    term, fee, one_off = _new_business(
        draws, "direct deal", keys, companies, company, created, outcome
    )
    return deal_rows(
        companies,
        company,
        key=keys * 64 + 1,
        created_at=created,
        closed_at=closed,
        closed_on=local_day(closed),
        outcome=outcome,
        deal_type=np.full(len(keys), facts.NEW),
        source=companies["source"][company],
        term=term,
        fee=fee,
        one_off=one_off,
    )


def repeat_orders(draws, companies, first_deals):
    """Further orders of customers that buy without a contract."""
    key, company, last, source = [], [], [], []
    for rows in first_deals:
        won = (rows["outcome"] == facts.WON) & (rows["term"] == 0)
        won &= rows["closed_at"] < NEVER
        key.append(rows["key"][won])
        company.append(rows["company"][won])
        last.append(rows["closed_at"][won])
        source.append(rows["source"][won])
    base = np.flatnonzero(companies["origin"] == 2)
    number = companies["company_no"][base]
    base = base[~draws.chance("base contract", number, 850)]
    key.append(companies["company_no"][base] * 64 + 3)
    company.append(base)
    last.append(np.full(len(base), moment(day_of(facts.HISTORY_START), 0)))
    source.append(companies["source"][base])
    key, company, last, source = map(np.concatenate, (key, company, last, source))
    deals = []
    for turn in range(14):
        tag = key * 16 + turn
        goes_on = draws.chance("repeat", tag, facts.REPEAT_SHARE)
        goes_on &= local_day(last) < day_of(facts.HORIZON)
        key, company, last, source, tag = (
            values[goes_on] for values in (key, company, last, source, tag)
        )
        if not len(key):
            break
        gap = draws.quantile("repeat gap", tag, (60, 150, 210, 260, 300, 335, 430))
        closed = after(draws, "repeat", tag, last, gap)
        days = 6 + draws.below("repeat days", tag, 34)
        created = closed - days * DAY
        won = draws.chance("repeat won", tag, 800)
        price = price_of(
            draws, "repeat price", tag, facts.EQUIPMENT, companies, company, closed
        )
        deals.append(
            deal_rows(
                companies,
                company,
                key=tag * 4 + 3,
                created_at=created,
                closed_at=closed,
                closed_on=local_day(closed),
                outcome=np.where(won, facts.WON, facts.LOST),
                source=source,
                term=np.zeros(len(key)),
                fee=np.zeros(len(key)),
                one_off=price * 4 // 100 * 10,
                short=np.ones(len(key)),
            )
        )
        last = closed
    return deals


def refunds_of(draws, deals, companies):
    """Credit notes: won deals with a negative amount some weeks after the order."""
    key = deals["key"]
    order = (deals["outcome"] == facts.WON) & (deals["one_off"] > 0)
    order &= (deals["amount_cents"] > 0) & (deals["closed_at"] < NEVER)
    order &= deals["backdated"] == 0
    row = np.flatnonzero(order & draws.chance("refund", key, 55))
    key = key[row]
    created = after(
        draws, "refund", key, deals["closed_at"][row], 15 + draws.below("r", key, 70)
    )
    closed = after(draws, "refund close", key, created, draws.below("rc", key, 6))
    share = 50 + draws.below("refund share", key, 600)
    rows = {name: values[row].copy() for name, values in deals.items()}
    rows |= {
        "key": key * 1024 + 7,
        "created_at": created,
        "closed_at": closed,
        "closed_on": local_day(closed),
        "lead": np.full(len(row), -1),
        "contract": np.full(len(row), -1),
        "deal_type": np.full(len(row), facts.UPSELL),
        "amount_cents": -(deals["one_off"][row] * share // 1000 * 100),
        "term": np.zeros(len(row), np.int64),
        "fee": np.zeros(len(row), np.int64),
        "one_off": np.zeros(len(row), np.int64),
        "refund_of": np.ones(len(row), np.int64),
        "short": np.ones(len(row), np.int64),
    }
    return rows


def visits_of(draws, first, deals):
    """Stage visits of the deals, in order, also those of the future.

    Five open stages are passed in parts of the deal's life, some skipped. A deal
    may be lost in between and come back (stages LOST, then Negotiation).
    """
    number = deals["deal_no"]
    count = len(number)
    closed = np.minimum(deals["closed_at"], deals["created_at"] + 3000 * DAY)
    life = np.maximum(closed - deals["created_at"], 1)
    parts = np.empty((count, 5), dtype=np.int64)
    visited = np.ones((count, 5), dtype=bool)
    for stage in range(5):
        parts[:, stage] = 1 + draws.below(f"part {stage}", number, 9)
        if stage:
            skipped = np.where(deals["short"] == 1, 500, 170)
            visited[:, stage] = ~draws.chance(f"skip {stage}", number, skipped)
    reopened = draws.chance("reopened", number, 25) & (deals["backdated"] == 0)
    reopened &= (deals["short"] == 0) & (deals["closed_at"] < NEVER)
    reopened &= life > 10 * DAY
    deals["reopened"] = reopened.astype(np.int64)
    parts *= visited
    before = np.cumsum(parts, axis=1) - parts
    span = np.where(reopened, life // 2, life)[:, None]
    entered = deals["created_at"][:, None] + span * before // parts.sum(axis=1)[:, None]
    visited &= deals["backdated"][:, None] == 0
    lost_at = deals["created_at"] + life * 55 // 100
    back_at = deals["created_at"] + life * 80 // 100
    final = np.where(deals["outcome"] == facts.WON, facts.WON_STAGE, facts.LOST_STAGE)
    stage = np.empty((count, 8), dtype=np.int64)
    stage[:, :5] = np.arange(5)
    stage[:, 5], stage[:, 6], stage[:, 7] = facts.LOST_STAGE, 4, final
    moments = np.column_stack([entered, lost_at, back_at, deals["closed_at"]])
    kept = np.column_stack([visited, reopened, reopened, deals["closed_at"] < NEVER])
    # For the cut: when a reopened deal was lost and when it came back.
    deals["lost_at"] = np.where(reopened, lost_at, NEVER)
    deals["back_at"] = np.where(reopened, back_at, NEVER)
    row, slot = np.nonzero(kept)
    return {
        "visit_no": first + np.arange(len(row)),
        "deal": row,
        "stage": stage[row, slot],
        "entered_at": moments[row, slot],
    }
