"""A person who wants to be forgotten is gone from the build file; no figure changes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import duckdb
import pytest
from builds import ROOT, query, write_raw
from oracle.sample import project_seeds, sample_raw

from tools import erase_person
from tools.erase_person import BUSINESS_WORDS, erase, is_business, own_columns

EMAIL = "nils.franke@lechner-backwaren.example"  # a lead of the sample
# No part of these occurs in the sample, as Nils and Franke do with other persons.
PERSON = {"phone": "+49 30 5550199", "first_name": "Qubert", "last_name": "Zwyxler"}
TEXTS = [EMAIL.upper(), "Nils Franke", PERSON["phone"]]


def raw_of_salesforce():
    """The sample's Salesforce and finance, with the person in further columns."""
    raw = {name: sample_raw()[name] for name in ("salesforce", "finance")}
    for lead in raw["salesforce"]["lead"]:
        lead |= dict.fromkeys(PERSON)
        if lead["email"] == EMAIL:
            lead |= PERSON
            key = lead["id"]
    raw["salesforce"]["lead"].append(
        {**raw["salesforce"]["lead"][0], "id": "again", "email": f" {EMAIL.title()} "}
    )
    history = dict(raw["salesforce"]["lead_history"][0], id="mail", lead_id=key)
    history |= {"field": "Email", "old_value": None, "new_value": EMAIL}
    raw["salesforce"]["lead_history"].append(history)
    raw["salesforce"]["opportunity"][3]["name"] = "Angebot für Nils Franke, rot"
    for deal in raw["salesforce"]["opportunity"]:
        deal["contact_email"] = None
    # Won, and like all of it in text.
    raw["salesforce"]["opportunity"][7]["contact_email"] = EMAIL
    raw["salesforce"]["note"] = [
        {"id": "1", "owner": '{"id": "7", "name": "Nils Franke"}'},
        {"id": "2", "owner": '{"id": "7", "name": "Somebody Else"}'},
    ]
    return raw


def rows_of(file, schema):
    """{table: rows of text} of a schema."""
    with duckdb.connect(str(file), read_only=True) as database:
        tables = database.execute(
            "select table_name from duckdb_tables() where schema_name = ?", [schema]
        ).fetchall()
        return {
            table: query(database, f'select * from {schema}."{table}"')
            for (table,) in tables
        }


@pytest.fixture(scope="module")
def erased(tmp_path_factory):
    """(rows before, rows after, what erase said, the file)."""
    file = tmp_path_factory.mktemp("erase") / "build.duckdb"
    write_raw(file, raw_of_salesforce())
    with duckdb.connect(str(file)) as database:
        database.execute("create schema staging")
        database.execute("create view staging.leads as select * from salesforce.lead")
        database.execute("create schema history")
        database.execute("create table history.kept as select 1 as publication")
    before = {name: rows_of(file, name) for name in ("salesforce", "finance")}
    changed = erase(file, TEXTS)
    after = {name: rows_of(file, name) for name in ("salesforce", "finance")}
    return before, after, changed, file


def test_nothing_that_names_the_person_is_left_in_any_byte_of_the_file(erased):
    _, after, changed, file = erased
    assert changed == {
        "salesforce.lead": 2,
        "salesforce.lead_history": 1,
        "salesforce.opportunity": 2,
        "salesforce.note": 1,
    }
    content = file.read_bytes().lower()
    rows = repr(after).lower()  # the bytes of the file may be compressed
    for text in (*TEXTS, *PERSON.values()):
        assert text.lower().encode() not in content
        assert text.lower() not in rows
    (lead,) = [row for row in after["salesforce"]["lead"] if row["id"] == "again"]
    assert lead["first_name"] is lead["phone"] is None
    assert lead["email"].endswith("@lechner-backwaren.example")


def test_the_other_rows_and_the_keys_stay_as_they_are(erased):
    before, after, changed, file = erased
    for schema, tables in before.items():
        for table, rows in tables.items():
            differing = [
                (old, new)
                for old, new in zip(rows, after[schema][table], strict=True)
                if old != new
            ]
            assert len(differing) == changed.get(f"{schema}.{table}", 0), table
            for old, new in differing:
                for column in old:
                    if column.endswith("id") or column in ("status", "created_date"):
                        assert old[column] == new[column], column
    assert after["salesforce"]["note"][0]["owner"] == '{"id": "7", "name": "erased"}'
    assert rows_of(file, "history") == {"kept": [{"publication": 1}]}
    assert rows_of(file, "staging") == {}


def test_no_figure_changes(erased, variants):
    before, after, *_ = erased
    for raw in (before, after):
        raw["salesforce"].pop("note", None)
    compiled = variants["defaults"]
    seeds = project_seeds()
    assert compiled.run(after, seeds) == compiled.run(before, seeds)


def as_sql(row):
    """A query of one row of texts."""
    columns = (f"'{value}' as {column}" for column, value in row.items())
    return f"select {', '.join(columns)}"


def rows_after(folder, texts, tables, own=None):
    """{table: rows} of raw tables, given as SQL, after a person was erased."""
    file = folder / "build.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute("create schema raw")
        for table, sql in tables.items():
            database.execute(f"create table raw.{table} as {sql}")
    erase(file, texts, own)
    return rows_of(file, "raw")


def test_whoever_owns_or_changed_a_record_is_not_whom_it_is_about(tmp_path):
    seller = "anna@firm.example"
    lead = {"id": "1", "email": "lea@x.example", "first_name": "Lea", "phone": "030 1"}
    lead |= {"owner_id": "7", "owner_name": "Anna Muster"}
    lookups = ("owner_email", "owner__email", "created_by_email", "modified_by__email")
    # Of HubSpot, where the source of a change is the user who made it.
    change = {"contact_id": "1", "name": "lifecyclestage", "value": "opportunity"}
    change |= {"source": "CRM_UI", "source_id": seller}
    owner = {"owner_id": "7", "email": seller, "first_name": "Anna"}
    after = rows_after(
        tmp_path,
        [seller, "Anna Muster"],
        {
            "lead": as_sql(lead | dict.fromkeys(lookups, seller)),
            "contact_property_history": as_sql(change),
            "owner": as_sql(owner),
        },
    )
    stand_in = after["owner"][0]["email"]
    assert stand_in.startswith("erased-")
    addresses = dict.fromkeys(lookups, stand_in)
    assert after == {
        "lead": [lead | addresses | {"owner_name": None}],
        "contact_property_history": [change | {"source_id": stand_in}],
        "owner": [owner | {"email": stand_in, "first_name": None}],
    }


def test_an_address_within_another_one_is_another_person(tmp_path):
    mails = ("anna@gmx.de", "susanna@gmx.de", "s.anna@gmx.de", "anna@gmx.deutsch.de")
    values = ", ".join(f"('{mail}')" for mail in (*mails, "an: <anna@gmx.de>, Post"))
    after = rows_after(
        tmp_path,
        ["anna@gmx.de", "Ann Lee"],
        {
            "lead": f"select * from (values {values}) as leads (email)",
            "deal": "select unnest(['Ann Leech', 'für Ann Lee']) as title",
        },
    )
    first, *others, text = (row["email"] for row in after["lead"])
    assert first.startswith("erased-")
    assert first.endswith("@gmx.de")
    assert others == [*mails[1:]]
    assert text is None
    assert [row["title"] for row in after["deal"]] == ["Ann Leech", None]


def test_two_addresses_stay_two_and_a_domain_of_ones_own_goes(tmp_path):
    after = rows_after(
        tmp_path,
        ["a@gmx.de", "a@example.com", "example.com"],
        {"lead": "select unnest(['a@gmx.de', 'A@gmx.de', 'a@example.com']) as email"},
    )
    first, again, own = (row["email"] for row in after["lead"])
    assert first == again != own
    assert first.endswith("@gmx.de")
    assert own.endswith(".invalid")


def test_objects_and_lists_are_looked_into(tmp_path):
    after = rows_after(
        tmp_path,
        ["anna@gmx.de", "Anna Muster"],
        {
            "deal": "select {'id': '7', 'name': 'Anna Muster'} as contact_name,"
            " ['anna@gmx.de', 'b@gmx.de'] as mails, 3 as amount",
            "contact": "select '1' as id, 'anna@gmx.de' as email,"
            " 'Muster, A.' as name, 'anna.m' as skype_id, 'Web' as lead_source",
        },
    )
    assert after["deal"] == [
        {
            "contact_name": {"id": "7", "name": "erased"},
            "mails": ["erased", "b@gmx.de"],
            "amount": 3,
        }
    ]
    (contact,) = after["contact"]
    assert contact["name"] is contact["skype_id"] is None
    assert (contact["id"], contact["lead_source"]) == ("1", "Web")


def test_objects_in_a_persons_own_row_go_and_what_they_refer_to_stays(tmp_path):
    goes = {
        "properties": """'{"firstname": "Anna", "phone": "0151 1"}'::json""",
        "details": "{'firstname': 'Anna', 'phone': '0151 1'}",
        "notes": "['ruft an']",
    }
    stays = {
        "owner": ("""'{"id": "7", "name": "A Seller"}'""",) * 2,
        "companies": ("['1', '2']",) * 2,
        "converted_deal": (
            """'{"id": "8", "name": "Für Anna Muster"}'""",
            """'{"id": "8", "name": "Für erased"}'""",
        ),
        # Of a person the id, whatever the name is.
        "contact_name": (
            """'{"id": "9", "name": "M\\"uster"}'""",
            """'{"id": "9", "name": "erased"}'""",
        ),
        "converted_contact": (
            "{'id': '9', 'name': 'Muster'}",
            "{'id': '9', 'name': 'erased'}",
        ),
    }
    before, after = (
        ", ".join(f"{cells[place]} as {column}" for column, cells in stays.items())
        for place in (0, 1)
    )
    objects = ", ".join(f"{value} as {column}" for column, value in goes.items())
    (row,) = rows_after(
        tmp_path,
        ["anna@gmx.de", "Anna Muster"],
        {"lead": f"select 'anna@gmx.de' as email, {objects}, {before}"},
    )["lead"]
    assert row.pop("email").startswith("erased-")
    (expected,) = query(duckdb, f"select {after}")
    assert row == dict.fromkeys(goes) | expected


def test_what_stands_in_the_log_beside_the_file_is_erased_and_kept_likewise(tmp_path):
    file = tmp_path / "build.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute("pragma disable_checkpoint_on_shutdown")
        database.execute("create schema raw")
        database.execute(
            "create table raw.lead as select unnest(['anna@gmx.de', 'b@x.de']) as email"
        )
    assert (tmp_path / "build.duckdb.wal").exists()
    assert erase(file, ["anna@gmx.de"]) == {"raw.lead": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["build.duckdb"]
    erased, other = (row["email"] for row in rows_of(file, "raw")["lead"])
    assert erased.startswith("erased-")
    assert other == "b@x.de"


def test_what_figures_are_made_of_stays_in_any_form(tmp_path):
    stays = {
        "created_time": "1719792000000",
        "createdate": "15 Apr, 2021 00:03:00",
        "hs_v2_date_entered_lead": "n/a",
        "property_hs_calculated_merged_vids": "1;2",
        "owner": '{"id": "7", "name": "A Seller"}',
        "account_name": '{"id": "8", "name": "A Company"}',
        "amount": "1190.00",
        "properties_hs_exchange_rate": "1,08",
        "amount__v_text": "1.190,00 EUR",
        "numemployees": "25-50",
    }
    goes = {"birthdate": "1990-01-01", "street": "Am Rand 1", "skype_id": "anna.m"}
    goes |= {"phone": "0301190", "postal_code": "10115", "mobile": "4915112345678"}
    row = {"id": "1", "email": "anna@gmx.de"} | stays | goes
    (after,) = rows_after(tmp_path, ["anna@gmx.de"], {"lead": as_sql(row)})["lead"]
    assert after == row | {"email": after["email"]} | dict.fromkeys(goes)


def test_what_staging_reads_of_a_record_stays_but_its_address():
    read = set()
    kinds = ("leads", "contacts", "accounts", "deals", "contracts", "campaigns")
    for kind in (*kinds, "billing_documents"):
        for file in (ROOT / "models/staging").rglob(f"stg_*__{kind}.sql"):
            for names in re.findall(
                r"\b(?:pick|pick_first|lookup_id)\(\s*\w+, (\[.*?\]|'\w+')",
                file.read_text(),
                re.DOTALL,
            ):
                read |= set(re.findall(r"'(\w+)'", names))
    assert read >= {"Amount", "hs_exchange_rate", "ContractTerm", "Converted_Contact"}
    # The beginning of several names ends in an underscore.
    goes = {name for name in read if not is_business(name) and name[-1] != "_"}
    assert goes == {"Email", "email"}


def test_a_day_of_birth_goes_in_any_type_and_no_other_day_does(tmp_path):
    (after,) = rows_after(
        tmp_path,
        ["anna@gmx.de"],
        {
            "lead": "select 'anna@gmx.de' as email, date '1990-01-01' as birthdate,"
            " '1990' as geburtsjahr, '2025-03-01' as visited"
        },
    )["lead"]
    after.pop("email")
    assert after == {"birthdate": None, "geburtsjahr": None, "visited": "2025-03-01"}


def test_a_companys_own_columns_stay_or_go_as_what_they_stand_for(tmp_path):
    overrides = {"zoho": {"lead": {"Lead_Status": "Zustand", "Email": "kontakt"}}}
    own = own_columns(
        {
            "crm_column_overrides": overrides,
            "salesforce_contract_amount_column": "arr__c",
        }
    )
    row = {"id": "1", "kontakt": "anna@gmx.de", "zustand": "MQL", "arr__c": "1200"}
    row |= {"notiz": "ruft an"}
    (after,) = rows_after(tmp_path, ["anna@gmx.de"], {"lead": as_sql(row)}, own)["lead"]
    assert after == row | {"kontakt": after["kontakt"], "notiz": None}
    assert after["kontakt"].startswith("erased-")
    nothing = {"crm_column_overrides": None, "salesforce_contract_amount_column": None}
    assert own_columns(nothing) == {}


def test_a_run_that_is_killed_leaves_the_file_and_the_next_one_finds_the_person(
    tmp_path, monkeypatch
):
    file = tmp_path / "build.duckdb"
    write_raw(file, {"salesforce": {"lead": [{"id": "1", "email": EMAIL}]}})
    content = file.read_bytes()

    def killed(old, new):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(erase_person, "rewrite", killed)
        with pytest.raises(KeyboardInterrupt):
            erase(file, TEXTS)
    assert file.read_bytes() == content
    assert erase(file, TEXTS) == {"salesforce.lead": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["build.duckdb"]


def test_the_command_reads_the_person_from_standard_input(tmp_path):
    # A copy, because the project beside it names the company's own columns.
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "dbt_project.yml").write_text(
        "vars: {crm_column_overrides: {salesforce: {lead: {Status: zustand}}}}"
    )
    file = tmp_path / "build.duckdb"
    lead = {"id": "1", "email": EMAIL, "zustand": "MQL"}
    write_raw(file, {"salesforce": {"lead": [lead]}})
    ran = [
        subprocess.run(
            [sys.executable, "-m", "tools.erase_person"],
            cwd=tmp_path,
            env=os.environ | {"SALES_KPIS_DUCKDB_PATH": str(file)},
            input=text,
            capture_output=True,
            text=True,
        )
        for text in (f"{EMAIL}\n", f"{EMAIL}\n", "Nils\n")
    ]
    assert [done.returncode for done in ran] == [0, 1, 1]
    assert ran[0].stdout.splitlines()[0] == "Erased in salesforce.lead: 1 row"
    assert "Nobody was found" in ran[1].stderr
    assert "at least one e-mail address" in ran[2].stderr
    assert EMAIL not in "".join(done.stdout + done.stderr for done in ran)
    (after,) = rows_of(file, "salesforce")["lead"]
    assert after == lead | {"email": after["email"]}


def test_what_stays_is_spelled_alike_by_every_loader():
    for column in ("LeadSource", "lead_source", "Lead_Source", "AccountId", "deal_id"):
        assert is_business(column), column
    for column in ("properties_industry", "property_industry", "_fivetran_synced"):
        assert is_business(column), column
    for column in ("email", "phone", "FirstName", "description", "properties_email"):
        assert not is_business(column), column
    assert all(word == word.lower() for word in BUSINESS_WORDS)


def lead_file(folder):
    """A build file with one lead, which only its owner may read."""
    file = folder / "build.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute("create schema raw")
        database.execute("create table raw.lead as select 'anna@gmx.de' as email")
    file.chmod(0o600)
    return file


def test_what_a_load_writes_meanwhile_is_not_lost(tmp_path, monkeypatch):
    file = lead_file(tmp_path)
    copy = erase_person.shutil.copy2

    def copy_and_load(*paths):
        copy(*paths)
        with duckdb.connect(str(file)) as database:
            database.execute("insert into raw.lead values ('b@x.de')")

    monkeypatch.setattr(erase_person.shutil, "copy2", copy_and_load)
    with pytest.raises(BlockingIOError, match="written to meanwhile: try again"):
        erase(file, ["anna@gmx.de"])
    assert [path.name for path in tmp_path.iterdir()] == ["build.duckdb"]
    emails = {row["email"] for row in rows_of(file, "raw")["lead"]}
    assert emails == {"anna@gmx.de", "b@x.de"}


def test_nobody_else_can_open_the_file_and_its_rights_stay(tmp_path, monkeypatch):
    file = lead_file(tmp_path)
    code = f"import duckdb; duckdb.connect({str(file)!r}, read_only=True)"
    rewrite, others = erase_person.rewrite, []

    def rewrite_beside_another(*paths):
        command = [sys.executable, "-c", code]
        others.append(subprocess.run(command, capture_output=True, text=True).stderr)
        rewrite(*paths)

    monkeypatch.setattr(erase_person, "rewrite", rewrite_beside_another)
    assert erase(file, ["anna@gmx.de"]) == {"raw.lead": 1}
    (refused,) = others
    assert "Could not set lock on file" in refused
    assert file.stat().st_mode & 0o777 == 0o600
