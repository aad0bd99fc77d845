"""One company out of the records of its CRMs.

Merges leads to persons and accounts to customers, links leads and deals, types
deals, dates closes, converts money, values contracts, cuts everything at the as-of
day. Source: DESIGN.md section 5; DECISIONS.md 3 to 33.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from oracle import read
from oracle.money import ZERO, Amount, Converter, cents, currency_code
from oracle.periods import add_months
from oracle.records import LOST, OPEN, WON, CrmRecords, DealRecord, LeadRecord
from oracle.seeds import Seeds

NEW_BUSINESS, UPSELL, RENEWAL = "new_business", "upsell", "renewal"
DEAL_TYPES = (NEW_BUSINESS, UPSELL, RENEWAL)
UNDATED = "undated"
UNKNOWN = "(unknown)"
FAR = datetime.max
MONTH_DAYS = Fraction(36525, 1200)
DIMENSIONS = (
    "source_system",
    "region",
    "segment",
    "industry",
    "lead_source",
    "sales_team",
    "sales_rep",
)


@dataclass(eq=False)
class Person:
    """One person-lead; `created_at` is its earliest record's."""

    key: tuple[str, str]
    records: list[LeadRecord]
    first: LeadRecord
    created_at: datetime | None
    created_on: date | None
    source_system: str
    stages: set[str]
    is_disqualified: bool
    emails: set[str]
    dims: dict[str, str] = field(default_factory=dict)
    direct: list[Deal] = field(default_factory=list)
    won: Deal | None = None

    @property
    def days_to_win(self) -> int | None:
        """Won day minus lead day; None without a win or a lead day."""
        if self.won is None or self.created_on is None:
            return None
        return (self.won.closed_on - self.created_on).days

    def reached(self, stage: str) -> bool:
        """True if the lead reached `stage` or a later one."""
        later = {"mql": 0, "sql": 1, "opportunity": 2, "customer": 3}
        marks = set(self.stages)
        if self.direct:
            marks.add("opportunity")
        if self.won:
            marks.add("customer")
        return any(later[mark] >= later[stage] for mark in marks)


@dataclass(eq=False)
class Customer:
    """One company: matched accounts, or the company named by a lead."""

    key: tuple
    accounts: list = field(default_factory=list)
    source_system: str | None = None
    deals: list[Deal] = field(default_factory=list)
    wins: list[Deal] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    order_days: list[date] = field(default_factory=list)
    dims: dict[str, str] = field(default_factory=dict)

    @property
    def first_win(self) -> Deal | None:
        return self.wins[0] if self.wins else None

    @property
    def first_new_business(self) -> Deal | None:
        """The first won new-business deal, whatever was won before it."""
        for deal in self.wins:
            if deal.type == NEW_BUSINESS:
                return deal
        return None

    @property
    def acquired_by(self) -> Deal | None:
        """The deal that made the company a new customer; None if won before."""
        first = self.first_win
        return first if first is not None and first.type == NEW_BUSINESS else None


@dataclass(eq=False)
class Deal:
    """One deal as of the as-of day; `state` may be `undated`."""

    record: DealRecord
    key: tuple[str, str]
    created_at: datetime | None
    created_on: date | None
    state: str
    closed_on: date | None
    close_date_source: str | None
    source_system: str
    amount: Decimal | None = None
    amount_source: str | None = None
    customer: Customer | None = None
    account: object = None
    type: str | None = None
    type_is_derived: bool = False
    persons: list[Person] = field(default_factory=list)
    lead: Person | None = None
    dims: dict[str, str] = field(default_factory=dict)
    # (crm whose mapping applies, lead source) for the channel
    raw_lead_source: tuple[str, str | None] | None = None
    # records of the same deal in all CRMs, the one that counts first
    copies: list[DealRecord] = field(default_factory=list)

    @property
    def is_refund(self) -> bool:
        value = self.record.amount.value
        return self.state == WON and value is not None and value < 0

    @property
    def is_win(self) -> bool:
        """Won and no refund."""
        return self.state == WON and not self.is_refund

    @property
    def is_new_business(self) -> bool:
        return self.type == NEW_BUSINESS and not self.is_refund

    @property
    def days_to_close(self) -> int | None:
        if self.created_on is None or self.closed_on is None:
            return None
        return (self.closed_on - self.created_on).days


@dataclass(eq=False)
class Contract:
    """A contract period in force: [starts_on, ends_on), ends_on None = open-ended."""

    key: tuple
    customer: Customer
    starts_on: date
    ends_on: date | None
    monthly_value: Decimal | None
    value_source: str | None


@dataclass(eq=False)
class Order:
    """A won deal or a billing document on its day; amount NULL or in cents."""

    key: tuple
    ordered_on: date
    amount: Decimal | None
    is_refund: bool
    customer: Customer | None
    dims: dict[str, str]
    contract_key: tuple | None = None
    landed_amount: Decimal | None = None  # before conversion

    @property
    def counts(self) -> bool:
        """True for what stands in order_count."""
        return self.amount is not None and not self.is_refund


@dataclass(eq=False)
class Spend:
    """Spend of one month, as landed (not shifted by the lag)."""

    spent_in: date
    amount: Decimal | None
    dims: dict[str, str | None]


def as_of_day(crms: list[CrmRecords], settings) -> tuple[date, datetime | None]:
    """(last day that counts, load stamp behind it) of a run.

    Raises:
        ValueError: if there is no such day.
    """
    stamps = [records.loaded_at or records.recorded_at for records in crms]
    data_as_of = min((stamp for stamp in stamps if stamp is not None), default=None)
    given = read.day(settings.get("as_of_date"))
    if given is None and data_as_of is None:
        raise ValueError("No row has a readable stamp and as_of_date is not set")
    if given is None:
        zone = ZoneInfo(settings["business_timezone"])
        given = read.local_day(data_as_of, zone) - timedelta(days=1)
    return given, data_as_of


class Company:
    """The canonical company. Attributes after construction:

    as_of (date), data_as_of (naive UTC), persons, customers, deals, orders,
    contracts, spend, spend_dimensions, stage_source {crm: {mql: bool, sql: bool}},
    issues [(crm, table, id, reason)], row_accounting.

    Raises:
        ValueError: if there is no as-of day (no rows with a readable stamp and no
            `as_of_date`).
    """

    def __init__(self, crms: list[CrmRecords], finance: dict, seeds: Seeds, settings):
        self.crms = {records.crm: records for records in crms}
        self.finance = finance
        self.seeds = seeds
        self.settings = settings
        self.zone = ZoneInfo(settings["business_timezone"])
        self.precedence = {
            crm: place for place, crm in enumerate(settings["crm_precedence"])
        }
        self.issues: list[tuple] = []
        reporting = settings["reporting_currency"]
        self.converter = Converter(
            finance.get("exchange_rates") or [],
            reporting,
            {
                crm: settings.get(f"{crm}_home_currency") or reporting
                for crm in self.crms
            },
        )
        self.as_of, self.data_as_of = as_of_day(crms, settings)
        self._drop_late_records()
        self._match_accounts()
        self._match_persons()
        self._collect_deals()
        self._link_persons_and_deals()
        self._find_customers_of_deals()
        self._type_deals()
        self._order_wins()
        self._convert_leads()
        self._name_leads_of_deals()
        self._describe_everything()
        self._collect_orders()
        self._collect_contracts()
        self._collect_spend()
        self.row_accounting = {}
        for records in self.crms.values():
            self.row_accounting |= records.book.closed()

    # -- as of -----------------------------------------------------------------

    def local_day(self, moment: datetime | None) -> date | None:
        """The business day of a moment."""
        return read.local_day(moment, self.zone)

    def _is_late(self, created_at: datetime | None) -> bool:
        return created_at is not None and self.local_day(created_at) > self.as_of

    def _drop_late_records(self):
        """Leave out what was created after the as-of day; list missing dates."""
        kinds = (
            ("leads", "lead"),
            ("accounts", "account"),
            ("contacts", "contact"),
            ("deals", "deal"),
            ("billings", "order"),
            ("contracts", "contract"),
            ("campaigns", "campaign"),
        )
        for records in self.crms.values():
            for attribute, kind in kinds:
                table = records.tables.get(kind, kind)
                kept = []
                late = set()
                for record in getattr(records, attribute):
                    merged = getattr(record, "merged_into", None)
                    if record.created_at is None and not merged and table:
                        self._issue(record, table, "created_date_missing")
                    if not self._is_late(record.created_at):
                        kept.append(record)
                    elif not merged:
                        late.add(record.id)
                        if table:
                            records.book.set_aside(table, "after_as_of")
                setattr(records, attribute, kept)
                if attribute == "leads":
                    self._let_the_earliest_stand_in(records, late)

    def _let_the_earliest_stand_in(self, records: CrmRecords, late: set[str]):
        """Leads whose survivor is `late`: the earliest of them is the person."""
        orphans: dict[str, list[LeadRecord]] = {}
        for lead in records.leads:
            if lead.merged_into in late:
                orphans.setdefault(lead.merged_into, []).append(lead)
        for survivor, leads in orphans.items():
            first = min(leads, key=self._age)
            for lead in leads:
                lead.merged_into = None if lead is first else first.id
            for key, end in records.lead_survivors.items():
                if end == survivor:
                    records.lead_survivors[key] = first.id

    def _issue(self, record, table: str, reason: str):
        self.issues.append((record.crm, table, record.id, reason))

    # -- customers -------------------------------------------------------------

    def _match_accounts(self):
        """One customer per set of matched accounts."""
        accounts = {
            (account.crm, account.id): account
            for records in self.crms.values()
            for account in records.accounts
        }
        groups = _Groups(accounts)
        joined = set()
        for key, account in accounts.items():
            for crm, table, other in account.sync_ids:
                if table == "account" and crm in self.crms:
                    other = (crm, self.crms[crm].account_survivors.get(other))
                    if other in accounts:
                        groups.join(key, other)
                        joined.add(key)
        for key, other in self._pairs_by_domain(accounts):
            company = groups.root(other)
            crms = {crm for crm, _id in accounts if groups.root((crm, _id)) == company}
            if key not in joined and key[0] not in crms:
                groups.join(key, other)
                joined.add(key)
        self.customers: dict[tuple, Customer] = {}
        self.customer_of_account: dict[tuple[str, str], Customer] = {}
        for members in groups.sets():
            ordered = sorted((accounts[key] for key in members), key=self._age)
            customer = Customer(
                key=("account", ordered[0].crm, ordered[0].id),
                accounts=ordered,
                source_system=ordered[0].crm,
            )
            self.customers[customer.key] = customer
            for key in members:
                self.customer_of_account[key] = customer

    def _pairs_by_domain(self, accounts: dict) -> list[tuple]:
        """[(account, one of an earlier CRM)] whose domain is unique on both sides.

        In the order in which they join: Salesforce's partners before HubSpot's, of one
        CRM the lower id first. An account joins one at most, and no company that has
        one of its own CRM, so that a domain ties no two accounts of one CRM together.
        """
        owners: dict[tuple[str, str], list] = {}
        for key, account in accounts.items():
            if account.domain and account.domain not in self.seeds.free_mail:
                owners.setdefault((account.crm, account.domain), []).append(key)
        unique = {place: keys[0] for place, keys in owners.items() if len(keys) == 1}
        order = [crm for crm in ("salesforce", "hubspot", "zoho") if crm in self.crms]
        return [
            (key, unique[(earlier, domain)])
            for place, earlier in enumerate(order)
            for (crm, domain), key in sorted(unique.items(), key=lambda item: item[1])
            if crm in order[place + 1 :] and (earlier, domain) in unique
        ]

    def _age(self, record) -> tuple:
        """Sort key: earliest first, ties by precedence, then id."""
        return (
            record.created_at or FAR,
            self.precedence.get(record.crm, len(self.precedence)),
            record.id,
        )

    # -- persons ---------------------------------------------------------------

    def _match_persons(self):
        """One person per set of lead records that share survivor or e-mail."""
        survivors = {
            (lead.crm, lead.id): lead
            for records in self.crms.values()
            for lead in records.leads
            if lead.merged_into is None
        }
        losers: dict[tuple, list[LeadRecord]] = {}
        for records in self.crms.values():
            for lead in records.leads:
                if lead.merged_into is not None:
                    key = (lead.crm, lead.merged_into)
                    losers.setdefault(key, []).append(lead)
        groups = _Groups(survivors)
        by_email: dict[str, tuple] = {}
        for key, lead in survivors.items():
            if lead.email:
                groups.join(key, by_email.setdefault(lead.email, key))
            for other in self._synced_leads(lead, survivors):
                groups.join(key, other)
        self.persons: list[Person] = []
        self.stage_source = {crm: self._stage_source(crm) for crm in self.crms}
        for members in groups.sets():
            ages = {
                key: min(map(self._age, [survivors[key], *losers.get(key, [])]))
                for key in members
            }
            in_order = sorted((*ages[key][:2], key) for key in members)
            alive = [survivors[key] for *_, key in in_order]
            merged = [lead for key in members for lead in losers.get(key, [])]
            self.persons.append(self._person(alive, sorted(merged, key=self._age)))
        self.persons.sort(key=self._person_age)

    def _synced_leads(self, lead: LeadRecord, survivors: dict) -> list[tuple]:
        """Leads that a sync id names, else those that became the contact it names."""
        named = [
            (crm, self.crms[crm].lead_survivors.get(other))
            for crm, table, other in lead.sync_ids
            if table == "lead" and crm in self.crms
        ]
        named = [key for key in named if key in survivors]
        contacts = {
            self._surviving_contact(key)
            for key in lead.contact_keys
            if key[0] != lead.crm
        }
        return named or [
            key
            for key, other in survivors.items()
            if key[0] != lead.crm
            and contacts & set(map(self._surviving_contact, other.contact_keys))
        ]

    def _surviving_contact(self, key: tuple[str, str]) -> tuple[str, str]:
        crm, contact = key
        records = self.crms.get(crm)
        ends = records.contact_ends if records else {}
        return crm, ends.get(contact, contact)

    def _person(self, alive: list[LeadRecord], merged: list[LeadRecord]) -> Person:
        """A person from its surviving records, earliest first, and the merged ones."""
        first = alive[0]
        everyone = [*alive, *merged]
        oldest = min(everyone, key=self._age)
        return Person(
            key=(first.crm, first.id),
            records=everyone,
            first=first,
            created_at=oldest.created_at,
            created_on=self.local_day(oldest.created_at),
            source_system=oldest.crm,
            stages=set().union(*(self._stages_of(lead) for lead in everyone)),
            is_disqualified=self.seeds.mapped(first.crm, "lead_status", first.status)
            == "disqualified",
            emails={lead.email for lead in everyone if lead.email},
        )

    def _person_age(self, person: Person) -> tuple:
        return (
            person.created_at or FAR,
            self.precedence.get(person.key[0], len(self.precedence)),
            person.key[1],
        )

    def _stages_of(self, lead: LeadRecord) -> set[str]:
        """Stages that a lead record shows by its statuses and dates."""
        found = set()
        # The first change after the as-of day tells the status on it.
        late = min((at for at, _ in lead.left if self._is_late(at)), default=None)
        left = [(None if at == late else at, status) for at, status in lead.left]
        for moment, status in lead.statuses + left:
            if not self._is_late(moment):
                stage = self.seeds.mapped(lead.crm, "lead_status", status)
                if stage in ("mql", "sql"):
                    found.add(stage)
        for stage, moment in lead.stage_dates.items():
            if not self._is_late(moment):
                found.add(stage)
        return found

    def _stage_source(self, crm: str) -> dict[str, bool]:
        """Whether a CRM can tell MQLs and SQLs at all (DECISIONS.md 13)."""
        leads = self.crms[crm].leads
        has_status = any(lead.statuses or lead.left for lead in leads)
        return {
            stage: any(stage in lead.stage_dates for lead in leads)
            or (has_status and self.seeds.maps_status_to(crm, stage))
            for stage in ("mql", "sql")
        }

    # -- deals -----------------------------------------------------------------

    def _collect_deals(self):
        """Deals once each, dated and in money, excluded ones left out."""
        known = {}
        for records in self.crms.values():
            table = records.tables.get("deal", "deal")
            for record in records.deals:
                account_id = record.account_id
                if record.excluded or account_id in records.excluded_accounts:
                    records.book.set_aside(table, "excluded")
                else:
                    known[(record.crm, record.id)] = record
        groups = _Groups(known)
        for key, record in known.items():
            for crm, table, other in record.sync_ids:
                if table == "deal" and crm in self.crms:
                    survivors = self.crms[crm].deal_survivors
                    groups.join(key, (crm, survivors.get(other, other)))
        self.deals: list[Deal] = []
        self.deal_of_key: dict[tuple[str, str], Deal] = {}
        for members in groups.sets():
            ordered = sorted(
                (known[key] for key in members),
                key=lambda record: (self.precedence.get(record.crm, 9), record.id),
            )
            deal = self._deal(ordered)
            self.deals.append(deal)
            for key in members:
                self.deal_of_key[key] = deal
        self.deals.sort(key=lambda deal: deal.key)

    def _account_of_deal(self, record: DealRecord, contacts: dict) -> str | None:
        """The deal's account, else the company of its primary contact."""
        if record.account_id is not None:
            return record.account_id
        contact = contacts.get(record.primary_contact_id)
        return contact.account_id if contact else None

    def _deal(self, copies: list[DealRecord]) -> Deal:
        record = copies[0]
        table = self.crms[record.crm].tables.get("deal", "deal")
        if not record.known_stage:
            self._issue(record, table, "unknown_stage")
        closed_on, source = self._close_of(record)
        state = record.state
        if state in (WON, LOST):
            if closed_on is None:
                state = UNDATED
                self._issue(record, table, "close_date_missing")
            elif closed_on > self.as_of:
                state, closed_on = OPEN, None
                self._issue(record, table, "close_date_in_future")
        else:
            closed_on = None
        deal = Deal(
            record=record,
            key=(record.crm, record.id),
            created_at=record.created_at,
            created_on=self.local_day(record.created_at),
            state=state,
            closed_on=closed_on,
            close_date_source=source,
            source_system=min(copies, key=self._age).crm,
            copies=copies,
        )
        deal.amount, deal.amount_source = self.converter.convert(
            record.amount, record.crm, closed_on or self.as_of
        )
        if record.amount.value is not None and deal.amount is None:
            self._issue(record, table, "exchange_rate_missing")
        return deal

    def _close_of(self, record: DealRecord) -> tuple[date | None, str | None]:
        """(close day, close_date_source) of a deal, whatever its state."""
        entered = None
        previous = None
        for moment, _, state in record.history:
            if state == record.state and previous != record.state:
                entered = moment
            previous = state
        by_history = self.local_day(entered)
        wants_history = (
            record.history_wins or self.settings["close_date_basis"] == "stage_history"
        )
        if by_history is not None and (wants_history or record.closed_on is None):
            return by_history, "stage_history"
        if record.closed_on is not None:
            return record.closed_on, "crm_field"
        return None, None

    # -- who belongs to whom ---------------------------------------------------

    def _link_persons_and_deals(self):
        """Direct links: converted opportunity, deal contact, e-mail of a contact."""
        by_deal: dict[tuple, list[Person]] = {}
        by_contact: dict[tuple, list[Person]] = {}
        by_email: dict[str, list[Person]] = {}
        by_lead: dict[tuple, Person] = {}
        for person in self.persons:
            for lead in person.records:
                by_lead[(lead.crm, lead.id)] = person
                for deal_id in lead.deal_ids:
                    by_deal.setdefault((lead.crm, deal_id), []).append(person)
                for contact_key in lead.contact_keys:
                    contact_key = self._surviving_contact(contact_key)
                    by_contact.setdefault(contact_key, []).append(person)
            for address in person.emails:
                by_email.setdefault(address, []).append(person)
        contacts = {
            (contact.crm, contact.id): contact
            for records in self.crms.values()
            for contact in records.contacts
        }
        for deal in self.deals:
            linked: list[Person] = []
            for copy in deal.copies:
                linked += by_deal.get((copy.crm, copy.id), [])
                for lead_id in copy.lead_ids:
                    if (copy.crm, lead_id) in by_lead:
                        linked.append(by_lead[(copy.crm, lead_id)])
                for contact_id in copy.contact_ids:
                    key = (copy.crm, contact_id)
                    linked += by_contact.get(key, [])
                    contact = contacts.get(key)
                    for address in contact.emails if contact else ():
                        linked += by_email.get(address, [])
            deal.persons = sorted(
                {person.key: person for person in linked}.values(),
                key=self._person_age,
            )
            for person in deal.persons:
                person.direct.append(deal)
            deal.lead = deal.persons[0] if deal.persons else None

    def _find_customers_of_deals(self):
        """Account, else primary contact's company, else company or domain of lead."""
        contacts = {
            (contact.crm, contact.id): contact
            for records in self.crms.values()
            for contact in records.contacts
        }
        accounts = {
            (account.crm, account.id): account
            for records in self.crms.values()
            for account in records.accounts
        }
        for deal in self.deals:
            keys = [(copy.crm, copy.account_id) for copy in deal.copies]
            record = deal.record
            # a contact created after the as-of day is left out: the next one speaks
            known = [
                contacts[(record.crm, contact_id)]
                for contact_id in (
                    record.primary_contact_id,
                    *sorted(record.contact_ids, key=read.id_order),
                )
                if (record.crm, contact_id) in contacts
            ]
            keys.append((record.crm, known[0].account_id if known else None))
            for key in keys:
                if deal.customer is None and key in self.customer_of_account:
                    deal.customer = self.customer_of_account[key]
                    deal.account = accounts[key]
            if deal.customer is None and deal.lead is not None:
                deal.customer = self._customer_named_by(deal)
            if deal.customer is not None:
                deal.customer.deals.append(deal)

    def _customer_named_by(self, deal: Deal) -> Customer | None:
        """The company of a deal's lead, by its name, else by its mail domain."""
        key = self._company_named_by(deal.lead)
        if key is not None and key not in self.customers:
            system = deal.lead.first.crm
            self.customers[key] = Customer(key=key, source_system=system)
        return self.customers.get(key)

    def _company_named_by(self, person: Person) -> tuple | None:
        """Key of the company that a person's earliest surviving record names."""
        lead = person.first
        name = read.company_name(lead.company)
        domain = read.email_domain(lead.email)
        if domain in self.seeds.free_mail:
            domain = None
        if name is None and domain is None:
            return None
        return ("name", lead.crm, name) if name else ("domain", lead.crm, domain)

    # -- types and wins --------------------------------------------------------

    def _type_deals(self):
        """deal_type: mapped, else by the day of the customer's first win."""
        first_win: dict[tuple, Deal] = {}
        for deal in sorted(
            (deal for deal in self.deals if deal.is_win and deal.customer is not None),
            key=lambda deal: (deal.closed_on, deal.created_at or FAR, deal.key),
        ):
            first_win.setdefault(deal.customer.key, deal)
        for deal in self.deals:
            mapped = self.seeds.mapped(deal.record.crm, "deal_type", deal.record.type)
            if mapped in DEAL_TYPES:
                deal.type = mapped
                continue
            first = first_win.get(deal.customer.key) if deal.customer else None
            later = (
                first is not None
                and deal is not first
                and deal.created_on is not None
                and deal.created_on > first.closed_on
            )
            deal.type = UPSELL if later else NEW_BUSINESS
            deal.type_is_derived = True
            table = self.crms[deal.record.crm].tables.get("deal", "deal")
            self._issue(deal.record, table, "deal_type_derived")

    def win_order(self, deal: Deal) -> tuple:
        """DECISIONS.md 16: close day, new business first, creation, id."""
        return (
            deal.closed_on,
            deal.type != NEW_BUSINESS,
            deal.created_at or FAR,
            deal.key[1],
            deal.key[0],
        )

    def _order_wins(self):
        for customer in self.customers.values():
            wins = [deal for deal in customer.deals if deal.is_win]
            customer.wins = sorted(wins, key=self.win_order)

    # -- leads become customers ------------------------------------------------

    def _convert_leads(self):
        """The won new-business deal that converts each lead, if any."""
        for person in self.persons:
            if person.direct:
                candidates = person.direct
            else:
                customer = self._customer_of(person)
                candidates = [
                    deal
                    for deal in (customer.deals if customer else [])
                    if deal.state == WON
                    and person.created_on is not None
                    and deal.closed_on >= person.created_on
                ]
            wins = [deal for deal in candidates if deal.is_win and deal.is_new_business]
            person.won = min(wins, key=self.win_order, default=None)

    def _customer_of(self, person: Person) -> Customer | None:
        """The company of the first record whose account is known."""
        for lead in person.records:
            customer = self.customer_of_account.get((lead.crm, lead.account_id))
            if customer is not None:
                return customer
        return None

    def _name_leads_of_deals(self):
        """The lead of a deal, where no lead is linked directly: over the account."""
        for person in self.persons:  # earliest first
            deal = person.won
            if deal is not None and not person.direct and deal.lead is None:
                deal.lead = person

    # -- dimensions ------------------------------------------------------------

    def _describe_everything(self):
        for person in self.persons:
            person.dims = self._person_dims(person)
        for deal in self.deals:
            deal.dims = self._deal_dims(deal)
        for customer in self.customers.values():
            customer.dims = self._customer_dims(customer)

    def _person_dims(self, person: Person) -> dict[str, str]:
        lead = person.first
        team, region = self.seeds.membership(lead.crm, lead.owner_id, self.as_of)
        return _known(
            source_system=person.source_system,
            region=self._region(lead.crm, lead.country, region),
            segment=self.seeds.segment_of(lead.employees),
            industry=self.seeds.value(lead.crm, "industry", lead.industry),
            lead_source=self.seeds.value(lead.crm, "lead_source", lead.lead_source),
            sales_team=team,
            sales_rep=self._rep(lead.crm, lead.owner_id),
        )

    def _deal_dims(self, deal: Deal) -> dict[str, str]:
        record = deal.record
        on = deal.closed_on or self.as_of
        team, region = self.seeds.membership(record.crm, record.owner_id, on)
        own = self.seeds.value(record.crm, "lead_source", record.lead_source)
        source = deal.lead.dims["lead_source"] if deal.lead else UNKNOWN
        from_lead = source != UNKNOWN
        deal.raw_lead_source = (
            deal.lead.first.crm if from_lead else record.crm,
            source if from_lead else own,
        )
        return _known(
            source_system=deal.source_system,
            **self._company_dims(deal.customer, region),
            lead_source=source if from_lead else own,
            sales_team=team,
            sales_rep=self._rep(record.crm, record.owner_id),
            deal_type=deal.type,
        )

    def _customer_dims(self, customer: Customer) -> dict[str, str]:
        record = self._described_by(customer)
        first = customer.first_win
        team, region = self.seeds.membership(record.crm, record.owner_id, self.as_of)
        return _known(
            source_system=customer.source_system,
            **self._company_dims(customer, region),
            lead_source=first.dims["lead_source"] if first else None,
            sales_team=team,
            sales_rep=self._rep(record.crm, record.owner_id),
        )

    def _described_by(self, customer: Customer):
        """The earliest account of a company, else the earliest lead that names it."""
        if customer.accounts:
            return customer.accounts[0]
        return next(
            person.first
            for person in sorted(self.persons, key=self._person_age)
            if self._company_named_by(person) == customer.key
        )

    def _company_dims(
        self, customer: Customer | None, members_region: str | None
    ) -> dict[str, str | None]:
        """Region, segment and industry of a company; {} region of a seller alone."""
        if customer is None:
            return {"region": members_region, "segment": None, "industry": None}
        record = self._described_by(customer)
        segment = getattr(record, "segment", None)
        return {
            "region": self._region(record.crm, record.country, members_region),
            "segment": self.seeds.value(record.crm, "segment", segment)
            or self.seeds.segment_of(record.employees),
            "industry": self.seeds.value(record.crm, "industry", record.industry),
        }

    def _region(self, crm, country, members_region) -> str | None:
        mapped = self.seeds.mapped(crm, "region", country)
        return mapped or members_region or country

    def _rep(self, crm: str, owner_id: str | None) -> str | None:
        """The label of a seller; None for queues, unknown users, no owner."""
        if owner_id is None:
            return None
        owners = self.crms[crm].owners
        if owners is None:
            known = not (crm == "salesforce" and owner_id.startswith("00G"))
        else:
            known = owner_id in owners
        if not known:
            return None
        if self.settings["sales_rep_identity"] == "name":
            return (owners or {}).get(owner_id) or owner_id
        return f"owner:{crm}:{owner_id}"

    # -- orders ----------------------------------------------------------------

    def _collect_orders(self):
        """Won deals (bookings) or billing documents (billings), never both."""
        self.billings = self._billing_orders()
        if self.settings["revenue_basis"] == "billings":
            self.orders = [
                order for order in self.billings if order.ordered_on <= self.as_of
            ]
        else:
            self.orders = [
                Order(
                    key=deal.key,
                    ordered_on=deal.closed_on,
                    amount=deal.amount,
                    is_refund=deal.is_refund,
                    customer=deal.customer,
                    dims=deal.dims,
                )
                for deal in self.deals
                if deal.state == WON
            ]
        for order in self.orders:
            if order.customer is not None and not order.is_refund:
                order.customer.order_days.append(order.ordered_on)

    def _billing_orders(self) -> list[Order]:
        orders = []
        for records in self.crms.values():
            table = records.tables.get("order", "order")
            for record in records.billings:
                if record.account_id in records.excluded_accounts:
                    records.book.set_aside(table, "excluded")
                    continue
                on = record.billed_on
                if on is None:
                    continue
                deal = self.deal_of_key.get((record.crm, record.deal_id))
                customer = self.customer_of_account.get((record.crm, record.account_id))
                if customer is None and deal is not None:
                    customer = deal.customer
                amount, _ = self.converter.convert(record.amount, record.crm, on)
                value = record.amount.value
                orders.append(
                    Order(
                        key=(record.crm, record.id),
                        ordered_on=on,
                        amount=amount,
                        is_refund=record.is_reduction
                        or (value is not None and value < 0),
                        customer=customer,
                        dims=self._billing_dims(record, deal, customer, on),
                        contract_key=(record.crm, record.contract_id),
                        landed_amount=value,
                    )
                )
        return orders

    def _billing_dims(self, record, deal, customer, on) -> dict[str, str]:
        """Those of the deal that is billed, else of the document's own account."""
        if deal is not None:
            return deal.dims
        team, region = self.seeds.membership(record.crm, record.owner_id, on)
        return _known(
            source_system=record.crm,
            **self._company_dims(customer, region),
            lead_source=None,
            sales_team=team,
            sales_rep=self._rep(record.crm, record.owner_id),
            deal_type=None,
        )

    # -- contracts -------------------------------------------------------------

    def _collect_contracts(self):
        """Contract periods in force, finance's wherever it names the contract."""
        self.contracts: list[Contract] = []
        self._amounts_of_orders = _by_contract(
            (order.contract_key, order.landed_amount, order.amount)
            for order in self.billings
        )
        self._amounts_of_deals = _by_contract(
            (key, deal.record.amount.value, deal.amount)
            for deal in self.deals
            if deal.is_win
            for key in {(copy.crm, copy.contract_id) for copy in deal.copies}
        )
        self._contracts_of_crms = {
            (record.crm, record.id): record
            for records in self.crms.values()
            for record in records.contracts
            if record.account_id not in records.excluded_accounts
        }
        periods: dict[tuple, list[dict]] = {}
        for row in self.finance.get("contract_periods") or []:
            crm = (read.text(row.get("source_system")) or "").lower()
            key = (crm, self._finance_id(crm, row.get("contract_id")))
            if read.day(row.get("starts_on")) is not None:
                periods.setdefault(key, []).append(row)
        # What an excluded account paid counts as little as the months it paid for.
        counted = {
            key: [row for row in rows if not self._is_of_excluded(key[0], row)]
            for key, rows in periods.items()
        }
        self._deals_with_items = {
            (record.crm, record.deal_id)
            for records in self.crms.values()
            for record in records.contracts
            if counted.get((record.crm, record.id), True)
        }
        # Items of a deal count only beside no contract that is in force.
        for are_items in (False, True):
            self._in_force: dict[tuple, list[Contract]] = {}
            for contract in self.contracts:
                self._in_force.setdefault(contract.key, []).append(contract)
            for key, rows in counted.items():
                record = self._contracts_of_crms.get(key)
                if (record is not None and record.deal_id is not None) == are_items:
                    months = self._months_of_periods(rows, record)
                    for row in rows:
                        self._add_finance_period(row, key, record, months)
            for records in self.crms.values():
                table = records.tables.get("contract", "contract")
                for record in records.contracts:
                    if (record.deal_id is not None) != are_items:
                        continue
                    if record.account_id in records.excluded_accounts:
                        records.book.set_aside(table, "excluded")
                    elif (record.crm, record.id) not in periods:
                        self._add_contract(record, table)
        self.contracts.sort(key=lambda contract: (contract.starts_on, contract.key))

    def _is_of_excluded(self, crm: str, row: dict) -> bool:
        records = self.crms.get(crm)
        account_id = self._finance_id(crm, row.get("account_id"))
        return records is not None and account_id in records.excluded_accounts

    def _months_of_periods(self, rows: list[dict], record) -> int | None:
        """Months of all periods that finance cut a contract into; None if endless.

        The term that `record` has in its CRM, unless finance knows days beyond it.
        """
        days = [
            (read.day(row.get("starts_on")), read.day(row.get("ends_on")))
            for row in rows
        ]
        days = [(first, end) for first, end in days if end is None or end > first]
        if record is not None and None not in (record.starts_on, record.ends_on):
            is_within = all(
                end is not None and record.starts_on <= first and end <= record.ends_on
                for first, end in days
            )
            if is_within and record.term_months is not None:
                return record.term_months
        if any(end is None for _, end in days):
            return None
        return whole_months(sum((end - first).days for first, end in days))

    def _add_finance_period(self, row: dict, key: tuple, record, months: int | None):
        """A period of finance; `record` is the contract in its CRM, if that has it."""
        crm = key[0]
        account_id = self._finance_id(crm, row.get("account_id"))
        records = self.crms.get(crm)
        survivors = records.account_survivors if records else {}
        customer = self.customer_of_account.get((crm, survivors.get(account_id)))
        starts_on = read.day(row.get("starts_on"))
        ends_on = read.day(row.get("ends_on"))
        deal = self._won_deal_of(record)
        if deal is not None:
            customer = customer or deal.customer
            if self._is_sold_otherwise(record, deal, starts_on, ends_on):
                return
        amount = self._finance_amount(
            crm, read.money(row.get("monthly_amount")), row.get("currency_code")
        )
        value, _ = self.converter.convert(amount, crm, starts_on)
        source = "finance"
        if amount.value is None:
            value, source = self._price_in_crm(key, starts_on, months)
        self._keep_contract(key, customer, starts_on, ends_on, value, source)

    def _won_deal_of(self, record) -> Deal | None:
        """The won deal that sells a recurring line item."""
        if record is None or record.deal_id is None:
            return None
        deal = self.deal_of_key.get((record.crm, record.deal_id))
        return deal if deal is not None and deal.is_win else None

    def _is_sold_otherwise(self, record, deal: Deal, starts_on, ends_on) -> bool:
        """Whether a contract or another copy of the deal tells what an item tells.

        The contract is named by any copy and in force on a day of the item.
        """
        is_named = any(
            starts_on < (named.ends_on or date.max)
            and named.starts_on < (ends_on or date.max)
            for copy in deal.copies
            for named in self._in_force.get((copy.crm, copy.contract_id), ())
        )
        if is_named:
            return True
        keys = [(copy.crm, copy.id) for copy in deal.copies]
        sellers = [key for key in keys if key in self._deals_with_items]
        return sellers[0] != (record.crm, record.deal_id)

    def _price_in_crm(self, key: tuple, start: date, months: int | None):
        """What a contract costs a month where finance knows its days only."""
        record = self._contracts_of_crms.get(key)
        if record is not None and record.total is not None and months is not None:
            total, _ = self.converter.convert(record.total, key[0], start)
            if total is not None:
                return cents(Fraction(total) / months), "amount_column"
        if months is not None:
            value, source = self._share_of_sales(key, months)
            if value is not None:
                return value, source
        if record is not None and record.monthly is not None:
            value, _ = self.converter.convert(record.monthly, key[0], start)
            return value, "line_item"
        return None, None

    def _finance_amount(self, crm: str, value: Decimal | None, currency) -> Amount:
        """An amount of finance; the CRM that it names has rates, too."""
        records = self.crms.get(crm)
        if records is not None and records.amount_of is not None:
            return records.amount_of(value, currency)
        return Amount(value, currency_code(currency))

    def _finance_id(self, crm: str, value) -> str | None:
        return read.salesforce_id(value) if crm == "salesforce" else read.text(value)

    def _add_contract(self, record, table: str):
        if record.is_draft:
            return
        customer = self.customer_of_account.get((record.crm, record.account_id))
        if record.deal_id is not None:
            deal = self._won_deal_of(record)
            if deal is None:
                return
            customer = deal.customer
            if record.starts_on is None:
                record.starts_on = deal.closed_on
            if record.ends_on is None and record.line_term is not None:
                months, days = record.line_term
                ends_on = add_months(record.starts_on, months)
                record.ends_on = ends_on + timedelta(days=days)
            if self._is_sold_otherwise(record, deal, record.starts_on, record.ends_on):
                return
        value, source = self._monthly_value(record)
        kept = self._keep_contract(
            (record.crm, record.id),
            customer,
            record.starts_on,
            record.ends_on,
            value,
            source,
        )
        if not kept:
            self._issue(record, table, "contract_without_customer_or_dates")

    def _keep_contract(self, key, customer, starts_on, ends_on, value, source) -> bool:
        if customer is None or starts_on is None:
            return False
        if ends_on is not None and ends_on <= starts_on:
            return False
        contract = Contract(key, customer, starts_on, ends_on, value, source)
        self.contracts.append(contract)
        customer.contracts.append(contract)
        return True

    def _monthly_value(self, record) -> tuple[Decimal | None, str | None]:
        """Own amount, else activated orders, else won deals; NULL if none."""
        start = record.starts_on
        if record.monthly is not None and start is not None:
            value, _ = self.converter.convert(record.monthly, record.crm, start)
            return value, "line_item"
        months = record.term_months
        if months is None and None not in (start, record.ends_on):
            months = whole_months((record.ends_on - start).days)
        if months is None or start is None:
            return None, None
        key = (record.crm, record.id)
        total, _ = self.converter.convert(record.total, record.crm, start)
        if total is not None:
            return cents(Fraction(total) / months), "amount_column"
        return self._share_of_sales(key, months)

    def _share_of_sales(self, key, months: int) -> tuple[Decimal | None, str | None]:
        """Activated orders, else won deals of a contract, by month."""
        for amounts, name in (
            (self._amounts_of_orders, "orders"),
            (self._amounts_of_deals, "won_deals"),
        ):
            if key in amounts and None not in amounts[key]:
                return cents(Fraction(sum(amounts[key])) / months), name
        return None, None

    # -- spend -----------------------------------------------------------------

    def _collect_spend(self):
        """Spend by month, from finance or from campaigns, never both."""
        rows = self.finance.get("acquisition_spend") or []
        source = self.settings.get("spend_source")
        source = source or ("finance" if rows else "crm_campaigns")
        self.spend = (
            self._finance_spend(rows) if source == "finance" else self._campaign_spend()
        )
        lag = int(self.settings["cac_lag_months"])
        self.spend = [
            spend
            for spend in self.spend
            if add_months(spend.spent_in, lag) <= self.as_of
        ]
        carried = ("region", "segment", "sales_team", "source_system")
        self.spend_dimensions = [
            name
            for name in carried
            if any(spend.dims.get(name) for spend in self.spend)
        ]

    def _finance_spend(self, rows: list[dict]) -> list[Spend]:
        found = []
        for row in rows:
            spent_on = read.day(row.get("spend_month"))
            if spent_on is None:
                continue
            month = spent_on.replace(day=1)
            system = (read.text(row.get("source_system")) or "").lower()
            reporting = self.settings["reporting_currency"]
            amount = self._finance_amount(
                system,
                read.money(row.get("amount")),
                currency_code(row.get("currency_code")) or reporting,
            )
            if amount.value is None:
                continue  # an unreadable row is set aside
            value, _ = self.converter.convert(amount, system, month)
            dims = {
                name: self.seeds.value("finance", name, row.get(name))
                for name in ("region", "segment", "sales_team")
            }
            dims["channel"] = self.seeds.channel(row.get("channel"))
            dims["source_system"] = system or None
            found.append(Spend(month, value, dims))
        return found

    def _campaign_spend(self) -> list[Spend]:
        """Cost of campaigns without children, spread over their days in cents."""
        found = []
        for records in self.crms.values():
            parents = {campaign.parent_id for campaign in records.campaigns}
            for campaign in records.campaigns:
                if campaign.id in parents or campaign.cost.value is None:
                    continue
                first = campaign.starts_on or campaign.ends_on
                last = campaign.ends_on or campaign.starts_on
                if first is None:
                    if campaign.cost.value:
                        self._issue(campaign, "campaign", "campaign_without_dates")
                    continue
                last = max(first, last)
                cost, _ = self.converter.convert(campaign.cost, campaign.crm, first)
                if cost is None:
                    self._issue(campaign, "campaign", "exchange_rate_missing")
                dims = {
                    "channel": self.seeds.channel(campaign.type),
                    "source_system": campaign.crm,
                }
                for month, share in spread(cost or ZERO, first, last):
                    found.append(Spend(month, None if cost is None else share, dims))
        return found


class _Groups:
    """Sets of keys that were joined (union-find); unknown keys are ignored."""

    def __init__(self, keys):
        self.parent = {key: key for key in keys}

    def root(self, key):
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def join(self, one, other):
        if one in self.parent and other in self.parent:
            self.parent[self.root(one)] = self.root(other)

    def sets(self) -> list[list]:
        members: dict = {}
        for key in self.parent:
            members.setdefault(self.root(key), []).append(key)
        return list(members.values())


def _by_contract(rows) -> dict[tuple, list[Decimal | None]]:
    """{contract key: amounts}; None is one that could not be converted."""
    found: dict[tuple, list[Decimal | None]] = {}
    for key, landed, amount in rows:
        if landed is not None:
            found.setdefault(key, []).append(amount)
    return found


def whole_months(days: int) -> int:
    """Months that so many days are, rounded, at least 1."""
    return max(1, (days / MONTH_DAYS + Fraction(1, 2)).__floor__())


def spread(cost: Decimal, first: date, last: date) -> list[tuple[date, Decimal]]:
    """[(first day of month, share)]: even by days, in cents, adding up to `cost`.

    The share of a month is the rounded cost up to its last day minus the rounded
    cost up to the day before it.
    """
    days = Counter(
        (first + timedelta(days=passed)).replace(day=1)
        for passed in range((last - first).days + 1)
    )
    total, passed, spent, shares = sum(days.values()), 0, ZERO, []
    for month in sorted(days):
        passed += days[month]
        until = cents(Fraction(cost) * passed / total)
        shares.append((month, until - spent))
        spent = until
    return shares


def _known(**values) -> dict[str, str]:
    """Dimension values, `(unknown)` where one is missing, and the total."""
    return {"total": "(all)"} | {
        name: value or UNKNOWN for name, value in values.items()
    }
