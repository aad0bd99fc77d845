"""No person who is planted in raw tables is found in anything that a run produces."""

from __future__ import annotations

import re
from hashlib import md5, sha256
from pathlib import Path

import dirty_input
import duckdb
from builds import HASH_KEY, ROOT
from oracle.sample import sample_raw

# Where persons may stand: the loader's tables, and the layer that reads them.
OWN_TO_PEOPLE = {*("salesforce", "hubspot", "zoho_crm", "finance"), "staging"}
PLANTED = dirty_input.dirty_raw()[1]
MARKS = re.compile(rf"({dirty_input.WORD}|{dirty_input.PHONE})0*(\d*)", re.IGNORECASE)

FOUND = f"""
with texts as (select lower(relation::varchar) as row_text from {{}} as relation)
select row_text from texts
where contains(row_text, '{dirty_input.WORD}')
    or contains(row_text, '{dirty_input.PHONE}')
"""


def found_in(text: str) -> set[str]:
    """Where the canaries of a text were planted."""
    return {PLANTED.get(int(n or 0), "?") for _, n in MARKS.findall(text)}


def found_in_relations(database: Path, schemas=None) -> dict[str, set[str]]:
    """{relation: places} for all tables and views of a DuckDB file but raw and staging.

    Args:
        database: a DuckDB file.
        schemas: look in these alone.
    """
    leaks = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        relations = connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
        for schema, name in relations:
            if schema in OWN_TO_PEOPLE if schemas is None else schema not in schemas:
                continue
            rows = connection.execute(FOUND.format(f'"{schema}"."{name}"')).fetchall()
            places = found_in("\n".join(text for (text,) in rows))
            if places:
                leaks[f"{schema}.{name}"] = places
    return leaks


def found_in_files(folder: Path) -> dict[str, set[str]]:
    """{file: places} for all files below a folder, parquet and DuckDB as tables."""
    leaks = {}
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files, folder
    for path in files:
        if path.suffix == ".duckdb":
            leaks |= found_in_relations(path)
        elif path.suffix == ".parquet":
            rows = duckdb.execute(FOUND.format(f"read_parquet('{path}')")).fetchall()
            if places := found_in("\n".join(text for (text,) in rows)):
                leaks[path.name] = places
        elif places := found_in(path.read_text("utf-8", errors="replace")):
            leaks[str(path.relative_to(folder))] = places
    return leaks


def test_canaries_are_in_every_raw_table_and_reach_staging(dirty_company):
    tables = {place.rpartition(".")[0] for place in PLANTED.values()}
    assert len(tables) > 30
    # the search works: it finds them where they may be
    raw = found_in_relations(dirty_company.database, {"salesforce", "hubspot"})
    assert len(raw) > 20
    assert "hubspot.contact.property_email" in raw["hubspot.contact"]
    staging = found_in_relations(dirty_company.database, {"staging"})
    assert "staging.stg_salesforce__lead_statuses" in staging


def test_every_column_of_every_raw_table_is_planted_or_published_by_name():
    planted = set(PLANTED.values())
    for system, tables in sample_raw().items():
        for table, rows in tables.items():
            for column in rows[0]:
                place = f"{system}.{table}.{column}"
                assert (place in planted) != dirty_input.is_published(
                    system, table, column
                ), place


def test_no_person_is_in_any_table_after_staging(dirty_company):
    assert dirty_company.worked, dirty_company.console[-3000:]
    assert found_in_relations(dirty_company.database) == {}


def test_no_person_is_in_the_publication(dirty_publication):
    assert found_in_files(dirty_publication) == {}


def test_no_person_is_on_the_dashboard(dirty_dashboard):
    assert found_in(dirty_dashboard) == set()


def test_no_person_is_in_docs_logs_artefacts_or_on_the_console(dirty_company):
    assert found_in_files(dirty_company.target.parent / "logs") == {}
    target = dirty_company.target
    for name in ("manifest.json", "catalog.json", "index.html"):
        assert (target / name).exists(), name
    assert (target / "run_results_of_build.json").exists()
    assert list((target / "compiled").rglob("*.sql"))
    assert found_in_files(target) == {}
    assert found_in(dirty_company.console) == set()


def test_the_hash_key_is_nowhere_and_no_hash_can_be_made_without_it(
    dirty_company, dirty_publication
):
    email = next(
        dirty_input.canary("email", number)
        for number, place in PLANTED.items()
        if place == "salesforce.lead.email"
    )
    words = [HASH_KEY, md5(email.encode()).hexdigest()]
    words += [sha256(text.encode()).hexdigest() for text in (email, HASH_KEY)]
    for folder in (dirty_company.target.parent, dirty_publication):
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix not in (".duckdb", ".parquet"):
                text = path.read_text("utf-8", errors="replace")
                assert not [word for word in words if word in text], path
    assert HASH_KEY not in dirty_company.console
    with duckdb.connect(str(dirty_company.database), read_only=True) as connection:
        (keys,) = connection.execute(
            "select list(email_key) from staging.stg_salesforce__leads"
        ).fetchone()
    assert not {*words} & {*keys}


def test_what_may_be_published_stands_in_the_docs():
    text = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    missing = [
        f"{table}.{column}"
        for tables in dirty_input.PUBLISHED.values()
        for table, columns in tables.items()
        for column in columns
        if not re.search(rf"`{table}`[^\n]*`{column}`", text)
    ]
    assert missing == []
