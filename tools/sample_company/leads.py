"""The people and companies: who gets in touch, and what becomes of it.

Tables are dicts of int64 arrays, one row per thing. In them a company or a lead is
a position in its table (``company``, ``lead``); numbers are called ``*_no``.
"""

import numpy as np

from . import facts
from .days import (
    DAY,
    FIRST_OF,
    NEVER,
    day_of,
    local_day,
    moment,
    month_of,
    next_workday,
    weekday,
)

DIRECT_PER_LEADS = (5, 100)
"""Companies with a first deal but no lead; two in five of these deals were open when
the CRM was introduced, their leads are lost."""
BASE_PER_LEADS = (6, 100)
"""Customers from the time before the CRM."""


def after(draws, purpose, numbers, moments, days):
    """A moment in office hours so many days after other moments, at least 10 min."""
    when = next_workday(local_day(moments) + days)
    seconds = 8 * 3600 + draws.below(purpose + " hour", numbers, 10 * 3600)
    return np.maximum(moment(when, seconds), moments + 600)


def new_leads(draws, first, count):
    """Leads in order of creation: number, moment, source, company (-1: later)."""
    ticket = first + np.arange(count)
    month = facts.FIRST_MONTH + draws.choose("lead month", ticket, facts.MONTH_WEIGHTS)
    start = FIRST_OF[month]
    length = FIRST_OF[month + 1] - start
    day = start + draws.below("lead day", ticket, length)
    # People fill in web forms at any hour; the rest of the leads is office work.
    online = draws.chance("lead online", ticket, 160)
    weekend = np.where(weekday(day) >= 5, weekday(day) - 4, 0) * ~online
    back = weekend + draws.below("lead weekday", ticket, 5)
    ahead = 3 - weekend + draws.below("lead weekday", ticket, 5)
    day += np.where(weekend == 0, 0, np.where(day - back < start, ahead, -back))
    seconds = np.where(
        online,
        draws.below("lead second", ticket, DAY),
        8 * 3600 + draws.below("lead second", ticket, 10 * 3600),
    )
    order = np.argsort(moment(day, seconds), kind="stable")
    number = first + np.arange(count)
    created = moment(day, seconds)[order]
    season = month_of(local_day(created)) % 12
    source = draws.choose_by_row("lead source", number, facts.SOURCE_WEIGHTS, season)
    # A web form at night is never a trade show or a cold call.
    source = np.where(online[order], source % 2, source)
    return {"lead_no": number, "created_at": created, "source": source}


def companies_of(draws, first, leads, lead_count):
    """Companies of the leads, of direct deals, and of the time before the CRM."""
    number = leads["lead_no"]
    place = np.arange(lead_count)
    lag = 1 + draws.below("colleague lag", number, max(1, lead_count // 6))
    follows = draws.chance("colleague", number, 90) & (lag <= place)
    parent = np.where(follows, place - lag, place)
    while True:
        grandparent = parent[parent]
        if np.array_equal(grandparent, parent):
            break
        parent = grandparent
    is_first = parent == place
    company = np.cumsum(is_first)[parent] - 1
    leads["company"] = company
    order = np.argsort(company, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(company[order]) > 0])
    rank = np.empty(lead_count, dtype=np.int64)
    sizes = np.diff(np.r_[starts, lead_count])
    rank[order] = np.arange(lead_count) - np.repeat(starts, sizes)
    leads["person"] = rank

    from_leads = int(is_first.sum())
    direct = lead_count * DIRECT_PER_LEADS[0] // DIRECT_PER_LEADS[1]
    base = lead_count * BASE_PER_LEADS[0] // BASE_PER_LEADS[1]
    origin = np.repeat([0, 1, 2], [from_leads, direct, base])
    company_no = first + np.arange(len(origin))
    territory = draws.choose(
        "territory", company_no, [weight for _, _, weight, _, _ in facts.TERRITORIES]
    )
    country = draws.choose_by_row(
        "country", company_no, facts.COUNTRY_WEIGHTS, territory
    )
    employees = draws.quantile("employees", company_no, facts.EMPLOYEES)
    currency = facts.COUNTRY_CURRENCY[country]
    in_euro = draws.chance("pays in euro", company_no, 120)
    start = day_of("2022-01-03")
    begun = next_workday(start + draws.below("base start", company_no, 355))
    span = day_of(facts.HORIZON) - day_of(facts.HISTORY_START)
    migrated = draws.chance("migrated", company_no, 400)
    span = np.where(migrated, 30, span)
    met = next_workday(
        day_of(facts.HISTORY_START) + 2 + draws.below("direct start", company_no, span)
    )
    hour = 8 * 3600 + draws.below("company hour", company_no, 10 * 3600)
    known = np.where(origin == 2, moment(begun, hour), moment(met, hour))
    source = np.full(len(origin), facts.REFERRAL)
    source[:from_leads] = leads["source"][is_first]
    return {
        "company_no": company_no,
        "origin": origin,
        "territory": territory,
        "country": country,
        "employees": employees,
        "size": np.searchsorted(facts.SIZE_STEPS, employees, side="right"),
        "industry": draws.choose(
            "industry", company_no, [weight for _, weight in facts.INDUSTRIES]
        ),
        "currency": np.where(in_euro, facts.EUR, currency),
        "source": np.where(
            origin == 0,
            source,
            draws.choose("direct source", company_no, [200, 0, 0, 100, 350, 150, 200]),
        ),
        # Leads' companies become accounts when one of their leads is converted.
        "account_at": np.where(origin == 0, NEVER, known),
    }


def seller_of(draws, companies, company, moments):
    """The seller in charge of companies (positions) at moments."""
    day = local_day(moments)
    turn = draws.below("seller", companies["company_no"][company], 3)
    team = facts.SELLERS_OF[companies["territory"][company]]
    seller = np.take_along_axis(team, turn[:, None], axis=1)[:, 0]
    here = (facts.SELLER_FROM[seller] <= day) & (day <= facts.SELLER_TO[seller])
    return np.where(here, seller, team[:, 0])


def work_leads(draws, leads, companies):
    """What becomes of the leads: the moments of MQL, SQL, conversion, refusal."""
    number, created, company = leads["lead_no"], leads["created_at"], leads["company"]
    share = np.array([share for _, share, _ in facts.SOURCES])
    is_mql = draws.chance("mql", number, share[leads["source"]])
    is_sql = is_mql & draws.chance("sql", number, 720)
    is_deal = is_sql & draws.chance("deal", number, 890)

    def later(purpose, moments, points):
        days = draws.quantile(purpose, number, points)
        return after(draws, purpose, number, moments, days)

    mql_at = later("to mql", created, facts.DAYS_TO_MQL)
    sql_at = later("to sql", mql_at, facts.DAYS_TO_SQL)
    deal_at = later("to deal", sql_at, facts.DAYS_TO_DEAL)
    account_at = companies["account_at"]
    np.minimum.at(account_at, company, np.where(is_deal, deal_at, NEVER))

    # Colleagues of a known company are attached to its account, without a deal.
    last_stage = np.where(is_sql, sql_at, np.where(is_mql, mql_at, created))
    attach_at = later("to account", last_stage, (1, 2, 4, 8, 15))
    attached = ~is_deal & (account_at[company] < attach_at)
    attached &= draws.chance("attached", number, 650)

    refused_share = np.where(is_sql, 450, np.where(is_mql, 520, 620))
    refused = ~is_deal & ~attached & draws.chance("refused", number, refused_share)
    refused_at = later("to refusal", last_stage, (2, 6, 12, 20, 35, 60))
    # Whoever is attached to an account is qualified by that, at the latest.
    leads["mql_at"] = np.where(is_mql, mql_at, np.where(attached, attach_at, NEVER))
    leads["sql_at"] = np.where(is_sql, sql_at, np.where(attached, attach_at, NEVER))
    leads["converted_at"] = np.where(
        is_deal, deal_at, np.where(attached, attach_at, NEVER)
    )
    leads["has_deal"] = is_deal.astype(np.int64)
    leads["refused_at"] = np.where(refused, refused_at, NEVER)
    leads["seller"] = seller_of(draws, companies, company, created)
    leads["mood"] = draws.below("lead mood", number, 1000)


def contacts_of(draws, first, leads, companies):
    """People at accounts: converted leads, else one contact; some have a second.

    ``lead`` is the position of the lead the contact came from, or -1.
    """
    converted = np.flatnonzero(leads["converted_at"] < NEVER)
    order = np.argsort(leads["converted_at"][converted], kind="stable")
    converted = converted[order]
    known = np.flatnonzero(companies["account_at"] < NEVER)
    no_lead = known[companies["origin"][known] > 0]
    second = known[draws.chance("second contact", companies["company_no"][known], 200)]
    company = np.concatenate([leads["company"][converted], no_lead, second])
    lead = np.concatenate([converted, np.full(len(no_lead) + len(second), -1)])
    person = np.concatenate(
        [
            leads["person"][converted],
            np.full(len(no_lead), 20),
            np.full(len(second), 21),
        ]
    )
    created = np.concatenate(
        [
            leads["converted_at"][converted],
            companies["account_at"][no_lead],
            companies["account_at"][second] + 9 * DAY,
        ]
    )
    number = first + np.arange(len(company))
    leads["contact_no"] = np.full(len(leads["lead_no"]), -1)
    leads["contact_no"][converted] = number[: len(converted)]
    main = np.full(len(companies["company_no"]), -1)
    # The first contact of a company is in charge; later ones do not replace it.
    keeper = slice(None, len(converted) + len(no_lead))
    main[company[keeper][::-1]] = number[keeper][::-1]
    companies["contact_no"] = main
    other = np.full(len(companies["company_no"]), -1)
    other[second] = number[len(converted) + len(no_lead) :]
    companies["other_contact_no"] = other
    return {
        "contact_no": number,
        "company": company,
        "lead": lead,
        "person": person,
        "created_at": created,
    }
