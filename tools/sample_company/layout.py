"""Raw tables of the sample: names, columns and types, in Fivetran's layout.

``TABLES[crm][table]`` is a list of ``Column(api_name, name, type)``; the writers,
the seeds' YAML and the tests all work from it. ``api_name`` is the CRM's own name
of the field; a column that holds text in a number or date field is of type text.
"""

import re
from typing import NamedTuple

TYPES = ("text", "integer", "number", "rate", "boolean", "date", "timestamp")
"""number has two decimals, rate six."""


class Column(NamedTuple):
    """One raw column: the CRM's API name, the landed name, one of TYPES."""

    api_name: str
    name: str
    type: str


def fivetran_name(api_name):
    """Fivetran's column name of an API name: CreatedDate -> created_date."""
    words = re.sub("([a-z0-9])([A-Z])", r"\1_\2", api_name)
    words = re.sub("([a-zA-Z])([0-9])", r"\1_\2", words)
    return words.replace("__", "_").lower()


LOADER = (
    Column("_fivetran_synced", "_fivetran_synced", "timestamp"),
    Column("_fivetran_deleted", "_fivetran_deleted", "boolean"),
    Column("_fivetran_active", "_fivetran_active", "boolean"),
)


def _columns(fields, rename=fivetran_name, loader=LOADER):
    """Columns from words ``ApiName`` (text) or ``ApiName:type`` and the loader's."""
    parts = [field.partition(":") for field in fields.split()]
    return [
        Column(api_name, rename(api_name), kind or "text")
        for api_name, _, kind in parts
    ] + list(loader)


SALESFORCE = {
    "lead": _columns(
        "Id CreatedDate:timestamp SystemModstamp:timestamp Status LeadSource Company "
        "Email OwnerId Industry NumberOfEmployees Country IsConverted:boolean "
        "ConvertedDate:date ConvertedAccountId ConvertedContactId "
        "ConvertedOpportunityId IsDeleted:boolean MasterRecordId"
    ),
    "lead_history": _columns(
        "Id LeadId Field OldValue NewValue CreatedDate:timestamp IsDeleted:boolean"
    ),
    "account": _columns(
        "Id Name Website Industry OwnerId NumberOfEmployees BillingCountry "
        "AccountSource Segment__c CreatedDate:timestamp SystemModstamp:timestamp "
        "IsDeleted:boolean MasterRecordId"
    ),
    "contact": _columns(
        "Id AccountId Email CreatedDate:timestamp SystemModstamp:timestamp "
        "IsDeleted:boolean MasterRecordId"
    ),
    "opportunity": _columns(
        "Id Name AccountId OwnerId CampaignId ContactId ContractId Type LeadSource "
        "StageName Amount CurrencyIsoCode Probability:number CloseDate "
        "CreatedDate:timestamp SystemModstamp:timestamp IsClosed:boolean "
        "IsWon:boolean IsDeleted:boolean"
    ),
    "opportunity_stage": _columns(
        "Id MasterLabel ApiName DefaultProbability:number IsActive:boolean "
        "IsClosed:boolean IsWon:boolean SortOrder:integer"
    ),
    "opportunity_history": _columns(
        "Id OpportunityId StageName CreatedDate:timestamp IsDeleted:boolean"
    ),
    "opportunity_field_history": _columns(
        "Id OpportunityId Field OldValue NewValue CreatedDate:timestamp "
        "IsDeleted:boolean"
    ),
    "opportunity_contact_role": _columns(
        "Id OpportunityId ContactId IsPrimary:boolean IsDeleted:boolean"
    ),
    "order": _columns(
        "Id AccountId ContractId OpportunityId OwnerId EffectiveDate:date Status "
        "StatusCode TotalAmount CurrencyIsoCode IsReductionOrder:boolean "
        "CreatedDate:timestamp SystemModstamp:timestamp IsDeleted:boolean"
    ),
    "contract": _columns(
        "Id AccountId OwnerId StartDate:date EndDate:date ContractTerm:integer Status "
        "StatusCode CurrencyIsoCode CreatedDate:timestamp SystemModstamp:timestamp "
        "IsDeleted:boolean"
    ),
    "campaign": _columns(
        "Id Type ParentId StartDate:date EndDate:date ActualCost CurrencyIsoCode "
        "CreatedDate:timestamp SystemModstamp:timestamp IsDeleted:boolean"
    ),
    "user": _columns("Id Name IsActive:boolean SystemModstamp:timestamp"),
    "currency_type": _columns(
        "Id IsoCode ConversionRate:rate IsActive:boolean IsCorporate:boolean"
    ),
    "dated_conversion_rate": _columns(
        "Id IsoCode StartDate:date NextStartDate:date ConversionRate:rate"
    ),
}


def _hubspot(own, properties):
    """Top-level columns, then properties: ``amount`` lands as property_amount."""
    return _columns(own, str, ()) + _columns(properties, "property_{}".format)


def _zoho(fields):
    """Lower-case names; a lookup, written ``Owner@``, lands as owner_id."""

    def rename(api_name):
        return api_name.lower().replace("__", "_").replace("@", "_id")

    return [
        column._replace(api_name=column.api_name.rstrip("@"))
        for column in _columns(fields, rename)
    ]


STAGE_DATES = [
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
]

HUBSPOT = {
    "contact": _hubspot(
        "id:integer is_deleted:boolean",
        "email createdate:timestamp lastmodifieddate:timestamp lifecyclestage "
        "hs_lead_status hs_analytics_source hubspot_owner_id associatedcompanyid "
        "company industry numemployees country "
        + " ".join(f"hs_v2_date_entered_{stage}:timestamp" for stage in STAGE_DATES)
        + " "
        + " ".join(f"hs_lifecyclestage_{stage}_date:timestamp" for stage in STAGE_DATES)
        + " hs_merged_object_ids hs_calculated_merged_vids salesforceleadid "
        "salesforcecontactid",
    ),
    "company": _hubspot(
        "id:integer is_deleted:boolean",
        "name domain website industry segment lifecyclestage hubspot_owner_id "
        "createdate:timestamp hs_lastmodifieddate:timestamp numberofemployees country "
        "hs_analytics_source hs_merged_object_ids salesforceaccountid",
    ),
    "deal": _hubspot(
        "deal_id:integer deal_pipeline_id deal_pipeline_stage_id owner_id "
        "is_deleted:boolean",
        "dealname dealtype amount amount_in_home_currency deal_currency_code "
        "hs_exchange_rate closedate createdate:timestamp hs_lastmodifieddate:timestamp "
        "hs_is_closed hs_is_closed_won hs_deal_stage_probability hs_analytics_source "
        "hs_merged_object_ids hs_salesforceopportunityid "
        "hs_primary_associated_company",
    ),
    "deal_pipeline": _columns(
        "pipeline_id label active:boolean display_order:integer", str
    ),
    "deal_pipeline_stage": _columns(
        "stage_id pipeline_id label display_order:integer probability:number "
        "is_closed:boolean closed_won:boolean active:boolean",
        str,
    ),
    "deal_stage": _columns(
        "deal_id:integer value date_entered:timestamp source "
        "_fivetran_start:timestamp _fivetran_end:timestamp",
        str,
    ),
    "contact_property_history": _columns(
        "contact_id:integer name value timestamp source", str
    ),
    "deal_company": _columns(
        "deal_id:integer company_id:integer type_id category", str
    ),
    "deal_contact": _columns(
        "deal_id:integer contact_id:integer type_id category", str
    ),
    "merged_deal": _columns("deal_id:integer merged_deal_id:integer", str),
    "line_item": _hubspot(
        "id:integer deal_id:integer is_deleted:boolean",
        "name price quantity discount hs_discount_percentage amount "
        "recurringbillingfrequency "
        "hs_recurring_billing_period hs_recurring_billing_start_date "
        "hs_recurring_billing_number_of_payments hs_line_item_currency_code "
        "createdate:timestamp hs_lastmodifieddate:timestamp",
    ),
    "line_item_deal": _columns("line_item_id:integer deal_id:integer type_id", str),
    "owner": _columns(
        "owner_id:integer first_name last_name email active_user_id:integer "
        "created_at:timestamp updated_at:timestamp",
        str,
    ),
    "marketing_campaign": _hubspot(
        "id is_deleted:boolean",
        "hs_name hs_campaign_type hs_start_date hs_end_date hs_currency_code "
        "hs_spend_items_sum_amount createdate:timestamp",
    ),
}
"""Column names of marketing_campaign are inferred, see reference/crm_contracts.md."""

ZOHO = {
    "lead": _zoho(
        "id Owner@ Company Email Lead_Source Lead_Status Industry No_of_Employees "
        "Country Created_Time:timestamp Modified_Time:timestamp Converted__s:boolean "
        "Converted_Date_Time:timestamp Converted_Account@ Converted_Contact@ "
        "Converted_Deal@ Record_Status__s"
    ),
    "account": _zoho(
        "id Account_Name Account_Type Website Industry Segment Owner@ Employees "
        "Billing_Country Created_Time:timestamp Modified_Time:timestamp "
        "Record_Status__s"
    ),
    "contact": _zoho(
        "id Account_Name@ Email Lead_Source Owner@ Created_Time:timestamp "
        "Modified_Time:timestamp Record_Status__s"
    ),
    "deal": _zoho(
        "id Deal_Name Account_Name@ Contact_Name@ Campaign_Source@ Owner@ Type "
        "Lead_Source Stage Pipeline Amount Currency Exchange_Rate Probability "
        "Closing_Date Created_Time:timestamp Modified_Time:timestamp Record_Status__s"
    ),
    "stage": _zoho(
        "id display_value actual_value sequence_number:integer probability:number "
        "forecast_type deal_category forecast_category"
    ),
    "deal_stage_history": _zoho(
        "id Potential_Name@ Stage Moved_To__s Stage_Duration_Calendar_Days:integer "
        "Modified_Time:timestamp"
    ),
    "sales_order": _zoho(
        "id SO_Number Deal_Name@ Account_Name@ Owner@ Status Due_Date Sub_Total Tax "
        "Grand_Total Currency Exchange_Rate Created_Time:timestamp "
        "Modified_Time:timestamp Record_Status__s"
    ),
    "invoice": _zoho(
        "id Invoice_Number Sales_Order@ Deal_Name@ Account_Name@ Owner@ Status "
        "Invoice_Date Due_Date Sub_Total Discount Tax Adjustment Grand_Total Currency "
        "Exchange_Rate Created_Time:timestamp Modified_Time:timestamp Record_Status__s"
    ),
    "campaign": _zoho(
        "id Campaign_Name Type Status Start_Date End_Date Actual_Cost Budgeted_Cost "
        "Parent_Campaign@ Currency Exchange_Rate Created_Time:timestamp "
        "Modified_Time:timestamp Record_Status__s"
    ),
    "user": _zoho("id full_name email status"),
}
"""Fivetran's Zoho names are inferred: lookups land as <name>_id."""

FINANCE = {
    "acquisition_spend": _columns(
        "spend_month:date channel cost_type amount currency_code region segment "
        "sales_team source_system",
        loader=(),
    ),
    "exchange_rates": _columns(
        "rate_date:date from_currency to_currency rate:rate", loader=()
    ),
    "contract_periods": _columns(
        "contract_id source_system account_id starts_on:date ends_on:date "
        "monthly_amount currency_code",
        loader=(),
    ),
}

DESCRIPTIONS = {
    "salesforce": {
        "lead": "Leads of the sample company, some twice, merged or deleted.",
        "lead_history": "Changes of the leads' status.",
        "account": "Companies that are customers or have been offered something.",
        "contact": "People at the accounts, most of them converted leads.",
        "opportunity": "Deals: new business, upsells, renewals and credit notes.",
        "opportunity_stage": "The stages of a deal and whether they close it.",
        "opportunity_history": "A row per change of a deal; most change its stage.",
        "opportunity_field_history": "Tracked changes of the stage, last weeks only.",
        "opportunity_contact_role": "Who plays a part in a new-business deal.",
        "order": "Orders of won deals and contracts; credit notes are reductions.",
        "contract": "Subscription contracts, running, ended and drafted.",
        "campaign": "Campaigns per quarter and channel; the fairs hang below a parent.",
        "user": "Sellers and a technical user.",
        "currency_type": "Currencies of the org with today's rate per euro.",
        "dated_conversion_rate": "Rates per euro by period; finance has none of SEK.",
    },
    "hubspot": {
        "contact": "People: leads with the dates of their stages, and other contacts.",
        "company": "Companies with their web domain.",
        "deal": "Deals of the sales and the renewal pipeline, with merged ones.",
        "deal_pipeline": "The two pipelines.",
        "deal_pipeline_stage": "Stages of the pipelines; closed_won means closed.",
        "deal_stage": "When each deal entered each stage.",
        "contact_property_history": "Changes of the contacts' lifecycle stage.",
        "deal_company": "Associations of deals and companies, several per pair.",
        "deal_contact": "Associations of deals and contacts, several per pair.",
        "merged_deal": "Deals that were merged into another one.",
        "line_item": "What the won deals sell: subscriptions and one-off items.",
        "line_item_deal": "Associations of line items and deals.",
        "owner": "Sellers; the owner's id is not the user's id.",
        "marketing_campaign": "Campaigns with what was spent on them.",
    },
    "zoho": {
        "lead": "Leads, converted ones included, with the records they became.",
        "account": "Companies with their website.",
        "contact": "People at the accounts.",
        "deal": "Deals; the closing date is the expected one.",
        "stage": "The nine standard stages with their forecast type.",
        "deal_stage_history": "When each deal left each stage.",
        "sales_order": "Orders of won deals; invoices are billed from them.",
        "invoice": "Invoices and credit notes, drafts and cancelled ones too.",
        "campaign": "Campaigns per quarter and channel with their cost.",
        "user": "Sellers.",
    },
    "finance": {
        "acquisition_spend": "Monthly spend on winning customers, as finance books it.",
        "exchange_rates": "Weekly rates: CHF in EUR, EUR in USD.",
        "contract_periods": "Contracts that finance knows better than a CRM, or alone.",
    },
    "mapping": {
        "sales_team_members": "Teams and regions of the sample's sellers, in each CRM.",
        "value_mapping": "What HubSpot calls sources, channels and industries.",
    },
}
"""One sentence per table, for the seeds' documentation."""

MAPPING = {
    "sales_team_members": _columns(
        "source_system user_id sales_team region valid_from:date valid_to:date",
        str,
        (),
    ),
    "value_mapping": _columns("source_system field raw_value value", str, ()),
}
"""Rows for the project's mapping seeds that only the sample needs."""

TABLES = {
    "salesforce": SALESFORCE,
    "hubspot": HUBSPOT,
    "zoho": ZOHO,
    "finance": FINANCE,
    "mapping": MAPPING,
}

SCHEMAS = {
    "salesforce": "sample_salesforce",
    "hubspot": "sample_hubspot",
    "zoho": "sample_zoho",
    "finance": "sample_finance",
}
"""Schema per system; the mapping seeds stand where the project's own do."""


def seed_name(crm, table):
    """Name of the seed and of its CSV file."""
    return f"{SCHEMAS[crm]}__{table}" if crm in SCHEMAS else f"sample_{table}"
