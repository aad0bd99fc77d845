"""The business itself, without any CRM: leads, deals, contracts, day by day.

Everything is simulated beyond the horizon first and then seen from one moment:
what happened after the cut has not happened, what was under way is open. So a
later delivery of the same company is the same call with a later cut, and record
numbers never change.

Tables are dicts of int64 arrays, one row per thing; -1 stands for none.
Moments are UTC seconds, days are local days (see days.py), money is cents.
"""

import numpy as np

from . import facts
from .contracts import first_contracts, life_of_contracts
from .days import DAY, NEVER, day_of, local_day, moment, month_of
from .deals import direct_deals, lead_deals, refunds_of, repeat_orders, visits_of
from .draws import Draws, pair
from .leads import companies_of, contacts_of, new_leads, seller_of, work_leads

BLOCK = 1 << 18
"""Leads per block. Blocks are independent, which bounds the memory."""

LEADS_PER_OPPORTUNITY = (15, 11)


def blocks(seed, opportunities, cut):
    """Yield the company block by block, as {table: {column: array}}.

    opportunities: how many deals there shall be at the end of the sample, to
    within a few per cent; cut: the moment from which the business is seen.
    """
    draws = Draws(seed)
    weights = facts.MONTH_WEIGHTS
    seen = weights[month_of(day_of(facts.AS_OF)) >= facts.MONTHS].sum()
    wanted = opportunities * LEADS_PER_OPPORTUNITY[0] // LEADS_PER_OPPORTUNITY[1]
    leads = int(wanted * weights.sum() // seen)
    counters = dict.fromkeys(
        ["company", "contact", "lead", "deal", "visit", "contract"], 1
    )
    for first in range(0, leads, BLOCK):
        yield _block(draws, counters, min(BLOCK, leads - first), cut)


def _block(draws, counters, lead_count, cut):
    """One block of the company, as seen at the cut; moves the counters on."""
    leads = new_leads(draws, counters["lead"], lead_count)
    companies = companies_of(draws, counters["company"], leads, lead_count)
    work_leads(draws, leads, companies)
    deals = [lead_deals(draws, leads, companies), direct_deals(draws, companies)]
    roots, contracts = first_contracts(draws, companies, deals)
    more_deals, more_contracts = life_of_contracts(draws, companies, roots)
    deals += more_deals
    contracts += more_contracts
    deals += repeat_orders(draws, companies, deals[:2])
    contacts = contacts_of(draws, counters["contact"], leads, companies)
    deals, contracts = _number(draws, counters, deals, contracts, leads, companies)
    visits = visits_of(draws, counters["visit"], deals)

    counters["lead"] += lead_count
    counters["company"] += len(companies["company_no"])
    counters["contact"] += len(contacts["contact_no"])
    counters["deal"] += len(deals["deal_no"])
    counters["visit"] += len(visits["visit_no"])
    counters["contract"] += len(contracts["contract_no"])
    return _seen_at(cut, companies, contacts, leads, deals, visits, contracts)


def _number(draws, counters, deals, contracts, leads, companies):
    """Put deals and contracts into one table each, number them, add refunds."""
    names = list(deals[0])
    deals = {name: np.concatenate([rows[name] for rows in deals]) for name in names}
    # Renewals that were open when the CRM came were entered in its first days.
    start = moment(np.array([day_of(facts.HISTORY_START) + 1]), 9 * 3600)
    waiting = (deals["created_at"] < start) & (deals["closed_at"] > start)
    deals["created_at"] = np.where(waiting, start, deals["created_at"])
    exists = (deals["created_at"] < NEVER) & (deals["created_at"] >= start)
    exists &= deals["created_at"] < moment(day_of(facts.HORIZON), DAY - 1)
    deals = {name: values[exists] for name, values in deals.items()}
    amount = (deals["fee"] * deals["term"] + deals["one_off"]) * 100
    free = (deals["term"] == 0) & (deals["outcome"] == facts.WON)
    blank = free & (draws.below("blank amount", deals["key"], 40) == 0)
    zero = free & (draws.below("zero amount", deals["key"], 30) == 1)
    deals["amount_cents"] = np.where(blank, -1, np.where(zero, 0, amount))
    deals["has_amount"] = (~blank).astype(np.int64)

    refunds = refunds_of(draws, deals, companies)
    deals = {
        name: np.concatenate([values, refunds[name]]) for name, values in deals.items()
    }
    order = np.lexsort((deals["key"], deals["created_at"]))
    deals = {name: values[order] for name, values in deals.items()}
    deals["deal_no"] = counters["deal"] + np.arange(len(order))
    deals["seller"] = seller_of(draws, companies, deals["company"], deals["created_at"])
    from_lead = deals["lead"] >= 0
    deals["contact_no"] = np.where(
        from_lead,
        leads["contact_no"][deals["lead"]],
        companies["contact_no"][deals["company"]],
    )
    deals["has_other_contact"] = draws.chance(
        "other contact", deals["deal_no"], 250
    ) & (companies["other_contact_no"][deals["company"]] >= 0)
    leads["deal_no"] = np.full(len(leads["lead_no"]), -1)
    leads["deal_no"][deals["lead"][from_lead]] = deals["deal_no"][from_lead]

    names = [name for name in contracts[0] if name != "row"]
    contracts = {
        name: np.concatenate([rows[name] for rows in contracts]) for name in names
    }
    order = np.lexsort((contracts["key"], contracts["starts_on"]))
    contracts = {name: values[order] for name, values in contracts.items()}
    contracts["contract_no"] = counters["contract"] + np.arange(len(order))
    place = _place(contracts, "key", deals, "contract")
    deals["contract_no"] = np.where(place >= 0, contracts["contract_no"][place], -1)
    place = _place(deals, "key", contracts, "deal_key")
    contracts["deal_no"] = np.where(place >= 0, deals["deal_no"][place], -1)
    contracts["monthly_cents"] = contracts["fee"] * 100
    return deals, contracts


def _place(rows, key, seekers, wanted):
    """Row that each seeker wants by its key, -1 for none.

    A key can occur twice in a large company, but only in two companies' rows.
    """
    keys = pair(rows[key], rows["company"])
    order = np.argsort(keys, kind="stable")
    wanted_keys = pair(seekers[wanted], seekers["company"])
    place = np.searchsorted(keys[order], wanted_keys)
    place = order[np.minimum(place, len(order) - 1)]
    found = (keys[place] == wanted_keys) & (seekers[wanted] >= 0)
    return np.where(found, place, -1)


def _seen_at(cut, companies, contacts, leads, deals, visits, contracts):
    """What is known at the cut, with the states of that moment."""
    company_no = companies["company_no"]

    def until(moments):
        return np.where(moments <= cut, moments, -1)

    for rows in (leads, contacts, deals, contracts):
        rows["company_no"] = company_no[rows.pop("company")]
    visits["deal_no"] = deals["deal_no"][visits["deal"]]
    visits["created_at"] = deals["created_at"][visits.pop("deal")]
    contacts["lead_no"] = np.where(
        contacts["lead"] >= 0, leads["lead_no"][contacts["lead"]], -1
    )
    deals["lead_no"] = np.where(deals["lead"] >= 0, leads["lead_no"][deals["lead"]], -1)

    for name in ("mql_at", "sql_at", "converted_at", "refused_at"):
        leads[name] = until(leads[name])
    for name in ("contact_no", "deal_no"):
        leads[name] = np.where(leads["converted_at"] >= 0, leads[name], -1)
    companies["account_at"] = until(companies["account_at"])

    is_lost_now = (deals["lost_at"] <= cut) & (cut < deals["back_at"])
    is_closed = (deals["closed_at"] <= cut) | is_lost_now
    outcome = np.where(is_lost_now, facts.LOST, deals["outcome"])
    closed_at = np.where(is_lost_now, deals["lost_at"], deals["closed_at"])
    closed_on = np.where(is_lost_now, local_day(deals["lost_at"]), deals["closed_on"])
    deals["planned_on"] = np.minimum(
        deals["closed_on"], local_day(deals["created_at"]) + 75
    )
    deals["outcome"] = np.where(is_closed, outcome, facts.OPEN)
    deals["closed_at"] = np.where(is_closed, closed_at, -1)
    deals["closed_on"] = np.where(is_closed, closed_on, -1)
    signed = deals["outcome"] == facts.WON
    deals["contract_no"] = np.where(signed, deals["contract_no"], -1)
    contracts["ends_on"] = np.where(
        contracts["ends_on"] < NEVER, contracts["ends_on"], -1
    )

    tables = {
        "company": (companies, companies["account_at"] >= -1),
        "contact": (contacts, contacts["created_at"] <= cut),
        "lead": (leads, leads["created_at"] <= cut),
        "deal": (deals, deals["created_at"] <= cut),
        "visit": (
            visits,
            (visits["entered_at"] <= cut) & (visits["created_at"] <= cut),
        ),
        "contract": (contracts, contracts["known_at"] <= cut),
    }
    return {
        table: {name: rows[name][seen] for name in COLUMNS[table]}
        for table, (rows, seen) in tables.items()
    }


COLUMNS = {
    "company": facts.words("""
        company_no origin territory country employees size industry currency source
        account_at contact_no other_contact_no
    """),
    "contact": facts.words("""
        contact_no company_no lead_no person created_at
    """),
    "lead": facts.words("""
        lead_no company_no person created_at source seller mql_at sql_at converted_at
        refused_at contact_no deal_no mood
    """),
    "deal": facts.words("""
        deal_no company_no contact_no has_other_contact lead_no contract_no deal_type
        outcome created_at closed_at closed_on planned_on amount_cents has_amount
        currency seller source term fee one_off backdated reopened refund_of
    """),
    "visit": facts.words("""
        visit_no deal_no stage entered_at
    """),
    "contract": facts.words("""
        contract_no company_no deal_no starts_on ends_on term monthly_cents currency
        known_at
    """),
}
"""Columns of each table of the company; -1 stands for none."""


def cut_after(day):
    """The moment at which a local day (ISO text) is over."""
    return int(moment(np.array([day_of(day) + 1]), 0)[0]) - 1
