"""HubSpot in Fivetran's layout -> canonical records.

Source: reference/crm_contracts.md section 3; DESIGN.md section 5;
DECISIONS.md 1, 5, 9, 11, 13, 14, 38 to 43.

A contact is a lead if by the as-of day it had entered lifecycle stage `lead` or a later
one, or one of the portal's own that is mapped. A recurring line item of a won deal is a
contract.
"""

from __future__ import annotations

import re
from fractions import Fraction

from oracle import read
from oracle.money import Amount, cents, currency_code
from oracle.read import salesforce_id, text
from oracle.records import (
    LOST,
    OPEN,
    WON,
    AccountRecord,
    CampaignRecord,
    ContactRecord,
    ContractRecord,
    CrmRecords,
    DealRecord,
    LeadRecord,
    collapse,
    since,
)

CRM = "hubspot"
STAMPS = (
    "property_createdate",
    "property_lastmodifieddate",
    "property_hs_lastmodifieddate",
)
# lifecycle stages from lead on, and what each says about the journey
LIFECYCLE = {
    "lead": None,
    "marketingqualifiedlead": "mql",
    "salesqualifiedlead": "sql",
    "opportunity": "opportunity",
    "customer": "opportunity",
    "evangelist": "opportunity",
}
QUALIFIED = ("marketingqualifiedlead", "salesqualifiedlead")
PRIMARY_COMPANY_OF_DEAL = "5"
HUBSPOTS_OWN = "HUBSPOT_DEFINED"
BILLING_MONTHS = {
    "monthly": 1,
    "quarterly": 3,
    "per_six_months": 6,
    "annually": 12,
    "per_two_years": 24,
    "per_three_years": 36,
    "per_four_years": 48,
    "per_five_years": 60,
}
BILLING_WEEKS = {"weekly": 1, "biweekly": 2}
MONTHS_OF_A_WEEK = Fraction(3, 13)


def adapt(tables: dict[str, list[dict]], seeds, settings: dict) -> CrmRecords:
    """Canonical records of one HubSpot portal.

    Args:
        tables: {Fivetran table name: rows of text}; tables may be absent.
        seeds: a `Seeds`.
        settings: the project's vars; without an `as_of_date` nothing is after it.
    """
    return _HubSpot(tables, seeds, settings).records


class _HubSpot:
    def __init__(self, tables, seeds, settings):
        self.raw = tables
        self.seeds = seeds
        self.settings = settings
        self.book = read.RowBook(CRM)
        self.records = CrmRecords(
            crm=CRM,
            book=self.book,
            tables={
                "lead": None,  # booked as contact
                "account": "company",
                "contract": "line_item",
                "campaign": "marketing_campaign",
            },
        )
        rows = [row for table in tables.values() for row in table or []]
        self.records.loaded_at = read.latest_moment(
            read.timestamp(row.get("_fivetran_synced")) for row in rows
        )
        self.records.recorded_at = read.latest_moment(
            read.timestamp(row.get(column)) for row in rows for column in STAMPS
        )
        self._owners()
        self._companies()
        self._contacts()
        self._deals()
        self._line_items()
        self._campaigns()

    # -- reading ---------------------------------------------------------------

    def _rows(self, table: str) -> list[dict]:
        """Rows of a bridge or history table that are neither deleted nor outdated."""
        rows = self.raw.get(table) or []
        return [
            row
            for row in rows
            if not read.is_deleted(row)
            and read.boolean(row.get("_fivetran_active")) is not False
        ]

    def _survivors(self, table, entity, id_column, more_pointers, named):
        """(live rows, merged rows, {any id: surviving id}, excluded ids).

        HubSpot's survivor lists the records merged into it; those are merged
        whether they still stand in the table as deleted or not.
        """
        latest = read.latest_rows(
            self.raw.get(table),
            table,
            self.book,
            read_id=hubspot_id,
            id_column=id_column,
            modified_column="property_lastmodifieddate"
            if table == "contact"
            else "property_hs_lastmodifieddate",
        )
        pointers = dict(more_pointers)
        for key, row in latest.items():
            if not read.is_deleted(row):
                for loser in merged_ids(row.get("property_hs_merged_object_ids")):
                    if loser != key:
                        pointers.setdefault(loser, key)
        live = {
            key: row
            for key, row in latest.items()
            if not read.is_deleted(row) and key not in pointers
        }
        ends = read.follow_merges(pointers, set(live))
        merged = {}
        for key, row in latest.items():
            if key in live:
                continue
            if ends.get(key) == key:
                live[key] = row
            elif key in ends:
                merged[key] = row
                self.book.set_aside(table, "merged")
            elif read.is_deleted(row):
                self.book.set_aside(table, "deleted")
            else:  # merged into a record that is not there: it stands for itself
                live[key] = row
        excluded = set()
        for key in list(live):
            if self.seeds.is_excluded(CRM, entity, named(live[key])):
                excluded.add(key)
                self.book.set_aside(table, "excluded")
                del live[key]
        survivors = {key: key for key in (*live, *excluded)} | ends
        return live, merged, survivors, excluded

    def _owners(self):
        """Owners, also those who left."""
        if "owner" in self.raw:
            latest = read.latest_rows(
                self.raw["owner"],
                "owner",
                self.book,
                read_id=hubspot_id,
                id_column="owner_id",
            )
            self.records.owners = {
                key: " ".join(
                    part
                    for part in (
                        text(row.get("first_name")),
                        text(row.get("last_name")),
                    )
                    if part
                )
                or None
                for key, row in latest.items()
            }

    # -- companies and contacts ------------------------------------------------

    def _companies(self):
        live, merged, survivors, excluded = self._survivors(
            "company",
            "account",
            "id",
            {},
            lambda row: {"name": row.get("property_name"), "website": website(row)},
        )
        self.records.account_survivors = survivors
        self.records.excluded_accounts = excluded
        created = read.created_by_survivor(
            live | merged, survivors, "property_createdate"
        )
        for key, row in live.items():
            synced = salesforce_id(row.get("property_salesforceaccountid"))
            self.records.accounts.append(
                AccountRecord(
                    crm=CRM,
                    id=key,
                    created_at=created.get(key),
                    name=text(row.get("property_name")),
                    domain=read.web_domain(website(row)),
                    industry=text(row.get("property_industry")),
                    owner_id=hubspot_id(row.get("property_hubspot_owner_id")),
                    employees=row.get("property_numberofemployees"),
                    country=text(row.get("property_country")),
                    segment=text(row.get("property_segment")),
                    sync_ids={("salesforce", "account", synced)} if synced else set(),
                )
            )

    def _company_id(self, value) -> str | None:
        return self.records.account_survivors.get(hubspot_id(value))

    def _contacts(self):
        audit = {
            hubspot_id(row.get("vid_to_merge")): hubspot_id(row.get("canonical_vid"))
            for row in self._rows("contact_merge_audit")
        }
        live, merged, survivors, _ = self._survivors(
            "contact",
            "contact",
            "id",
            audit,
            lambda row: {"email": row.get("property_email")},
        )
        self.records.contact_survivors = self.records.contact_ends = survivors
        self.records.lead_survivors = dict(survivors)
        emails: dict[str, set] = {}
        for key, row in (live | merged).items():
            if address := read.email(row.get("property_email")):
                emails.setdefault(survivors[key], set()).add(address)
        entries = self._history()
        for key, row in (live | merged).items():
            company = self._company_id(row.get("property_associatedcompanyid"))
            created_at = read.timestamp(row.get("property_createdate"))
            if key in live:
                self.records.contacts.append(
                    ContactRecord(CRM, key, created_at, company, emails.get(key, set()))
                )
            if key in live and self._is_no_lead(row):
                self.book.set_aside("contact", "excluded")
                self.records.lead_survivors.pop(key, None)
                continue
            lead = self._lead(key, row, company, entries.get(key, []))
            if lead is not None:
                lead.merged_into = survivors[key] if key in merged else None
                self.records.leads.append(lead)
        self._let_losers_follow(live)

    def _is_no_lead(self, row) -> bool:
        """True if the seed excludes the contact as a lead."""
        columns = {
            "email": row.get("property_email"),
            "company": row.get("property_company"),
            "lead_source": row.get("property_hs_analytics_source"),
            "lead_status": row.get("property_hs_lead_status"),
        }
        return self.seeds.is_excluded(CRM, "lead", columns)

    def _let_losers_follow(self, live):
        """A survivor of a merged lead is a lead, even if it never was one itself."""
        known = {lead.id for lead in self.records.leads}
        losers: dict[str, list[LeadRecord]] = {}
        for lead in self.records.leads:
            if lead.merged_into in live and lead.merged_into not in known:
                losers.setdefault(lead.merged_into, []).append(lead)
        for survivor, leads in losers.items():
            if survivor in self.records.lead_survivors:
                row = live[survivor]
                company = self._company_id(row.get("property_associatedcompanyid"))
                moments = [lead.created_at for lead in leads if lead.created_at]
                created_at = min(moments, default=None)
                created_at = created_at or read.timestamp(
                    row.get("property_createdate")
                )
                self.records.leads.append(
                    self._new_lead(survivor, row, company, created_at)
                )

    def _history(self) -> dict[str, list]:
        """{contact id: [(moment, property, value)]} from the property history."""
        entries: dict[str, list] = {}
        for row in self._rows("contact_property_history"):
            name = (text(row.get("name")) or "").lower()
            value = text(row.get("value"))
            contact_id = hubspot_id(row.get("contact_id"))
            if name in ("lifecyclestage", "hs_lead_status") and value and contact_id:
                moment = read.timestamp(row.get("timestamp"))
                entries.setdefault(contact_id, []).append((moment, name, value))
        return entries

    def _lead(self, key, row, company, history) -> LeadRecord | None:
        """The contact as a lead; None if it had not entered `lead` or later.

        What it entered after the as-of day is not there; a stage of today that nobody
        dates was held on that day.
        """
        entries = [
            (moment, value.lower())
            for moment, name, value in history
            if name == "lifecyclestage"
        ]
        dates, entered = {}, {}
        for stage in LIFECYCLE:
            moment = read.timestamp(
                row.get(f"property_hs_v2_date_entered_{stage}")
            ) or read.timestamp(row.get(f"property_hs_lifecyclestage_{stage}_date"))
            by_history = sorted(at for at, name in entries if name == stage and at)
            known = ([moment] if moment else []) + by_history
            if known:
                dates[stage] = known[0]
            if by_then := [at for at in known if not self._is_late(at)]:
                entered[stage] = by_then[0]
        current = (text(row.get("property_lifecyclestage")) or "").lower()
        held = {name for moment, name in entries if not self._is_late(moment)}
        if current not in dates and since(current, entries) is None:
            held.add(current)
        if not entered and not any(self._is_lead_stage(name) for name in held):
            return None
        created_at = entered.get("lead") or read.timestamp(
            row.get("property_createdate")
        )
        lead = self._new_lead(key, row, company, created_at)
        for stage, journey in LIFECYCLE.items():
            if journey is None:
                continue
            if stage in dates:
                known = lead.stage_dates.get(journey)
                lead.stage_dates[journey] = min(known or dates[stage], dates[stage])
            elif stage == current and journey == "opportunity":
                lead.stage_dates.setdefault(journey, None)
        changes = [(moment, value) for moment, _, value in history]
        lead.statuses = [(since(value, changes), value) for _, value in lead.statuses]
        lead.statuses += changes
        if current:
            entered_at = dates.get(current) if current in QUALIFIED else None
            lead.statuses.append((entered_at or since(current, changes), current))
        if dates and not lead.statuses:
            lead.statuses.append((dates.get("lead"), "lead"))
        return lead

    def _is_late(self, moment) -> bool:
        """True for a moment after the as-of day."""
        as_of = read.day(self.settings.get("as_of_date"))
        on = read.local_day(moment, read.ZoneInfo(self.settings["business_timezone"]))
        return None not in (as_of, on) and on > as_of

    def _is_lead_stage(self, stage: str) -> bool:
        """True for `lead` and later, and for a stage of one's own that is mapped."""
        mapped = self.seeds.mapped(CRM, "lead_status", stage or None)
        return stage in LIFECYCLE or mapped is not None

    def _new_lead(self, key, row, company, created_at) -> LeadRecord:
        status = text(row.get("property_hs_lead_status"))
        synced = salesforce_id(row.get("property_salesforceleadid"))
        contact = salesforce_id(row.get("property_salesforcecontactid"))
        keys = {(CRM, key)} | ({("salesforce", contact)} if contact else set())
        return LeadRecord(
            crm=CRM,
            id=key,
            created_at=created_at,
            email=read.email(row.get("property_email")),
            status=status,
            statuses=[(None, status)] if status else [],
            lead_source=text(row.get("property_hs_analytics_source")),
            company=text(row.get("property_company")),
            owner_id=hubspot_id(row.get("property_hubspot_owner_id")),
            industry=text(row.get("property_industry")),
            employees=row.get("property_numemployees"),
            country=text(row.get("property_country")),
            account_id=company,
            contact_keys=keys,
            sync_ids={("salesforce", "lead", synced)} if synced else set(),
        )

    def _links_of_deals(self, table, other, primary) -> dict[str, list]:
        """{surviving deal: [(other id, is primary)]} of an association table."""
        pairs: dict[str, list] = {}
        for row in self._rows(table):
            key, linked = hubspot_id(row.get("deal_id")), hubspot_id(row.get(other))
            key = self.records.deal_survivors.get(key)
            if key and linked:
                is_primary = text(row.get("type_id")) == primary and _is_hubspots(row)
                pairs.setdefault(key, []).append((linked, is_primary))
        return pairs

    def _first_company(self, pairs) -> str | None:
        """The primary company, else the one with the lowest id; live ones only."""
        known = [
            (self._company_id(company), is_primary)
            for company, is_primary in pairs or []
        ]
        known = [pair for pair in known if pair[0] is not None]
        return min(
            known,
            key=lambda pair: (not pair[1], read.id_order(pair[0])),
            default=(None,),
        )[0]

    # -- deals -----------------------------------------------------------------

    def _stage_states(self):
        """{(pipeline, stage): state} by the stage table; what is gone speaks last."""
        states = {}
        landed = self.raw.get("deal_pipeline_stage") or []
        for row in [*landed, *self._rows("deal_pipeline_stage")]:
            stage = hubspot_id(row.get("stage_id"))
            key = (hubspot_id(row.get("pipeline_id")), (stage or "").lower())
            closed = read.boolean(row.get("is_closed"))
            if closed is None:
                closed = read.boolean(row.get("closed_won"))
            probability = read.number(row.get("probability"))
            if closed is False:
                states[key] = OPEN
            elif closed and probability == 1:
                states[key] = WON
            elif closed and probability == 0:
                states[key] = LOST
        return states

    def _deals(self):
        self.states = self._stage_states()
        pointers = {
            hubspot_id(row.get("merged_deal_id")): hubspot_id(row.get("deal_id"))
            for row in self._rows("merged_deal")
        }
        pointers = {loser: end for loser, end in pointers.items() if loser and end}
        live, merged, survivors, excluded = self._survivors(
            "deal",
            "deal",
            "deal_id",
            pointers,
            lambda row: {
                "name": row.get("property_dealname"),
                "deal_type": row.get("property_dealtype"),
                "lead_source": row.get("property_hs_analytics_source"),
            },
        )
        del excluded
        self.records.deal_survivors = survivors
        earliest: dict[str, list] = {}
        for key, row in merged.items():
            moment = read.timestamp(row.get("property_createdate"))
            if moment:
                earliest.setdefault(survivors[key], []).append(moment)
        entries = self._stage_entries()
        companies = self._links_of_deals(
            "deal_company", "company_id", PRIMARY_COMPANY_OF_DEAL
        )
        contacts = self._links_of_deals("deal_contact", "contact_id", None)
        self.rates: dict[str, Fraction | None] = {}
        for key, row in live.items():
            pipeline = hubspot_id(row.get("deal_pipeline_id"))
            stage = hubspot_id(row.get("deal_pipeline_stage_id"))
            state = self._state(pipeline, stage, row)
            linked = {
                self.records.contact_survivors.get(contact)
                for contact, _ in contacts.get(key, [])
            } - {None}
            created_at = read.timestamp(row.get("property_createdate"))
            moments = earliest.get(key, []) + ([created_at] if created_at else [])
            synced = salesforce_id(row.get("property_hs_salesforceopportunityid"))
            self.rates[key] = self._rate(row)

            def state_of(name, pipeline=pipeline, stage=stage, state=state):
                is_current = name.lower() == (stage or "").lower()
                found = state if is_current else self._state(pipeline, name, {})
                return found or self._state_elsewhere(name) or OPEN

            self.records.deals.append(
                DealRecord(
                    crm=CRM,
                    id=key,
                    created_at=min(moments, default=None),
                    amount=self._amount(row),
                    state=state or OPEN,
                    known_stage=state is not None,
                    stage=stage,
                    pipeline=pipeline,
                    closed_on=read.local_day(
                        read.timestamp(row.get("property_closedate")),
                        read.ZoneInfo(self.settings["business_timezone"]),
                    ),
                    history=collapse(
                        (moment, name, state_of(name))
                        for moment, name in entries.get(key, [])
                    ),
                    account_id=self._first_company(companies.get(key)),
                    contact_ids=linked,
                    primary_contact_id=min(linked, key=read.id_order, default=None),
                    owner_id=hubspot_id(row.get("owner_id"))
                    or hubspot_id(row.get("property_hubspot_owner_id")),
                    type=text(row.get("property_dealtype")),
                    lead_source=text(row.get("property_hs_analytics_source")),
                    sync_ids={("salesforce", "deal", synced)} if synced else set(),
                )
            )

    def _state(self, pipeline, stage, row) -> str | None:
        """Own definition, else the stage table, else the flags on the record.

        Flags come last: an old connector set them for every deal.
        """
        key = (pipeline, (stage or "").lower())
        defined = self.seeds.stage_state(CRM, pipeline, stage)
        if defined:
            return defined
        if key in self.states:
            return self.states[key]
        is_won = read.boolean(row.get("property_hs_is_closed_won"))
        is_closed = read.boolean(row.get("property_hs_is_closed"))
        if is_won:
            return WON
        if is_closed is False:
            return OPEN
        if is_closed and is_won is False:
            return LOST
        return None

    def _state_elsewhere(self, stage) -> str | None:
        """What a stage means in the only pipeline that has it; the deal was moved."""
        found = [key for key in self.states if key[1] == stage.lower()]
        return self._state(found[0][0], stage, {}) if len(found) == 1 else None

    def _stage_entries(self) -> dict[str, list]:
        """{deal id: [(entered at, stage id)]}; here inactive rows are history."""
        entries: dict[str, set] = {}
        for row in self.raw.get("deal_stage") or []:
            moment = read.timestamp(row.get("date_entered")) or read.timestamp(
                row.get("_fivetran_start")
            )
            deal_id, stage = (
                hubspot_id(row.get("deal_id")),
                hubspot_id(row.get("value")),
            )
            if moment and deal_id and stage:
                entries.setdefault(deal_id, set()).add((moment, stage))
        return {deal_id: sorted(rows) for deal_id, rows in entries.items()}

    def _rate(self, row) -> Fraction | None:
        """Units of home currency for one of the deal's, by HubSpot."""
        rate = read.number(row.get("property_hs_exchange_rate"))
        return Fraction(rate) if rate and rate > 0 else None

    def _amount(self, row) -> Amount:
        value = read.money(row.get("property_amount"))
        home = read.money(row.get("property_amount_in_home_currency"))
        rate = self._rate(row)

        def own(_):
            if home is not None:
                return _converted(value, Fraction(home))
            if value is not None and rate is not None:
                return _converted(value, Fraction(value) * rate)
            return None

        return Amount(value, currency_code(row.get("property_deal_currency_code")), own)

    # -- recurring line items, campaigns ---------------------------------------

    def _line_items(self):
        """Recurring line items as contracts; one-off items are no contract."""
        id_column = "id"
        rows = self.raw.get("line_item") or []
        if rows and "id" not in rows[0]:
            id_column = "line_item_id"
        latest = read.latest_rows(
            rows,
            "line_item",
            self.book,
            read_id=hubspot_id,
            id_column=id_column,
            modified_column="property_hs_lastmodifieddate",
        )
        deals = {
            hubspot_id(row.get("line_item_id")): hubspot_id(row.get("deal_id"))
            for row in self._rows("line_item_deal")
        }
        currencies = {deal.id: deal.amount.currency for deal in self.records.deals}
        for key, row in latest.items():
            if read.is_deleted(row):
                self.book.set_aside("line_item", "deleted")
                continue
            months = _billing_months(row)
            deal_id = deals.get(key) or hubspot_id(row.get("deal_id"))
            deal_id = self.records.deal_survivors.get(deal_id)
            if months is None or deal_id is None:
                continue
            of_deal = currencies.get(deal_id)
            currency = currency_code(row.get("property_hs_line_item_currency_code"))
            currency = currency or of_deal
            rate = self.rates.get(deal_id) if currency == of_deal else None
            self.records.contracts.append(
                ContractRecord(
                    crm=CRM,
                    id=key,
                    created_at=read.timestamp(row.get("property_createdate")),
                    starts_on=read.day(
                        row.get("property_hs_recurring_billing_start_date")
                    ),
                    ends_on=None,
                    term_months=None,
                    total=Amount(None),
                    monthly=self._monthly(row, months, currency, rate),
                    deal_id=deal_id,
                    line_term=_line_term(row),
                )
            )

    def _monthly(self, row, months: Fraction, currency, rate) -> Amount:
        """Net amount of a billing, else (price less discount) times quantity.

        `rate` is that of the deal, for an item in its currency.
        """
        value = read.money(row.get("property_amount"))
        price = read.money(row.get("property_price"))
        if value is None and price is not None:
            price -= read.money(row.get("property_discount")) or 0
            quantity = read.number(row.get("property_quantity"))
            value = cents(
                Fraction(price) * Fraction(1 if quantity is None else quantity)
            )
            share = read.number(row.get("property_hs_discount_percentage")) or 0
            value = cents(Fraction(value) * (1 - Fraction(share) / 100))
        if value is None:
            return Amount(None, currency)
        monthly = cents(Fraction(value) / months)
        home = None if rate is None else _converted(monthly, Fraction(monthly) * rate)
        return Amount(monthly, currency, lambda _: home)

    def _campaigns(self):
        for key, row in read.latest_rows(
            self.raw.get("marketing_campaign"), "marketing_campaign", self.book
        ).items():
            if read.is_deleted(row):
                self.book.set_aside("marketing_campaign", "deleted")
                continue

            def of(name, row=row):
                return row.get(f"property_{name}") or row.get(name)

            self.records.campaigns.append(
                CampaignRecord(
                    crm=CRM,
                    id=key,
                    created_at=read.timestamp(of("createdate")),
                    type=text(of("hs_campaign_type")),
                    parent_id=None,
                    starts_on=read.day(of("hs_start_date")),
                    ends_on=read.day(of("hs_end_date")),
                    cost=Amount(
                        read.money(of("hs_spend_items_sum_amount")),
                        currency_code(of("hs_currency_code")),
                    ),
                )
            )


def _converted(value, home: Fraction) -> Fraction | None:
    """A home amount; None where it is the amount: HubSpot counts in its currency."""
    return None if value and cents(home) == value else home


def _is_hubspots(association) -> bool:
    """True if the type of an association is HubSpot's, not a label of the portal's."""
    return (text(association.get("category")) or HUBSPOTS_OWN).upper() == HUBSPOTS_OWN


def _billing_months(row) -> Fraction | None:
    """Months that a recurring item is billed for at a time; None if it is not."""
    frequency = (text(row.get("property_recurringbillingfrequency")) or "").lower()
    if frequency in BILLING_WEEKS:
        return BILLING_WEEKS[frequency] * MONTHS_OF_A_WEEK
    months = BILLING_MONTHS.get(frequency)
    return Fraction(months) if months else None


def _line_term(row) -> tuple[int, int] | None:
    """(months, days) of the billing period, else of the payments; None = endless."""
    period = (text(row.get("property_hs_recurring_billing_period")) or "").upper()
    match = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", period)
    years, months, weeks, days = (
        (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
    )
    term = (12 * years + months, 7 * weeks + days)
    if term != (0, 0):
        return term
    payments = read.number(row.get("property_hs_recurring_billing_number_of_payments"))
    if not payments or payments < 1:
        return None
    frequency = (text(row.get("property_recurringbillingfrequency")) or "").lower()
    if frequency in BILLING_WEEKS:
        return 0, int(payments) * 7 * BILLING_WEEKS[frequency]
    return int(payments) * BILLING_MONTHS[frequency], 0


def hubspot_id(value) -> str | None:
    """An id as text; one that landed as a fraction (`12.0`) is the whole number."""
    key = text(value)
    return key.removesuffix(".0") if key else None


def website(company: dict) -> str | None:
    """A company's domain, else its web site."""
    return company.get("property_domain") or company.get("property_website")


def merged_ids(value) -> list[str]:
    """Ids of records merged into one: `a;b;c`, a single number, or nothing."""
    return [hubspot_id(part) for part in (text(value) or "").split(";") if part.strip()]
