"""Salesforce in Fivetran's layout -> canonical records.

Source: reference/crm_contracts.md section 2; DESIGN.md section 5;
DECISIONS.md 1, 2, 5, 14, 15, 28, 29.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

from oracle import read
from oracle.money import Amount, currency_code
from oracle.periods import add_months
from oracle.read import salesforce_id, text
from oracle.records import (
    LOST,
    OPEN,
    WON,
    AccountRecord,
    BillingRecord,
    CampaignRecord,
    ContactRecord,
    ContractRecord,
    CrmRecords,
    DealRecord,
    LeadRecord,
    collapse,
    since,
)

CRM = "salesforce"
TABLES = (
    "lead",
    "lead_history",
    "account",
    "contact",
    "opportunity",
    "opportunity_stage",
    "opportunity_history",
    "opportunity_field_history",
    "opportunity_contact_role",
    "order",
    "contract",
    "campaign",
    "user",
    "currency_type",
    "dated_conversion_rate",
)
TABLE_NAMES = {"deal": "opportunity"}
STAMPS = ("created_date", "system_modstamp")
DRAFTS = ("draft", "inapproval", "inapprovalprocess")


def adapt(tables: dict[str, list[dict]], seeds, settings: dict) -> CrmRecords:
    """Canonical records of one Salesforce org.

    Args:
        tables: {Fivetran table name: rows of text}; tables may be absent.
        seeds: a `Seeds`.
        settings: the project's vars.
    """
    return _Salesforce(tables, seeds, settings).records


class _Salesforce:
    def __init__(self, tables, seeds, settings):
        self.raw = tables
        self.seeds = seeds
        self.settings = settings
        self.book = read.RowBook(CRM)
        self.records = CrmRecords(crm=CRM, book=self.book, tables=TABLE_NAMES)
        self.records.amount_of = self._amount
        self.pointers: dict[str, dict[str, str]] = {}  # by table, of all merged rows
        self._stamps()
        self._rates()
        self._owners()
        self._accounts()
        self._contacts()
        self._leads()
        self._deals()
        self._orders()
        self._contracts()
        self._campaigns()

    # -- reading ---------------------------------------------------------------

    def _latest(self, table: str, id_column: str = "id") -> dict[str, dict]:
        return read.latest_rows(
            self.raw.get(table),
            table,
            self.book,
            read_id=salesforce_id,
            id_column=id_column,
            modified_column="system_modstamp",
        )

    def _live(self, table: str) -> dict[str, dict]:
        """Latest versions that are not deleted; the others are booked."""
        live = {}
        for record_id, row in self._latest(table).items():
            if read.is_deleted(row):
                self.book.set_aside(table, "deleted")
            else:
                live[record_id] = row
        return live

    def _survivors(self, table: str, entity: str):
        """(live rows, merged rows, {any id: surviving id}, excluded ids)."""
        latest = self._latest(table)
        deleted = {key: row for key, row in latest.items() if read.is_deleted(row)}
        live = {key: row for key, row in latest.items() if key not in deleted}
        pointers = {
            key: salesforce_id(row.get("master_record_id"))
            for key, row in deleted.items()
            if salesforce_id(row.get("master_record_id"))
        }
        self.pointers[table] = pointers
        ends = read.follow_merges(pointers, set(live))
        merged = {}
        for key, row in deleted.items():
            if ends.get(key) == key:
                live[key] = row
            elif key in ends:
                merged[key] = row
                self.book.set_aside(table, "merged")
            else:
                self.book.set_aside(table, "deleted")
        excluded = set()
        for key in list(live):
            columns = live[key] | {"lead_status": live[key].get("status")}
            if self.seeds.is_excluded(CRM, entity, columns):
                excluded.add(key)
                self.book.set_aside(table, "excluded")
                del live[key]
        survivors = {key: key for key in (*live, *excluded)} | ends
        return live, merged, survivors, excluded

    def _stamps(self):
        rows = [row for table in TABLES for row in self.raw.get(table) or []]
        self.records.loaded_at = read.latest_moment(
            read.timestamp(row.get("_fivetran_synced")) for row in rows
        )
        self.records.recorded_at = read.latest_moment(
            read.timestamp(row.get(column)) for row in rows for column in STAMPS
        )

    # -- money and people ------------------------------------------------------

    def _rates(self):
        """The org's own rates: units of a currency per unit of home currency.

        None at all if the org counts in another currency than the settings say.
        """
        self.dated, self.current = {}, {}
        for row in self._live("dated_conversion_rate").values():
            rate = read.number(row.get("conversion_rate"))
            starts_on = read.day(row.get("start_date"))
            if (text(row.get("start_date")) or "").startswith("0001-"):
                starts_on = date(1970, 1, 1)  # the first rate of a currency
            if rate and rate > 0 and starts_on:
                self.dated.setdefault(currency_code(row.get("iso_code")), []).append(
                    (starts_on, read.day(row.get("next_start_date")), Fraction(rate))
                )
        currencies = self._live("currency_type").values()
        for row in currencies:
            rate = read.number(row.get("conversion_rate"))
            if rate and rate > 0:
                self.current[currency_code(row.get("iso_code"))] = Fraction(rate)
        corporate = {
            currency_code(row.get("iso_code"))
            for row in currencies
            if read.boolean(row.get("is_corporate"))
        }
        settings = self.settings
        home = (
            settings.get("salesforce_home_currency") or settings["reporting_currency"]
        )
        if corporate - {home}:
            self.dated, self.current = {}, {}

    def _amount(self, value, currency) -> Amount:
        code = currency_code(currency)

        def own(on):
            for starts_on, next_on, rate in self.dated.get(code, []):
                if starts_on <= on and (next_on is None or on < next_on):
                    return Fraction(value) / rate
            rate = self.current.get(code)
            return Fraction(value) / rate if rate else None

        return Amount(value, code, own)

    def _owners(self):
        if "user" in self.raw:
            self.records.owners = {
                key: text(row.get("name")) for key, row in self._latest("user").items()
            }

    # -- accounts, contacts, leads ---------------------------------------------

    def _accounts(self):
        live, merged, survivors, excluded = self._survivors("account", "account")
        created = read.created_by_survivor(live | merged, survivors, "created_date")
        self.records.account_survivors = survivors
        self.records.excluded_accounts = excluded
        for key, row in live.items():
            self.records.accounts.append(
                AccountRecord(
                    crm=CRM,
                    id=key,
                    created_at=created.get(key),
                    name=text(row.get("name")),
                    domain=read.web_domain(row.get("website")),
                    industry=text(row.get("industry")),
                    owner_id=salesforce_id(row.get("owner_id")),
                    employees=row.get("number_of_employees"),
                    country=text(row.get("billing_country")),
                    segment=text(row.get("segment_c")),
                )
            )

    def _account_id(self, value) -> str | None:
        """The surviving account; None if there is none."""
        return self.records.account_survivors.get(salesforce_id(value))

    def _contacts(self):
        live, merged, survivors, _ = self._survivors("contact", "contact")
        self.records.contact_survivors = survivors
        pointers = self.pointers["contact"]
        self.records.contact_ends = read.follow_merges(
            pointers, set(pointers.values()) - set(pointers)
        )
        emails: dict[str, set] = {}
        for key, row in (live | merged).items():
            if address := read.email(row.get("email")):
                emails.setdefault(survivors[key], set()).add(address)
        for key, row in live.items():
            self.records.contacts.append(
                ContactRecord(
                    crm=CRM,
                    id=key,
                    created_at=read.timestamp(row.get("created_date")),
                    account_id=self._account_id(row.get("account_id")),
                    emails=emails.get(key, set()),
                )
            )

    def _contact_id(self, value) -> str | None:
        """The surviving contact; None if there is none."""
        return self.records.contact_survivors.get(salesforce_id(value))

    def _linked_contact(self, value) -> str | None:
        """The contact after merges, else the id itself: a link needs no contact row."""
        contact_id = salesforce_id(value)
        return self.records.contact_ends.get(contact_id, contact_id)

    def _leads(self):
        live, merged, survivors, _ = self._survivors("lead", "lead")
        self.records.lead_survivors = survivors
        held: dict[str, list] = {}
        left: dict[str, list] = {}
        for row in self._live("lead_history").values():
            if (text(row.get("field")) or "").lower() != "status":
                continue
            moment = read.timestamp(row.get("created_date"))
            for column, found in (("old_value", left), ("new_value", held)):
                status = text(row.get(column))
                if status:
                    lead_id = salesforce_id(row.get("lead_id"))
                    found.setdefault(lead_id, []).append((moment, status))
        for key, row in (live | merged).items():
            status = text(row.get("status"))
            statuses = held.get(key, [])
            contact_id = self._linked_contact(row.get("converted_contact_id"))
            deal_id = salesforce_id(row.get("converted_opportunity_id"))
            self.records.leads.append(
                LeadRecord(
                    crm=CRM,
                    id=key,
                    created_at=read.timestamp(row.get("created_date")),
                    merged_into=survivors[key] if key in merged else None,
                    email=read.email(row.get("email")),
                    status=status,
                    statuses=[*statuses, (since(status, statuses), status)]
                    if status
                    else statuses,
                    left=left.get(key, []),
                    lead_source=text(row.get("lead_source")),
                    company=text(row.get("company")),
                    owner_id=salesforce_id(row.get("owner_id")),
                    industry=text(row.get("industry")),
                    employees=row.get("number_of_employees"),
                    country=text(row.get("country")),
                    account_id=self._account_id(row.get("converted_account_id")),
                    contact_keys={(CRM, contact_id)} if contact_id else set(),
                    deal_ids={deal_id} if deal_id else set(),
                )
            )

    # -- deals -----------------------------------------------------------------

    def _stage_states(self) -> dict[str, str]:
        """{stage name, lower case: state} by the org's stage table.

        A stage that is deleted speaks where no living one has its name.
        """
        states = {}
        landed = read.latest_rows(
            self.raw.get("opportunity_stage"), "", read.RowBook(CRM)
        )
        live = self._live("opportunity_stage")
        for row in [*landed.values(), *live.values()]:
            state = _state_of_flags(row)
            for column in ("master_label", "api_name"):
                name = text(row.get(column))
                if name and state:
                    states[name.lower()] = state
        return states

    def _deals(self):
        stage_states = self._stage_states()
        entries = self._stage_entries()
        roles = self._contact_roles()
        for key, row in self._live("opportunity").items():
            stage = text(row.get("stage_name"))
            by_table = stage_states.get((stage or "").lower())
            state = (
                self.seeds.stage_state(CRM, None, stage)
                or _state_of_flags(row)
                or by_table
            )

            def state_of(name, current=stage, current_state=state):
                if name.lower() == (current or "").lower() and current_state:
                    return current_state
                defined = self.seeds.stage_state(CRM, None, name)
                return defined or stage_states.get(name.lower()) or OPEN

            own_contact = self._contact_id(row.get("contact_id"))
            others = roles.get(key, [])
            primary = (
                own_contact
                or min(
                    others,
                    key=lambda role: (not role[1], read.id_order(role[0])),
                    default=(None,),
                )[0]
            )
            excluded = self.seeds.is_excluded(
                CRM, "deal", row | {"deal_type": row.get("type")}
            )
            self.records.deals.append(
                DealRecord(
                    crm=CRM,
                    id=key,
                    created_at=read.timestamp(row.get("created_date")),
                    amount=self._amount(
                        read.money(row.get("amount")), row.get("currency_iso_code")
                    ),
                    state=state or OPEN,
                    known_stage=state is not None,
                    stage=stage,
                    closed_on=read.day(row.get("close_date")),
                    history=collapse(
                        (moment, name, state_of(name))
                        for moment, name in self._history_of(key, row, entries)
                    ),
                    account_id=self._account_id(row.get("account_id")),
                    contact_ids={
                        contact
                        for contact in (
                            *self.linked_contacts.get(key, []),
                            self._linked_contact(row.get("contact_id")),
                        )
                        if contact
                    },
                    primary_contact_id=primary,
                    contract_id=salesforce_id(row.get("contract_id")),
                    owner_id=salesforce_id(row.get("owner_id")),
                    type=text(row.get("type")),
                    lead_source=text(row.get("lead_source")),
                    excluded=excluded,
                )
            )

    def _stage_entries(self) -> dict[str, list]:
        """{deal id: [(moment, stage)]} from OpportunityHistory."""
        entries: dict[str, list] = {}
        for key, row in self._live("opportunity_history").items():
            moment = read.timestamp(row.get("created_date"))
            stage = text(row.get("stage_name"))
            deal_id = salesforce_id(row.get("opportunity_id"))
            if moment and stage and deal_id:
                entries.setdefault(deal_id, []).append((moment, key, stage))
        self.changes: dict[str, list] = {}
        for key, row in self._live("opportunity_field_history").items():
            if (text(row.get("field")) or "").lower() != "stagename":
                continue
            moment = read.timestamp(row.get("created_date"))
            deal_id = salesforce_id(row.get("opportunity_id"))
            if moment and deal_id:
                old, new = text(row.get("old_value")), text(row.get("new_value"))
                self.changes.setdefault(deal_id, []).append((moment, key, old, new))
        return {
            deal_id: [(moment, stage) for moment, _, stage in sorted(rows)]
            for deal_id, rows in entries.items()
        }

    def _history_of(self, deal_id: str, row: dict, entries: dict) -> list:
        """OpportunityHistory of a deal, else its field history.

        Field history has no row for the first stage: that is the first old value,
        entered when the deal was created.
        """
        if deal_id in entries:
            return entries[deal_id]
        changes = sorted(self.changes.get(deal_id, []), key=lambda change: change[:2])
        visits = [(moment, new) for moment, _, _, new in changes if new]
        created_at = read.timestamp(row.get("created_date"))
        if changes and changes[0][2] and created_at:
            visits.insert(0, (created_at, changes[0][2]))
        return visits

    def _contact_roles(self) -> dict[str, list]:
        """{deal id: [(contact id, is primary)]}."""
        roles: dict[str, list] = {}
        self.linked_contacts: dict[str, list] = {}
        for row in self._live("opportunity_contact_role").values():
            deal_id = salesforce_id(row.get("opportunity_id"))
            self.linked_contacts.setdefault(deal_id, []).append(
                self._linked_contact(row.get("contact_id"))
            )
            contact_id = self._contact_id(row.get("contact_id"))
            if deal_id and contact_id:
                primary = read.boolean(row.get("is_primary")) is True
                roles.setdefault(deal_id, []).append((contact_id, primary))
        return roles

    # -- orders, contracts, campaigns ------------------------------------------

    def _orders(self):
        for key, row in self._live("order").items():
            code = text(row.get("status_code")) or text(row.get("status")) or ""
            if code.lower() != "activated":
                continue
            value = read.money(row.get("total_amount"))
            is_reduction = read.boolean(row.get("is_reduction_order")) is True
            if value is not None and is_reduction:
                value = -abs(value)
            self.records.billings.append(
                BillingRecord(
                    crm=CRM,
                    id=key,
                    created_at=read.timestamp(row.get("created_date")),
                    billed_on=read.day(row.get("effective_date")),
                    amount=self._amount(value, row.get("currency_iso_code")),
                    account_id=self._account_id(row.get("account_id")),
                    deal_id=salesforce_id(row.get("opportunity_id")),
                    contract_id=salesforce_id(row.get("contract_id")),
                    owner_id=salesforce_id(row.get("owner_id")),
                    is_reduction=is_reduction,
                )
            )

    def _contracts(self):
        amount_column = self.settings.get("salesforce_contract_amount_column")
        amount_column = fivetran_name(amount_column) if amount_column else None
        for key, row in self._live("contract").items():
            starts_on = read.day(row.get("start_date"))
            last_day = read.day(row.get("end_date"))
            term = read.number(row.get("contract_term"))
            term = int(term) if term is not None and term >= 1 else None
            ends_on = None
            if last_day is not None:
                ends_on = last_day.fromordinal(last_day.toordinal() + 1)
            elif starts_on is not None and term is not None:
                ends_on = add_months(starts_on, term)
            code = text(row.get("status_code")) or text(row.get("status")) or ""
            total = read.money(row.get(amount_column)) if amount_column else None
            self.records.contracts.append(
                ContractRecord(
                    crm=CRM,
                    id=key,
                    created_at=read.timestamp(row.get("created_date")),
                    starts_on=starts_on,
                    ends_on=ends_on,
                    term_months=term,
                    total=self._amount(total, row.get("currency_iso_code")),
                    account_id=self._account_id(row.get("account_id")),
                    is_draft=code.lower().replace(" ", "") in DRAFTS,
                )
            )

    def _campaigns(self):
        live, _, _, _ = self._survivors("campaign", "campaign")
        for key, row in live.items():
            self.records.campaigns.append(
                CampaignRecord(
                    crm=CRM,
                    id=key,
                    created_at=read.timestamp(row.get("created_date")),
                    type=text(row.get("type")),
                    parent_id=salesforce_id(row.get("parent_id")),
                    starts_on=read.day(row.get("start_date")),
                    ends_on=read.day(row.get("end_date")),
                    cost=self._amount(
                        read.money(row.get("actual_cost")),
                        row.get("currency_iso_code"),
                    ),
                )
            )


def fivetran_name(api_name: str) -> str:
    """Fivetran's column for an API name: `ArrTotal2__c` -> `arr_total_2_c`."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", api_name)
    words = re.sub(r"([a-zA-Z])([0-9])", r"\1_\2", words)
    return words.replace("__", "_").lower()


def _state_of_flags(row: dict) -> str | None:
    """won, lost or open by IsWon and IsClosed; None if they do not decide."""
    is_won = read.boolean(row.get("is_won"))
    is_closed = read.boolean(row.get("is_closed"))
    if is_won:
        return WON
    if is_closed is False:
        return OPEN
    if is_closed and is_won is False:
        return LOST
    return None
