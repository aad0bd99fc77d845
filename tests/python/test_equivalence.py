"""One business gives one answer, whichever CRM holds it and whichever loader landed it.

The sample's generator writes one company as Salesforce, as HubSpot, as Zoho and spread
over all three; `loader_layouts` lands it as Fivetran, Airbyte and dlt would. All are
built by `dbt build`, the sellers' names shown, and compared with Salesforce through
Fivetran. Where a CRM or loader lacks an input, EXCEPTIONS says what differs, and
`data_quality_summary` has to name these KPIs.
"""

from __future__ import annotations

import csv
import math

import loader_layouts
import pytest
from builds import KPI_MARTS, ROOT, Dbt
from conftest import FIGURES, WITHOUT_TESTS

from tools.sample_company.facts import AS_OF
from tools.sample_company.split import CRMS, SYSTEMS, systems
from tools.sample_company.write import company, write

SEED = 11
OPPORTUNITIES = 500
LOADERS = ("fivetran", "airbyte", "dlt")
CASES = [(crm, loader) for crm in CRMS for loader in LOADERS]
REFERENCE = ("salesforce", "fivetran")
RELATIVE = 1e-9

# Differs by what a CRM is, not by the business: its name, and when it was loaded.
NOT_COMPARED = ("source_system",)
IGNORED = ("data_as_of",)
ANY = None
# What a lead had reached before it was refused is not known from its status.
FUNNEL = (
    (),
    (
        *("mql_count", "sql_count", "lead_to_mql_rate", "mql_to_sql_rate"),
        "sql_to_opportunity_rate",
    ),
)
SELLERS = (("sales_rep", "sales_team"), ())
SOURCES = (("sales_rep", "sales_team", "lead_source"), ())
# Without converted leads and users, as Airbyte's Zoho connector lands.
NO_CONVERSIONS = {
    "kpi_conversion_rate": ANY,
    "kpi_sales_cycle_length": ANY,
    "kpi_revenue_growth": SOURCES,
    "kpi_average_order_value": SOURCES,
    "kpi_churn_rate": SELLERS,
}
# The first period of the company is that of its first contract.
FIRST_PERIOD = ((), ("prior_year_revenue",))
# No contracts, no first monthly values, and so no payback.
PAYBACK = ((), ("first_monthly_revenue", "valued_customer_count"))
# {case: {mart: dimensions and columns that differ, or ANY}}
EXCEPTIONS = {
    ("salesforce", "dlt"): {
        "kpi_conversion_rate": FUNNEL,
        "kpi_churn_rate": ANY,
        "kpi_customer_acquisition_cost": PAYBACK,
        "kpi_revenue_growth": FIRST_PERIOD,
    },
    ("hubspot", "dlt"): {
        "kpi_churn_rate": ANY,
        "kpi_customer_acquisition_cost": PAYBACK,
    },
    ("zoho", "fivetran"): {"kpi_conversion_rate": FUNNEL},
    ("zoho", "airbyte"): NO_CONVERSIONS,
    ("zoho", "dlt"): {"kpi_conversion_rate": FUNNEL},
    ("split", "fivetran"): {"kpi_conversion_rate": FUNNEL},
    ("split", "airbyte"): NO_CONVERSIONS,
    ("split", "dlt"): {
        "kpi_conversion_rate": FUNNEL,
        "kpi_churn_rate": ANY,
        "kpi_customer_acquisition_cost": PAYBACK,
        "kpi_revenue_growth": FIRST_PERIOD,
    },
}
ZOHO_OF_AIRBYTE = {
    *("no_lead_history", "no_converted_leads", "no_sellers", "no_stage_table"),
}
SALESFORCE_OF_DLT = {"no_lead_history", "no_stage_history", "no_contracts"}
# {case: reasons of its gaps}
GAPS = {
    ("salesforce", "dlt"): SALESFORCE_OF_DLT,
    ("hubspot", "dlt"): {"no_contracts"},
    ("zoho", "fivetran"): {"no_lead_history"},
    ("zoho", "airbyte"): ZOHO_OF_AIRBYTE,
    ("zoho", "dlt"): {"no_lead_history"},
    ("split", "fivetran"): {"no_lead_history"},
    ("split", "airbyte"): ZOHO_OF_AIRBYTE,
    ("split", "dlt"): SALESFORCE_OF_DLT,
}


def seeds_with(folder, added):
    """The project's seeds in a folder, with rows added to some of them."""
    folder.mkdir()
    for file in (ROOT / "seeds").iterdir():
        rows = added.get(file.stem)
        if not rows:
            (folder / file.name).symlink_to(file)
            continue
        with file.open(newline="", encoding="utf-8") as old:
            lines = list(csv.reader(old))
        with (folder / file.name).open("w", newline="", encoding="utf-8") as new:
            csv.writer(new).writerows([*lines, *rows])


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project whose mapping seeds know the sample's sellers and words."""
    copy = tmp_path_factory.mktemp("project")
    folder = tmp_path_factory.mktemp("mapping")
    con = company(SEED, OPPORTUNITIES, dirt=0)
    write(con, "split", folder, dirt=0)
    added = {}
    for seed in ("sales_team_members", "value_mapping"):
        path = folder / f"sample_{seed}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            added[seed] = list(csv.reader(file))[1:]
    for path in ROOT.iterdir():
        if path.name not in ("seeds", "target", "logs", "warehouse"):
            (copy / path.name).symlink_to(path)
    seeds_with(copy / "seeds", added)
    return copy


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """{crm: folder} of the same company, clean, as parquet in Fivetran's layout."""
    folders = {}
    for crm in CRMS:
        folders[crm] = tmp_path_factory.mktemp(crm)
        con = company(SEED, OPPORTUNITIES, dirt=0)
        write(con, crm, folders[crm], dirt=0, format="parquet")
    return folders


@pytest.fixture(scope="module")
def built(project, written, tmp_path_factory):
    """A function that builds a case once: (crm, loader) -> Build."""
    dbt = Dbt(tmp_path_factory.mktemp("equivalence"), project=project)
    builds = {}

    def build(case):
        if case not in builds:
            crm, loader = case
            raw = loader_layouts.finance(written[crm])
            for system in systems(crm):
                raw |= loader_layouts.landed(written[crm], system, loader)
            settings = {
                "as_of_date": AS_OF,
                # Contracts that ran before tell another first period where they landed.
                "history_start_date": "2023-01-01",
                "sales_rep_identity": "name",
                **{f"{name}_enabled": name in systems(crm) for name in SYSTEMS},
                **{f"{name}_loader": loader for name in systems(crm)},
            }
            command = (*WITHOUT_TESTS, *FIGURES)
            builds[case] = dbt.build(raw, settings, command=command)
        return builds[case]

    return build


def comparable(rows, dimensions, columns):
    return {
        row["kpi_key"]: {
            name: value for name, value in row.items() if name not in columns
        }
        for row in rows
        if row["dimension"] not in dimensions
    }


def equal(one, two):
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, rel_tol=RELATIVE)
    return one == two


def differences(found, expected, exceptions):
    """{mart: (dimension, column) of values that differ; column 'rows': keys do}."""
    differing = {}
    for mart in KPI_MARTS:
        excepted = exceptions.get(mart, ((), ()))
        if excepted is ANY:
            continue
        dimensions = (*NOT_COMPARED, *excepted[0])
        columns = (*IGNORED, *excepted[1])
        mine, other = (
            comparable(build.rows(mart), dimensions, columns)
            for build in (found, expected)
        )
        assert len(other) > 100
        where = {(key.split("|")[2], "rows") for key in mine.keys() ^ other.keys()}
        for key in mine.keys() & other.keys():
            where |= {
                (mine[key]["dimension"], name)
                for name, value in mine[key].items()
                if not equal(value, other[key][name])
            }
        if where:
            differing[mart] = sorted(where)
    return differing


def named_gaps(build):
    """{reason: marts that data_quality_summary names} of the input that a build lacks.

    But for deletions, of which most loaders do not tell: they would name every mart.
    """
    gaps = {}
    for reason, kpi in build.tuples(
        "select reason, kpi from marts.data_quality_summary"
        " where row_kind = 'gap' and reason != 'no_deletions'"
    ):
        gaps.setdefault(reason, set()).add(f"kpi_{kpi}")
    return gaps


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_the_same_business_gives_the_same_kpis(case, built):
    found, expected = built(case), built(REFERENCE)
    assert found.worked, found.console
    exceptions = EXCEPTIONS.get(case, {})
    assert differences(found, expected, exceptions) == {}
    # An exception that is not needed would hide a fault, and each has to be named.
    assert set(differences(found, expected, {})) == set(exceptions)
    gaps = named_gaps(found)
    assert gaps.keys() == GAPS.get(case, set())
    assert set(exceptions) <= set().union(*gaps.values())


@pytest.mark.parametrize("crm", [*SYSTEMS[:2], "split"])
def test_a_complete_input_has_no_gap_but_what_zoho_never_tells(crm, built):
    gaps = built((crm, "fivetran")).query(
        "select source_system, reason from marts.data_quality_summary"
        " where row_kind = 'gap'"
    )
    assert [gap for gap in gaps if gap["source_system"] != "zoho"] == []
    assert {gap["reason"] for gap in gaps} <= {"no_lead_history"}
