"""One tiny business in HubSpot, landed by Fivetran, Airbyte and dlt.

`BUSINESS` is written in the words of HubSpot's API: ids, properties and links. Each
layout turns it into raw tables as that loader lands them, {table: rows}; a column is
text unless its name carries a type (`id:bigint`).
"""

import json
from datetime import UTC, datetime

CONTACTS = [
    # Entered `lead` five days after it came into being; dates by their new names.
    {
        "id": "1",
        "createdate": "2025-01-05T09:00:00Z",
        "email": " Anna@Alpha.example",
        "company": "Alpha",
        "associatedcompanyid": "10",
        "lifecyclestage": "customer",
        "hs_v2_date_entered_lead": "2025-01-10T09:00:00Z",
        "hs_v2_date_entered_marketingqualifiedlead": "2025-01-12T09:00:00Z",
        "hs_v2_date_entered_salesqualifiedlead": "2025-01-15T09:00:00Z",
        "hs_v2_date_entered_opportunity": "2025-01-20T09:00:00Z",
        "hubspot_owner_id": "71",
        "hs_analytics_source": "PAID_SEARCH",
        # HubSpot offers ranges to choose from.
        "numemployees": "25-50",
    },
    # Dates by their old names only.
    {
        "id": "2",
        "createdate": "2025-01-02T09:00:00Z",
        "email": "ben@beta.example",
        "associatedcompanyid": "20",
        "lifecyclestage": "marketingqualifiedlead",
        "hs_lifecyclestage_lead_date": "2025-01-03T09:00:00Z",
        "hs_lifecyclestage_marketingqualifiedlead_date": "2025-02-03T09:00:00Z",
        "numemployees": "1000+",
    },
    # A reader of the newsletter, never a lead: the day is none.
    {
        "id": "3",
        "createdate": "2025-01-04T09:00:00Z",
        "email": "reader@post.example",
        "lifecyclestage": "subscriber",
        "hs_lifecyclestage_lead_date": "soon",
        "numemployees": "many",
    },
    # Cleared: only the history knows that this was a lead.
    {"id": "4", "createdate": "2025-01-06T09:00:00Z", "email": "cleo@gamma.example"},
    # Merged into 6 and deleted by that.
    {
        "id": "5",
        "createdate": "2024-12-01T09:00:00Z",
        "email": "dora.old@delta.example",
        "lifecyclestage": "lead",
        "hs_v2_date_entered_lead": "2024-12-02T09:00:00Z",
        "archived": "true",
    },
    # The survivor lists whom it took over; it never was a lead itself.
    {
        "id": "6",
        "createdate": "2025-02-01T09:00:00Z",
        "email": "dora@delta.example",
        "lifecyclestage": "other",
        "hs_merged_object_ids": "5;7",
    },
    # Turned down by sales, though marketing still calls it a lead.
    {
        "id": "8",
        "createdate": "2025-02-03T09:00:00Z",
        "email": "emil@epsilon.example",
        "lifecyclestage": "lead",
        "hs_lead_status": "UNQUALIFIED",
    },
    # Qualified by its stage alone: no date, no history.
    {
        "id": "9",
        "createdate": "2025-02-04T09:00:00Z",
        "email": "fred@zeta.example",
        "lifecyclestage": "salesqualifiedlead",
        "hs_lead_status": "NEW",
    },
    {
        "id": "10",
        "createdate": "2025-02-05T09:00:00Z",
        "email": "gina@eta.example",
        "lifecyclestage": "customer",
    },
    # Deleted.
    {
        "id": "11",
        "createdate": "2025-02-06T09:00:00Z",
        "email": "test@test.example",
        "lifecyclestage": "lead",
        "archived": "true",
    },
    # In a stage of the portal's own that nobody mapped.
    {
        "id": "12",
        "createdate": "2025-02-07T09:00:00Z",
        "email": "hans@theta.example",
        "lifecyclestage": "84550012",
    },
    # Cleared, too; the history knows the last stage only.
    {"id": "13", "createdate": "2025-02-08T09:00:00Z", "email": "ida@iota.example"},
]

COMPANIES = [
    {
        "id": "10",
        "createdate": "2024-11-01T09:00:00Z",
        "name": "Alpha",
        "domain": "https://www.alpha.example/en",
        "country": "Germany",
        "numberofemployees": "40",
        "hs_merged_object_ids": "11",
        "hubspot_owner_id": "71",
    },
    {
        "id": "11",
        "createdate": "2024-10-01T09:00:00Z",
        "name": "Alpha GmbH",
        "domain": "alpha.example",
    },
    {"id": "20", "createdate": "2024-11-02T09:00:00Z", "name": "Beta"},
    # A partner whose id is lower than every customer's.
    {"id": "1", "createdate": "2024-01-01T09:00:00Z", "name": "Partner"},
]

DEALS = [
    # Won on the last evening of March in UTC, in April in Berlin.
    {
        "id": "100",
        "createdate": "2025-01-20T10:00:00Z",
        "closedate": "2025-03-31T22:30:00Z",
        "pipeline": "default",
        "dealstage": "closedwon",
        "dealtype": "newbusiness",
        "amount": "12000.00",
        "hs_is_closed": "true",
        "hs_is_closed_won": "true",
        "hubspot_owner_id": "71",
        "contacts": ["1", "1"],
        "companies": ["1", "11"],
        "primary_company": "11",
        "line_items": ["900", "902"],
    },
    # An open deal of the connector that said TRUE to everything.
    {
        "id": "101",
        "createdate": "2025-02-10T10:00:00Z",
        "closedate": "2025-09-30T10:00:00Z",
        "pipeline": "default",
        "dealstage": "review",
        "dealtype": "newbusiness",
        "amount": "3000",
        "hs_is_closed": "TRUE",
        "hs_is_closed_won": "TRUE",
        "hs_deal_stage_probability": "0.4",
        "contacts": ["2"],
        "companies": ["20"],
        "primary_company": "20",
    },
    {
        "id": "102",
        "createdate": "2025-02-11T10:00:00Z",
        "closedate": "2025-04-30T10:00:00Z",
        "pipeline": "default",
        "dealstage": "closedlost",
        "dealtype": "newbusiness",
        "amount": "700",
        "line_items": ["903"],
    },
    # The stage id of an open stage elsewhere; in this pipeline it means won.
    {
        "id": "103",
        "createdate": "2025-02-12T10:00:00Z",
        "closedate": "2025-05-02T10:00:00Z",
        "pipeline": "777",
        "dealstage": "review",
        "dealtype": "existingbusiness",
        "amount": "2500",
        "companies": ["10"],
        "primary_company": "10",
    },
    # Merged into 106, both still there; links stayed behind.
    {
        "id": "104",
        "createdate": "2025-01-15T10:00:00Z",
        "closedate": "2025-06-10T10:00:00Z",
        "pipeline": "default",
        "dealstage": "closedwon",
        "dealtype": "newbusiness",
        "amount": "4000",
        "contacts": ["2"],
        "companies": ["20"],
        "primary_company": "20",
        "line_items": ["901"],
    },
    {
        "id": "105",
        "createdate": "2025-02-15T10:00:00Z",
        "closedate": "2025-06-10T10:00:00Z",
        "pipeline": "default",
        "dealstage": "closedwon",
        "dealtype": "newbusiness",
        "amount": "4000",
    },
    {
        "id": "106",
        "createdate": "2025-05-01T10:00:00Z",
        "closedate": "2025-06-10T10:00:00Z",
        "pipeline": "default",
        "dealstage": "closedwon",
        "dealtype": "newbusiness",
        "amount": "4000",
        "hs_merged_object_ids": "104;105",
    },
    # Another currency: the home amount, else HubSpot's own rate.
    {
        "id": "107",
        "createdate": "2025-03-01T10:00:00Z",
        "closedate": "2025-05-10T10:00:00Z",
        "pipeline": "default",
        "dealstage": "closedwon",
        "dealtype": "newbusiness",
        "amount": "1000",
        "deal_currency_code": "usd",
        "amount_in_home_currency": "900",
        "hs_exchange_rate": "0.5",
    },
    {
        "id": "108",
        "createdate": "2025-03-02T10:00:00Z",
        "closedate": "2025-05-11T10:00:00Z",
        "pipeline": "default",
        "dealstage": "closedwon",
        "dealtype": "newbusiness",
        "amount": "500.01",
        "deal_currency_code": "USD",
        "hs_exchange_rate": "0.85",
        "line_items": ["905", "906"],
    },
    # Deleted and won.
    {
        "id": "109",
        "createdate": "2025-03-03T10:00:00Z",
        "closedate": "2025-05-12T10:00:00Z",
        "pipeline": "default",
        "dealstage": "closedwon",
        "amount": "99999",
        "archived": "true",
    },
    # Won without amount.
    {
        "id": "110",
        "createdate": "2025-03-04T10:00:00Z",
        "closedate": "2025-05-13T10:00:00Z",
        "pipeline": "default",
        "dealstage": "closedwon",
        "dealtype": "newbusiness",
        "amount": "",
    },
    # In a stage without definition; there the flags are all there is.
    {
        "id": "111",
        "createdate": "2025-03-05T10:00:00Z",
        "closedate": "2025-05-14T10:00:00Z",
        "pipeline": "default",
        "dealstage": "ghost",
        "dealtype": "newbusiness",
        "amount": "60",
        "hs_is_closed": "true",
        "hs_is_closed_won": "true",
    },
]

# pipeline, stage, label, order, closed, probability
STAGES = [
    ("default", "review", "Review", "0", "false", "0.4"),
    # Open with probability 0, as real portals have it.
    ("default", "parked", "Parked", "1", "false", "0.0"),
    ("default", "closedwon", "Closed won", "2", "true", "1.0"),
    ("default", "closedlost", "Closed lost", "3", "true", "0.0"),
    ("777", "review", "Signed", "0", "true", "1.0"),
]

# deal, stage, entered; 102 was won for a day before it was lost
VISITS = [
    ("100", "review", "2025-01-20T10:00:00Z"),
    ("100", "closedwon", "2025-03-31T22:30:00Z"),
    ("102", "review", "2025-02-11T10:00:00Z"),
    ("102", "closedwon", "2025-04-28T10:00:00Z"),
    ("102", "closedlost", "2025-04-29T10:00:00Z"),
]

# contact, property, value, when
CHANGES = [
    ("4", "lifecyclestage", "lead", "2025-01-07T09:00:00Z"),
    ("4", "lifecyclestage", "salesqualifiedlead", "2025-01-09T09:00:00Z"),
    ("13", "lifecyclestage", "evangelist", "2025-02-09T09:00:00Z"),
    ("3", "lifecyclestage", "subscriber", "2025-01-04T09:00:00Z"),
    ("3", "city", "Bonn", "2025-01-04T09:00:00Z"),
]

LINE_ITEMS = [
    {
        "id": "900",
        "createdate": "2025-03-31T09:00:00Z",
        "price": "100",
        "quantity": "5",
        "amount": "500",
        "recurringbillingfrequency": "monthly",
        "hs_recurring_billing_period": "P12M",
        "hs_recurring_billing_start_date": "2025-04-01",
    },
    # Neither start nor term, for no payments are no term: from the day the deal is won
    # until further notice.
    {
        "id": "901",
        "createdate": "2025-03-31T09:00:00Z",
        "price": "1200",
        "quantity": "1",
        "hs_discount_percentage": "10",
        "recurringbillingfrequency": "annually",
        "hs_recurring_billing_number_of_payments": "0",
    },
    {"id": "902", "createdate": "2025-03-31T09:00:00Z", "price": "6000"},
    # On a lost deal, so nobody ever paid it.
    {
        "id": "903",
        "createdate": "2025-03-31T09:00:00Z",
        "price": "50",
        "recurringbillingfrequency": "monthly",
        "hs_recurring_billing_start_date": "2025-04-01",
    },
    # On a quote only.
    {
        "id": "904",
        "createdate": "2025-03-31T09:00:00Z",
        "price": "70",
        "recurringbillingfrequency": "monthly",
    },
    # In the dollars of its deal, and in a currency that the deal has no rate for.
    {
        "id": "905",
        "createdate": "2025-03-31T09:00:00Z",
        "price": "10.01",
        "recurringbillingfrequency": "monthly",
        "hs_recurring_billing_start_date": "2025-06-01",
    },
    {
        "id": "906",
        "createdate": "2025-03-31T09:00:00Z",
        "price": "10.01",
        "recurringbillingfrequency": "monthly",
        "hs_recurring_billing_start_date": "2025-06-01",
        "hs_line_item_currency_code": "CHF",
    },
]

OWNERS = [("71", "Ines", "Falk", False), ("72", "Jan", "Gross", True)]

# What Fivetran left in the schema is not read for other loaders.
LEFT_OVER = {
    "merged_deal": [{"deal_id": "103", "merged_deal_id": "100"}],
    "contact_merge_audit": [{"canonical_vid": "9", "vid_to_merge": "1"}],
    "marketing_campaign": [{"id": "c9", "property_hs_spend_items_sum_amount": "1"}],
}

LOADED = "2025-07-01T04:00:00Z"
LINKS = ("contacts", "companies", "primary_company", "line_items")


def _milliseconds(moment):
    read = datetime.fromisoformat(moment).astimezone(UTC)
    return str(int(read.timestamp() * 1000))


def _renamed(record, prefix, names=(), dropped=()):
    """A record with prefixed properties; `names` have names of their own."""
    names = {"id": "id", **dict(names)}
    return {
        names.get(key, prefix + key): value
        for key, value in record.items()
        if key not in dropped
    }


def fivetran():
    """Singular tables, property_ columns, digits apart, several types per pair."""
    deleted = {"archived": "is_deleted"}
    contact_names = deleted | {
        key: "property_" + key.replace("v2", "v_2")
        for row in CONTACTS
        for key in row
        if key.startswith("hs_v2_")
    }
    deal_names = {
        "id": "deal_id",
        "pipeline": "deal_pipeline_id",
        "dealstage": "deal_pipeline_stage_id",
        "hubspot_owner_id": "owner_id",
        "archived": "_fivetran_deleted",
    }
    companies, contacts, items = [], [], []
    for deal in DEALS:
        for company in deal.get("companies", []):
            companies.append((deal["id"], company, "341", "HUBSPOT_DEFINED"))
            # Of the others a label of the portal's own, which has the same number.
            own = "HUBSPOT" if company == deal["primary_company"] else "USER"
            companies.append((deal["id"], company, "5", f"{own}_DEFINED"))
        for number, contact in enumerate(deal.get("contacts", [])):
            contacts.append((deal["id"], contact, str(3 + number)))
        items += [(item, deal["id"], "20") for item in deal.get("line_items", [])]
    # An item names its deal itself, or a table does; this deal was merged away since.
    named = [(item, deal) for item, deal, _ in items if item == "901"]
    items = [row for row in items if row[0] != "901"]
    tables = {
        "contact": [_renamed(row, "property_", contact_names) for row in CONTACTS],
        "company": [_renamed(row, "property_", deleted) for row in COMPANIES],
        "deal": [_renamed(row, "property_", deal_names, LINKS) for row in DEALS],
        "line_item": [_renamed(row, "property_", deleted) for row in LINE_ITEMS],
        "deal_company": [
            {
                "deal_id": deal,
                "company_id": company,
                "type_id": kind,
                "category": category,
            }
            for deal, company, kind, category in companies
        ],
        "deal_contact": [
            {"deal_id": deal, "contact_id": contact, "type_id": kind}
            for deal, contact, kind in contacts
        ],
        "line_item_deal": [
            {"line_item_id": item, "deal_id": deal, "type_id": kind}
            for item, deal, kind in items
        ],
        "merged_deal": [
            {"deal_id": "106", "merged_deal_id": "104"},
            {"deal_id": "106", "merged_deal_id": "105"},
        ],
        "deal_pipeline_stage": [
            {
                "stage_id": stage,
                "pipeline_id": pipeline,
                "label": label,
                "display_order": order,
                # The old name; it means closed.
                "closed_won": closed,
                "probability": probability,
            }
            for pipeline, stage, label, order, closed, probability in STAGES
        ],
        "deal_stage": [
            {
                "deal_id": deal,
                "value": stage,
                "date_entered": entered,
                "_fivetran_start": entered,
                "_fivetran_end": "2050-01-01 00:00:00",
                "_fivetran_active": "false",
            }
            for deal, stage, entered in VISITS
        ],
        "contact_property_history": [
            # Milliseconds since 1970 beside readable times; a value that was left is
            # inactive, and history all the same.
            {
                "contact_id": contact,
                "name": name,
                "value": value,
                "timestamp": moment if number else _milliseconds(moment),
                "_fivetran_active": "true" if number else "false",
            }
            for number, (contact, name, value, moment) in enumerate(CHANGES)
        ],
        # No active row is left of who is gone.
        "owner": [
            {
                "owner_id": owner,
                "first_name": first,
                "last_name": last,
                "_fivetran_active": str(not gone).lower(),
            }
            for owner, first, last, gone in OWNERS
        ],
        "marketing_campaign": [
            {
                "id": "c1",
                "property_hs_start_date": "2025-04-01",
                "property_hs_end_date": "2025-04-30",
                "property_hs_spend_items_sum_amount": "3000.0",
                "property_hs_currency_code": "EUR",
            }
        ],
        # What another loader left in the schema is not read.
        "deals_archived": [{"id": "999", "properties_amount": "1"}],
        "owners_archived": [{"id": "99"}],
        "deals_property_history": [{"dealId": "100", "property": "dealstage"}],
    }
    # History mode keeps no active row of a contact that was merged away.
    (merged,) = (row for row in tables["contact"] if row["id"] == "5")
    del merged["is_deleted"]
    merged["_fivetran_active"] = "false"
    tables["contact"].append(
        {**merged, "property_email": None, "_fivetran_synced": "2025-01-01"}
    )
    # An older version of a deal, as history mode keeps it, and ids as numbers.
    old = dict(tables["deal"][0])
    old.update(
        property_amount="1", _fivetran_active="false", _fivetran_synced="2025-01-01"
    )
    tables["deal"].append(old)
    for item, deal in named:
        for row in tables["line_item"]:
            row["deal_id"] = deal if row["id"] == item else row.get("deal_id")
    for table, column, kind in [
        ("contact", "id", "bigint"),
        ("company", "id", "double"),
        ("company", "property_hs_merged_object_ids", "bigint"),
        ("deal", "deal_id", "bigint"),
    ]:
        for row in tables[table]:
            if column in row:
                row[f"{column}:{kind}"] = row.pop(column)
    return _loaded(tables, "_fivetran_synced", LOADED)


def airbyte():
    """Plural tables, properties_ columns, links and stages as JSON arrays."""
    top = {"archived": "archived", "line_items": "line_items"}
    deals, archived = [], []
    for deal in DEALS:
        row = _renamed(deal, "properties_", top, ("contacts", "companies"))
        primary = row.pop("properties_primary_company", None)
        row["properties_hs_primary_associated_company"] = primary
        row["contacts:json"] = json.dumps(deal.get("contacts", []))
        row["companies:varchar[]"] = f"[{', '.join(deal.get('companies', []))}]"
        row["line_items"] = json.dumps(deal.get("line_items", []))
        if "archived" in deal:
            row = {key: row[key] for key in row if ":" not in key}
            archived.append(row)
        else:
            deals.append({**row, "archived": "false"})
    # An older version in append mode, with a contact that was taken off since.
    old = {**deals[1], "properties_amount": "1", "contacts:json": '["1", "2"]'}
    deals.append({**old, "_airbyte_extracted_at": "2025-01-01T00:00:00Z"})
    pipelines = {}
    for pipeline, stage, label, order, closed, probability in STAGES:
        number = len(pipelines.setdefault(pipeline, []))
        # Keys of version 1 of the API and of version 3.
        pipelines[pipeline].append(
            {
                "stageId" if number % 2 else "id": stage,
                "label": label,
                "displayOrder": int(order),
                "metadata": {"isClosed": closed, "probability": probability},
            }
        )
    # HubSpot's search, which Airbyte asks, finds no deleted contact: what landed before
    # stays as it was (one that was merged away since), what did not never lands.
    contacts = [
        _renamed(row, "properties_", top) | {"archived": "false"}
        for row in CONTACTS
        if row["id"] != "11"
    ]
    # Numbers to HubSpot: on PostgreSQL Airbyte lands them as numeric(38, 9).
    for row in contacts:
        company = row.pop("properties_associatedcompanyid", None)
        row["properties_associatedcompanyid:decimal(38, 9)"] = company
    for row in deals:
        company = row.pop("properties_hs_primary_associated_company")
        row["properties_hs_primary_associated_company:decimal(38, 9)"] = company
    tables = {
        "contacts": contacts,
        "companies": [_renamed(row, "properties_", top) for row in COMPANIES],
        "deals": deals,
        "deals_archived": archived,
        "line_items": [_renamed(row, "properties_", top) for row in LINE_ITEMS],
        "deal_pipelines": [
            {
                "pipelineId": pipeline,
                "createdAt": "1700000000000",
                "stages:json": stages,
            }
            for pipeline, rows in pipelines.items()
            for stages in [json.dumps(rows)]
        ],
        "deals_property_history": [
            {
                "dealId": deal,
                "property": "dealstage",
                "value": stage,
                "timestamp": moment,
            }
            for deal, stage, moment in VISITS
        ]
        + [
            {
                "dealId": "100",
                "property": "amount",
                "value": "1",
                "timestamp": LOADED,
            }
        ],
        "contacts_property_history": [
            {
                "vid:bigint": contact,
                "property": name,
                "value": value,
                "timestamp:bigint": _milliseconds(moment),
                "source-type": "API",
            }
            for contact, name, value, moment in CHANGES
        ],
        "owners": [
            {"id": owner, "firstName": first, "lastName": last, "archived": "false"}
            for owner, first, last, gone in OWNERS
            if not gone
        ],
        "owners_archived": [
            {"id": owner, "firstName": first, "lastName": last, "archived": "true"}
            for owner, first, last, gone in OWNERS
            if gone
        ],
    }
    tables |= LEFT_OVER
    tables["deal_stage"] = [{"deal_id": "100", "value": "closedlost"}]
    return _loaded(tables, "_airbyte_extracted_at", LOADED)


def dlt():
    """Plural tables, bare columns, child tables; no line items at all."""
    deals, companies, contacts = [], [], []
    for deal in DEALS:
        row = _renamed(deal, "", {"archived": "is_deleted"}, LINKS)
        row["hs_primary_associated_company"] = deal.get("primary_company")
        deals.append(row)
        for company in deal.get("companies", []):
            companies.append({"value": company, "deals_id": deal["id"]})
        for contact in deal.get("contacts", []):
            contacts.append({"value": contact, "deals_id": deal["id"]})
    deleted = {"archived": "is_deleted"}
    history = [
        {
            "object_id": deal,
            "property_name": "dealstage",
            "value": stage,
            "timestamp": moment,
        }
        for deal, stage, moment in VISITS
    ]
    tables = {
        "contacts": [_renamed(row, "", deleted) for row in CONTACTS],
        "companies": [_renamed(row, "", deleted) for row in COMPANIES],
        "deals": deals,
        "companies__deals": companies,
        "contacts__deals": contacts,
        "pipelines_deals": [
            {"id": pipeline, "label": pipeline, "_dlt_id": f"row {pipeline}"}
            for pipeline in ("default", "777")
        ],
        "pipelines_deals__stages": [
            {
                "id": stage,
                "label": label,
                "display_order": order,
                "metadata__is_closed": closed,
                "metadata__probability": probability,
                "_dlt_parent_id": f"row {pipeline}",
            }
            for pipeline, stage, label, order, closed, probability in STAGES
        ],
        # Appended once more with every run.
        "deals_property_history": history + history,
        "contacts_property_history": [
            {
                "object_id": contact,
                "property_name": name,
                "value": value,
                "timestamp": moment,
            }
            for contact, name, value, moment in CHANGES
        ],
        "owners": [
            {"id": owner, "first_name": first, "last_name": last}
            for owner, first, last, _ in OWNERS
        ],
    }
    stamp = str(datetime.fromisoformat(LOADED).timestamp())
    return _loaded(tables | LEFT_OVER, "_dlt_load_id", stamp)


def _loaded(tables, column, stamp):
    """The tables with a load stamp on every row that has none."""
    return {
        table: [{column: stamp, **row} for row in rows]
        for table, rows in tables.items()
    }


LAYOUTS = {"fivetran": fivetran, "airbyte": airbyte, "dlt": dlt}


def typed(tables):
    """The tables with the types apart: {table: (rows, {column: type})}."""
    found = {}
    for table, rows in tables.items():
        names = {key: key.partition(":") for row in rows for key in row}
        found[table] = (
            [{names[key][0]: value for key, value in row.items()} for row in rows],
            {name: kind for name, _, kind in names.values() if kind},
        )
    return found
