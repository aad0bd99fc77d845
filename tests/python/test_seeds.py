"""Rows of seeds that no figure could be made of are refused, each with a sentence."""

from __future__ import annotations

import pytest
from builds import quoted

COLUMNS = {
    "value_mapping": ("source_system", "field", "raw_value", "value"),
    "stage_definitions": (
        *("source_system", "pipeline", "stage"),
        *("is_won", "is_lost", "sort_order"),
    ),
    "sales_team_members": (
        *("source_system", "user_id", "sales_team", "region"),
        *("valid_from", "valid_to"),
    ),
    "segment_bands": ("segment", "min_employees", "max_employees"),
    "excluded_records": ("source_system", "entity", "column_name", "pattern"),
    "kpi_targets": (
        *("target_id", "kpi", "measure", "period_grain", "dimension"),
        *("dimension_value", "direction", "target_value", "warning_value"),
        *("critical_value", "valid_from", "valid_to"),
    ),
}
TYPES = {
    **dict.fromkeys(("is_won", "is_lost"), "boolean"),
    **dict.fromkeys(("valid_from", "valid_to"), "date"),
    **dict.fromkeys(("min_employees", "max_employees", "sort_order"), "bigint"),
    **dict.fromkeys(("target_value", "warning_value", "critical_value"), "double"),
}
GOAL = ("churn_rate", None, "month", "region")
LOWER = ("lower", "0.1", None, None)
HALF_YEAR = (*LOWER, "2025-01-01", "2025-06-30")
# seed: rows that are used as they are
GOOD = {
    "value_mapping": (
        ("salesforce", "deal_type", "New", "new_business"),
        ("salesforce", "deal_type", " new ", "new_business "),
        ("hubspot", "channel", "New", "Online"),
        ("zoho", "channel", "New", "Events"),
    ),
    "stage_definitions": (
        ("zoho", None, "Offer", "false", "false", None),
        ("zoho", "Partners", "Offer", "true", None, "1"),
        ("zoho", "partners", "offer", "true", "false", "1"),
        ("hubspot", "7", "Signed", None, None, "3"),
    ),
    "sales_team_members": (
        ("hubspot", "1", "North", None, None, "2025-01-31"),
        ("hubspot", "1", "South", None, "2025-02-01", None),
        ("hubspot", "2", None, "West", None, None),
    ),
    "segment_bands": (("Small", None, "9"), ("Small", "10", "19"), ("Big", "20", None)),
    "excluded_records": (("zoho", "deal", "name", "test%"),),
    "kpi_targets": (
        ("a1", *GOAL, "*", *HALF_YEAR),
        ("a2", *GOAL, "*", *LOWER, "2025-07-01", None),
        ("b1", *GOAL, "DACH", *LOWER, "2025-03-01", None),
    ),
}
UNKNOWN = "source_system must be salesforce, hubspot or zoho."
# (seed, rows, the sentence: row and problem)
REFUSED = (
    (
        "value_mapping",
        [("Salesforce", "region", "Bavaria", "DACH")],
        f"Salesforce region bavaria: {UNKNOWN}",
    ),
    (
        "value_mapping",
        [("zoho", "deal type", "Neu", "new_business")],
        "zoho deal type neu: field must be deal_type, lead_status, lead_source,",
    ),
    (
        "value_mapping",
        [("zoho", "region", "Tirol", " ")],
        "zoho region tirol: raw_value and value must be there.",
    ),
    (
        "value_mapping",
        [("zoho", "region", "Wien", "DACH"), ("zoho", "region", "wien ", "East")],
        "zoho region wien: value is DACH and East; keep one of the rows.",
    ),
    (
        "value_mapping",
        [("zoho", "deal_type", "Neu", "New Business")],
        "zoho deal_type neu: value must be new_business, upsell or renewal.",
    ),
    (
        "value_mapping",
        [("hubspot", "lead_status", "hot", "MQL")],
        "hubspot lead_status hot: value must be lead, mql, sql or disqualified.",
    ),
    (
        "stage_definitions",
        [("pipedrive", None, "Won", "true", "false", None)],
        f"pipedrive won: {UNKNOWN}",
    ),
    (
        "stage_definitions",
        [("hubspot", "7", None, "true", "false", None)],
        "hubspot 7 : stage must be there.",
    ),
    (
        "stage_definitions",
        [("hubspot", "7", "Won", None, None, None)],
        "hubspot 7 won: is_won, is_lost or sort_order must be filled: false and false",
    ),
    (
        "stage_definitions",
        [("hubspot", "8", "Won", "true", "true", None)],
        "hubspot 8 won: a stage is won or lost, not both.",
    ),
    (
        "stage_definitions",
        [
            ("hubspot", "Renewal", "Won", "true", None, None),
            ("hubspot", "renewal", "won", None, "true", None),
        ],
        "hubspot renewal won: the stage is defined in two ways; keep one of the rows.",
    ),
    (
        "sales_team_members",
        [("HubSpot", "3", "North", None, None, None)],
        f"HubSpot 3: {UNKNOWN}",
    ),
    (
        "sales_team_members",
        [("zoho", None, "North", None, None, None)],
        "zoho : user_id must be there.",
    ),
    (
        "sales_team_members",
        [("zoho", "4", "North", None, "2025-02-01", "2025-01-31")],
        "zoho 4: valid_to is before valid_from.",
    ),
    (
        "sales_team_members",
        [("zoho", "5", "North", None, "2025-01-01", None)] * 2,
        "zoho 5: two rows hold 2025-01-01; end the earlier one the day before, or",
    ),
    (
        "sales_team_members",
        [
            ("zoho", "6", "North", None, "2025-01-01", "2025-03-31"),
            ("zoho", "6", "North", None, "2025-03-31", None),
        ],
        "zoho 6: two rows hold 2025-03-31;",
    ),
    (
        "value_mapping",
        [("zoho", "region", "Kosovo", "null")],
        "zoho region kosovo: leave a column empty that has no value, do not write null",
    ),
    (
        "stage_definitions",
        [("salesforce", "Renewals", "Verbal", "true", "false", None)],
        "salesforce renewals verbal: Salesforce has no pipelines; leave the column",
    ),
    (
        "stage_definitions",
        [("zoho", "NULL", "Bought", "true", "false", None)],
        "zoho null bought: leave a column empty that has no value, do not write null",
    ),
    (
        "sales_team_members",
        [("zoho", "8", "North", "null", None, None)],
        "zoho 8: leave a column empty that has no value, do not write null",
    ),
    (
        "segment_bands",
        [("Upside down", "-2", "-5")],
        "Upside down: max_employees is below min_employees.",
    ),
    (
        "segment_bands",
        [(None, "-9", "-8")],
        ": segment must be there.",
    ),
    (
        "segment_bands",
        [("Two", "-20", "-15"), ("Two", "-15", "-10")],
        "Two and Two: both hold the same number of employees; change min_employees or",
    ),
    (
        "excluded_records",
        [("hub", "lead", "email", "%@x.de")],
        f"hub lead email with a pattern of 6 characters: {UNKNOWN}",
    ),
    (
        "excluded_records",
        [("zoho", "contact", "name", "x%")],
        "zoho contact name with a pattern of 2 characters: column_name must be email.",
    ),
    (
        "excluded_records",
        [("zoho", "company", "name", "x%")],
        "zoho company name with a pattern of 2 characters: entity must be lead or",
    ),
    (
        "excluded_records",
        [("zoho", "lead", "email", None)],
        "zoho lead email with a pattern of 0 characters: pattern must be there.",
    ),
    (
        "kpi_targets",
        [("c1", *GOAL, "West", *LOWER, "2025-01-01", None)] * 2,
        "c1: it and c1 overlap: end the older version the day before the newer one",
    ),
    (
        "kpi_targets",
        [
            ("d1", *GOAL, "East", *LOWER, "2025-01-01", "2025-01-31"),
            ("d2", *GOAL, "East", *LOWER, "2025-02-02", None),
        ],
        "d1: there is a gap between it and its next version, d2.",
    ),
    (
        "kpi_targets",
        [("e1", "churn_rate", "customers_at_end", *GOAL[2:], "South", *HALF_YEAR)],
        "e1 judge two measures, one for * and one for a single value.",
    ),
    (
        "kpi_targets",
        [("f1", "churn", *GOAL[1:], "x", *LOWER, "2025-01-01", None)],
        "f1: unknown kpi or measure, kpi_values lists all.",
    ),
)


def relation(columns: tuple[str, ...], rows: list[tuple]) -> str:
    """SQL of a table of texts, each cast to its column's type."""

    def literal(value):
        return "null" if value is None else "'" + value.replace("'", "''") + "'"

    values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    shown = ", ".join(
        f"cast({quoted(name)} as {TYPES.get(name, 'varchar')}) as {quoted(name)}"
        for name in columns
    )
    names = ", ".join(map(quoted, columns))
    return f"select {shown} from (values {values}) as given ({names})"


def checked(dbt, rows_of) -> str:
    """What dbt says when it checks seeds with these rows, on one line."""
    seeds = {seed: relation(COLUMNS[seed], rows) for seed, rows in rows_of.items()}
    members = (
        "select source_system, user_id as owner_id, sales_team, region,"
        " coalesce(valid_from, date '1970-01-01') as valid_from,"
        " coalesce(valid_to, date '2199-12-31') as valid_to"
        f" from ({seeds['sales_team_members']})"
    )
    build = dbt.build(
        {"seeds": seeds, "intermediate": {"int_crm__sales_team_members": members}},
        command=("test", "--select", "tag:seeds"),
    )
    return " ".join(build.console.split())


@pytest.fixture(scope="module")
def console(dbt):
    rows_of = {seed: list(rows) for seed, rows in GOOD.items()}
    for seed, rows, _ in REFUSED:
        rows_of[seed] += rows
    return checked(dbt, rows_of)


@pytest.mark.parametrize(("seed", "rows", "sentence"), REFUSED, ids=lambda value: "")
def test_a_row_that_cannot_be_used_is_refused_by_name(seed, rows, sentence, console):
    assert any(
        sentence in said
        for said in console.split("Seed ")
        if said.startswith(f"{seed}, row ")
    ), console


def test_no_other_row_is_refused(console):
    refused = [
        words
        for words in console.split("Seed ")
        if words.startswith(tuple(f"{seed}, row " for seed in GOOD))
    ]
    assert len(refused) == len(REFUSED), refused


def test_a_member_of_a_team_whom_no_crm_knows_is_told(project):
    known, mistyped = "005A0000000001AIAQ", "5,54E+17"
    members = relation(
        ("source_system", "owner_id"),
        [("salesforce", known), ("salesforce", mistyped), ("pipedrive", "7")],
    )
    test = "assert_team_members_are_sellers_that_exist"
    assert project.severity(test) == "warn"
    names = ("source_system", "record_id", "set_aside_reason")
    others = "raw_table, source_record_id, unreadable_columns, sales_rep"
    nothing = ", ".join(f"null as {name}" for name in others.split(", "))
    never = "null::timestamp as loaded_at, null::timestamp as modified_at"
    # Who has left was a seller, and where no users landed nobody can tell.
    for landed, told in ((known, [f"salesforce {mistyped}"]), ("", [])):
        users = relation(names, [("salesforce", landed, "deleted")])
        found = project.failures(
            test,
            {
                "intermediate.int_crm__sales_team_members": members,
                "staging.stg_salesforce__users": f"select *, {nothing}, {never}"
                f" from ({users}) where record_id != ''",
            },
        )
        assert [row["seed_row"] for row in found] == told
