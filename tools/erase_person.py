"""Erase one person from the raw tables in the DuckDB build file.

    .venv/bin/python -m tools.erase_person < file_with_one_text_per_line

Each line is a text that identifies the person: e-mail addresses, the name as it is
written, telephone numbers. They are read from standard input, so that they stand in no
shell history, and are bound as values, never put into SQL.

In rows that carry one of the e-mail addresses every text goes that is no key, no date
and no word of the business (`BUSINESS_WORDS`). An address becomes a random one of the
same domain, which says the company, so that the person's records stay one lead of one
company and no figure changes; a domain of the person's own goes if it is a line, too.
Anywhere else a text in which one of the lines occurs goes as a whole.

What dbt built is dropped and the file is written anew, so that no freed block keeps
anything: run `make build` afterwards. Until the new file is complete the old one stays.

Erase the person in the CRM first, or the next load brings them back.
"""

import os
import re
import secrets
import shutil
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
    *("owner", "accountname", "converteddetail", "$converteddetail"),
}
KEYS = re.compile(r"(^|_)v?ids?$|id$", re.IGNORECASE)
# Dates of the business, which may be written as numbers or in words.
DATES = re.compile(r"(^|_)date(_|$)|(date|time|stamp)$|_(at|on)$", re.IGNORECASE)
BIRTH = re.compile("birth|geburt", re.IGNORECASE)
# Ids by which a person is known elsewhere, and tables where `name` is a person's.
PERSONAL_IDS = re.compile("skype|facebook|twitter|linkedin|google", re.IGNORECASE)
PEOPLE = re.compile("(lead|contact|user|owner)s?", re.IGNORECASE)
NESTED = re.compile(r"STRUCT|MAP|.*\]$", re.DOTALL)
SHORTEST = 5  # shorter texts would hit what is meant by nobody


def is_business(column, table=""):
    """Whether a column's text may stay in a row about the erased person."""
    word = re.sub(r"^propert(y|ies)_", "", column.lower()).replace("_", "")
    if word == "name" and PEOPLE.fullmatch(table):
        return False
    if PERSONAL_IDS.search(column):
        return False
    is_named = KEYS.search(column) or DATES.search(column) or column[:1] == "_"
    return bool(is_named) or word in BUSINESS_WORDS


def raw_columns(database):
    """{(schema, table): {column of text: type}} of all tables that dbt does not build.

    Objects and lists are columns of text, too.

    What was published holds no persons and stays: `HISTORIES` are left out.
    """
    tables = {}
    for schema, table, column, data_type in database.execute(
        """
        select columns.schema_name, columns.table_name, columns.column_name, data_type
        from duckdb_columns() as columns
        inner join duckdb_tables() as tables using (table_oid, database_name)
        where not columns.internal
            and columns.schema_name not in (select unnest(?))
        """,
        [[*BUILT, *HISTORIES]],
    ).fetchall():
        if data_type in ("VARCHAR", "JSON") or NESTED.match(data_type):
            tables.setdefault((schema, table), {})[column] = data_type
    return tables


def erased_value(column, data_type, table, is_person):
    """SQL of what becomes of a column; $emails, $pattern and $stand_ins are bound.

    Args:
        column: name of a column of text.
        data_type: its type in DuckDB.
        table: name of its table.
        is_person: SQL of whether the row carries one of the e-mail addresses.
    """
    text = f"{name(column)}::varchar"
    replaced = "regexp_replace({}, $pattern, '\\1\\2erased\\3', 'g')"
    if NESTED.match(data_type):
        json = replaced.format(f"to_json({name(column)})::varchar")
        return f"{json}::json::{data_type}"
    if BIRTH.search(column):
        kept = "null"
    elif is_business(column, table):
        kept = text
    else:
        is_date = f"try_cast({text} as timestamp) is not null"
        is_flag = f"try_cast({text} as boolean) is not null"
        kept = f"case when {is_date} or {is_flag} then {text} end"
    return f"""case
        when list_contains($emails, lower(trim({text})))
            then $stand_ins[list_position($emails, lower(trim({text})))]
        -- in JSON the rest of the cell holds keys of other records
        when regexp_matches({text}, $pattern) and left({text}, 1) in ('{{', '[')
            then {replaced.format(text)}
        when regexp_matches({text}, $pattern) then null
        when {is_person} then {kept}
        else {text}
    end"""


def pattern_of(emails, others):
    """Regular expression of the texts, with what stands before and after as groups.

    anna@gmx.de is not in susanna@gmx.de, nor Ann Lee in Ann Leech.
    """
    found = rf"(^|[^\w.%+-])(?:{'|'.join(map(re.escape, emails))})"
    if others:
        found += rf"|(^|\W)(?:{'|'.join(map(re.escape, others))})"
    else:
        found += "|($.)"  # nothing, but a group
    return rf"(?i)(?:{found})($|\W)"


def stand_in(email, texts):
    """What stands for an address: a random one, of the same domain if that may stay."""
    token = secrets.token_hex(8)
    domain = email.partition("@")[2]
    return f"erased-{token}@{f'erased-{token}.invalid' if domain in texts else domain}"


def erase(file, texts):
    """Erase a person from the DuckDB file; returns {schema.table: rows changed}.

    Args:
        file: path of the build file.
        texts: what identifies the person, at least one of them an e-mail address.

    Raises:
        ValueError: if a text is too short or none is an e-mail address.
        BlockingIOError: if something wrote to the file meanwhile; it stays as it is.
        duckdb.IOException: if the file is in use.
    """
    texts = sorted({text.strip().lower() for text in texts if text.strip()})
    emails = [text for text in texts if "@" in text]
    if not emails or any(len(text) < SHORTEST for text in texts):
        raise ValueError(
            "Give at least one e-mail address, and no text of less than "
            f"{SHORTEST} characters."
        )
    bound = {
        "emails": emails,
        "stand_ins": [stand_in(email, texts) for email in emails],
        "pattern": pattern_of(emails, [text for text in texts if "@" not in text]),
    }
    copy = file.with_suffix(".erasing")
    # dbt may have left its last writes in a log beside the file: they come into it.
    duckdb.connect(str(file)).close()
    before = state_of(file)
    try:
        shutil.copy2(file, copy)
        # Held until the new file stands: what a load wrote meanwhile would be lost.
        with duckdb.connect(str(file)):
            if state_of(file) != before:
                raise BlockingIOError(f"{file} was written to meanwhile: try again.")
            changed = erase_in(copy, bound)
            if changed:
                rewrite(copy, file)
    finally:
        copy.unlink(missing_ok=True)
    return changed


def state_of(file):
    """What changes with every write to a file: its moment and its size in bytes."""
    status = file.stat()
    return status.st_mtime_ns, status.st_size


def erase_in(file, bound):
    """Erase in every raw table of a file and drop what dbt built there.

    Args:
        file: path of the copy that is to be changed.
        bound: values of $emails, $stand_ins and $pattern (`erased_value`).

    Returns:
        {schema.table: rows changed}
    """
    changed = {}
    with duckdb.connect(str(file)) as database:
        for (schema, table), columns in raw_columns(database).items():
            is_person = " or ".join(
                f"list_contains($emails, lower(trim({name(column)}::varchar)))"
                for column in columns
            )
            changes = ", ".join(
                f"{name(column)} = {erased_value(column, data_type, table, is_person)}"
                for column, data_type in columns.items()
            )
            found = " or ".join(
                f"regexp_matches({name(column)}::varchar, $pattern)"
                for column in columns
            )
            update = f"update {name(schema)}.{name(table)} set {changes} where {found}"
            used = {key: value for key, value in bound.items() if f"${key}" in update}
            (count,) = database.execute(update, used).fetchone()
            if count:
                changed[f"{schema}.{table}"] = count
        if changed:
            for schema in BUILT:
                database.execute(f"drop schema if exists {schema} cascade")
    return changed


def rewrite(old, file):
    """Write `old` anew in the place of `file`: nothing of what was deleted is left.

    Who may read and write the file stays as it was.
    """
    fresh = file.with_suffix(".rewritten")
    fresh.unlink(missing_ok=True)
    with duckdb.connect() as database:
        database.execute(f"attach {literal(old)} as old (read_only)")
        # As profiles.yml has it: DuckDB 1.0 and later can read the file.
        database.execute(f"attach {literal(fresh)} as fresh (storage_version 'v1.0.0')")
        database.execute("copy from database old to fresh")
    shutil.copymode(file, fresh)
    os.chown(fresh, file.stat().st_uid, file.stat().st_gid)
    fresh.replace(file)


def main():
    """Erase the person whom standard input names and say what was changed."""
    file = ROOT / os.environ.get("SALES_KPIS_DUCKDB_PATH", "warehouse/build.duckdb")
    if not file.exists():
        sys.exit(f"There is no build file {file}: set SALES_KPIS_DUCKDB_PATH.")
    try:
        changed = erase(file, sys.stdin.buffer.read().decode("utf-8").splitlines())
    except (ValueError, BlockingIOError, duckdb.IOException) as error:
        sys.exit(str(error))
    if not changed:
        sys.exit(
            f"Nobody was found by these texts in {file}; nothing was changed. Are the "
            "raw tables in a file of their own? Set SALES_KPIS_DUCKDB_PATH to that."
        )
    for table, count in sorted(changed.items()):
        print(f"Erased in {table}: {count} row{'s' * (count != 1)}")
    print("Run `make build` to build and publish again.")


if __name__ == "__main__":
    main()
