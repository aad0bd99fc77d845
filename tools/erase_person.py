"""Erase one person from the raw tables in the DuckDB build file.

    .venv/bin/python -m tools.erase_person < file_with_one_text_per_line

Each line is a text that identifies the person: e-mail addresses, the name as it is
written, telephone numbers. They are read from standard input, so that they stand in no
shell history, and are bound as values, never put into SQL.

In rows that carry one of the e-mail addresses every text goes that is no key, no date
and no word of the business (`BUSINESS_WORDS`); the address becomes a random one, so
that the person's records stay one lead and no figure changes. Anywhere else a text in
which one of the lines occurs goes as a whole.

What dbt built is dropped and the file is written anew, so that no freed block keeps
anything: run `make build` afterwards.

Erase the person in the CRM first, or the next load brings them back.
"""

import os
import re
import secrets
import sys
from pathlib import Path

import duckdb

from tools.publish import HISTORIES, literal, name

ROOT = Path(__file__).resolve().parent.parent
# Schemas that dbt builds and builds again.
BUILT = ("staging", "intermediate", "marts", "seeds")
# Columns that say what business it was, in any loader's spelling without underscores
# and prefix. The company stays: if it is the person's own, name it in a line.
BUSINESS_WORDS = {
    *("status", "statuscode", "leadstatus", "hsleadstatus", "lifecyclestage", "stage"),
    *("stagename", "movedtos", "pipeline", "type", "dealtype", "accounttype", "name"),
    *("leadsource", "accountsource", "hsanalyticssource", "source", "channel"),
    *("industry", "country", "billingcountry", "region", "segmentc", "segment"),
    *("company", "currency", "currencyisocode", "dealcurrencycode", "field", "website"),
    *("numberofemployees", "numemployees", "noofemployees", "employees"),
    *("recordstatuss", "converteds", "domain", "category", "probability"),
}
KEYS = re.compile(r"(^|_)ids?$|id$", re.IGNORECASE)
SHORTEST = 5  # shorter texts would hit what is meant by nobody


def is_business(column):
    """Whether a column's text may stay in a row about the erased person."""
    word = re.sub(r"^propert(y|ies)_", "", column.lower()).replace("_", "")
    return bool(KEYS.search(column)) or word in BUSINESS_WORDS or column[:1] == "_"


def raw_columns(database):
    """{(schema, table): its text columns} of all tables that dbt does not build.

    What was published holds no persons and stays: `HISTORIES` are left out.
    """
    tables = {}
    for schema, table, column in database.execute(
        """
        select columns.schema_name, columns.table_name, columns.column_name
        from duckdb_columns() as columns
        inner join duckdb_tables() as tables using (table_oid, database_name)
        where columns.data_type in ('VARCHAR', 'JSON') and not columns.internal
            and columns.schema_name not in (select unnest(?))
        """,
        [[*BUILT, *HISTORIES]],
    ).fetchall():
        tables.setdefault((schema, table), []).append(column)
    return tables


def erased_value(column, is_person):
    """SQL of what becomes of a column; $emails, $pattern and $stand_in are bound.

    Args:
        column: name of a column of text.
        is_person: SQL of whether the row carries one of the e-mail addresses.
    """
    text = f"{name(column)}::varchar"
    kept = text
    if not is_business(column):
        is_date = f"try_cast({text} as timestamp) is not null"
        is_flag = f"try_cast({text} as boolean) is not null"
        kept = f"case when {is_date} or {is_flag} then {text} end"
    return f"""case
        when list_contains($emails, lower(trim({text}))) then $stand_in
        -- in JSON the rest of the cell holds keys of other records
        when regexp_matches({text}, $pattern) and left({text}, 1) in ('{{', '[')
            then regexp_replace({text}, $pattern, 'erased', 'g')
        when regexp_matches({text}, $pattern) then null
        when {is_person} then {kept}
        else {text}
    end"""


def erase(file, texts):
    """Erase a person from the DuckDB file; returns {schema.table: rows changed}.

    Args:
        file: path of the build file, not in use by anybody else.
        texts: what identifies the person, at least one of them an e-mail address.

    Raises:
        ValueError: if a text is too short or none is an e-mail address.
    """
    texts = sorted({text.strip().lower() for text in texts if text.strip()})
    emails = [text for text in texts if "@" in text]
    if not emails or any(len(text) < SHORTEST for text in texts):
        raise ValueError(
            "Give at least one e-mail address, and no text of less than "
            f"{SHORTEST} characters."
        )
    token = secrets.token_hex(8)
    stand_in = f"erased-{token}@erased-{token}.invalid"
    pattern = "(?i)" + "|".join(map(re.escape, texts))
    changed = {}
    with duckdb.connect(str(file)) as database:
        database.execute("begin")
        for (schema, table), columns in raw_columns(database).items():
            is_person = " or ".join(
                f"list_contains($emails, lower(trim({name(column)}::varchar)))"
                for column in columns
            )
            changes = ", ".join(
                f"{name(column)} = {erased_value(column, is_person)}"
                for column in columns
            )
            found = " or ".join(
                f"regexp_matches({name(column)}::varchar, $pattern)"
                for column in columns
            )
            (count,) = database.execute(
                f"update {name(schema)}.{name(table)} set {changes} where {found}",
                {"emails": emails, "pattern": pattern, "stand_in": stand_in},
            ).fetchone()
            if count:
                changed[f"{schema}.{table}"] = count
        if changed:
            for schema in BUILT:
                database.execute(f"drop schema if exists {schema} cascade")
        database.execute("commit")
    if changed:
        rewrite(file)
    return changed


def rewrite(file):
    """Write a DuckDB file anew, so that nothing of what was deleted is left in it."""
    fresh = file.with_suffix(".rewritten")
    fresh.unlink(missing_ok=True)
    with duckdb.connect() as database:
        database.execute(f"attach {literal(file)} as old (read_only)")
        # As profiles.yml has it: DuckDB 1.0 and later can read the file.
        database.execute(f"attach {literal(fresh)} as fresh (storage_version 'v1.0.0')")
        database.execute("copy from database old to fresh")
    fresh.replace(file)


def main():
    """Erase the person whom standard input names and say what was changed."""
    file = ROOT / os.environ.get("SALES_KPIS_DUCKDB_PATH", "warehouse/build.duckdb")
    if not file.exists():
        sys.exit(f"There is no build file {file}: set SALES_KPIS_DUCKDB_PATH.")
    try:
        changed = erase(file, sys.stdin.read().splitlines())
    except ValueError as error:
        sys.exit(str(error))
    if not changed:
        sys.exit("Nobody was found by these texts; nothing was changed.")
    for table, count in sorted(changed.items()):
        print(f"Erased in {table}: {count} row{'s' * (count != 1)}")
    print("Run `make build` to build and publish again.")


if __name__ == "__main__":
    main()
