"""Small hostile-but-valid Salesforce companies, from a seed.

`random_company(seed, size)` gives one; the same seed gives the same rows. Every
rule of DESIGN.md section 5 is hit by some seed: merges (chains too), duplicate
e-mails, deleted, superseded and repeated rows, ids in two lengths and ids that
differ in case only, missing and unreadable values, refunds, reopened deals,
renewals before any new business, currencies with and without a rate, overlapping,
open-ended and nearly adjacent contracts, closes after the as-of day, orders and
reductions, campaigns with children, spend with and without channel, absent tables.

Where the specification leaves room, the rows keep out of the way (see AVOIDED), so
that a difference is a bug and not a matter of reading.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import ClassVar

from oracle.read import salesforce_id
from oracle.seeds import mapping_row

AVOIDED = (
    "two versions of a row with equal stamps and different content",
    "merge pointers on rows that are not deleted",
    "an account or contact merged into one created after the as-of day and after it",
    "refunds and contract deals in a currency without a rate",
    "foreign orders of a contract on another day than the contract's start",
    "rates of one day",
    "deals without a readable creation date whose type must be derived",
    "employees as text with a fraction; term with a sentinel end",
    "contracts whose reductions exceed their orders",
)

USERS = {
    "005A000000AbCdE": "Anna Berg",
    "005A000000AbCdF": "Bela Kunz",
    "005A000000abcde": "Cem Yilmaz",
    "005A000000AbCdG": "Dora Weiss",
}
OWNERS = {
    "salesforce": tuple(USERS),
    "hubspot": ("71", "72", "73", "74"),
    "zoho": ("4000000000000000071", "4000000000000000072", "Z-73", "Z-74"),
}
QUEUE = "00GA000000QuEuE"
STRANGER = "005A000000ZzZzZ"

STAGES = (
    # label, is_closed, is_won, sort_order
    ("Prospecting", False, False, 1),
    ("Qualification", False, False, 2),
    ("Proposal", False, False, 3),
    ("Negotiation", False, False, 4),
    ("Closed Won", True, True, 5),
    ("Closed Lost", True, False, 6),
)
PATH = ("Prospecting", "Qualification", "Proposal", "Negotiation")

TARGET_COLUMNS = (
    "kpi",
    "measure",
    "period_grain",
    "dimension",
    "dimension_value",
    "direction",
    "target_value",
    "warning_value",
    "critical_value",
)
TARGETS = """
revenue_growth,,month,total,(all),higher,0.1,,0
revenue_growth,,quarter,region,*,higher,-0.5,,-0.9
revenue_growth,revenue,month,region,DACH,higher,5000,4000,9
sales_cycle_length,,month,total,(all),lower,30,45,90
sales_cycle_length,,fiscal_year,sales_team,*,lower,9,,99
sales_cycle_length,median_lead_to_opportunity_days,quarter,total,(all),lower,9,,99
sales_cycle_length,mean_opportunity_to_won_days,quarter,region,*,lower,9,,99
sales_cycle_length,p90_opportunity_to_won_days,quarter,segment,*,lower,9,,99
conversion_rate,,month,total,(all),higher,0.3,0.2,0.1
conversion_rate,win_rate,quarter,total,(all),higher,0.5,,0.25
conversion_rate,,fiscal_year,lead_source,Web,higher,0.2,,
average_order_value,,month,deal_type,new_business,higher,900,,500
average_order_value,median_order_value,quarter,total,(all),higher,900,800,9
churn_rate,,month,total,(all),lower,0.05,,0.2
churn_rate,,quarter,segment,*,lower,0,,0.1
customer_acquisition_cost,,month,total,(all),lower,500,600,900
customer_acquisition_cost,,month,channel,*,lower,500,,900
customer_acquisition_cost,,month,channel,Online,lower,50,,99
average_order_value,order_count,fiscal_year,total,(all),higher,9,,3
conversion_rate,lead_count,month,region,*,higher,2,,1
conversion_rate,won_deal_count,quarter,sales_team,*,higher,2,,1
churn_rate,customers_at_end,month,region,*,higher,4,3,1
customer_acquisition_cost,new_customer_count,quarter,total,(all),higher,3,,1
"""

SHARED_WORDS = (
    ("lead_source", "web form", "Web"),
    ("lead_source", "Webseite", "Web"),
    ("channel", "Web", "Online"),
    ("channel", "Trade Show", "Events"),
    ("region", "Germany", "DACH"),
    ("region", "Austria", "DACH"),
    ("region", "France", "West"),
    ("segment", "Key Account", "Enterprise"),
    ("industry", "maschinenbau", "Manufacturing"),
)
WORDS = {
    "salesforce": (
        ("deal_type", "New Business", "new_business"),
        ("deal_type", "New Customer", "new_business"),
        ("deal_type", "Existing Business", "upsell"),
        ("deal_type", "Renewal", "renewal"),
        ("lead_status", "New", "lead"),
        ("lead_status", "Working", "mql"),
        ("lead_status", "Qualified", "sql"),
        ("lead_status", "Unqualified", "disqualified"),
    ),
    "hubspot": (
        ("deal_type", "newbusiness", "new_business"),
        ("deal_type", "existingbusiness", "upsell"),
        ("deal_type", "renewal", "renewal"),
        ("lead_status", "lead", "lead"),
        ("lead_status", "marketingqualifiedlead", "mql"),
        ("lead_status", "salesqualifiedlead", "sql"),
        ("lead_status", "4711", "sql"),
        ("lead_status", "NEW", "lead"),
        ("lead_status", "CONNECTED", "mql"),
        ("lead_status", "UNQUALIFIED", "disqualified"),
    ),
    "zoho": (
        ("deal_type", "New Business", "new_business"),
        ("deal_type", "Existing Business", "upsell"),
        ("lead_status", "Not Contacted", "lead"),
        ("lead_status", "Contacted", "mql"),
        ("lead_status", "Pre-Qualified", "sql"),
        ("lead_status", "Junk Lead", "disqualified"),
    ),
}


def target_row(values, target_id: str, version: tuple) -> dict:
    """A row of the seed `kpi_targets`.

    Args:
        values: of `TARGET_COLUMNS`, empty ones '' or None.
        target_id: its key.
        version: (valid_from, valid_to, number).
    """
    valid_from, valid_to, number = version
    return {
        "target_id": target_id,
        **{
            name: value or None
            for name, value in zip(TARGET_COLUMNS, values, strict=True)
        },
        "valid_from": valid_from,
        "valid_to": valid_to,
        "owner": "Head of Sales",
        "rationale": "random test",
        "benchmark_id": None,
        "next_review_on": "2099-12-31",
        "version": str(number),
        "change_reason": "random test",
    }


def random_seeds() -> dict[str, list[dict]]:
    """The mapping seeds and targets that fit every random company."""
    mapping = [
        mapping_row(crm, field_name, raw, value)
        for crm, words in WORDS.items()
        for field_name, raw, value in (*words, *SHARED_WORDS)
    ]
    versions = (("2000-01-01", "2023-06-14", 1), ("2023-06-15", None, 2))
    target_rows = []
    for place, target in enumerate(TARGETS.split()):
        for version in versions:
            row = target_row(target.split(","), f"t{place}", version)
            if version[2] == 2 and row["kpi"] == "churn_rate" and not row["measure"]:
                row |= {"target_value": "0.1", "critical_value": "0.3"}
            target_rows.append(row)
    team = [
        (0, "North", "Nord", None, "2022-12-31"),
        (0, "South", "Sued", "2023-01-01", None),
        (1, "South", None, "2000-01-01", None),
        (2, "Partners", "West", "2023-03-01", "2023-09-30"),
    ]
    return {
        "value_mapping": mapping,
        "stage_definitions": [
            {
                "source_system": crm,
                "pipeline": pipeline,
                "stage": stage,
                "is_won": flag(is_won),
                "is_lost": flag(not is_won),
                "sort_order": "9",
                "funnel_stage": "customer",
            }
            for crm, pipeline, stage, is_won in (
                ("salesforce", None, "Signed", True),
                ("hubspot", None, "Signed", True),
                ("hubspot", "77", "signed", False),
                ("hubspot", "default", "Parked", False),
                ("zoho", None, "Signed", True),
                ("zoho", "Partners", "signed", False),
            )
        ],
        "sales_team_members": [
            {
                "source_system": crm,
                "user_id": salesforce_id(owners[place]),
                "sales_team": name,
                "region": region,
                "valid_from": valid_from,
                "valid_to": valid_to,
            }
            for crm, owners in OWNERS.items()
            for place, name, region, valid_from, valid_to in team
        ],
        "segment_bands": [
            {"segment": "SMB", "min_employees": "0", "max_employees": "99"},
            {"segment": "Mid-Market", "min_employees": "100", "max_employees": "999"},
            {"segment": "Enterprise", "min_employees": "1000", "max_employees": None},
        ],
        "excluded_records": [
            {
                "source_system": crm,
                "entity": entity,
                "column_name": column,
                "pattern": pattern,
                "reason": "test",
            }
            for crm, entity, column, pattern in (
                *((crm, "lead", "email", "%@OUR-company.example") for crm in WORDS),
                *((crm, "account", "name", "test %") for crm in WORDS),
                ("hubspot", "deal", "name", "TEST%"),
                ("zoho", "deal", "name", "test%"),
                ("zoho", "contact", "email", "%@our-company.example"),
            )
        ],
        "free_mail_domains": [{"domain": "gmx.example"}],
        "kpi_targets": target_rows,
    }


@dataclass
class RandomCompany:
    """Raw rows and settings of one company, as `oracle.compute` takes them."""

    seed: int
    raw: dict[str, dict[str, list[dict]]]
    settings: dict = field(default_factory=dict)


def random_company(
    seed: int, size: int = 20, settings: dict | None = None
) -> RandomCompany:
    """One company.

    Args:
        seed: any whole number.
        size: about so many leads; deals and accounts follow from it (0 = none).
        settings: vars to use instead of random ones. The rows do not depend on
            them, but for `as_of_date`: rows lie around it.

    Returns:
        A RandomCompany; its `settings` are the random vars (or the given ones).
    """
    chance = Random(seed)
    own = random_settings(Random(seed + 1_000_003))
    builder = Builder(chance, size)
    if builder.cut_early and settings is None:
        own["as_of_date"] = str(builder.as_of)
    return RandomCompany(seed, builder.build(), own if settings is None else settings)


def random_settings(chance: Random) -> dict:
    """Random vars, defaults being the likeliest."""
    return {
        "business_timezone": chance.choice(
            ["Europe/Berlin", "Europe/Berlin", "UTC", "America/New_York", "Asia/Tokyo"]
        ),
        "fiscal_year_start_month": chance.choice([1, 1, 2, 4, 9, 10]),
        "revenue_basis": chance.choice(["bookings"] * 5 + ["billings"]),
        "close_date_basis": chance.choice(["crm_field"] * 3 + ["stage_history"]),
        "conversion_window_days": chance.choice([90, 90, 30, 0]),
        "churn_inactivity_days": chance.choice([365, 90]),
        "churn_grace_days": chance.choice([30, 30, 0, 7]),
        "cac_lag_months": chance.choice([0, 0, 1, 3]),
        "spend_source": chance.choice([None, None, "finance", "crm_campaigns"]),
        "gross_margin_rate": chance.choice([None, 0.8]),
        "min_sample_size": chance.choice([30, 3]),
        "min_event_count": chance.choice([5, 2]),
        "history_start_date": chance.choice([None, None, "2023-02-10"]),
        "sales_rep_identity": chance.choice(["pseudonym", "pseudonym", "none"]),
    }


class Builder:
    """Salesforce; what another CRM does otherwise it says in random_crms.py."""

    crm = "salesforce"
    users = OWNERS[crm]
    nobody = (QUEUE, STRANGER)
    id_columns: ClassVar[dict[str, str]] = {}  # of tables whose id is not called id
    # what a company may lack, tables and columns, and what it always has
    optional = (
        "lead_history",
        "opportunity_history",
        "opportunity_field_history",
        "opportunity_contact_role",
        "order",
        "contract",
        "campaign",
        "currency_type",
        "dated_conversion_rate",
    )
    droppable = (
        ("account", "segment_c"),
        ("opportunity", "contact_id"),
        ("opportunity", "currency_iso_code"),
        ("opportunity", "contract_id"),
        ("lead", "industry"),
        ("contract", "contract_term"),
    )
    required = ("lead", "account", "opportunity")
    # what an older version of a row did not know yet
    blanked = ("amount", "stage_name", "status", "industry", "total_amount")
    # the Salesforce of the same company, if this is another CRM of it
    salesforce: Builder | None = None

    def __init__(self, chance: Random, size: int):
        self.chance = chance
        self.size = size
        self.start = date(2022, 1, 1) + timedelta(days=chance.randrange(500))
        span = chance.choice([1, 40, 200, 500, 800])
        self.end = self.start + timedelta(days=span)
        # the as-of day lies before the last rows now and then
        self.cut_early = chance.random() < 0.2 and span >= 200
        self.as_of = self.end - timedelta(days=60 if self.cut_early else 0)
        self.settled = self.end - timedelta(days=70)
        self.loaded = datetime.combine(self.end, datetime.min.time()) + timedelta(
            days=1, hours=12
        )
        self.used: set[str] = set()
        self.rows: dict[str, list[dict]] = {}
        self.domains = ["alpha.example", "beta.example", "gmx.example"]

    # -- small draws -----------------------------------------------------------

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def pick(self, *values):
        return self.chance.choice(values)

    def new_id(self, prefix: str) -> str:
        """A new 15-character id; some differ from another in case only."""
        while True:
            if self.used and self.maybe(0.15):
                tail = self.chance.choice(sorted(self.used))[3:].swapcase()
            else:
                letters = string.ascii_letters + string.digits
                tail = "".join(self.chance.choices(letters, k=12))
            key = prefix + tail
            if key not in self.used:
                self.used.add(key)
                return key

    def said(self, key: str | None) -> str | None:
        """An id as some tool writes it: 15 or 18 characters."""
        if key is None:
            return None
        return key if self.maybe(0.15) else salesforce_id(key)

    def day_between(self, first: date, last: date) -> date:
        days = max(0, (last - first).days)
        return first + timedelta(days=self.chance.randint(0, days))

    def moment(self, on: date) -> datetime:
        """A moment of that UTC day, often near midnight."""
        hour = self.pick(0, 3, 9, 12, 17, 22, 23)
        return datetime(on.year, on.month, on.day, hour, self.chance.randrange(60))

    def stamp(self, moment: datetime) -> str:
        form = self.pick("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ")
        return moment.strftime(form)

    def add(self, table: str, key: str | None, **columns) -> dict:
        """Add a row; now and then an older, inactive or repeated version too."""
        loaded = self.loaded - timedelta(hours=self.chance.randrange(48))
        id_column = self.id_columns.get(table, "id")
        row = {
            id_column: self.said(key),
            "is_deleted": "false",
            **columns,
            "_fivetran_synced": self.stamp(loaded),
        }
        rows = self.rows.setdefault(table, [])
        rows.append(row)
        if self.maybe(0.05):
            older = row | {"_fivetran_synced": self.stamp(loaded - timedelta(days=9))}
            for column in self.blanked:
                if column in older:
                    older[column] = None
            rows.append(older)
        if self.maybe(0.04):
            rows.append(
                row
                | {"_fivetran_active": "false", "is_deleted": "true"}
                | {"_fivetran_synced": self.stamp(loaded + timedelta(hours=1))}
            )
        if self.maybe(0.02):
            rows.append(row | {id_column: None})
        return row

    # -- the company -----------------------------------------------------------

    def build(self) -> dict:
        self.add_stages_and_users()
        self.accounts = [self.account() for _ in range((self.size + 2) // 3)]
        self.contacts = [
            self.contact(owner)
            for owner in self.accounts
            for _ in range(self.chance.randrange(3))
        ]
        self.contracts = [
            key for owner in self.accounts for key in self.contract_chain(owner)
        ]
        self.deals = [self.deal() for _ in range(self.size)]
        self.leads = [self.lead() for _ in range(self.size)]
        for table in ("lead", "account", "contact"):
            self.merge(table, getattr(self, f"{table}s"), 0.25)
        for _ in range(self.size // 3):
            self.order()
        self.campaigns()
        return self.finished()

    def finished(self) -> dict:
        """The rows that were added, less what this company lacks, in any order."""
        self.stamp_the_load()
        finance = self.finance()
        for table in self.optional:
            if self.maybe(0.08):
                self.rows.pop(table, None)
        if self.maybe(0.1):
            self.drop_columns()
        for table in self.required:
            self.rows.setdefault(table, [])
        for rows in (*self.rows.values(), *finance.values()):
            self.chance.shuffle(rows)
            same_columns(rows)
        return {self.crm: self.rows, "finance": finance}

    def stamp_the_load(self):
        """The latest load stamp stands on a used row of every table."""
        for table, rows in self.rows.items():
            for row in rows:
                is_used = row[self.id_columns.get(table, "id")]
                if is_used and not row.get("_fivetran_active"):
                    row["_fivetran_synced"] = self.stamp(
                        self.loaded + timedelta(hours=2)
                    )
                    break

    def drop_columns(self):
        for table, column in self.droppable:
            if self.maybe(0.4):
                for row in self.rows.get(table, []):
                    row.pop(column, None)

    def add_stages_and_users(self):
        for label, is_closed, is_won, place in STAGES:
            self.rows.setdefault("opportunity_stage", []).append(
                {
                    "id": salesforce_id(self.new_id("01J")),
                    "master_label": label,
                    "api_name": label,
                    "is_active": "true",
                    "is_closed": flag(is_closed),
                    "is_won": flag(is_won),
                    "sort_order": str(place),
                    "_fivetran_synced": self.stamp(self.loaded),
                }
            )
        if self.maybe(0.9):
            for key, name in USERS.items():
                self.rows.setdefault("user", []).append(
                    {
                        "id": salesforce_id(key),
                        "name": name,
                        "is_active": "true",
                        "_fivetran_synced": self.stamp(self.loaded),
                    }
                )
        for code, rate in (("EUR", "1"), ("GBP", "0.86")):
            self.add("currency_type", self.new_id("01L"), iso_code=code) | {}
            self.rows["currency_type"][-1]["conversion_rate"] = rate
        corporate = self.pick("EUR", "EUR", "EUR", "EUR", None, "GBP")
        for row in self.rows["currency_type"]:
            rate = {"EUR": "1", "GBP": "0.86"}[row["iso_code"]]
            is_corporate = str(row["iso_code"] == corporate).lower()
            row.update(
                conversion_rate=rate, is_active="true", is_corporate=is_corporate
            )
        middle = self.day_between(self.start, self.end)
        for first, last, rate in (
            (date(2000, 1, 1), middle, "0.875"),
            (middle, date(2199, 12, 31), "0.91"),
        ):
            self.add(
                "dated_conversion_rate",
                self.new_id("04w"),
                iso_code="GBP",
                start_date=str(first),
                next_start_date=str(last),
                conversion_rate=rate,
            )

    def owner(self) -> str | None:
        owners = [*self.users, *self.nobody, None]
        return self.said(self.chance.choices(owners, [6, 4, 3, 3, 1, 1, 1])[0])

    def early_or_late(self, days: int) -> date:
        """A day in so many before the company's start; now and then near its end."""
        if self.maybe(0.2):
            return self.day_between(self.settled, self.end)
        return self.day_between(self.start - timedelta(days=days), self.start)

    def domain(self) -> str | None:
        """A web domain, or what people write where there is none."""
        return self.pick(*self.domains, *self.domains, "n/a", "k.A.", None)

    def employees(self) -> str | None:
        return self.pick("12", "99", "100", "1000", "45000", "many", None, " 7 ")

    def country(self) -> str | None:
        return self.pick("Germany", "germany ", "Austria", "France", "Spain", None)

    def account(self) -> str:
        key = self.new_id("001")
        created = self.early_or_late(300)
        domain = self.domain()
        self.add(
            "account",
            key,
            name=self.pick("Alpha GmbH", "Beta AG", f"Firm {key}", "Test Firm"),
            website=domain and f"https://www.{domain}/",
            industry=self.pick("Maschinenbau", "Retail", None, " Retail "),
            owner_id=self.owner(),
            number_of_employees=self.employees(),
            billing_country=self.country(),
            segment_c=self.pick(None, None, "key account", "Public"),
            created_date=self.stamp(self.moment(created)),
            system_modstamp=self.stamp(self.moment(created)),
            master_record_id=None,
            is_deleted=flag(self.maybe(0.05)),
        )
        return key

    def email(self) -> str | None:
        name = self.pick("a", "b", "c", "d", "e", "f", "g", "h")
        domain = self.pick("our-company.example", *self.domains * 3)
        address = f"{name}.{self.chance.randrange(self.size + 1)}@{domain}"
        return self.pick(address, address, address.upper(), f" {address} ", None)

    def contact(self, account: str) -> str:
        key = self.new_id("003")
        created = self.early_or_late(200)
        self.add(
            "contact",
            key,
            account_id=self.said(self.pick(account, account, account, None)),
            email=self.email(),
            created_date=self.stamp(self.moment(created)),
            system_modstamp=self.stamp(self.moment(created)),
            master_record_id=None,
            is_deleted=flag(self.maybe(0.05)),
        )
        return key

    def merge(self, table: str, keys: list[str], share: float):
        """Merge some records into another one, chains included.

        A loser points to a record that stands later in `keys`, so that there is always
        a survivor or a deleted end, and that was created before the as-of day or at
        least not after the loser.
        """
        created = dict.fromkeys(map(salesforce_id, keys), "")
        rows: dict[str, list[dict]] = {}
        for row in self.rows.get(table, []):
            key = salesforce_id(row["id"])
            rows.setdefault(key, []).append(row)
            moment = (row.get("created_date") or "unknown").replace("T", " ")[:19]
            if key in created:
                created[key] = max(created[key], moment)
        known = [key for key in created if created[key].startswith("2")]
        for place, key in enumerate(known):
            last = max(created[key], str(self.settled))
            later = [other for other in known[place + 1 :] if created[other] <= last]
            if later and self.maybe(share):
                for row in rows[key]:
                    row["is_deleted"] = "true"
                    row["master_record_id"] = self.pick(*later[:3])

    # -- leads -----------------------------------------------------------------

    def lead(self) -> str:
        key = self.new_id("00Q")
        created = self.day_between(self.start, self.end)
        deal = self.pick(*self.deals)
        conversion = self.pick(
            "deal", "deal", "account", "contact", "contact", None, None, None
        )
        columns = {
            "is_converted": flag(conversion is not None),
            "converted_opportunity_id": None,
            "converted_account_id": None,
            "converted_contact_id": None,
        }
        if conversion == "deal":
            columns["converted_opportunity_id"] = self.said(deal)
        if conversion in ("deal", "account") and self.maybe(0.8):
            columns["converted_account_id"] = self.said(self.pick(*self.accounts))
        if conversion == "contact" and self.contacts:
            columns["converted_contact_id"] = self.said(self.pick(*self.contacts[:4]))
        if conversion == "account" and self.maybe(0.3):
            columns["converted_account_id"] = self.said(self.new_id("001"))
        statuses = ("New", "Working", " working", "Qualified", "Unqualified", "Odd")
        status = self.pick(*statuses, None)
        moment = self.moment(created)
        readable = not self.maybe(0.03)
        self.add(
            "lead",
            key,
            created_date=self.stamp(moment) if readable else self.pick(None, "soon"),
            system_modstamp=self.stamp(moment),
            status=status,
            lead_source=self.pick(
                "Web Form", "Webseite", "Web", "Trade Show", "Partner", None
            ),
            company=self.pick("Alpha GmbH", "alpha gmbh ", "Beta AG", "n/a", None),
            email=self.email(),
            owner_id=self.owner(),
            industry=self.pick("Maschinenbau", "Retail", None),
            number_of_employees=self.employees(),
            country=self.country(),
            master_record_id=None,
            **columns,
        )
        if self.maybe(0.05):
            for row in self.rows["lead"]:
                if salesforce_id(row["id"]) == salesforce_id(key):
                    row["is_deleted"] = "true"
        if status and self.maybe(0.5):
            old = self.pick(*statuses)
            self.add(
                "lead_history",
                self.new_id("017"),
                lead_id=self.said(key),
                field=self.pick("Status", "Status", "Owner"),
                old_value=old,
                new_value=status,
                created_date=self.stamp(moment + timedelta(hours=3)),
            )
        return key

    # -- deals -----------------------------------------------------------------

    def deal(self) -> str:
        key = self.new_id("006")
        created = self.day_between(self.start, self.end)
        outcome = self.pick("won", "won", "won", "lost", "open", "refund")
        closed = created + timedelta(days=self.pick(0, 5, 14, 33, 60, 120, 200))
        if self.maybe(0.06):
            closed = created - timedelta(days=self.pick(1, 3))
        is_future = closed > self.end
        if is_future and not self.maybe(0.3):
            outcome = "open"
        amount = self.pick(
            "100", "250.50", "999.99", "1200", " 80 ", "0", "1e3", None, "n/a",
            "99999999999", "33.33",
        )  # fmt: skip
        currency = self.pick(None, "EUR", "EUR", "USD", "CHF", "GBP", "XXX", "eur")
        contract = None
        if outcome == "refund":
            amount, currency = self.pick("-50", "-250.50"), self.pick(None, "EUR")
        elif outcome == "lost" and self.maybe(0.1):
            amount = "-70"
        elif self.contracts and self.maybe(0.25):
            contract = self.pick(*self.contracts)
            currency = self.pick(None, "EUR", "EUR", "XXX")
        stage, flags = self.stage_of(outcome)
        has_creation = not self.maybe(0.03)
        kind = self.pick(
            "New Business", "New Business", "new customer", "Existing Business",
            "Renewal", None, "Pilot",
        )  # fmt: skip
        account = self.pick(*self.accounts, None) if self.accounts else None
        if account and self.maybe(0.03):
            account = self.new_id("001")
        close_date = None if self.maybe(0.04) else str(closed)
        contact = (
            self.pick(*self.contacts) if self.contacts and self.maybe(0.3) else None
        )
        moment = self.moment(created)
        self.add(
            "opportunity",
            key,
            name=f"Deal {key}",
            account_id=self.said(account),
            owner_id=self.owner(),
            contact_id=self.said(contact),
            contract_id=self.said(contract),
            type=kind if has_creation else "Renewal",
            lead_source=self.pick("Web Form", "Trade Show", "Partner", None),
            stage_name=stage,
            amount=amount,
            currency_iso_code=currency,
            close_date=close_date,
            created_date=self.stamp(moment) if has_creation else None,
            system_modstamp=self.stamp(moment),
            **flags,
        )
        if self.maybe(0.05):
            for row in self.rows["opportunity"]:
                if salesforce_id(row["id"]) == salesforce_id(key):
                    row["is_deleted"] = "true"
        self.roles(key)
        self.history(key, moment, closed, stage, close_date is None or is_future)
        return key

    def stage_of(self, outcome: str) -> tuple[str, dict]:
        if outcome == "open":
            stage, is_won, is_closed = self.pick(*PATH), False, False
            if self.maybe(0.05):
                return "Mystery", {"is_won": None, "is_closed": None}
        elif outcome == "lost":
            stage, is_won, is_closed = "Closed Lost", False, True
        else:
            stage, is_won, is_closed = "Closed Won", True, True
            if self.maybe(0.1):  # won by our own stage definition only
                return "Signed", {"is_won": "false", "is_closed": "false"}
        if self.maybe(0.1):  # the stage table has to say it
            return stage, {"is_won": None, "is_closed": None}
        return stage, {"is_won": flag(is_won), "is_closed": flag(is_closed)}

    def roles(self, deal: str):
        if not self.contacts:
            return
        chosen = self.chance.sample(
            self.contacts, k=min(len(self.contacts), self.chance.randrange(3))
        )
        primary = self.chance.choice([*chosen, None])
        for contact in chosen:
            self.add(
                "opportunity_contact_role",
                self.new_id("00K"),
                opportunity_id=self.said(deal),
                contact_id=self.said(contact),
                is_primary=flag(contact == primary),
            )

    def history(
        self, deal: str, created: datetime, closed: date, stage: str, must: bool
    ):
        """Stage history that ends in `stage` on the close day, never after as-of."""
        closing = self.moment(closed)
        latest = datetime.combine(self.settled, datetime.min.time())
        if closing < created or self.maybe(0.3) or (closing > latest and not must):
            return
        if closing > latest:
            closing = max(created, latest - timedelta(days=self.pick(1, 20, 40)))
        if closing.date() > self.settled:
            return
        path = list(PATH[: self.chance.randrange(1, 5)])
        if self.maybe(0.3):
            path += [self.pick("Closed Lost", "Closed Won"), "Proposal"]
        if self.maybe(0.3):
            path += ["Qualification", "Qualification"]
        moments = sorted(
            created + (closing - created) * self.chance.random() for _ in path[1:]
        )
        visits = [*zip([created, *moments], path, strict=True), (closing, stage)]
        if self.maybe(0.7):
            for at, name in visits:
                self.add(
                    "opportunity_history",
                    self.new_id("008"),
                    opportunity_id=self.said(deal),
                    stage_name=name,
                    created_date=at.strftime("%Y-%m-%d %H:%M:%S.%f"),
                )
        else:
            for (_, old), (at, new) in pairwise(visits):
                self.add(
                    "opportunity_field_history",
                    self.new_id("00D"),
                    opportunity_id=self.said(deal),
                    field="StageName",
                    old_value=old,
                    new_value=new,
                    created_date=at.strftime("%Y-%m-%d %H:%M:%S.%f"),
                )

    # -- contracts, orders, campaigns ------------------------------------------

    def contract_chain(self, account: str) -> list[str]:
        keys = []
        if self.maybe(0.4):
            return keys
        starts = self.day_between(self.start - timedelta(days=100), self.end)
        for _ in range(self.chance.randrange(1, 4)):
            months = self.pick(1, 3, 12)
            length = self.pick(28, 31, 90, 365)
            shape = self.pick("end", "end", "term", "both", "open", "sentinel")
            last = starts + timedelta(days=length - 1)
            columns = {
                "end": (str(last), None),
                "term": (None, str(months)),
                "both": (str(last), str(months)),
                "open": (None, None),
                "sentinel": ("9999-12-31", None),
            }[shape]
            if self.maybe(0.04):
                columns = (str(starts - timedelta(days=5)), None)
            keys.append(self.contract(account, starts, *columns))
            gap = self.pick(0, 0, 1, 7, 8, 29, 30, 31, 90, -20)
            starts = last + timedelta(days=1 + gap)
        return keys

    def contract(self, account, starts, ends, term) -> str:
        key = self.new_id("800")
        draft = self.maybe(0.08)
        code = self.pick("Draft", "InApproval") if draft else "Activated"
        created = min(starts, self.settled)
        currency = self.pick(None, "EUR", "EUR", "CHF")
        self.add(
            "contract",
            key,
            account_id=self.said(self.pick(*[account] * 15, None)),
            owner_id=self.owner(),
            start_date=str(starts),
            end_date=ends,
            contract_term=term,
            status=code,
            status_code=self.pick(code, None),
            arr_c=self.pick(None, None, "1200", "999.99", "n/a"),
            currency_iso_code=currency,
            created_date=self.stamp(self.moment(created)),
            system_modstamp=self.stamp(self.moment(created)),
        )
        if self.maybe(0.6):
            self.order(key, account, starts, currency, "1200")
            if self.maybe(0.5):
                other = self.pick(currency, currency, "XXX")
                self.order(key, account, starts, other, self.pick("60", "-60"))
        return key

    def order(self, contract=None, account=None, on=None, currency=None, amount=None):
        on = on or self.day_between(self.start, self.end)
        if contract is None:
            account = self.pick(*self.accounts, None) if self.accounts else None
            currency = self.pick(None, "EUR", "USD", "XXX")
            reduction = self.maybe(0.15)
            amount = self.pick("1200", "600.60", "0", "120", None)
            if reduction:  # written with and without sign
                currency, amount = self.pick(None, "EUR"), self.pick("90", "-90", "0")
        else:
            reduction = amount.startswith("-")
            amount = amount.lstrip("-")
        deals = getattr(self, "deals", [])
        linked = self.pick(*deals) if deals and self.maybe(0.5) else None
        code = "Activated"  # a contract's first order always counts
        if contract is None or reduction:
            code = self.pick("Activated", "Activated", "Draft")
        self.add(
            "order",
            self.new_id("801"),
            account_id=self.said(account),
            contract_id=self.said(contract),
            opportunity_id=self.said(linked),
            owner_id=self.owner(),
            effective_date=str(on),
            status=code,
            status_code=self.pick(code, None),
            total_amount=amount,
            currency_iso_code=currency,
            is_reduction_order=flag(reduction),
            created_date=self.stamp(self.moment(min(on, self.settled))),
        )

    def campaigns(self):
        keys: list[str] = []
        for _ in range(self.size // 4):
            key = self.new_id("701")
            first = self.day_between(self.start, self.settled)
            last = first + timedelta(days=self.pick(0, 3, 31, 75))
            shown = self.pick(
                (str(first), str(last)),
                (str(first), str(last)),
                (str(first), None),
                (None, str(last)),
                (None, None),
            )
            self.add(
                "campaign",
                key,
                type=self.pick("Web", "Trade Show", "Mailing", None),
                parent_id=self.said(self.pick(*keys))
                if keys and self.maybe(0.3)
                else None,
                start_date=shown[0],
                end_date=shown[1],
                actual_cost=self.pick("1000", "333.33", "0.01", None, "much"),
                currency_iso_code=self.pick(None, "EUR", "CHF", "XXX"),
                created_date=self.stamp(self.moment(self.start)),
                system_modstamp=self.stamp(self.moment(self.start)),
                is_deleted=flag(self.maybe(0.05)),
            )
            keys.append(key)

    # -- finance ---------------------------------------------------------------

    def finance(self) -> dict[str, list[dict]]:
        tables: dict[str, list[dict]] = {"exchange_rates": self.rates()}
        if self.maybe(0.7):
            tables["acquisition_spend"] = self.spend()
        if self.maybe(0.3) and self.contracts:
            tables["contract_periods"] = self.contract_periods()
        return tables

    def rates(self) -> list[dict]:
        pairs = [("USD", "EUR", 0.85), ("EUR", "CHF", 0.93)]
        # a pair in both directions, one that makes a triangle, one in small letters
        for more in (("EUR", "USD", 0.9), ("CHF", "USD", 1.02), ("sek", "eur ", 0.08)):
            if self.maybe(0.2):
                pairs.append(more)
        rows = []
        on = self.start - timedelta(days=400)
        while on <= self.end:
            for source, target, least in pairs:
                rate = least * (1 + self.chance.randrange(2000) / 10000)
                rows.append(
                    {
                        "rate_date": str(on),
                        "from_currency": source,
                        "to_currency": target,
                        "rate": f"{rate:.4f}",
                    }
                )
            on += timedelta(days=self.pick(1, 7, 40))
        rows.append({"rate_date": str(self.start), "from_currency": "XXX"})
        rows[-1] |= {"to_currency": "EUR", "rate": self.pick("0", "-1", "n/a")}
        return rows

    def spend(self) -> list[dict]:
        rows = []
        carries = [
            name for name in ("region", "segment", "sales_team") if self.maybe(0.3)
        ]
        month = self.start.replace(day=1)
        while month <= self.as_of:
            for _ in range(self.chance.randrange(4)):
                row = {
                    "spend_month": str(month),
                    "channel": self.pick("Online", "Events", "Partner", "Radio", None),
                    "cost_type": self.pick("media", "people", "tools"),
                    "amount": self.pick("100", "1000.10", "0", "250", "bad"),
                    "currency_code": self.pick("EUR", "eur", "CHF", "XXX", None),
                    "region": self.pick("DACH", "West", None),
                    "segment": self.pick("SMB", "Enterprise", None),
                    "sales_team": self.pick("North", "South", None),
                    "source_system": self.pick(self.crm, self.crm.title(), None),
                }
                for name in ("region", "segment", "sales_team"):
                    if name not in carries:
                        row[name] = None
                rows.append(row)
            month = (month + timedelta(days=32)).replace(day=1)
        return rows

    def contract_periods(self) -> list[dict]:
        rows = []
        for key in self.chance.sample(self.contracts, k=min(3, len(self.contracts))):
            starts = self.day_between(self.start, self.end)
            ends = starts + timedelta(days=self.pick(30, 365))
            later = self.pick(None, ends + timedelta(days=365))
            for first, last in ((starts, ends), (ends, later)):
                rows.append(
                    {
                        "contract_id": self.said(key),
                        "source_system": self.crm,
                        "account_id": self.said(self.pick(*self.accounts)),
                        "starts_on": str(first),
                        "ends_on": str(last) if last else None,
                        "monthly_amount": self.pick("100", "80.80", "55", "0", None),
                        "currency_code": self.pick("EUR", "CHF", None),
                    }
                )
        return rows


def companies(min_size: int = 0, max_size: int = 40):
    """A hypothesis strategy of random companies (hypothesis is needed for it only)."""
    from hypothesis import strategies

    return strategies.builds(
        random_company,
        strategies.integers(0, 2**31),
        strategies.integers(min_size, max_size),
    )


def same_columns(rows: list[dict]):
    """Give every row of a table the same columns; absent ones become None."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    for place, row in enumerate(rows):
        rows[place] = {column: row.get(column) for column in columns}


def flag(value: bool) -> str:
    return "true" if value else "false"
