"""Write the raw tables: CSV or parquet files, or one DuckDB file."""

from pathlib import Path

from . import finance, hubspot, mapping, salesforce, zoho
from .canonical import connect, load
from .facts import AS_OF, HISTORY_START, HORIZON, OPPORTUNITIES
from .layout import SCHEMAS, TABLES, seed_name
from .split import split, systems

WRITERS = {"salesforce": salesforce, "hubspot": hubspot, "zoho": zoho}
MEMORY = "3GB"
LARGE = 2_000_000
"""Opportunities from which the command works in a file."""

LATE_TABLES = {
    "lead",
    "contact",
    "lead_history",
    "opportunity_history",
    "opportunity_field_history",
    "contact_property_history",
    "deal_stage",
    "deal_stage_history",
}
"""Tables of which a share of the rows can land weeks late (``late`` of write)."""

SQL_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "number": "decimal(18, 2)",
    "rate": "decimal(18, 6)",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
PERIODS_OF_FINANCE = {
    # SQL per CRM: contract id, account id, which contracts finance states.
    "salesforce": (
        salesforce.record_id("contract", "contract_no"),
        salesforce.record_id("account", "company_no"),
        "value_source = 2",
    ),
    "hubspot": (
        hubspot.contract_id(),
        "hs_company(company_no)::text",
        hubspot.in_finance("contracts"),
    ),
    "zoho": (zoho.contract_id(), zoho.record_id("account", "company_no"), "true"),
}


def company(seed=7, opportunities=OPPORTUNITIES, as_of=AS_OF, dirt=1, database=None):
    """A DuckDB connection with the company and what finance knows.

    opportunities: how many deals there are at the end of the sample, roughly;
    as_of: last day of the delivery (ISO), before facts.HORIZON; dirt: 0 or 1;
    database: a new file to work in, for companies beyond the memory (3 GB then).

    Raises ValueError if the company is not told that far.
    """
    if not HISTORY_START <= as_of < HORIZON:
        raise ValueError(
            f"The company is told from {HISTORY_START} to before {HORIZON}."
        )
    con = connect(database or ":memory:", MEMORY if database else None)
    load(con, seed, opportunities, as_of, dirt)
    con.execute(salesforce.MACROS)
    con.execute(hubspot.MACROS)
    con.execute(finance.rates(seed, as_of))
    con.execute(finance.spend(opportunities, as_of))
    con.execute(finance.campaigns(as_of))
    return con


def write(con, crm, out, dirt=1, format="csv", late=0):
    """Write all raw tables of the company to ``out``, once per connection.

    crm: one of split.CRMS; format: csv or parquet (``out`` is a folder), duckdb
    (``out`` is a file with the schemas of layout.SCHEMAS); late: how many rows in 1000
    of LATE_TABLES the loader brings one to six weeks late, in a later delivery if that
    is after this one. Returns the seeds' names.
    """
    out = Path(out)
    if format == "duckdb":
        if out.exists():
            raise FileExistsError(f"{out} is there: a delivery needs a new file.")
        con.execute(f"attach '{out}' as raw")
    else:
        out.mkdir(parents=True, exist_ok=True)
    if crm == "split":
        split(con)
    names, periods = [], []
    for system in systems(crm):
        # The CRM's share of the business hides the whole business.
        part = f"{system}_part" if crm == "split" else "main"
        con.execute(f"set search_path = '{part},main'")
        for table, sql in WRITERS[system].tables(dirt).items():
            if table in LATE_TABLES and late:
                sql = _some_late(sql, TABLES[system][table][0].name, late)
            names.append(_write(con, system, table, sql, out, format))
        if crm == "split":
            con.execute(f"create table {part}.periods as {_periods(system)}")
            periods.append(f"select * from {part}.periods")
        else:
            periods.append(_periods(system))
    con.execute("set search_path = 'main'")
    shared = finance.tables(dirt) | {"contract_periods": " union all ".join(periods)}
    for table, sql in shared.items():
        names.append(_write(con, "finance", table, sql, out, format))
    for table, sql in mapping.tables(systems(crm)).items():
        names.append(_write(con, "mapping", table, sql, out, format))
    if format == "duckdb":
        con.execute("detach raw")
    return names


def _periods(system):
    """SQL of finance's contract periods of one CRM."""
    return finance.contract_periods(system, *PERIODS_OF_FINANCE[system])


def _some_late(sql, key, late):
    """SQL of a table of which ``late`` rows in 1000, chosen by key, land late."""
    draw = f"(md5_number_lower({key}::text || _fivetran_synced::text) % 1000)::integer"
    return f"""
with landings as (
    select * replace (
        _fivetran_synced + if({draw} < {late}, 7 * (1 + {draw} % 6), 0) * interval 1 day
            as _fivetran_synced
    )
    from ({sql})
)
select landings.*
from landings cross join main.run
where landings._fivetran_synced < utc(run.cut_at) + interval 1 day
"""


def _write(con, system, table, sql, out, format):
    """Write one raw table; returns its seed's name."""
    columns = ", ".join(
        f'"{column.name}"::{SQL_TYPES[column.type]} as "{column.name}"'
        for column in TABLES[system][table]
    )
    # Rows come in order; the first columns and the loader's identify a row.
    order = [f'"{column.name}"' for column in TABLES[system][table]]
    if system in WRITERS:
        order = order[:3] + order[-3:]
    query = f"select {columns} from ({sql}) order by {', '.join(order)}"
    name = seed_name(system, table)
    if format == "duckdb":
        schema = SCHEMAS.get(system, "sample_mapping")
        con.execute(f"create schema if not exists raw.{schema}")
        con.execute(f'create table raw.{schema}."{table}" as {query}')
    elif format == "parquet":
        con.execute(f"copy ({query}) to '{out / name}.parquet' (format parquet)")
    else:
        con.execute(f"copy ({query}) to '{out / name}.csv' (header, delimiter ',')")
    return name
