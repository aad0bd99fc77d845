"""Random HubSpot and Zoho companies, and mixtures of all three CRMs, from a seed.

`random_raw(shape, seed, size)` gives the raw rows; the same seed gives the same rows.
Beside what every CRM has (see random_company.py) the rows have what these two bring
along: HubSpot's merges told by the survivor or by a table, companies by association
and primary label, stages in two pipelines, lifecycle dates with two names and a
history, line items, home amounts; Zoho's rows about stages that were left, invoices of
deals and sales orders, conversions, exchange rates, exported texts. In a mixture
HubSpot's records name Salesforce's by sync id, and all CRMs share e-mail addresses and
web domains.

Where the specification leaves room, the rows keep out of the way:

* a record merged into two others
* finance naming a company that was merged away and stands in no table any more
* a stage that is in no table, with flags on some of its deals only
* a synchronised contact whose own address is another synchronised one's
* a Zoho stage history with two departures at one moment
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import ClassVar

from oracle.random_company import OWNERS, Builder, flag
from oracle.read import salesforce_id

SHAPES = ("salesforce", "hubspot", "zoho", "mixture")
LIFECYCLE = (
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
)
# Who made the type of an association, by the last digit of what it leads to.
CATEGORIES = {
    "0": None,
    **dict.fromkeys("123", "USER_DEFINED"),
    "4": "integrator_defined",
}


def random_raw(shape: str, seed: int, size: int = 15) -> dict:
    """{'salesforce' | 'hubspot' | 'zoho' | 'finance': tables} of one company.

    Args:
        shape: one of `SHAPES`.
        seed: any whole number.
        size: about so many leads in each CRM.
    """
    if shape != "mixture":
        return BUILDERS[shape](Random(seed), size).build()
    raw: dict = {}
    salesforce = None
    for number, builder_of in enumerate(BUILDERS.values()):
        builder = builder_of(Random(seed), size)  # the same days for all
        builder.chance = Random(seed * len(BUILDERS) + number)
        builder.salesforce = salesforce
        raw = builder.build() | raw  # the finance of Salesforce
        salesforce = salesforce or builder
    return raw


class _HubSpot(Builder):
    crm = "hubspot"
    users = OWNERS[crm]
    nobody = ("79", "79")
    id_columns: ClassVar[dict[str, str]] = {
        "deal": "deal_id",
        "owner": "owner_id",
        "deal_pipeline": "pipeline_id",
        "deal_pipeline_stage": "stage_id",
        **dict.fromkeys(("deal_stage", "deal_company", "deal_contact"), "deal_id"),
        "line_item_deal": "line_item_id",
        "contact_property_history": "contact_id",
        "contact_merge_audit": "canonical_vid",
        "merged_deal": "deal_id",
    }
    optional = (
        *("contact_property_history", "contact_merge_audit", "merged_deal", "owner"),
        *("deal_stage", "deal_company", "deal_contact", "deal_pipeline"),
        *("line_item", "line_item_deal", "marketing_campaign"),
    )
    droppable = (
        ("contact", "property_hs_v2_date_entered_lead"),
        ("contact", "property_lifecyclestage"),
        ("contact", "property_associatedcompanyid"),
        ("company", "property_domain"),
        ("deal", "property_hs_is_closed"),
        ("deal", "property_deal_currency_code"),
        ("line_item", "property_amount"),
    )
    required = ("contact", "company", "deal")
    blanked = (
        *("property_amount", "deal_pipeline_stage_id", "property_lifecyclestage"),
        *("property_hs_lead_status", "property_industry", "property_price"),
    )
    stages = (
        # pipeline, stage, label, is closed, probability
        ("default", "appointment", "Appointment", "false", "0.2"),
        ("default", "review", "Review", "false", "0.0"),
        ("default", "closedwon", "Won", "true", "1.0"),
        ("default", "closedlost", "Lost", "true", "0"),
        ("77", "1001", "Offer", "false", None),
        ("77", "review", "Accepted", "TRUE", "1"),
        ("77", "1002", "Refused", "true", "0.0"),
    )

    def said(self, key):
        """An id as text, now and then a whole number that landed as a fraction."""
        is_number = key is not None and key.isdigit()
        return f"{key}.0" if is_number and self.maybe(0.03) else key

    def new_id(self, prefix: str = "") -> str:
        key = str(self.chance.randrange(10**9, 10**10))
        return key if key not in self.used and not self.used.add(key) else self.new_id()

    def when(self, moment: datetime | None) -> str | None:
        """A moment as text or epoch milliseconds, now and then unreadable."""
        if moment is None or self.maybe(0.03):
            return self.pick(None, "", "soon", "0001-01-01 00:00:00")
        if self.maybe(0.1):
            return str(int((moment - datetime(1970, 1, 1)).total_seconds() * 1000))
        return self.stamp(moment)

    def build(self) -> dict:
        self.add_stages_and_users()
        self.accounts = [self.company() for _ in range((self.size + 2) // 3)]
        self.contacts = [self.lead() for _ in range(self.size)]
        self.deals = [self.deal() for _ in range(self.size)]
        self.contracts = [self.line_item() for _ in range(self.size // 2)]
        self.merge("company", self.accounts)
        landed = {str(row["id"]).removesuffix(".0") for row in self.rows["company"]}
        self.accounts = [key for key in self.accounts if key in landed]
        self.merge("contact", self.contacts, "contact_merge_audit")
        self.merge("deal", self.deals, "merged_deal")
        self.campaigns()
        return self.finished()

    def add_stages_and_users(self):
        for pipeline in ("default", "77"):
            self.add("deal_pipeline", pipeline, label=f"Pipeline {pipeline}")
        for place, (pipeline, stage, label, is_closed, share) in enumerate(self.stages):
            self.add(
                "deal_pipeline_stage",
                stage,
                pipeline_id=pipeline,
                label=label,
                display_order=str(place),
                is_closed=is_closed,
                probability=share,
            )
        for key, name in zip(self.users, ("Anna", "Bela", None, "Dora"), strict=True):
            self.add("owner", key, first_name=name, last_name=self.pick("Berg", None))

    # -- companies and contacts ------------------------------------------------

    def of_salesforce(self, keys: str, share: float) -> str | None:
        """The id of some Salesforce record, in a mixture."""
        known = getattr(self.salesforce, keys, None)
        known = self.chance.choice(known) if known and self.maybe(share) else None
        return self.salesforce.said(known) if known else None

    def company(self) -> str:
        key = self.new_id()
        created = self.day_between(self.start - timedelta(days=300), self.start)
        domain = self.domain() if self.maybe(0.8) else f"firm{key}.example"
        self.add(
            "company",
            key,
            property_name=self.pick("Alpha GmbH", f"Firm {key}", "Test Firm"),
            **self.web_site(domain),
            property_industry=self.pick("Maschinenbau", "Retail", None),
            property_hubspot_owner_id=self.owner(),
            property_numberofemployees=self.employees(),
            property_country=self.country(),
            property_segment=self.pick(None, None, "key account"),
            property_salesforceaccountid=self.of_salesforce("accounts", 0.4),
            property_createdate=self.when(self.moment(created)),
            property_hs_lastmodifieddate=self.stamp(self.moment(created)),
            property_hs_merged_object_ids=None,
            is_deleted=flag(self.maybe(0.05)),
        )
        return key

    def web_site(self, domain: str | None) -> dict:
        """A company's domain, which now and then stands in its web site alone."""
        if domain and self.maybe(0.2):
            return {"property_domain": None, "property_website": domain}
        return {
            "property_domain": domain and self.pick(domain, f"https://www.{domain}/de"),
            "property_website": self.pick(None, "https://other.example"),
        }

    def lead(self) -> str:
        """A contact, which is a lead or not."""
        key = self.new_id()
        created = self.moment(self.day_between(self.start, self.end))
        current = self.pick(
            *LIFECYCLE, *LIFECYCLE, "Lead", "evangelist", "subscriber", "4711", "4712",
            None,
        )  # fmt: skip
        dates: dict[str, str | None] = {}
        entered = created + timedelta(days=self.pick(-3, 0, 0, 9))
        for stage in LIFECYCLE:
            for name in (
                f"hs_v2_date_entered_{stage}",
                f"hs_lifecyclestage_{stage}_date",
            ):
                dates[f"property_{name}"] = (
                    self.when(entered) if self.maybe(0.25) else None
                )
            if self.maybe(0.15):
                self.changed(key, "lifecyclestage", stage, entered)
            entered += timedelta(days=self.pick(0, 3, 50))
        for name, values in (
            ("lifecyclestage", ("evangelist", "4711", "subscriber")),
            ("hs_lead_status", ("OPEN", "CONNECTED", "UNQUALIFIED")),
            ("lastname", ("Lead",)),
        ):
            if self.maybe(0.1):
                self.changed(key, name, self.pick(*values), entered)
        lead, contact, address = self.synced_person()
        company = self.pick(*self.accounts, None) if self.accounts else None
        self.add(
            "contact",
            key,
            property_email=address or self.email(),
            property_createdate=self.when(created),
            property_lastmodifieddate=self.stamp(created),
            property_lifecyclestage=current,
            property_hs_lead_status=self.pick(
                "NEW", "OPEN", "connected", "UNQUALIFIED", "Odd", None, None, None
            ),
            property_hs_analytics_source=self.pick("Web Form", "Trade Show", None),
            property_hubspot_owner_id=self.owner(),
            property_associatedcompanyid=self.said(company),
            property_company=self.pick(
                "Alpha GmbH", "alpha gmbh ", "Beta AG", "n/a", None
            ),
            property_industry=self.pick("Maschinenbau", None),
            property_numemployees=self.employees(),
            property_country=self.country(),
            property_salesforceleadid=lead,
            property_salesforcecontactid=contact,
            property_hs_merged_object_ids=None,
            is_deleted=flag(self.maybe(0.05)),
            **dates,
        )
        return key

    def changed(self, contact: str, name: str, value: str, at: datetime):
        self.add(
            "contact_property_history",
            contact,
            name=name,
            value=value,
            timestamp=self.when(at),
        )

    def synced_person(self) -> tuple[str | None, str | None, str | None]:
        """(Salesforce lead, Salesforce contact, e-mail address) of a contact."""
        if self.salesforce is None or self.maybe(0.6):
            return None, None, None
        people = getattr(self, "people", None)
        if people is None:
            rows = self.salesforce.rows["lead"]
            people = self.people = {
                salesforce_id(row["id"]): row for row in rows if row["id"]
            }
        if not people:
            return None, None, None
        key = self.chance.choice(sorted(people))
        row = people.pop(key)
        contact = row["converted_contact_id"]
        own = f"own.{key.lower()}@alpha.example"
        lead = None if contact and self.maybe(0.5) else key
        return lead, contact, self.pick(row["email"] or own, own)

    # -- deals -----------------------------------------------------------------

    def deal(self) -> str:
        key = self.new_id()
        created = self.moment(self.day_between(self.start, self.end))
        closed = created + timedelta(days=self.pick(-2, 0, 5, 14, 33, 60, 120, 200))
        pipeline, stage = self.pick(*self.stages)[:2]
        if self.maybe(0.5):
            pipeline, stage = self.pick(("default", "closedwon"), ("77", "review"))
        states = {
            (place, name): (is_closed.lower(), flag(share in ("1", "1.0")))
            for place, name, _, is_closed, share in self.stages
        }
        is_closed, is_won = states[(pipeline, stage)]
        if self.maybe(0.05):  # no stage of the table
            stage, is_closed, is_won = self.pick(
                ("signed", "false", "false"),
                ("gone", None, None),
                ("old win", "true", "true"),
                ("parked", None, None),
            )
        elif self.maybe(0.2):  # an old connector, and a lazy one
            is_closed = is_won = self.pick("true", None)
        amount, currency, home, rate = self.money()
        if is_won != "true" and amount and amount.startswith("-"):
            amount = "70"
        self.add(
            "deal",
            key,
            deal_pipeline_id=pipeline,
            deal_pipeline_stage_id=self.pick(stage, stage, stage.upper()),
            owner_id=self.owner(),
            property_dealname=self.pick(f"Deal {key}", f"Deal {key}", "Test deal"),
            property_dealtype=self.pick(
                "newbusiness",
                "newbusiness",
                "existingbusiness",
                "renewal",
                "Pilot",
                None,
            ),
            property_amount=amount,
            property_deal_currency_code=currency,
            property_amount_in_home_currency=home,
            property_hs_exchange_rate=rate,
            property_closedate=self.when(closed),
            property_createdate=self.when(created),
            property_hs_lastmodifieddate=self.stamp(created),
            property_hs_is_closed=is_closed,
            property_hs_is_closed_won=is_won,
            property_hs_analytics_source=self.pick("Web Form", "Partner", None),
            property_hs_salesforceopportunityid=self.of_salesforce("deals", 0.3),
            property_hs_merged_object_ids=None,
            is_deleted=flag(self.maybe(0.05)),
        )
        self.associations(key)
        if self.maybe(0.6):
            self.visits(key, pipeline, stage, created, closed)
        return key

    def money(self) -> tuple:
        """(amount, currency, amount in home currency or None, rate or None)."""
        amount = self.pick(
            "100", "250.50", "999.99", "1200", " 80 ", "0", "", None, "n/a", "33.33",
            "99999999999", "-50",
        )  # fmt: skip
        currency = self.pick(None, "EUR", "EUR", "USD", "CHF", "SEK", "sek")
        if amount == "-50":
            currency = self.pick(None, "EUR")
        rate = self.pick(None, "0.0875", "1", "0", "-1", "n/a")
        return amount, currency, self.pick(None, None, "77.77", "n/a"), rate

    def associations(self, deal: str):
        for table, column, keys, kinds in (
            ("deal_company", "company_id", self.accounts, ("5", "341", "279")),
            ("deal_contact", "contact_id", self.contacts, ("3", "101")),
        ):
            for key in self.chance.sample(keys, min(len(keys), self.pick(0, 1, 1, 2))):
                for kind in kinds:
                    if self.maybe(0.5):
                        self.add(
                            table,
                            deal,
                            **{column: self.said(key)},
                            type_id=kind,
                            category=CATEGORIES.get(key[-1], "HUBSPOT_DEFINED"),
                            _fivetran_deleted=flag(self.maybe(0.1)),
                        )

    def visits(self, deal, pipeline, stage, created, closed):
        """Entries into stages; the row of a stage that was left is not active."""
        was_moved = self.maybe(0.2)
        path = [
            name for place, name, *_ in self.stages if was_moved or place == pipeline
        ]
        moments = sorted(
            created + max(closed - created, timedelta(days=9)) * self.chance.random()
            for _ in range(self.chance.randrange(5))
        )
        entries = [(moment, self.pick(*path)) for moment in moments]
        # Never at the same moment as another: which came first, nobody could tell.
        after = [moment + timedelta(minutes=1) for moment in moments]
        entries.append((max([closed, created, *after]), stage))
        for place, (moment, name) in enumerate(entries):
            self.add(
                "deal_stage",
                deal,
                value=name,
                date_entered=self.pick(moment.strftime("%Y-%m-%d %H:%M:%S.%f"), None),
                _fivetran_start=moment.strftime("%Y-%m-%d %H:%M:%S.%f"),
                _fivetran_active=flag(place == len(entries) - 1),
            )

    # -- merges ----------------------------------------------------------------

    def merge(self, table: str, keys: list[str], audit: str | None = None):
        """Merge some records into later ones, by the survivor's list or a table.

        What was merged away stands in its table as deleted, still as it was, or not
        at all any more.
        """
        column = self.id_columns.get(table, "id")
        rows: dict[str, list[dict]] = {}
        for row in self.rows.get(table, []):
            if row[column]:
                rows.setdefault(row[column].removesuffix(".0"), []).append(row)
        settled = [
            key
            for key in keys
            if all(self.is_settled(row["property_createdate"]) for row in rows[key])
        ]
        lists: dict[str, list[str]] = {}
        for place, key in enumerate(settled[:-1]):
            if not self.maybe(0.15):
                continue
            survivor = self.pick(*settled[place + 1 : place + 4])
            if audit == "contact_merge_audit" and self.maybe(0.3):
                self.add(audit, survivor, vid_to_merge=key)
            elif audit == "merged_deal" and self.maybe(0.5):
                self.add(audit, survivor, merged_deal_id=key)
            else:
                lists.setdefault(survivor, []).append(key)
            fate = self.pick("deleted", "deleted", "as it was", "gone")
            if fate == "gone":
                self.rows[table] = [
                    row for row in self.rows[table] if row not in rows[key]
                ]
            for row in rows[key]:
                row["is_deleted"] = "true" if fate == "deleted" else row["is_deleted"]
        for survivor, merged in lists.items():
            for row in rows[survivor]:
                row["property_hs_merged_object_ids"] = ";".join(merged)

    def is_settled(self, created: str | None) -> bool:
        return (
            bool(created) and created.startswith("2") and created <= str(self.settled)
        )

    # -- line items, campaigns -------------------------------------------------

    def line_item(self) -> str:
        key = self.new_id()
        deal = self.pick(*self.deals)
        starts = self.day_between(self.start, self.end)
        on_item = self.maybe(0.2)
        currency = self.pick(None, None, "EUR", "USD", "SEK")
        self.add(
            "line_item",
            key,
            deal_id=self.said(deal) if on_item else None,
            property_price=self.pick("10", "99.99", None, "n/a"),
            property_quantity=self.pick("1", "3", "2.5", None),
            property_discount=self.pick(None, None, "1.50"),
            property_hs_discount_percentage=self.pick(None, None, "10", "33.3"),
            property_amount=self.pick(None, "100", "1200"),
            property_recurringbillingfrequency=self.pick(
                "monthly", "Monthly", "quarterly", "annually", "per_six_months",
                "weekly", "biweekly", "now and then", None,
            ),
            property_hs_recurring_billing_period=self.pick(
                None, None, "P12M", "P1Y", "P1Y6M", "P3M", "P8W", "P90D", "a year"
            ),
            property_hs_recurring_billing_number_of_payments=self.pick(
                None, None, "2", "12", "0"
            ),
            property_hs_recurring_billing_start_date=self.pick(
                None, str(starts), str(starts), "9999-12-31"
            ),
            property_hs_line_item_currency_code=currency,
            property_createdate=self.when(self.moment(min(starts, self.settled))),
            is_deleted=flag(self.maybe(0.05)),
        )  # fmt: skip
        if not on_item and self.maybe(0.9):
            self.add("line_item_deal", key, deal_id=self.said(deal))
        return key

    def campaigns(self):
        for _ in range(self.size // 4):
            first = self.day_between(self.start, self.settled)
            last = first + timedelta(days=self.pick(0, 3, 31, 75))
            self.add(
                "marketing_campaign",
                self.new_id(),
                property_hs_campaign_type=self.pick("Web", "Mailing", None),
                property_hs_start_date=self.pick(str(first), str(first), None),
                property_hs_end_date=self.pick(str(last), str(last), None),
                property_hs_spend_items_sum_amount=self.pick("1000", "333.33", "much"),
                property_hs_currency_code=self.pick(None, "EUR", "CHF", "SEK"),
                property_createdate=self.stamp(self.moment(self.start)),
            )


class _Zoho(Builder):
    crm = "zoho"
    users = OWNERS[crm]
    nobody = ("4000000000000000099", "4000000000000000098")
    optional = (
        *("campaign", "contact", "deal_stage_history", "invoice", "sales_order"),
        "user",
    )
    droppable = (
        ("account", "segment"),
        ("deal", "currency"),
        ("deal", "contact_name_id"),
        ("invoice", "grand_total"),
        ("invoice", "sub_total"),
        ("lead", "converted_deal_id"),
    )
    required = ("lead", "account", "deal")
    blanked = ("amount", "stage", "lead_status", "industry", "grand_total")
    path = ("Qualification", "Id. Decision Makers", "Identify Decision Makers", "Offer")
    stages = (
        # display value, actual value, forecast type
        ("Qualification", "Qualification", "Open"),
        ("Identify Decision Makers", "Id. Decision Makers", "open"),
        ("Offer", None, "Open"),
        ("Closed Won", "Closed Won", "Closed Won"),
        ("Bought", "Gekauft", "Won"),
        ("Closed Lost", None, "Closed Lost"),
        ("Closed Lost to Competition", None, "Lost"),
    )

    def said(self, key):
        return key

    def new_id(self, prefix: str = "") -> str:
        """19 digits, more than a double can tell apart."""
        key = f"{4 * 10**18 + 10**12 + len(self.used)}"
        self.used.add(key)
        return key

    def when(self, moment: datetime | None) -> str | None:
        """A moment in the time zone of some user, now and then unreadable."""
        if moment is None or self.maybe(0.03):
            return self.pick(None, "", "soon")
        hours, zone = self.pick((0, "Z"), (1, "+01:00"), (-7, "-07:00"), (2, "+0200"))
        local = moment + timedelta(hours=hours)
        return local.strftime("%Y-%m-%dT%H:%M:%S") + zone

    def day(self, on: date) -> str | None:
        return self.pick(*[str(on)] * 9, None, "30.02.2023", "1969-12-31")

    def build(self) -> dict:
        self.add_stages_and_users()
        self.accounts = [self.account() for _ in range((self.size + 2) // 3)]
        self.contacts = [self.contact() for _ in range(self.size // 2)]
        self.deals = [self.deal() for _ in range(self.size)]
        for _ in range(self.size):
            self.lead()
        for _ in range(self.size // 2):
            self.invoice()
        self.campaigns()
        self.contracts = [f"C-{number}" for number in range(self.size // 4)]
        return self.finished()

    def add_stages_and_users(self):
        for place, (display, actual, forecast) in enumerate(self.stages):
            self.add(
                "stage",
                self.new_id(),
                display_value=display,
                actual_value=actual,
                forecast_type=forecast,
                sequence_number=str(place),
            )
        for key, name in zip(self.users, ("Anna", "Bela", None, "Dora"), strict=True):
            self.add("user", key, full_name=name)

    def stamps(self, moment: datetime) -> dict:
        """What every Zoho record carries."""
        return {
            "owner_id": self.owner(),
            "created_time": self.when(moment),
            "modified_time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "record_status_s": "Trash" if self.maybe(0.04) else "Available",
            "_fivetran_deleted": flag(self.maybe(0.04)),
        }

    def account(self) -> str:
        key = self.new_id()
        created = self.day_between(self.start - timedelta(days=300), self.start)
        domain = self.domain()
        self.add(
            "account",
            key,
            account_name=self.pick("Alpha GmbH", f"Firm {key}", "Test Firm"),
            website=domain and f"http://{domain}:80/",
            industry=self.pick("Maschinenbau", "Retail", None),
            employees=self.employees(),
            billing_country=self.country(),
            segment=self.pick(None, None, "key account"),
            **self.stamps(self.moment(created)),
        )
        return key

    def contact(self) -> str:
        key = self.new_id()
        created = self.day_between(self.start - timedelta(days=200), self.start)
        self.add(
            "contact",
            key,
            account_name_id=self.pick(*self.accounts, None),
            email=self.email(),
            **self.stamps(self.moment(created)),
        )
        return key

    def lead(self):
        created = self.moment(self.day_between(self.start, self.end))
        conversion = self.pick("deal", "deal", "account", "contact", None, None)
        is_deal = conversion == "deal"
        known = conversion in ("deal", "account") and self.accounts and self.maybe(0.8)
        contact = self.pick(*self.contacts) if self.contacts else None
        self.add(
            "lead",
            self.new_id(),
            lead_status=self.pick(
                "Not Contacted", "Contacted", " contacted", "Pre-Qualified", "Odd",
                "Junk Lead", None,
            ),
            lead_source=self.pick("Web Form", "Webseite", "Trade Show", None),
            company=self.pick("Alpha GmbH", "alpha gmbh ", "Beta AG", "n/a", None),
            email=self.email(),
            industry=self.pick("Maschinenbau", "Retail", None),
            no_of_employees=self.employees(),
            country=self.country(),
            converted_s=flag(conversion is not None),
            converted_account_id=self.pick(*self.accounts) if known else None,
            converted_contact_id=contact if conversion == "contact" else None,
            converted_deal_id=self.pick(*self.deals) if is_deal else None,
            **self.stamps(created),
        )  # fmt: skip

    def money(self) -> dict:
        """Amount, currency and how many of its units the home unit is."""
        amount = self.pick(
            "100", "250.50", "999.99", "1200", " 80 ", "0", None, "n/a", "33.33",
            "99999999999", "$1.50K", "-50",
        )  # fmt: skip
        currency = self.pick(None, "EUR", "EUR", "USD", "CHF", "SEK", "sek")
        if amount == "-50":
            currency = self.pick(None, "EUR")
        rate = self.pick(None, "11.2", "1", "0", "-1", "n/a")
        return {"amount": amount, "currency": currency, "exchange_rate": rate}

    def deal(self) -> str:
        key = self.new_id()
        created = self.moment(self.day_between(self.start, self.end))
        closed = created + timedelta(days=self.pick(0, 5, 14, 33, 60, 120, 200))
        stage = self.pick(
            *self.path, "Closed Won", "Closed Won", "Gekauft", "bought", "Closed Lost",
            "Closed Lost to Competition", "Signed", "Mystery",
        )  # fmt: skip
        money = self.money()
        if money["amount"] == "-50":
            stage = "Closed Won"
        self.add(
            "deal",
            key,
            deal_name=self.pick(f"Deal {key}", f"Deal {key}", "Test deal"),
            account_name_id=self.pick(*self.accounts, None),
            contact_name_id=self.pick(None, *self.contacts[:4]),
            type=self.pick("New Business", "New Business", "Existing Business", None),
            lead_source=self.pick("Web Form", "Partner", None),
            stage=stage,
            pipeline=self.pick("Standard", "Partners", None),
            closing_date=self.day(closed.date()),
            **money,
            **self.stamps(created),
        )
        if self.maybe(0.6):
            self.departures(key, stage, created, closed)
        return key

    def departures(self, deal, stage, created, closed):
        """Rows of the stages that a deal has left, and perhaps of the one it is in."""
        path = [self.pick(*self.path) for _ in range(self.chance.randrange(1, 5))]
        if self.maybe(0.3):
            path += [self.pick("Closed Lost", "Closed Won"), "Offer"]
        moments = sorted(
            created + (closed - created + timedelta(hours=1)) * self.chance.random()
            for _ in path
        )
        last = {"stage": stage, "moved_to_s": None}
        rows = [
            {"stage": old, "moved_to_s": new} for old, new in pairwise([*path, stage])
        ]
        rows += [last] * self.maybe(0.5)
        for row, moment in zip(rows, [*moments, moments[-1]], strict=False):
            if self.maybe(0.97):  # what Zoho did not track
                self.add(
                    "deal_stage_history",
                    self.new_id(),
                    potential_name_id=deal,
                    **row,
                    modified_time=self.pick("soon", None)
                    if self.maybe(0.05)
                    else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                )

    def invoice(self):
        on = self.day_between(self.start, self.end)
        order = None
        if self.maybe(0.5):
            order = self.new_id()
            self.add(
                "sales_order",
                order,
                deal_name_id=self.pick(*self.deals),
                **self.stamps(self.moment(min(on, self.settled))),
            )
        money = self.money()
        del money["amount"]
        net, discount = self.pick("100", "250.50", "0", "-50"), self.pick(None, "5")
        extra, tax = self.pick(None, "-1.25"), self.pick(None, "19")
        total = sum(Decimal(part or 0) for part in (net, extra, tax))
        total -= Decimal(discount or 0)
        if net == "-50":
            money["currency"] = None
        self.add(
            "invoice",
            self.new_id(),
            sales_order_id=self.pick(order, order, self.new_id()),
            deal_name_id=self.pick(None, None, *self.deals[:3]),
            account_name_id=self.pick(*self.accounts, None),
            status=self.pick("Paid", "Sent", "Draft", "Cancelled", "Void", None),
            invoice_date=self.day(on),
            sub_total=self.pick(None, "n/a", net, net, net),
            discount=discount,
            adjustment=extra,
            tax=tax,
            grand_total=self.pick(None, "n/a", *[str(total)] * 3),
            **money,
            **self.stamps(self.moment(min(on, self.settled))),
        )

    def campaigns(self):
        keys: list[str] = []
        for _ in range(self.size // 4):
            keys.append(self.new_id())
            first = self.day_between(self.start, self.settled)
            last = first + timedelta(days=self.pick(0, 3, 31, 75))
            money = self.money()
            self.add(
                "campaign",
                keys[-1],
                type=self.pick("Web", "Trade Show", None),
                parent_campaign_id=self.pick(None, None, *keys[:-1]),
                start_date=self.day(first),
                end_date=self.day(last),
                actual_cost=money.pop("amount"),
                **money,
                **self.stamps(self.moment(self.start)),
            )


BUILDERS = {"salesforce": Builder, "hubspot": _HubSpot, "zoho": _Zoho}
