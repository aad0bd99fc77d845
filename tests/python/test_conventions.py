"""Conventions of this project that dbt itself does not check.

Each rule is a function that returns problems as sentences: none for the project, and at
least one for the broken snippet in the test below it.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import dbt.jsonschemas
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "sales_kpis"
FOLDERS = ("models", "seeds", "macros", "analyses", "tests")
# Made in the folder of the project, by git and the commands; in no clone.
NEVER_TRACKED = (".git", ".venv", "dbt_packages", "target", "logs", "warehouse")


def files(*suffixes, folders=FOLDERS):
    """The project's files with one of the suffixes, as pairs (relative path, text)."""
    return [
        (str(path.relative_to(ROOT)), path.read_text())
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes
    ]


@pytest.fixture(scope="session")
def manifest(tmp_path_factory):
    """The manifest of a fresh parse; deprecations and wrong arguments are errors.

    It happens in a copy that always has our stand-in for dbt_utils, so that the result
    does not depend on which dbt_utils is installed.
    """
    folder = tmp_path_factory.mktemp("project") / PROJECT
    skipped = shutil.ignore_patterns(*NEVER_TRACKED, "__pycache__", "python", ".*")
    shutil.copytree(ROOT, folder, ignore=skipped)
    (folder / "dbt_packages").mkdir()
    stand_in = folder / "dbt_packages" / "dbt_utils"
    (folder / "offline" / "dbt_utils").rename(stand_in)
    errors = '{"error": ["Deprecations", "InvalidMacroAnnotation"]}'
    ran = subprocess.run(
        [
            *(Path(sys.executable).with_name("dbt"), "--no-use-colors"),
            *("--warn-error-options", errors, "parse", "--no-partial-parse"),
            *("--target-path", "target", "--log-path", "logs"),
        ],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("DBT_")},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads((folder / "target" / "manifest.json").read_text())


def assert_none(problems):
    """Fail with one line per problem."""
    assert not problems, "\n" + "\n".join(problems)


def own(manifest, kind):
    """Nodes, sources, macros, ... of this project, without those of packages."""
    return [n for n in manifest[kind].values() if n["package_name"] == PROJECT]


def models(manifest, folder=""):
    """This project's models in a folder under models/."""
    return [
        node
        for node in own(manifest, "nodes")
        if node["resource_type"] == "model"
        and node["original_file_path"].startswith(f"models/{folder}")
    ]


# --- YAML keys: dbt 1.11 drops unknown ones in silence on DuckDB, PostgreSQL and Spark


def json_schema(kind, version):
    """One of the JSON schemas that ship with the pinned dbt."""
    file = Path(dbt.jsonschemas.JSONSCHEMAS_PATH) / kind / f"{version}.json"
    return json.loads(file.read_text())


PROPERTIES = json_schema("resources", "latest")
PROJECT_FILE = json_schema("project", "0.0.110")


def unknown_keys(value, root, schema=None, path=""):
    """Paths of all mapping keys in `value` that the JSON schema `root` lacks."""
    schema = root if schema is None else schema
    if "$ref" in (schema if isinstance(schema, dict) else {}):
        schema = root["definitions"][schema["$ref"].rpartition("/")[2]]
    if not isinstance(schema, dict):  # true: anything goes
        return []
    if "anyOf" in schema:
        # Of several forms the one that fits best.
        forms = [form for form in schema["anyOf"] if form.get("type") != "null"]
        if isinstance(value, dict):
            forms = [form for form in forms if form.get("type", "object") != "string"]
        found = [unknown_keys(value, root, form, path) for form in forms]
        return min(found, key=lambda keys: (len(keys), -len("".join(keys))), default=[])
    if isinstance(value, list):
        items = schema.get("items", {})
        return [
            key
            for number, item in enumerate(value)
            for key in unknown_keys(item, root, items, f"{path}[{number}]")
        ]
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    problems = []
    for key, inner in value.items() if isinstance(value, dict) else ():
        here = f"{path}.{key}".lstrip(".")
        if key in known:
            problems += unknown_keys(inner, root, known[key], here)
        elif others is False or (isinstance(others, dict) and str(key)[:1] == "+"):
            problems.append(here)
        elif isinstance(others, dict):
            problems += unknown_keys(inner, root, others, here)
    return problems


def test_yaml_files_have_no_unknown_keys():
    # The schema that ships with dbt knows the next form of metrics only.
    problems = [
        f"{path}: {key}"
        for path, text in files(".yml", ".yaml")
        for key in unknown_keys(yaml.safe_load(text) or {}, PROPERTIES)
        if not re.fullmatch(r"metrics\[\d+\]\.type_params", key)
    ]
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    problems += [
        f"dbt_project.yml: {key}" for key in unknown_keys(project, PROJECT_FILE)
    ]
    assert_none(problems)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("models: [{name: m, datatests: [unique]}]", "models[0].datatests"),
        ("models: [{name: m, columns: [{name: c, test: [a]}]}]", ".columns[0].test"),
        ("models: [{name: m, config: {materalized: table}}]", ".materalized"),
        ("models: [{name: m, constraints: [{typ: primary_key}]}]", ".typ"),
        ("models: [{name: m, data_tests: [{unique: {severty: warn}}]}]", ".severty"),
        (
            "models: [{name: m, data_tests: [{d.x: {config: {severty: warn}}}]}]",
            ".severty",
        ),
        ("sources: [{name: s, tables: [{name: t, descripton: d}]}]", ".descripton"),
        ("seeds: [{name: s, config: {column_type: {a: text}}}]", ".column_type"),
        ("macros: [{name: m, arguments: [{name: a, describe: d}]}]", ".describe"),
        ("unit_tests: [{name: u, model: m, expects: {rows: []}}]", ".expects"),
        ("model: []", "model"),
    ],
)
def test_an_unknown_key_is_found(text, key):
    found = unknown_keys(yaml.safe_load(text), PROPERTIES)
    assert len(found) == 1
    assert key in found[0]


def test_an_unknown_key_in_the_project_file_is_found():
    text = "{name: p, model-path: [m], models: {p: {marts: {+materalized: view}}}}"
    found = unknown_keys(yaml.safe_load(text), PROJECT_FILE)
    assert found == ["model-path", "models.p.marts.+materalized"]


# --- Descriptions


def says_nothing(name, description):
    """Whether a description is empty or only repeats words of the name."""

    def words(text):
        return {word.rstrip("s") for word in re.findall(r"[a-z0-9]+", text.lower())}

    fillers = words("a an the of for is this column table model macro seed source id")
    return words(description or "") - fillers <= words(name)


def undescribed(manifest):
    """Everything a reader meets in the docs that has no description of its own.

    Models and their columns, seeds and their columns (not those of the sample, which
    the raw tables describe), raw tables, macros and their arguments.
    """
    found = []

    def look(name, description, where):
        if says_nothing(name, description):
            found.append(f"{where} {name}: no description that says more than the name")

    for node in own(manifest, "nodes"):
        if node["resource_type"] not in ("model", "seed", "snapshot"):
            continue
        look(node["name"], node["description"], node["resource_type"])
        if not node["original_file_path"].startswith("seeds/sample"):
            for column in node["columns"].values():
                look(column["name"], column["description"], f"{node['name']}, column")
    for source in own(manifest, "sources"):
        look(source["name"], source["description"], "raw table")
        look(source["source_name"], source["source_description"], "raw schema")
    for macro in own(manifest, "macros"):
        # default__x and its like are described by x.
        if re.match(r"[a-z]+__", macro["name"]):
            continue
        look(macro["name"], macro["description"], "macro")
        for argument in macro["arguments"]:
            look(
                argument["name"], argument["description"], f"{macro['name']}, argument"
            )
    return found


def undescribed_arguments(macros):
    """Macro arguments that YAML leaves out, from pairs (SQL text, names in YAML)."""
    found = []
    for text, listed in macros:
        opening = re.search(
            r"\{%-?\s*macro\s+(\w+)\s*\((.*?)\)\s*-?%\}", text, re.DOTALL
        )
        if not opening or re.match(r"[a-z]+__", opening[1]):
            continue
        # Names at the start or after a comma, but not inside a default value.
        plain = re.sub(r"=\s*(\[.*?\]|\{.*?\}|'.*?'|\".*?\")", "", opening[2])
        given = re.findall(r"(?:^|,)\s*(\w+)", plain)
        found += [f"{opening[1]}: {name}" for name in given if name not in listed]
    return found


def seed_columns_missing(header, listed):
    """Columns of a CSV file that its YAML entry does not list."""
    return [column for column in header if column not in listed]


def test_everything_is_described(manifest):
    assert_none(undescribed(manifest))


def test_all_macro_arguments_are_listed(manifest):
    macros = [
        (macro["macro_sql"], [argument["name"] for argument in macro["arguments"]])
        for macro in own(manifest, "macros")
    ]
    assert_none(undescribed_arguments(macros))


def test_all_seed_columns_are_listed(manifest):
    problems = []
    for node in own(manifest, "nodes"):
        path = node["original_file_path"]
        if node["resource_type"] == "seed" and not path.startswith("seeds/sample"):
            with (ROOT / path).open(newline="") as file:
                header = next(csv.reader(file))
            missing = seed_columns_missing(header, node["columns"])
            problems += [f"{path}: {column}" for column in missing]
    assert_none(problems)


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("lead_count", ""),
        ("lead_count", None),
        ("lead_count", "Lead count."),
        ("lead_count", "The count of leads"),
        ("kpi_targets", "Seed kpi_targets."),
    ],
)
def test_a_description_that_says_nothing_is_found(name, description):
    assert says_nothing(name, description)
    assert not says_nothing(name, "Leads created in the period, merged ones once.")


def test_each_kind_of_missing_description_is_found():
    node = {"package_name": PROJECT, "description": "", "resource_type": "model"}
    bare = {"columns": {"a": {"name": "a", "description": ""}}}
    source = {"name": "lead", "source_name": "crm", "source_description": "Says a lot."}
    macro = {"name": "ratio", "arguments": [{"name": "numerator", "description": ""}]}
    manifest = {
        "nodes": {
            "m": {
                **node,
                **bare,
                "name": "kpi",
                "original_file_path": "models/kpi.sql",
            },
            "s": {
                **{**node, **bare, "name": "lead", "resource_type": "seed"},
                "original_file_path": "seeds/sample/lead.csv",
            },
        },
        "sources": {"s": {**node, **source}},
        "macros": {"m": {**node, **macro}, "n": {**node, **macro, "name": "spark__x"}},
    }
    assert [line.partition(":")[0] for line in undescribed(manifest)] == [
        *("model kpi", "kpi, column a", "seed lead"),
        *("raw table lead", "macro ratio", "ratio, argument numerator"),
    ]


def test_an_argument_or_column_left_out_is_found():
    text = "{% macro m(first, second='a, b', third=[1, 2], fourth=none) -%}"
    assert undescribed_arguments([(text, ["first"])]) == [
        *("m: second", "m: third", "m: fourth")
    ]
    assert undescribed_arguments([("{% macro spark__m(a) %}", [])]) == []
    assert seed_columns_missing(["a", "b"], {"a": {}}) == ["b"]


# --- Marts


def mart_problems(mart, tested):
    """What a mart lacks: contract, key, data test, table, public, YAML of its name."""
    problems = []
    levels = [mart, *mart["columns"].values()]
    constraints = [c["type"] for level in levels for c in level["constraints"]]
    if not mart["config"]["contract"]["enforced"]:
        problems.append("has no enforced contract")
    if "primary_key" not in constraints:
        problems.append("has no primary key")
    if mart["unique_id"] not in tested:
        problems.append("has no data test")
    if mart["config"]["materialized"] not in ("table", "incremental"):
        problems.append("is no table, so it is not published")
    if mart["config"]["access"] != "public":
        problems.append("is not public")
    yaml_path = (mart["patch_path"] or "").partition("://")[2]
    if mart["name"].startswith("kpi_") and Path(yaml_path).stem != mart["name"]:
        problems.append("is not described in a YAML file of its own name")
    if not mart["columns"]:
        problems.append("lists no column")
    return [f"{mart['name']} {problem}" for problem in problems]


def test_marts_are_complete(manifest):
    tests = [n for n in own(manifest, "nodes") if n["resource_type"] == "test"]
    tested = {parent for test in tests for parent in test["depends_on"]["nodes"]}
    marts = models(manifest, "marts/")
    assert_none([line for mart in marts for line in mart_problems(mart, tested)])


def test_an_incomplete_mart_is_found():
    key = {"type": "primary_key"}
    good = {
        "name": "kpi_one",
        "unique_id": "model.kpi_one",
        "columns": {"a": {"constraints": [{"type": "not_null"}]}},
        "constraints": [key],
        "patch_path": "sales_kpis://models/marts/kpis/kpi_one.yml",
        "config": {
            "contract": {"enforced": True},
            "materialized": "table",
            "access": "public",
        },
    }
    tested = {"model.kpi_one"}
    assert mart_problems(good, tested) == []
    config = good["config"]
    breaks = {
        "no enforced contract": {"config": {**config, "contract": {"enforced": False}}},
        "no primary key": {"constraints": []},
        "no data test": {"unique_id": "model.other"},
        "is no table": {"config": {**config, "materialized": "view"}},
        "not public": {"config": {**config, "access": "protected"}},
        "of its own name": {"patch_path": "sales_kpis://models/marts/kpis/_kpis.yml"},
        "lists no column": {"columns": {}},
    }
    for sentence, change in breaks.items():
        (problem,) = mart_problems({**good, **change}, tested)
        assert sentence in problem


# --- Names and folders

NAMES = (
    (r"models/staging/(\w+)/", r"stg_{0}__[a-z0-9_]+"),
    (r"models/intermediate/(\w+)/(?:records/)?", r"int_{0}__[a-z0-9_]+"),
    (r"models/marts/kpis/", r"kpi_[a-z0-9_]+"),
    (r"models/marts/reporting/", r"(?!stg_|int_)[a-z0-9_]+"),
    (r"models/marts/history/", r"history_[a-z0-9_]+"),
)


def misplaced(path):
    """Whether a model's file is in no folder of DESIGN or not named like its folder."""
    for folder, pattern in NAMES:
        found = re.match(folder, path)
        if found:
            rest = path[found.end() :].removesuffix(".sql")
            return not re.fullmatch(pattern.format(*found.groups()), rest)
    return True


def test_names_fit_folders(manifest):
    paths = [model["original_file_path"] for model in models(manifest)]
    assert_none([path for path in paths if misplaced(path)])


@pytest.mark.parametrize(
    "path",
    [
        "models/staging/salesforce/stg_hubspot__deals.sql",
        "models/staging/stg_salesforce__deals.sql",
        "models/intermediate/crm/int_funnel__leads.sql",
        "models/intermediate/crm/leads.sql",
        "models/marts/kpis/churn_rate.sql",
        "models/marts/kpis/more/kpi_churn_rate.sql",
        "models/marts/reporting/int_crm__deals.sql",
        "models/kpi_churn_rate.sql",
    ],
)
def test_a_misplaced_model_is_found(path):
    assert misplaced(path)


# --- SQL

WALL_CLOCK = (
    r"\bcurrent_(date|time|timestamp)\b|\b(now|getdate|sysdate|today|localtimestamp"
    r"|get_current_timestamp|transaction_timestamp|clock_timestamp)\s*\("
    r"|\blocaltimestamp\b|\brun_started_at\b|\bmodules\.datetime\b"
)


def without_comments(text):
    """SQL with its Jinja and SQL comments blanked; line breaks stay."""

    def blank(found):
        return found[0] if found[0][0] == "'" else "\n" * found[0].count("\n")

    return re.sub(r"'[^'\n]*'|--[^\n]*|\{#.*?#\}", blank, text, flags=re.DOTALL)


def clock_problems(path, text):
    """Uses of the wall clock: the one today of a run is `as_of_date`."""
    found = re.search(WALL_CLOCK, without_comments(text), re.IGNORECASE)
    return [f"{path}: {found[0]} reads the wall clock"] if found else []


def target_problems(path, text):
    """Models that ask for the engine instead of calling a dispatched macro."""
    found = re.search(r"\btarget\s*\.\s*(type|name)\b", without_comments(text))
    return [f"{path}: {found[0]} belongs in macros/engine"] if found else []


# What runs on every engine and answers differently, or runs on one only.
BARE = (
    r"::|\s!?~\*?\s|\b(regexp_\w+|rlike|date_trunc|datediff|concat|median|string_agg|listagg"
    r"|try_cast|bool_or|bool_and|date_part|strftime|to_char|json_\w+|unnest|explode"
    r"|generate_series|sha256|sha2|any_value|arg_max|max_by)\s*\("
    r"|\bextract\s*\(\s*(dow|isodow|dayofweek|week|epoch)|\bvarchar\b|\bdouble\b"
    r"|\b(max|min)\s*\(\s*\w*\.?(is|has)_|\bqualify\b|\bdistinct on\b|\bgroup by all\b"
    r"|\bdesc\b(?! nulls)|\b\d+\s*/\s*\d+\b(?!\.)|\b[lr]?trim\s*\((?!\s*both\b)"
    r"|\blike (?!x)"
)


def engine_problems(path, text):
    """Expressions that stand in a model instead of a macro of macros/engine."""
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", without_comments(text), flags=re.DOTALL)
    found = re.search(BARE, re.sub(r"'[^'\n]*'", "x", text), re.IGNORECASE)
    return [f"{path}: {found[0].strip()} depends on the engine"] if found else []


def ending_problems(path, text):
    """Models whose last line is not `select * from` one of their steps."""
    last = re.search(r"\n\nselect \* from (\w+)\s*$", without_comments(text))
    steps = re.findall(r"^(\w+) as (?:not materialized |materialized )?\(", text, re.M)
    if last and last[1] in steps:
        return []
    return [f"{path}: does not end with `select * from` a step"]


def branch_problems(path, text):
    """Jinja blocks (if, for) that open or close a CTE or a parenthesis."""
    text = re.sub(
        r"\{\{.*?\}\}|'[^'\n]*'", "x", without_comments(text), flags=re.DOTALL
    )
    problems, open_blocks, start = [], 0, 0
    for tag in re.finditer(r"\{%-?\s*(\w+).*?%\}", text, re.DOTALL):
        word = tag[1]
        if word not in ("if", "for", "elif", "else", "endif", "endfor"):
            continue
        branch = re.sub(r"\{%.*?%\}", "", text[start : tag.start()], flags=re.DOTALL)
        depths, depth = [0], 0
        for mark in re.findall(r"[()]", branch):
            depth += 1 if mark == "(" else -1
            depths.append(depth)
        if open_blocks and (
            depth or min(depths) < 0 or re.search(r"^\s*\w+ as \(", branch, re.M)
        ):
            line = text.count("\n", 0, tag.start()) + 1
            problems.append(f"{path}: a Jinja block before line {line} cuts a CTE")
        start = tag.end()
        open_blocks += {"if": 1, "for": 1, "endif": -1, "endfor": -1}.get(word, 0)
    return problems


RULES = (
    clock_problems,
    target_problems,
    engine_problems,
    ending_problems,
    branch_problems,
)


def test_models_are_written_by_the_rules():
    models = files(".sql", folders=["models"])
    assert_none([line for file in models for rule in RULES for line in rule(*file)])


def test_nothing_else_reads_the_wall_clock():
    others = files(".sql", folders=["macros", "tests", "analyses"])
    assert_none([problem for file in others for problem in clock_problems(*file)])


GOOD_MODEL = """{#- No current_date here. -#}
with

deals as (

    select * from {{ ref('stg_salesforce__deals') }}

),

counted as (

    select
        {% if var('x') -%} (a + b) {%- else -%} a {%- endif %} as a, -- not now()
        {% for name in ['a (', 'b'] %}
        sum({{ name }}) as {{ name }},
        {% endfor %}
        count(*) as deal_count

    from deals

)

select * from counted
"""


def test_a_model_by_the_rules_has_no_problem():
    assert not [problem for rule in RULES for problem in rule("m", GOOD_MODEL)]


@pytest.mark.parametrize(
    "word",
    [
        *("current_date", "CURRENT_TIMESTAMP", "now()", "today()", "getdate()"),
        *("{{ run_started_at }}", "{{ dbt.current_timestamp() }}", "localtimestamp"),
        "{{ modules.datetime.datetime.now() }}",
    ],
)
def test_the_wall_clock_is_found(word):
    assert clock_problems("m", GOOD_MODEL.replace("count(*)", word))


def test_a_question_for_the_engine_is_found():
    assert target_problems(
        "m", GOOD_MODEL.replace("var('x')", "target.type == 'spark'")
    )


@pytest.mark.parametrize(
    "expression",
    [
        *("a::date", "a ~ 'b.'", "regexp_replace(a, 'b', '')", "concat(a, b)"),
        *("date_trunc('month', a)", "extract(dow from a)", "max(is_won)", "7 / 2"),
        *("cast(a as varchar(3))", "rank() over (order by a desc)", "median(a)"),
        *("trim(a)", "a like b"),
    ],
)
def test_what_depends_on_the_engine_is_found(expression):
    assert engine_problems("m", GOOD_MODEL.replace("count(*)", expression))


@pytest.mark.parametrize(
    "ending",
    [
        "select * from no_step\n",
        "select a from counted\n",
        "select * from counted where a = 1\n",
        "select * from counted\norder by 1\n",
    ],
)
def test_another_ending_is_found(ending):
    assert ending_problems("m", GOOD_MODEL.replace("select * from counted\n", ending))


@pytest.mark.parametrize(
    "text",
    [
        "with\n{% if x %}\na as (\n{% else %}\nb as (\n{% endif %}\nselect 1 as c\n)\n",
        "with a as (\nselect 1 as b\n{% if x %}\n),\n{% endif %}\n",
        "with\n{% for x in y %}\n{{ x }} as (\nselect 1 as b\n),\n{% endfor %}\n",
        "with\n{% if x %}\na as (select 1 as b),\n{% endif %}\nc as (select 2 as d)\n",
        "select f{% if x %}(a{% endif %})\n",
    ],
)
def test_a_block_that_cuts_a_cte_is_found(text):
    assert branch_problems("m", text)


# --- Vars


def documented_vars(text):
    """Names in the section `vars:` of a dbt_project.yml that a comment explains.

    A comment explains what stands below it up to the next empty line.
    """
    section = re.search(r"^vars:\n((?:[ #].*\n|\n)*)", text + "\n", re.M)
    found, explained = set(), False
    for line in section[1].splitlines() if section else []:
        key = re.match(r"  (\w+):", line)
        explained = bool(line.strip()) and (explained or "#" in line)
        if key and explained:
            found.add(key[1])
    return found


def undocumented_vars(texts, documented):
    """Vars that some texts use by name, less the documented ones."""
    pattern = r"\bvar\(\s*['\"](\w+)['\"]"
    used = {name for text in texts for name in re.findall(pattern, text)}
    return sorted(used - documented)


def test_every_var_in_use_is_documented():
    documented = documented_vars((ROOT / "dbt_project.yml").read_text())
    texts = [text for _, text in files(".sql", ".yml", ".md")]
    assert documented
    assert_none(undocumented_vars(texts, documented))


def test_an_undocumented_var_is_found():
    project = (
        "vars:\n  # Why.\n  a: 1\n  b: 2\n\n  c: 3\n  d: 4  # because\nmodels: {}\n"
    )
    assert documented_vars(project) == {"a", "b", "d"}
    texts = ["{{ var('a') }}", "{{ var('c', 1) }} {{ var( \"e\" ) }}"]
    assert undocumented_vars(texts, {"a", "b"}) == ["c", "e"]


# --- What nobody else's machine has

# Joined here, so that this file does not name them either.
HOSTS = [
    ".".join(parts)
    for parts in (
        *(("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")),
        *(("deb", "debian", "org"), ("archive", "ubuntu", "com"), ("golang", "org")),
        *(("anaconda", "org"), ("hub", "getdbt", "com"), ("maven", "org")),
    )
]
MACHINE_PATH = r"(?<![\w.\-/:}])/(?:home|Users|root|work|opt|mnt)/\w|\b[A-Z]:\\\\?Users"


def foreign(text):
    """Package registry hosts and paths of a single machine that a text names."""
    found = [host for host in HOSTS if host in text]
    return found + [match[0] for match in re.finditer(MACHINE_PATH, text)]


def tracked_files():
    """Every file that git tracks or would track; without git, all but what is made."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if path.is_file()]
        return [
            path
            for path in paths
            if not set(NEVER_TRACKED) & set(path.relative_to(ROOT).parts)
        ]
    return [ROOT / name for name in ran.stdout.decode().split("\0") if name]


def test_no_file_names_a_registry_or_a_machine():
    problems = []
    for path in tracked_files():
        if path.is_file():
            text = path.read_bytes().decode(errors="ignore")
            problems += [f"{path.relative_to(ROOT)}: {word}" for word in foreign(text)]
    assert_none(problems)


@pytest.mark.parametrize(
    "text",
    [
        f"--index-url https://{HOSTS[0]}/simple",
        "path: " + "/".join(["", "home", "someone", "warehouse.duckdb"]),
        '"' + "/".join(["", "Users", "someone"]) + '"',
        "/".join(["", "work", "main"]),
    ],
)
def test_a_registry_or_a_machine_is_found(text):
    assert foreign(text)
    assert not foreign("https://example.com/work/models and ./home/x and a/opt/b")


# --- Locks


def pins(text):
    """The pins of a lock file with their hashes, by package and version.

    Not by condition: what one lock needs on Windows, the other may need elsewhere too.
    """
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^ *#.*\n", "", text, flags=re.M))
    return {
        re.split(r" [;\\]", entry)[0]: set(re.findall(r"sha256:[0-9a-f]{64}", entry))
        for entry in entries
        if entry.strip()
    }


@pytest.mark.parametrize("extra", ["test", "postgres", "spark"])
def test_the_locks_agree_and_are_hashed(extra):
    base = pins((ROOT / "requirements.lock").read_text())
    test = pins((ROOT / "requirements-test.lock").read_text())
    lock = pins((ROOT / f"requirements-{extra}.lock").read_text())
    assert base.items() <= lock.items()
    packages = {pin.split("==")[0] for pin in test}
    assert {pin for pin in lock if pin.split("==")[0] in packages} <= test.keys()
    for name, hashes in lock.items():
        assert re.fullmatch(r"[a-z0-9._\-]+(\[.*\])?==\S+( ; .*)?", name)
        assert hashes, name
    for file in ("requirements.in", f"requirements-{extra}.in"):
        for line in (ROOT / file).read_text().splitlines():
            if "==" in line and not line.startswith("#"):
                pinned = {pin.split(" ; ")[0] for pin in lock}
                assert line in pinned, line
