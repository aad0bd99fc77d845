"""The sample generator's raw tables as each loader would have landed them.

The generator writes Fivetran's layout as parquet files. `landed` gives, per raw table
of a loader, a query over these files: other names, other types, and where shapes truly
differ (HubSpot's stages, histories and associations, Zoho's lookups) another shape.
What a loader does not land is left out.
"""

from __future__ import annotations

import re
from pathlib import Path

from tools.sample_company.layout import LOADER, TABLES, seed_name

SCHEMAS = {"salesforce": "salesforce", "hubspot": "hubspot", "zoho": "zoho_crm"}
LOADER_COLUMNS = {column.name for column in LOADER}
SYNCED = "_fivetran_synced at time zone 'UTC'"
STAMPS = {
    "airbyte": f"{SYNCED} as _airbyte_extracted_at",
    "dlt": f"cast(epoch({SYNCED}) as varchar) as _dlt_load_id",
}

SALESFORCE_OF_DLT = {
    "user": "sf_user",
    **{name: name for name in ("lead", "account", "contact", "opportunity")},
    **{name: name for name in ("opportunity_contact_role", "campaign")},
}
HUBSPOT_PLURALS = {
    "contact": "contacts",
    "company": "companies",
    "deal": "deals",
    "line_item": "line_items",
}
ZOHO_MODULES = {
    "lead": "leads",
    "account": "accounts",
    "contact": "contacts",
    "deal": "deals",
    "deal_stage_history": "deal_history",
    "sales_order": "sales_orders",
    "invoice": "invoices",
    "campaign": "campaigns",
}
ZOHO_OF_AIRBYTE = ZOHO_MODULES | {"sales_order": "sales__orders"}
ZOHO_OF_DLT = ZOHO_MODULES | {"user": "users", "stage": "stages"}


def landed(folder: Path, crm: str, loader: str) -> dict[str, dict[str, str]]:
    """{schema: {raw table: query}} of one CRM.

    Args:
        folder: what `tools.sample_company.write` wrote as parquet.
        crm: salesforce, hubspot or zoho.
        loader: fivetran, airbyte or dlt.
    """
    files = _files(folder, crm)
    if loader == "fivetran":
        return {SCHEMAS[crm]: {t: f"select * from {f}" for t, f in files.items()}}
    tables = {"salesforce": _salesforce, "hubspot": _hubspot, "zoho": _zoho}[crm](
        files, loader
    )
    return {SCHEMAS[crm]: tables}


def finance(folder: Path) -> dict[str, dict[str, str]]:
    """The finance tables, which no loader of a CRM changes."""
    files = _files(folder, "finance")
    return {"finance": {t: f"select * from {f}" for t, f in files.items()}}


def _files(folder: Path, system: str) -> dict[str, str]:
    return {
        table: f"read_parquet('{folder}/{seed_name(system, table)}.parquet')"
        for table in TABLES[system]
    }


def _select(file: str, columns: dict[str, str], loader: str, *more: str) -> str:
    """A query of living, current rows; `columns`: {new name: expression}."""
    names = [f'{sql} as "{name}"' for name, sql in columns.items()]
    return (
        f"select {', '.join([*names, *more, STAMPS[loader]])} from {file} as landed "
        "where _fivetran_active is not false and _fivetran_deleted is not true"
    )


def _own_columns(crm: str, table: str) -> list:
    return [
        column for column in TABLES[crm][table] if column.name not in LOADER_COLUMNS
    ]


# -- Salesforce ---------------------------------------------------------------


def _dlt_name(api_name: str) -> str:
    return re.sub("([a-z0-9])([A-Z])", r"\1_\2", api_name).lower()


def _salesforce(files: dict[str, str], loader: str) -> dict[str, str]:
    tables = {}
    for table, file in files.items():
        if loader == "airbyte":
            landed_table = "".join(word.capitalize() for word in table.split("_"))
        elif table in SALESFORCE_OF_DLT:
            landed_table = SALESFORCE_OF_DLT[table]
        else:
            continue
        columns = {}
        for column in _own_columns("salesforce", table):
            name = (
                column.api_name if loader == "airbyte" else _dlt_name(column.api_name)
            )
            columns[name] = f'"{column.name}"'
            if column.type == "timestamp":
                columns[name] += " at time zone 'UTC'"
            elif column.type == "date" and loader == "dlt":
                columns[name] = f'cast("{column.name}" as varchar)'
        tables[landed_table] = _select(file, columns, loader)
    return tables


# -- HubSpot ------------------------------------------------------------------


def _properties(table: str, loader: str) -> dict[str, str]:
    """{name: expression} of a record's id and properties; everything as text."""
    prefix = "properties_" if loader == "airbyte" else ""
    columns = {"id": 'cast("id" as varchar)'}
    for column in _own_columns("hubspot", table):
        if column.name.startswith("property_"):
            name = prefix + column.name.removeprefix("property_")
            columns[name] = f'"{column.name}"'
            if column.type == "timestamp":
                columns[name] += " at time zone 'UTC'"
    return columns


def _hubspot(files: dict[str, str], loader: str) -> dict[str, str]:
    prefix = "properties_" if loader == "airbyte" else ""
    kept = ["contact", "company"] + (["line_item"] if loader == "airbyte" else [])
    tables = {
        HUBSPOT_PLURALS[table]: _select(
            files[table], _properties(table, loader), loader
        )
        for table in kept
    }
    deal = _properties("deal", loader) | {
        "id": "cast(deal_id as varchar)",
        f"{prefix}pipeline": "deal_pipeline_id",
        f"{prefix}dealstage": "deal_pipeline_stage_id",
        f"{prefix}hubspot_owner_id": "owner_id",
        f"{prefix}hs_primary_associated_company": f"""(
            select min(cast(link.company_id as varchar))
            from {files["deal_company"]} as link
            where link.deal_id = landed.deal_id and link.type_id = '5'
        )""",
    }
    if loader == "airbyte":
        for name, bridge, other in (
            ("contacts", "deal_contact", "contact_id"),
            ("companies", "deal_company", "company_id"),
            ("line_items", "line_item_deal", "line_item_id"),
        ):
            # Several types of one link make equal elements, as the API gives them.
            deal[name] = f"""(
                select cast(to_json(list(cast(link.{other} as varchar))) as json)
                from {files[bridge]} as link
                where link.deal_id = landed.deal_id
            )"""
    tables["deals"] = _select(files["deal"], deal, loader)
    history = {
        "property": "'dealstage'",
        "value": "value",
        "timestamp": "date_entered at time zone 'UTC'",
    }
    change = {"property": "name", "value": "value", "timestamp": '"timestamp"'}
    owner = {"id": "cast(owner_id as varchar)"}
    if loader == "airbyte":
        # Every version of a deal's stage is a row of history, the last one too.
        tables |= {
            "deals_property_history": _history(
                files["deal_stage"], {"dealId": "deal_id"} | history, loader
            ),
            "contacts_property_history": _history(
                files["contact_property_history"],
                {"vid": "contact_id"} | change,
                loader,
            ),
            "owners": _select(
                files["owner"],
                owner | {"firstName": "first_name", "lastName": "last_name"},
                loader,
            ),
            "deal_pipelines": f"""
                select
                    pipeline.pipeline_id as "pipelineId",
                    to_json(list({{
                        'stageId': stage.stage_id,
                        'label': stage.label,
                        'displayOrder': stage.display_order,
                        'metadata': {{
                            'isClosed': cast(stage.closed_won as varchar),
                            'probability': cast(stage.probability as varchar)
                        }}
                    }})) as stages,
                    max(pipeline._fivetran_synced) at time zone 'UTC'
                        as _airbyte_extracted_at
                from {files["deal_pipeline"]} as pipeline
                inner join {files["deal_pipeline_stage"]} as stage
                    on pipeline.pipeline_id = stage.pipeline_id
                group by pipeline.pipeline_id
            """,
        }
        return tables
    named = {"property": "property_name"}
    tables |= {
        "deals_property_history": _history(
            files["deal_stage"],
            {"object_id": "deal_id"} | {named.get(k, k): v for k, v in history.items()},
            loader,
        ),
        "contacts_property_history": _history(
            files["contact_property_history"],
            {"object_id": "contact_id"}
            | {named.get(k, k): v for k, v in change.items()},
            loader,
        ),
        "owners": _select(
            files["owner"],
            owner | {"first_name": "first_name", "last_name": "last_name"},
            loader,
        ),
        "companies__deals": _select(
            files["deal_company"],
            {"value": "company_id", "deals_id": "deal_id"},
            loader,
        ),
        "contacts__deals": _select(
            files["deal_contact"],
            {"value": "contact_id", "deals_id": "deal_id"},
            loader,
        ),
        "pipelines_deals": _select(
            files["deal_pipeline"],
            {"id": "pipeline_id", "label": "label", "_dlt_id": "'row ' || pipeline_id"},
            loader,
        ),
        "pipelines_deals__stages": _select(
            files["deal_pipeline_stage"],
            {
                "id": "stage_id",
                "label": "label",
                "display_order": "display_order",
                "metadata__is_closed": "cast(closed_won as varchar)",
                "metadata__probability": "cast(probability as varchar)",
                "_dlt_parent_id": "'row ' || pipeline_id",
            },
            loader,
        ),
    }
    return tables


def _history(file: str, columns: dict[str, str], loader: str) -> str:
    """A history: of Fivetran's rows the inactive ones are history as well."""
    return _select(file, columns, loader).partition(" where ")[0]


# -- Zoho ---------------------------------------------------------------------


def _zoho(files: dict[str, str], loader: str) -> dict[str, str]:
    """Lookups as JSON, times with an offset (Airbyte); two underscores (dlt)."""
    tables = {}
    modules = ZOHO_OF_AIRBYTE if loader == "airbyte" else ZOHO_OF_DLT
    for table, module in modules.items():
        columns = {}
        for column in _own_columns("zoho", table):
            is_lookup = column.name != "id" and column.name.endswith("_id")
            name = column.api_name if loader == "airbyte" else column.api_name.lower()
            value = f'"{column.name}"'
            if column.type == "timestamp" and loader == "airbyte":
                value = f"strftime({value} + interval 2 hour, '%xT%X') || '+02:00'"
            elif column.type == "timestamp":
                value += " at time zone 'UTC'"
            if is_lookup and loader == "airbyte":
                record = f"to_json({{'id': {value}, 'name': 'Somebody'}})"
                value = f"case when {value} is null then 'null' else {record} end"
            elif is_lookup:
                name += "__id"
            columns[name] = value
        query = _select(files[table], columns, loader)
        if loader == "airbyte":
            if table == "lead":
                query += " and converted_account_id is null"
            module = f"incremental_{module}_zoho_crm_stream"
        tables[module] = query
    return tables
