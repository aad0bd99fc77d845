"""Zoho CRM in Fivetran's layout -> canonical records.

Source: reference/crm_contracts.md section 4; DESIGN.md section 5;
DECISIONS.md 1, 5, 14, 15.

Lookup columns are taken under either of the names in use (`account_name_id`,
`account_id`). Money and dates may be text as Zoho exports it (`$341.09K`,
`15 Apr, 2021 00:03:00`).
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from oracle import read
from oracle.money import Amount, currency_code
from oracle.read import plain_id, text
from oracle.records import (
    LOST,
    OPEN,
    WON,
    AccountRecord,
    BillingRecord,
    CampaignRecord,
    ContactRecord,
    CrmRecords,
    DealRecord,
    LeadRecord,
    collapse,
)

CRM = "zoho"
STAMPS = ("created_time", "modified_time")
FORECAST = {
    "open": OPEN,
    "closed won": WON,
    "closed lost": LOST,
    "won": WON,
    "lost": LOST,
}
NOT_BILLED = ("draft", "cancelled", "canceled", "void", "entwurf", "storniert")
EXPORT_FORMS = (
    "%d %b, %Y %H:%M:%S",
    "%d %b, %Y %H:%M",
    "%d %b, %Y",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
)
SCALES = {"": 1, "K": 1000, "M": 1000000}
_EXPORTED_MONEY = re.compile(
    r"(-?)[$€£]?\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)([KM]?)"
)


def adapt(tables: dict[str, list[dict]], seeds, settings: dict) -> CrmRecords:
    """Canonical records of one Zoho CRM org.

    Args:
        tables: {Fivetran table name: rows of text}; tables may be absent.
        seeds: a `Seeds`.
        settings: the project's vars.
    """
    return _Zoho(tables, seeds, settings).records


def moment(value: object) -> datetime | None:
    """A naive UTC datetime, from ISO text with offset or an exported form."""
    raw = text(value)
    found = read.timestamp(raw)
    if found is not None or raw is None:
        return found
    for form in EXPORT_FORMS:
        try:
            found = datetime.strptime(raw, form)
        except ValueError:
            continue
        return found if read.FIRST_YEAR <= found.year <= read.LAST_YEAR else None
    return None


def day(value: object):
    """A pure date, from ISO text or an exported form."""
    found = read.day(value)
    if found is None:
        exported = moment(value)
        return exported.date() if exported else None
    return found


def money(value: object) -> Decimal | None:
    """An amount in cents, from a number or an exported text."""
    found = read.money(value)
    if found is not None or text(value) is None:
        return found
    match = _EXPORTED_MONEY.fullmatch(text(value))
    if match is None:
        return None
    sign, digits, scale = match.groups()
    number = Decimal(digits.replace(",", "")) * SCALES[scale]
    return read.money(f"{sign}{number}")


def one_of(row: dict, *names: str):
    """The first of some columns that holds a value."""
    for name in names:
        if text(row.get(name)) is not None:
            return row[name]
    return None


def lookup(row: dict, *names: str) -> str | None:
    """The id in a lookup column, under any of its names."""
    return plain_id(one_of(row, *names))


class _Zoho:
    def __init__(self, tables, seeds, settings):
        self.raw = tables
        self.seeds = seeds
        self.settings = settings
        self.book = read.RowBook(CRM)
        self.records = CrmRecords(crm=CRM, book=self.book, tables={"order": "invoice"})
        rows = [row for table in tables.values() for row in table or []]
        self.records.loaded_at = read.latest_moment(
            read.timestamp(row.get("_fivetran_synced")) for row in rows
        )
        self.records.recorded_at = read.latest_moment(
            moment(row.get(column)) for row in rows for column in STAMPS
        )
        self._owners()
        self._accounts()
        self._contacts()
        self._leads()
        self._deals()
        self._invoices()
        self._campaigns()

    def _live(self, table, entity=None, names=None, excluded=None) -> dict[str, dict]:
        """Latest rows that are neither deleted nor (if asked for) excluded."""
        live = {}
        latest = read.latest_rows(
            self.raw.get(table), table, self.book, modified_column="modified_time"
        )
        for key, row in latest.items():
            state = (text(row.get("record_status_s")) or "").lower()
            if read.is_deleted(row) or state == "trash":
                self.book.set_aside(table, "deleted")
                continue
            columns = {name: row.get(column) for name, column in (names or {}).items()}
            if entity and self.seeds.is_excluded(CRM, entity, columns):
                self.book.set_aside(table, "excluded")
                if excluded is not None:
                    excluded.add(key)
                continue
            live[key] = row
        return live

    def _amount(self, value, row) -> Amount:
        rate = read.number(row.get("exchange_rate"))

        def own(_):
            # one to one: Zoho counts in the currency of the record, not in ours
            is_rate = rate and rate > 0 and rate != 1
            return Fraction(value) / Fraction(rate) if is_rate else None

        return Amount(value, currency_code(row.get("currency")), own)

    def _owners(self):
        if "user" in self.raw:
            self.records.owners = {
                key: text(one_of(row, "full_name", "name"))
                for key, row in read.latest_rows(
                    self.raw["user"], "user", self.book
                ).items()
            }

    def _accounts(self):
        excluded: set[str] = set()
        live = self._live(
            "account",
            "account",
            {"name": "account_name", "website": "website"},
            excluded,
        )
        self.records.excluded_accounts = excluded
        self.records.account_survivors = {key: key for key in (*live, *excluded)}
        for key, row in live.items():
            self.records.accounts.append(
                AccountRecord(
                    crm=CRM,
                    id=key,
                    created_at=moment(row.get("created_time")),
                    name=text(row.get("account_name")),
                    domain=read.web_domain(row.get("website")),
                    industry=text(row.get("industry")),
                    owner_id=lookup(row, "owner_id"),
                    employees=row.get("employees"),
                    country=text(row.get("billing_country")),
                    segment=text(one_of(row, "segment_c", "segment")),
                )
            )

    def _account_id(self, row, *names) -> str | None:
        return self.records.account_survivors.get(lookup(row, *names))

    def _contacts(self):
        live = self._live("contact", "contact", {"email": "email"})
        self.records.contact_survivors = {key: key for key in live}
        for key, row in live.items():
            self.records.contacts.append(
                ContactRecord(
                    crm=CRM,
                    id=key,
                    created_at=moment(row.get("created_time")),
                    account_id=self._account_id(row, "account_name_id", "account_id"),
                    emails={read.email(row.get("email"))} - {None},
                )
            )

    def _leads(self):
        names = {
            "email": "email",
            "company": "company",
            "lead_source": "lead_source",
            "lead_status": "lead_status",
        }
        live = self._live("lead", "lead", names)
        self.records.lead_survivors = {key: key for key in live}
        for key, row in live.items():
            status = text(row.get("lead_status"))
            contact = lookup(row, "converted_contact_id", "converted_contact")
            deal = lookup(row, "converted_deal_id", "converted_deal")
            self.records.leads.append(
                LeadRecord(
                    crm=CRM,
                    id=key,
                    created_at=moment(row.get("created_time")),
                    email=read.email(row.get("email")),
                    status=status,
                    statuses=[(None, status)] if status else [],
                    lead_source=text(row.get("lead_source")),
                    company=text(row.get("company")),
                    owner_id=lookup(row, "owner_id"),
                    industry=text(row.get("industry")),
                    employees=one_of(row, "no_of_employees", "employees"),
                    country=text(row.get("country")),
                    account_id=self._account_id(
                        row, "converted_account_id", "converted_account"
                    ),
                    contact_keys={(CRM, contact)} if contact else set(),
                    deal_ids={deal} if deal else set(),
                )
            )

    # -- deals -----------------------------------------------------------------

    def _deals(self):
        states = self._stage_states()
        entries = self._stage_entries()
        names = {"name": "deal_name", "deal_type": "type", "lead_source": "lead_source"}
        for key, row in self._live("deal", "deal", names).items():
            pipeline = text(row.get("pipeline"))

            def state_of(stage, pipeline=pipeline):
                defined = self.seeds.stage_state(CRM, pipeline, stage)
                return defined or states.get((stage or "").lower())

            stage = text(row.get("stage"))
            state = state_of(stage)
            created_at = moment(row.get("created_time"))
            contact = lookup(row, "contact_name_id", "contact_id")
            lead = lookup(row, "lead_id", "lead_name_id")
            self.records.deals.append(
                DealRecord(
                    crm=CRM,
                    id=key,
                    created_at=created_at,
                    amount=self._amount(money(row.get("amount")), row),
                    state=state or OPEN,
                    known_stage=state is not None,
                    stage=stage,
                    pipeline=pipeline,
                    closed_on=day(row.get("closing_date")),
                    history=collapse(
                        (at, name, state_of(name) or OPEN)
                        for at, name in visits(created_at, entries.get(key, []))
                    ),
                    history_wins=True,
                    account_id=self._account_id(row, "account_name_id", "account_id"),
                    contact_ids={contact} if contact else set(),
                    primary_contact_id=contact,
                    owner_id=lookup(row, "owner_id"),
                    type=text(row.get("type")),
                    lead_source=text(row.get("lead_source")),
                    lead_ids={lead} if lead else set(),
                )
            )

    def _stage_states(self) -> dict[str, str]:
        """{display or actual name, lower case: state} by the org's stage table.

        A stage that is deleted speaks where no living one has its name.
        """
        states = {}
        landed = read.latest_rows(self.raw.get("stage"), "stage", read.RowBook(CRM))
        for row in [*landed.values(), *self._live("stage").values()]:
            forecast = one_of(row, "forecast_type", "deal_category")
            state = FORECAST.get((text(forecast) or "").lower())
            for column in ("display_value", "actual_value", "display_label", "name"):
                name = text(row.get(column))
                if name and state:
                    states[name.lower()] = state
        return states

    def _stage_entries(self) -> dict[str, list]:
        """{deal id: [(left at, stage, moved to)]}, in order."""
        entries: dict[str, list] = {}
        for key, row in self._live("deal_stage_history").items():
            left_at = moment(row.get("modified_time"))
            deal = lookup(row, "potential_name_id", "deal_name_id", "deal_id")
            stage = text(row.get("stage"))
            if left_at and deal and stage:
                moved_to = text(one_of(row, "moved_to_s", "moved_to"))
                # the row of the current stage has no next one and comes last
                order = (left_at, moved_to is None, key)
                entries.setdefault(deal, []).append((order, stage, moved_to))
        return {
            deal: [(order[0], stage, moved) for order, stage, moved in sorted(rows)]
            for deal, rows in entries.items()
        }

    # -- invoices, campaigns ---------------------------------------------------

    def _invoices(self):
        """Invoices that are billed; their deal is their sales order's."""
        deals = {
            key: lookup(row, "deal_name_id", "deal_id")
            for key, row in self._live("sales_order").items()
        }
        for key, row in self._live("invoice").items():
            if (
                text(one_of(row, "status", "invoice_status")) or ""
            ).lower() in NOT_BILLED:
                continue
            self.records.billings.append(
                BillingRecord(
                    crm=CRM,
                    id=key,
                    created_at=moment(row.get("created_time")),
                    billed_on=day(row.get("invoice_date")),
                    amount=self._amount(_net(row), row),
                    account_id=self._account_id(row, "account_name_id", "account_id"),
                    deal_id=lookup(row, "deal_name_id", "deal_id")
                    or deals.get(lookup(row, "sales_order_id")),
                    owner_id=lookup(row, "owner_id"),
                )
            )

    def _campaigns(self):
        for key, row in self._live("campaign").items():
            self.records.campaigns.append(
                CampaignRecord(
                    crm=CRM,
                    id=key,
                    created_at=moment(row.get("created_time")),
                    type=text(row.get("type")),
                    parent_id=lookup(row, "parent_campaign_id", "parent_campaign"),
                    starts_on=day(row.get("start_date")),
                    ends_on=day(row.get("end_date")),
                    cost=self._amount(money(row.get("actual_cost")), row),
                )
            )


def visits(created_at: datetime | None, rows: list) -> list:
    """[(entered at, stage)] from rows that say when a deal LEFT a stage."""
    found = []
    entered_at = created_at
    for left_at, stage, _ in rows:
        if entered_at is not None:
            found.append((entered_at, stage))
        entered_at = left_at
    if rows and rows[-1][2]:
        found.append((entered_at, rows[-1][2]))
    return found


def _net(row: dict) -> Decimal | None:
    """Net of VAT: grand total less tax, else subtotal less discount."""
    total, tax = money(row.get("grand_total")), money(row.get("tax"))
    if total is not None:
        return total - (tax or 0)
    subtotal = money(row.get("sub_total"))
    if subtotal is None:
        return None
    discount, extra = money(row.get("discount")), money(row.get("adjustment"))
    return subtotal - (discount or 0) + (extra or 0)
