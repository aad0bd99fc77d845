"""The contracts: first ones, upsells, renewals at new prices, losses, returns."""

import numpy as np

from . import facts
from .days import (
    FIRST_OF,
    NEVER,
    add_months,
    day_of,
    local_day,
    moment,
    month_of,
    next_workday,
)
from .deals import deal_rows, price_of


def _contract_rows(companies, company, key, starts_on, term, fee, **columns):
    """Rows of a contract table; ``term`` 0 is open-ended, ``ends_on`` exclusive."""
    ends_on = np.where(term > 0, add_months(starts_on, term), NEVER)
    rows = {
        "key": key,
        "company": company,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "term": term,
        "fee": fee,
        "currency": companies["currency"][company],
        "deal_key": np.full(len(company), -1),
        "known_at": np.full(len(company), -1),
    }
    rows |= columns
    return {name: np.asarray(values, np.int64) for name, values in rows.items()}


def _next_month(days):
    """The first day of the month after days."""
    return FIRST_OF[month_of(days) + 1]


def first_contracts(draws, companies, deals):
    """Contracts of won first deals, and those that ran when the CRM came.

    Returns (roots, [contract rows]); roots start the chains of renewals.
    """
    company, key, starts, term, fee, deal_key, known, source = ([] for _ in range(8))
    for rows in deals:
        won = np.flatnonzero(
            (rows["outcome"] == facts.WON)
            & (rows["term"] > 0)
            & (rows["closed_at"] < NEVER)
        )
        rows["contract"][won] = rows["key"][won]
        company.append(rows["company"][won])
        key.append(rows["key"][won])
        starts.append(_next_month(rows["closed_on"][won]))
        term.append(rows["term"][won])
        fee.append(rows["fee"][won])
        deal_key.append(rows["key"][won])
        known.append(rows["closed_at"][won])
        source.append(rows["source"][won])
    base = np.flatnonzero(companies["origin"] == 2)
    base = base[draws.chance("base contract", companies["company_no"][base], 850)]
    keys = companies["company_no"][base]
    begun = companies["account_at"][base]
    monthly = price_of(
        draws, "base fee", keys, facts.MONTHLY_FEE, companies, base, begun
    )
    company.append(base)
    key.append(keys * 64 + 2)
    first_day = local_day(begun)
    starts.append(FIRST_OF[month_of(first_day)])
    term.append(12 + 12 * draws.chance("base term", keys, 100))
    fee.append(np.maximum(50, (monthly + 2) // 5 * 5))
    deal_key.append(np.full(len(base), -1))
    known.append(begun)
    source.append(companies["source"][base])
    joined = [np.concatenate(parts) for parts in (company, key, starts, term, fee)]
    company, key, starts, term, fee = joined
    deal_key, known, source = (
        np.concatenate(parts) for parts in (deal_key, known, source)
    )
    # A few contracts run until further notice.
    term = np.where(draws.chance("open-ended", key, 25), 0, term)
    contracts = _contract_rows(
        companies, company, key, starts, term, fee, deal_key=deal_key, known_at=known
    )
    roots = {"source": source} | contracts
    return roots, [contracts]


def life_of_contracts(draws, companies, roots):
    """Upsells within contracts, renewals with new prices, losses, returns."""
    shift = np.array([t[4] for t in facts.TERRITORIES])
    prices = np.array([factor for factor, _ in facts.PRICE_CHANGES])
    price_weights = [weight for _, weight in facts.PRICE_CHANGES]
    horizon = day_of(facts.HORIZON) + 120
    deals, contracts = [], []
    now = {name: values[roots["term"] > 0] for name, values in roots.items()}
    for turn in range(8):
        now = {name: values[now["ends_on"] < horizon] for name, values in now.items()}
        if not len(now["key"]):
            break
        key, company = now["key"], now["company"]
        tag = key * 16 + turn

        # Upsell in the middle of the term, ending with the contract.
        months_in = 2 + draws.below("upsell month", tag, np.maximum(now["term"] - 4, 1))
        tries = draws.chance("upsell", tag, 200 * now["term"] // 12)
        some = np.flatnonzero(tries & (now["term"] > 4))
        upsell, extra = _upsells(draws, companies, now, tag, months_in, some)
        deals.append(upsell)
        contracts.append(extra)
        fee = now["fee"].copy()
        np.add.at(fee, some[extra.pop("row")], extra["fee"])

        # Renewal, or not.
        share = facts.RENEWAL_SHARE + shift[companies["territory"][company]]
        share = share - 60 * (now["source"] == facts.LINKEDIN)
        renewed = draws.chance("renewed", tag, share)
        returns = ~renewed & draws.chance("returns", tag, 110)
        price = fee * prices[draws.choose("price change", tag, price_weights)] // 1000
        price = np.maximum(50, (price + 2) // 5 * 5)
        pause = draws.quantile("late renewal", tag, (0, 0, 0, 0, 0, 0, 14, 25))
        away = 60 + draws.below("away", tag, 240)
        ends = now["ends_on"]
        starts = ends + np.where(renewed, np.where(pause < 8, 0, pause), away)
        term = np.array([months for months, _ in facts.TERMS])[
            draws.choose("next term", tag, [880, 80, 40])
        ]

        opened = ends - 40 - draws.below("renewal opened", tag, 50)
        hour = 9 * 3600 + draws.below("renewal hour", tag, 7 * 3600)
        created = moment(next_workday(opened), hour)
        lead_time = np.where(renewed, draws.below("renewal close", tag, 40) - 5, -10)
        lead_time = np.where(pause < 8, lead_time, -pause + 3)
        closed = moment(next_workday(np.maximum(ends - lead_time, opened + 3)), hour)
        deals.append(
            deal_rows(
                companies,
                company,
                key=tag * 4 + 1,
                created_at=created,
                closed_at=closed,
                closed_on=local_day(closed),
                outcome=np.where(renewed, facts.WON, facts.LOST),
                deal_type=np.full(len(key), facts.RENEWAL),
                source=now["source"],
                term=term,
                fee=price,
                one_off=np.zeros(len(key)),
                contract=np.where(renewed, tag * 4 + 1, -1),
                short=np.ones(len(key)),
            )
        )
        back = np.flatnonzero(returns)
        came = moment(next_workday(starts[back] - 30), hour[back])
        agreed = moment(next_workday(starts[back] - 4), hour[back])
        deals.append(
            deal_rows(
                companies,
                company[back],
                key=tag[back] * 4 + 2,
                created_at=came,
                closed_at=agreed,
                closed_on=local_day(agreed),
                outcome=np.full(len(back), facts.WON),
                source=now["source"][back],
                term=term[back],
                fee=price[back],
                one_off=np.zeros(len(back)),
                contract=tag[back] * 4 + 2,
                short=np.ones(len(back)),
            )
        )
        goes_on = np.flatnonzero(renewed | returns)
        deal_key = tag * 4 + np.where(renewed, 1, 2)
        next_rows = _contract_rows(
            companies,
            company[goes_on],
            deal_key[goes_on],
            starts[goes_on],
            term[goes_on],
            price[goes_on],
            deal_key=deal_key[goes_on],
        )
        signed = closed.copy()
        signed[back] = agreed
        next_rows["known_at"] = signed[goes_on]
        contracts.append(next_rows)
        now = {"source": now["source"][goes_on]} | next_rows
    return deals, contracts


def _upsells(draws, companies, now, tag, months_in, some):
    """More modules for running contracts: (deals, contracts of the won ones)."""
    company, tag = now["company"][some], tag[some]
    starts = FIRST_OF[month_of(now["starts_on"][some]) + months_in[some]]
    hour = 9 * 3600 + draws.below("upsell hour", tag, 8 * 3600)
    created = moment(next_workday(starts - 35), hour)
    closed = moment(
        next_workday(starts - 25 + draws.below("upsell close", tag, 20)), hour
    )
    won = draws.chance("upsell won", tag, 640)
    months = (month_of(now["ends_on"][some]) - month_of(starts)).astype(np.int64)
    fee = now["fee"][some] * (150 + draws.below("upsell size", tag, 350)) // 1000
    fee = np.maximum(25, (fee + 2) // 5 * 5)
    won &= months > 0
    deals = deal_rows(
        companies,
        company,
        key=tag * 4,
        created_at=created,
        closed_at=closed,
        closed_on=local_day(closed),
        outcome=np.where(won, facts.WON, facts.LOST),
        source=now["source"][some],
        term=np.maximum(months, 1),
        fee=fee,
        one_off=np.zeros(len(some)),
        contract=np.where(won, tag * 4, -1),
        short=np.ones(len(some)),
    )
    row = np.flatnonzero(won)
    contracts = _contract_rows(
        companies,
        company[row],
        tag[row] * 4,
        starts[row],
        months[row],
        fee[row],
        deal_key=tag[row] * 4,
        known_at=closed[row],
    )
    return deals, contracts | {"row": row}
