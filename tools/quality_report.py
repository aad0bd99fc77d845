"""What failed in the last dbt run, where, how much, and what to do: for CI and people.

    .venv/bin/python -m tools.quality_report

Reads dbt's run_results.json, manifest.json and sources.json and, if that run built
them, the quality marts of the build file; writes `junit.xml`, `quality.json` and
`index.html` into `quality/` in dbt's target folder. The exit code is 1 if an
error-level test, a model or the freshness of a source failed, or if one of dbt's files
is missing, else 0.
"""

import html
import json
import os
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import duckdb

from tools.publish import build_file, left_out

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "data_quality.md"
FAILED = ("fail", "error", "runtime error")
QUALITY_MARTS = ("data_quality_summary", "data_quality_issues")
WRITTEN_BY = {"dbt build": "run_results.json", "dbt source freshness": "sources.json"}
ISSUES = """
select row_kind, reason, source_system, raw_table, kpi, row_count, amount
from marts.data_quality_summary
where row_kind in ('issue', 'gap', 'set_aside')
order by amount desc nulls last, row_count desc, reason, source_system, raw_table
"""
CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem;
    padding: 0 1rem; color: #1d2733; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem;
    border-bottom: 1px solid #d5dbe1; }
td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.fail, .error { color: #a31515; font-weight: 600; } .warn { color: #8a5a00; }
"""


def read(path):
    """A JSON file; an empty dict if there is none."""
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def guide(text):
    """{reason: what to do} from the tables of docs/data_quality.md.

    A name like unmapped_<field> stands for all that begin so.
    """
    remedies = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        for name in re.findall(r"`([^`]+)`", cells[0]) if line[:1] == "|" else ():
            remedies[name.partition("<")[0]] = cells[-1].replace("`", "")
    return remedies


def remedy(remedies, reason):
    """What to do about a reason, '' if the guide does not know it."""
    if reason in remedies:
        return remedies[reason]
    starts = [name for name in remedies if name[-1:] == "_" and reason.startswith(name)]
    return remedies[starts[0]] if starts else ""


def sentence(node):
    """What a test checks: its description, else the comment its SQL begins with."""
    comment = re.match(r"\s*\{#-?(.*?)-?#\}", node.get("raw_code") or "", re.DOTALL)
    words = node.get("description") or (comment[1] if comment else "")
    return " ".join(words.split()) or node["name"].replace("_", " ")


def compiled(node):
    """Where dbt wrote the SQL of a test, below its target folder."""
    path = node["original_file_path"]
    if not path.endswith(".sql"):
        path += "/" + node["path"]
    return f"compiled/{node['package_name']}/{path}"


def checks_of_run(results, manifest):
    """One dict per test, and per model that failed, of a run: what, where, how many."""
    nodes = manifest.get("nodes", {}) | manifest.get("unit_tests", {})
    for result in results.get("results", []):
        node = nodes.get(result["unique_id"])
        kind = result["unique_id"].split(".")[0]
        status = result["status"]
        if node is None or (kind not in ("test", "unit_test") and status not in FAILED):
            continue
        todo = ""
        if status in FAILED:
            todo = "Nothing is published until it is repaired."
        if status in (*FAILED, "warn") and kind == "test":
            todo += f" The rows: run {compiled(node)}"
        if kind != "test" and status in FAILED:
            todo += " " + (result.get("message") or "").strip()[:600]
        yield {
            "kind": kind.replace("_", " "),
            "name": node["name"],
            "status": "error" if status in FAILED and kind == "model" else status,
            "what": sentence(node),
            "where": node["original_file_path"],
            "rows": result.get("failures"),
            "seconds": round(result["execution_time"], 3),
            "what_to_do": todo.strip(),
        }
    missing = left_out(results, manifest)
    if missing:
        yield {
            "kind": "run",
            "name": "dbt build",
            "status": "error",
            "what": f"dbt was stopped before {len(missing)} models and tests",
            "where": ", ".join(missing[:3]),
            "rows": None,
            "seconds": 0,
            "what_to_do": "Nothing is published until a build has run to its end.",
        }


def checks_of_freshness(sources, manifest):
    """One dict per raw table whose age was looked at, be it in vain."""
    results = sources.get("results", [])
    told = {result["unique_id"] for result in results}
    for result in results:
        _, _, system, table = result["unique_id"].split(".")
        status = result["status"]
        hours = result.get("max_loaded_at_time_ago_in_s", 0) / 3600
        yield {
            "kind": "freshness",
            "name": f"{system}.{table}",
            "status": "error" if status in FAILED else status,
            "what": f"The last load of {system} {table} is {hours:.0f} hours old",
            "where": f"models/staging/{system}/_{system}__sources.yml",
            "rows": None,
            "seconds": result.get("execution_time", 0),
            "what_to_do": ""
            if status == "pass"
            else f"See why the loader did not load {system} {table}.",
        }
    # dbt writes only about tables that it could ask.
    for key, source in manifest.get("sources", {}).items():
        stamp = source.get("loaded_at_field")
        if stamp and key not in told:
            _, _, system, table = key.split(".")
            yield {
                "kind": "freshness",
                "name": f"{system}.{table}",
                "status": "warn",
                "what": f"How old the last load of {system} {table} is cannot be told",
                "where": f"models/staging/{system}/_{system}__sources.yml",
                "rows": None,
                "seconds": 0,
                "what_to_do": f"It has no readable {stamp}; an export has none.",
            }


def unbuilt_marts(results):
    """One sentence on the quality marts that this run did not build, '' if it did."""
    ended = {
        result["unique_id"].rpartition(".")[2]: result["status"]
        for result in results.get("results", [])
    }
    unbuilt = [mart for mart in QUALITY_MARTS if ended.get(mart) != "success"]
    if not unbuilt:
        return ""
    return (
        f"None are listed, because this run did not build {' and '.join(unbuilt)}: "
        "what the build file has of that is of an earlier run."
    )


def issues_of_build(build, remedies):
    """One dict per table and reason of the quality marts; none if they do not exist."""
    if not build.exists():
        return
    with duckdb.connect(str(build), read_only=True) as database:
        try:
            rows = database.execute(ISSUES).fetchall()
        except duckdb.CatalogException:
            return
    for kind, reason, system, table, kpi, count, amount in rows:
        yield {
            "kind": kind,
            "reason": reason,
            "table": f"{system}.{table}",
            "kpi": kpi,
            "rows": count,
            "amount": None if amount is None else float(amount),
            "what_to_do": remedy(remedies, reason),
        }


def junit(checks):
    """The checks as JUnit XML; a warning is a passed case that says so."""
    suite = ElementTree.Element("testsuite", name="sales_kpis")
    failed = 0
    for check in checks:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=f"{check['kind']}.{check['where']}",
            name=check["name"],
            time=str(check["seconds"]),
        )
        rows = f" ({check['rows']} rows)" if check["rows"] else ""
        words = CONTROL.sub("?", f"{check['what']}{rows}")
        if check["status"] in FAILED:
            failed += 1
            failure = ElementTree.SubElement(case, "failure", message=words)
            failure.text = CONTROL.sub("?", check["what_to_do"])
        elif check["status"] == "skipped":
            ElementTree.SubElement(case, "skipped")
        elif check["status"] == "warn":
            ElementTree.SubElement(case, "system-out").text = f"warning: {words}"
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failed))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def table(columns, rows):
    """A table of a page; columns are (heading, key), every cell is escaped."""
    lines = ["<table><thead><tr>"]
    lines += [f"<th>{html.escape(heading)}</th>" for heading, _ in columns]
    lines.append("</tr></thead><tbody>")
    for row in rows:
        lines.append("<tr>")
        for _, key in columns:
            value, css = row[key], ""
            if isinstance(value, int | float):
                css = ' class="n"'
                value = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
            elif key == "status":
                css = f' class="{html.escape(value)}"'
            value = "" if value is None else html.escape(str(value))
            lines.append(f"<td{css}>{value}</td>")
        lines.append("</tr>")
    return "".join([*lines, "</tbody></table>"])


def listed(issues):
    """The parts of the page that say what the quality marts list."""
    found = [issue for issue in issues if issue["kind"] == "issue"]
    gaps = [issue for issue in issues if issue["kind"] == "gap"]
    aside = [issue for issue in issues if issue["kind"] == "set_aside"]
    return [
        "<h2>Records to correct in the CRM</h2><p>One by one in the mart "
        "data_quality_issues.</p>",
        table(
            [
                *(("reason", "reason"), ("raw table", "table"), ("KPI", "kpi")),
                *(("rows", "rows"), ("money", "amount"), ("what to do", "what_to_do")),
            ],
            found,
        ),
        "<h2>Input that did not land</h2>",
        table(
            [
                *(("what", "reason"), ("raw table", "table"), ("KPI", "kpi")),
                ("what to do", "what_to_do"),
            ],
            gaps,
        ),
        "<h2>Rows set aside</h2>",
        table(
            [
                *(("reason", "reason"), ("raw table", "table"), ("rows", "rows")),
                ("meaning", "what_to_do"),
            ],
            aside,
        ),
    ]


def page(checks, issues, unlisted):
    """One page for people, everything on it escaped.

    Args:
        checks: what was checked, as dicts.
        issues: what the quality marts list, as dicts.
        unlisted: one sentence on why there are none, '' if the marts are of this run.
    """
    bad = [check for check in checks if check["status"] not in ("pass", "success")]
    bad.sort(key=lambda check: check["status"] not in FAILED)
    broken = [check["kind"] for check in checks if check["status"] in FAILED]
    failed = len(broken)
    warned = sum(check["status"] == "warn" for check in checks)
    # Old data are published as they are: what does not load cannot be repaired here.
    fate = "Nothing" if set(broken) - {"freshness"} else "All"
    if unlisted:
        heading = "<h2>Records to correct, input, rows set aside</h2>"
        last = [f"{heading}<p>{html.escape(unlisted)}</p>"]
    else:
        last = listed(issues)
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f"<title>Data quality</title><style>{STYLE}</style></head><body>",
        f"<h1>Data quality</h1><p>{len(checks)} checks: {failed} failed, "
        f"{warned} warnings. {fate} of it can be published."
        "</p>",
        "<h2>Checks that did not pass</h2>",
        table(
            [
                *(("", "status"), ("what", "what"), ("check", "name")),
                *(("where", "where"), ("rows", "rows"), ("what to do", "what_to_do")),
            ],
            bad,
        )
        if bad
        else "<p>None.</p>",
        *last,
        "</body></html>",
    ]
    return "\n".join(parts)


def write_report(target, build, folder):
    """Write the three files into `folder`; returns how many checks failed."""
    manifest = read(target / "manifest.json")
    results = read(target / "run_results.json")
    checks = [
        *checks_of_run(results, manifest),
        *checks_of_freshness(read(target / "sources.json"), manifest),
    ]
    unlisted = unbuilt_marts(results)
    remedies = guide(GUIDE.read_text("utf-8"))
    issues = [] if unlisted else list(issues_of_build(build, remedies))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "junit.xml").write_text(junit(checks), "utf-8")
    content = {"checks": checks, "issues": issues, "no_issues_because": unlisted}
    (folder / "quality.json").write_text(json.dumps(content, indent=1), "utf-8")
    (folder / "index.html").write_text(page(checks, issues, unlisted), "utf-8")
    return sum(check["status"] in FAILED for check in checks)


def main():
    """Report on the last run and end with 1 if something failed."""
    target = ROOT / os.environ.get("DBT_TARGET_PATH", "target")
    for command, file in WRITTEN_BY.items():
        if not (target / file).exists():
            sys.exit(
                f"Nothing to report: there is no {file} in {target}. `{command}` did "
                "not run, or stopped before it could write it: its output says why."
            )
    failed = write_report(target, build_file(), target / "quality")
    print(f"Quality: {failed} failed, see {target / 'quality' / 'index.html'}")
    sys.exit(int(failed > 0))


if __name__ == "__main__":
    main()
