"""Erase one person from the raw tables in the DuckDB build file.

    .venv/bin/python -m tools.erase_person < file_with_one_text_per_line

Each line is a text that identifies the person: e-mail addresses, the name as it is
written, telephone numbers. They are read from standard input, so that they stand in no
shell history, and are bound as values, never put into SQL.

In rows that have one of the e-mail addresses as their own, and not as that of who owns
or changed the record, every text goes that is no key, no date and no word or number of
the business (`BUSINESS_WORDS`). An address becomes a random one of the same domain,
which says the company, so that the person's records stay one lead of one company and no
figure changes; a domain of the person's own goes if it is a line, too. Anywhere else a
text in which one of the lines occurs goes as a whole; of an object the line alone goes.

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
import yaml

from tools.publish import HISTORIES, build_file, literal, name

ROOT = Path(__file__).resolve().parent.parent
# Schemas that dbt builds and builds again.
BUILT = ("staging", "intermediate", "marts", "seeds")
# Lookups of persons: of these stays by which id they are known.
CONTACTS = {"contactname", "convertedcontact", "contacts"}
# Columns that say what business it was, all that staging reads of a record but its
# e-mail address, in any loader's spelling without underscores and prefix. The company
# stays: if it is the person's own, name it in a line.
BUSINESS_WORDS = {
    *("status", "statuscode", "leadstatus", "hsleadstatus", "lifecyclestage", "stage"),
    *("stagename", "movedtos", "pipeline", "type", "dealtype", "accounttype", "name"),
    *("leadsource", "accountsource", "hsanalyticssource", "source", "channel"),
    *("industry", "country", "billingcountry", "region", "segmentc", "segment"),
    *("company", "currency", "currencyisocode", "dealcurrencycode", "field", "website"),
    *("numberofemployees", "numemployees", "noofemployees", "employees"),
    *("recordstatuss", "converteds", "domain", "category", "dealname", "dealstage"),
    *("isclosed", "iswon", "hsisclosed", "hsisclosedwon", "isreductionorder"),
    *("hscampaigntype", "hscurrencycode", "hslineitemcurrencycode", "archived"),
    *("recurringbillingfrequency", "hsrecurringbillingperiod"),
    # Numbers.
    *("amount", "amountinhomecurrency", "totalamount", "subtotal", "grandtotal", "tax"),
    *("discount", "adjustment", "actualcost", "hsspenditemssumamount", "price"),
    *("quantity", "hsdiscountpercentage", "hsrecurringbillingnumberofpayments"),
    *("contractterm", "probability", "hsdealstageprobability", "exchangerate"),
    "hsexchangerate",
    # Lookups, as ids or as objects.
    *("owner", "accountname", "hsprimaryassociatedcompany", "companies", "lineitems"),
    *("salesorder", "parentcampaign", "convertedaccount", "converteddeal"),
    *("converteddetail", "$converteddetail", "converteddetailaccount"),
    *("converteddetailcontact", "converteddetaildeal", *CONTACTS),
}
# E-mail addresses of those who own, made or changed a record, which is not about them.
LOOKUPS = re.compile("owner|user|creat|modif|updat|assign", re.IGNORECASE)
KEYS = re.compile(r"(^|_)v?ids?$|id$", re.IGNORECASE)
# Dates of the business, which may be written as numbers or in words.
DATES = re.compile(
    r"(^|_)date(_|$)|(date|time|stamp|_at|_on|createdat|updatedat)$", re.IGNORECASE
)
BIRTH = re.compile("birth|geburt", re.IGNORECASE)
# Ids by which a person is known elsewhere, and tables where `name` is a person's.
PERSONAL_IDS = re.compile("skype|facebook|twitter|linkedin|google", re.IGNORECASE)
PEOPLE = re.compile("(sf_)?(lead|contact|user|owner)s?", re.IGNORECASE)
TEXTS = ("VARCHAR", "JSON")
NESTED = re.compile(r"STRUCT|MAP|.*\]$", re.DOTALL)
# In JSON: the names of whoever is looked up.
NAMES = r'("[^"]*name"\s*:\s*)"(\\.|[^"\\])*"'
SHORTEST = 5  # shorter texts would hit what is meant by nobody


def own_columns(settings):
    """{own column: the API name it stands for}, whatever its table.

    Args:
        settings: the vars of the project.
    """
    own = {
        column.lower(): api_name
        for tables in (settings.get("crm_column_overrides") or {}).values()
        for columns in tables.values()
        for api_name, column in columns.items()
    }
    amount = settings.get("salesforce_contract_amount_column")
    return own | ({amount.lower(): "Amount"} if amount else {})


def spelled(column):
    """A column's name without what loaders make of it."""
    # dlt lands amount__v_text beside amount.
    plain = re.sub(r"^propert(y|ies)_|__v_\w+$", "", column.lower())
    return plain.replace("_", "")


def is_own_address(column):
    """Whether a row is about whoever has the e-mail address in this column."""
    return "mail" in column.lower() and not LOOKUPS.search(column)


def is_business(column, table=""):
    """Whether a column's text may stay in a row about the erased person."""
    word = spelled(column)
    if word == "name" and PEOPLE.fullmatch(table):
        return False
    if PERSONAL_IDS.search(column):
        return False
    is_named = KEYS.search(column) or DATES.search(column) or column[:1] == "_"
    return bool(is_named) or word in BUSINESS_WORDS


def raw_columns(database):
    """{(schema, table): {column of text: type}} of all tables that dbt does not build.

    Objects and lists are columns of text, too; days of birth count in any type.

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
        is_text = data_type in TEXTS or NESTED.match(data_type)
        if is_text or BIRTH.search(column):
            tables.setdefault((schema, table), {})[column] = data_type
    return tables


def kept_value(text, column, table):
    """SQL of what stays of a text in a row about the erased person.

    Args:
        text: SQL of the text.
        column: name of its column, or the API name that this stands for.
        table: name of its table.
    """
    if BIRTH.search(column):
        return "null"
    if spelled(column) in CONTACTS:
        is_lookup = (
            f"left({text}, 1) in ('{{', '[') or regexp_full_match({text}, '\\d+')"
        )
        nameless = f"regexp_replace({text}, {literal(NAMES)}, '\\1\"erased\"', 'gi')"
        return f"case when {is_lookup} then {nameless} end"
    if is_business(column, table):
        return text
    is_date = f"try_cast({text} as timestamp) is not null"
    is_flag = f"try_cast({text} as boolean) is not null"
    return f"case when {is_date} or {is_flag} then {text} end"


def erased_value(column, data_type, table, is_person, meaning):
    """SQL of what becomes of a column; $emails, $pattern and $stand_ins are bound.

    Args:
        column: name of a column of `raw_columns`.
        data_type: its type in DuckDB.
        table: name of its table.
        is_person: SQL of whether the row is about the person.
        meaning: the API name that the column stands for, else its name.
    """
    is_nested = NESTED.match(data_type)
    if data_type not in TEXTS and not is_nested:
        return f"case when not coalesce({is_person}, false) then {name(column)} end"
    cell = f"to_json({name(column)})" if is_nested else name(column)
    text = f"{cell}::varchar"
    kept = kept_value(text, meaning, table)
    # In objects and lists the rest of the cell holds keys of other records.
    without_lines = f"""regexp_replace(
        case when {is_person} then {kept} else {text} end,
        $pattern, '\\1\\2erased\\3', 'g'
    )"""
    if is_nested:
        return f"{without_lines}::json::{data_type}"
    return f"""case
        when list_contains($emails, lower(trim({text})))
            then $stand_ins[list_position($emails, lower(trim({text})))]
        when left({text}, 1) in ('{{', '[') then {without_lines}
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


def erase(file, texts, own=None):
    """Erase a person from the DuckDB file; returns {schema.table: rows changed}.

    Args:
        file: path of the build file.
        texts: what identifies the person, at least one of them an e-mail address.
        own: the company's own columns, as of `own_columns`.

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
            changed = erase_in(copy, bound, own or {})
            if changed:
                rewrite(copy, file)
    finally:
        copy.unlink(missing_ok=True)
    return changed


def state_of(file):
    """What changes with every write to a file: its moment and its size in bytes."""
    status = file.stat()
    return status.st_mtime_ns, status.st_size


def erase_in(file, bound, own):
    """Erase in every raw table of a file and drop what dbt built there.

    Args:
        file: path of the copy that is to be changed.
        bound: values of $emails, $stand_ins and $pattern (`erased_value`).
        own: the company's own columns, as of `own_columns`.

    Returns:
        {schema.table: rows changed}
    """
    changed = {}
    with duckdb.connect(str(file)) as database:
        for (schema, table), columns in raw_columns(database).items():
            meanings = {column: own.get(column.lower(), column) for column in columns}
            addresses = [
                f"list_contains($emails, lower(trim({name(column)}::varchar)))"
                for column, meaning in meanings.items()
                if is_own_address(meaning)
            ]
            is_person = " or ".join(addresses) or "false"
            changes = ", ".join(
                f"{name(column)} = "
                + erased_value(column, data_type, table, is_person, meanings[column])
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
    file = build_file()
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text("utf-8"))
    if not file.exists():
        sys.exit(f"There is no build file {file}: set SALES_KPIS_DUCKDB_PATH.")
    try:
        texts = sys.stdin.buffer.read().decode("utf-8").splitlines()
        changed = erase(file, texts, own_columns(project["vars"]))
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
