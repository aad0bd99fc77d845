"""The canonical records that an adapter makes of one CRM's raw rows.

All ids are text, all moments naive UTC datetimes, all days dates. `merged_into` is
the surviving record's id on rows that the CRM merged away, else None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from oracle.money import Amount
from oracle.read import RowBook

WON, LOST, OPEN = "won", "lost", "open"


@dataclass
class LeadRecord:
    """One lead (HubSpot: a contact that had entered `lead` or later)."""

    crm: str
    id: str
    created_at: datetime | None
    merged_into: str | None = None
    email: str | None = None
    status: str | None = None
    # (moment or None, raw status or lifecycle stage) for every status ever held; the
    # status of today since the moment that the history has for it
    statuses: list[tuple[datetime | None, str]] = field(default_factory=list)
    # (moment of the change or None, raw status before it)
    left: list[tuple[datetime | None, str]] = field(default_factory=list)
    # stages dated by the CRM itself: mql, sql, opportunity
    stage_dates: dict[str, datetime | None] = field(default_factory=dict)
    lead_source: str | None = None
    company: str | None = None
    owner_id: str | None = None
    industry: str | None = None
    employees: object = None
    country: str | None = None
    account_id: str | None = None
    # (crm, id) of the contacts that the lead became or is
    contact_keys: set[tuple[str, str]] = field(default_factory=set)
    deal_ids: set[str] = field(default_factory=set)
    # ids of the same lead elsewhere: (crm, table, id)
    sync_ids: set[tuple[str, str, str]] = field(default_factory=set)


@dataclass
class AccountRecord:
    """One account (HubSpot: company) that survives."""

    crm: str
    id: str
    created_at: datetime | None
    name: str | None = None
    domain: str | None = None
    industry: str | None = None
    owner_id: str | None = None
    employees: object = None
    country: str | None = None
    segment: str | None = None
    sync_ids: set[tuple[str, str, str]] = field(default_factory=set)


@dataclass
class ContactRecord:
    """One contact that survives; `emails` are its own and those of merged contacts."""

    crm: str
    id: str
    created_at: datetime | None
    account_id: str | None = None
    emails: set[str] = field(default_factory=set)


@dataclass
class DealRecord:
    """One deal. `state` is won, lost or open, as landed.

    `history` holds (entered at, stage, state of the stage), in order, equal
    consecutive stages collapsed; `closed_on` is the CRM's own close date.
    """

    crm: str
    id: str
    created_at: datetime | None
    amount: Amount
    state: str
    known_stage: bool = True
    stage: str | None = None
    pipeline: str | None = None
    closed_on: date | None = None
    history: list[tuple[datetime, str, str]] = field(default_factory=list)
    history_wins: bool = False
    account_id: str | None = None
    contact_ids: set[str] = field(default_factory=set)
    primary_contact_id: str | None = None
    contract_id: str | None = None
    owner_id: str | None = None
    type: str | None = None
    lead_source: str | None = None
    excluded: bool = False
    sync_ids: set[tuple[str, str, str]] = field(default_factory=set)
    # lead ids that the record itself names (Zoho exports carry one)
    lead_ids: set[str] = field(default_factory=set)


@dataclass
class BillingRecord:
    """One billing document: an activated order or an invoice.

    `amount.value` is negative for a reduction, which is no order even at 0 or without
    an amount. `billed_on` is a pure date.
    """

    crm: str
    id: str
    created_at: datetime | None
    billed_on: date | None
    amount: Amount
    account_id: str | None = None
    deal_id: str | None = None
    contract_id: str | None = None
    owner_id: str | None = None
    is_reduction: bool = False


@dataclass
class ContractRecord:
    """One contract as the CRM holds it; `ends_on` is exclusive, None = open-ended.

    `total` is an amount for the whole term, `monthly` one per month; either may
    hold None.
    """

    crm: str
    id: str
    created_at: datetime | None
    starts_on: date | None
    ends_on: date | None
    term_months: int | None
    total: Amount
    monthly: Amount | None = None
    account_id: str | None = None
    is_draft: bool = False
    # a recurring line item counts with its deal: if that is won, for its customer,
    # from its close day where the record has no start
    deal_id: str | None = None
    line_term: tuple[int, int] | None = None  # months, days


@dataclass
class CampaignRecord:
    """One campaign with its cost over its whole run; `parent_id` may be None."""

    crm: str
    id: str
    created_at: datetime | None
    type: str | None
    parent_id: str | None
    starts_on: date | None
    ends_on: date | None
    cost: Amount


@dataclass
class CrmRecords:
    """Everything an adapter read from one CRM.

    `owners` is {id: name} of known sellers, None where the table is not landed;
    the `..._survivors` map every id, merged ones included,
    to the id that survives. `contact_ends` maps merged contacts to the end of their
    merges, also one that is gone: who somebody is does not change with it.
    `loaded_at` is the latest load stamp, `recorded_at` the latest creation or
    modification stamp of any row. `amount_of` gives an amount of a currency, with what
    the CRM's own tables of rates make of it.
    """

    crm: str
    book: RowBook
    amount_of: Callable[[Decimal | None, object], Amount] | None = None
    leads: list[LeadRecord] = field(default_factory=list)
    accounts: list[AccountRecord] = field(default_factory=list)
    excluded_accounts: set[str] = field(default_factory=set)
    contacts: list[ContactRecord] = field(default_factory=list)
    deals: list[DealRecord] = field(default_factory=list)
    billings: list[BillingRecord] = field(default_factory=list)
    contracts: list[ContractRecord] = field(default_factory=list)
    campaigns: list[CampaignRecord] = field(default_factory=list)
    owners: dict[str, str | None] | None = None
    account_survivors: dict[str, str] = field(default_factory=dict)
    contact_survivors: dict[str, str] = field(default_factory=dict)
    contact_ends: dict[str, str] = field(default_factory=dict)
    lead_survivors: dict[str, str] = field(default_factory=dict)
    deal_survivors: dict[str, str] = field(default_factory=dict)
    loaded_at: datetime | None = None
    recorded_at: datetime | None = None
    # raw table of each kind of record; None = accounted for by another kind
    tables: dict[str, str | None] = field(default_factory=dict)


def since(status: str, history) -> datetime | None:
    """The first moment that a history, [(moment or None, status)], has for a status."""
    return min(
        (at for at, value in history if at and value.lower() == status.lower()),
        default=None,
    )


def collapse(visits) -> list:
    """Stage visits with equal consecutive stages collapsed to the first."""
    kept = []
    for visit in visits:
        if not kept or kept[-1][1].lower() != visit[1].lower():
            kept.append(visit)
    return kept
