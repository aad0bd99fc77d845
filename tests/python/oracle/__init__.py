"""An independent computation of the six KPI marts, straight from raw rows.

It shares no code with the dbt project and is written from its specification only:
DESIGN.md, reference/kpi_definitions.md (edge cases), DECISIONS.md.

    >>> result = oracle.compute(raw, seeds, settings)
    >>> result["kpi_churn_rate"][0]["churned_customers"]
"""

from __future__ import annotations

from importlib import import_module

from oracle.company import Company, as_of_day
from oracle.kpis import Marts
from oracle.seeds import Seeds

CRMS = ("salesforce", "hubspot", "zoho")
DEFAULTS = {
    "salesforce_enabled": True,
    "hubspot_enabled": True,
    "zoho_enabled": True,
    "as_of_date": None,
    "business_timezone": "Europe/Berlin",
    "fiscal_year_start_month": 1,
    "reporting_currency": "EUR",
    "revenue_basis": "bookings",
    "close_date_basis": "crm_field",
    "conversion_window_days": 90,
    "churn_inactivity_days": 365,
    "churn_grace_days": 30,
    "cac_lag_months": 0,
    "spend_source": None,
    "gross_margin_rate": None,
    "min_sample_size": 30,
    "min_event_count": 5,
    "history_start_date": None,
    "crm_precedence": ["salesforce", "hubspot", "zoho"],
    "sales_rep_identity": "pseudonym",
    "salesforce_contract_amount_column": None,
}
MARTS = (
    "revenue_growth",
    "sales_cycle_length",
    "conversion_rate",
    "average_order_value",
    "churn_rate",
    "customer_acquisition_cost",
)


def read_company(
    raw: dict[str, dict[str, list[dict]]],
    seeds: dict[str, list[dict]],
    settings: dict | None = None,
) -> Company:
    """The canonical company behind the marts (persons, customers, deals, ...).

    Args as in `compute`.
    """
    vars_ = DEFAULTS | (settings or {})
    lookups = Seeds(seeds)

    def adapted(on):
        return [
            import_module(f"oracle.adapter_{crm}").adapt(raw[crm], lookups, on)
            for crm in CRMS
            if raw.get(crm) is not None and vars_[f"{crm}_enabled"]
        ]

    crms = adapted(vars_)
    if not vars_["as_of_date"]:  # only what landed tells it, and who is a lead by then
        as_of, _ = as_of_day(crms, vars_)
        crms = adapted(vars_ | {"as_of_date": as_of.isoformat()})
    return Company(crms, raw.get("finance") or {}, lookups, vars_)


def compute(
    raw: dict[str, dict[str, list[dict]]],
    seeds: dict[str, list[dict]],
    settings: dict | None = None,
) -> dict[str, object]:
    """Every column of the six KPI marts.

    Args:
        raw: {'salesforce' | 'hubspot' | 'zoho' | 'finance': {table: rows}}, tables
            and columns named as Fivetran lands them; every value text or None.
            A CRM that is absent or switched off is left out.
        seeds: {seed name: rows of its CSV as text}.
        settings: the project's vars; those left out take their default.

    Returns:
        {'kpi_<name>': rows}, sorted by kpi_key, each row a dict of all columns:
        money Decimal in reporting_currency, shares and days float, counts int,
        dates date, `data_as_of` naive UTC datetime, NULL None. A seller is
        labelled `owner:<crm>:<id>` (by name if sales_rep_identity = name).
        Beside the marts: 'row_accounting' {(crm, table): {'landed', 'used',
        reason...}}, 'issues' [(crm, table, id, reason)], and for debugging the
        lists 'leads', 'deals', 'customers', 'contract_periods'.

    Raises:
        ValueError: if no as-of day can be found.
    """
    vars_ = DEFAULTS | (settings or {})
    company = read_company(raw, seeds, vars_)
    marts = Marts(company, seeds.get("kpi_targets", []), vars_)
    result: dict[str, object] = {
        f"kpi_{name}": sorted(getattr(marts, name)(), key=lambda row: row["kpi_key"])
        for name in MARTS
    }
    result["row_accounting"] = company.row_accounting
    result["issues"] = sorted(company.issues)
    result["leads"] = company.persons
    result["deals"] = company.deals
    result["customers"] = list(company.customers.values())
    result["contract_periods"] = company.contracts
    return result
