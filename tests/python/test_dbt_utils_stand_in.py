"""The stand-in offers all of dbt_utils that is used here, and does what that does.

The expected values below hold for the original. They are checked against the stand-in
always, and against the original wherever `dbt deps` has installed it.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = ROOT / "offline" / "dbt_utils"
INSTALLED = ROOT / "dbt_packages" / "dbt_utils"
FOLDERS = ("models", "macros", "seeds", "analyses", "tests")


def used_names(texts):
    """All x of `dbt_utils.x` in some texts, as a set."""
    return {name for text in texts for name in re.findall(r"\bdbt_utils\.(\w+)", text)}


def offered_names(package):
    """Names of all macros and generic tests that a package folder defines."""
    return {
        name
        for path in package.glob("macros/**/*.sql")
        for name in re.findall(r"\{%-?\s*(?:macro|test)\s+(\w+)", path.read_text())
    }


def test_everything_used_is_in_the_stand_in():
    texts = [
        path.read_text()
        for folder in FOLDERS
        for kind in ("sql", "yml", "md")
        for path in (ROOT / folder).glob(f"**/*.{kind}")
    ]
    missing = used_names(texts) - offered_names(STAND_IN)
    assert not missing, f"write these in offline/dbt_utils first: {sorted(missing)}"


def test_a_missing_name_is_noticed():
    texts = ["- dbt_utils.accepted_range", "{{ dbt_utils.no_such_macro(1) }}"]
    assert used_names(texts) - offered_names(STAND_IN) == {"no_such_macro"}


# The column `number` of the model `numbers` holds 1, 2, 3 and null; `two` is always 2.
ON_COLUMN = [
    ("accepted_range", {"min_value": 2}, 1),
    ("accepted_range", {"min_value": 2, "inclusive": False}, 2),
    ("accepted_range", {"max_value": 2}, 1),
    ("accepted_range", {"min_value": 2, "max_value": 2}, 2),
    ("accepted_range", {"max_value": "two"}, 1),
    ("accepted_range", {}, 0),
    ("expression_is_true", {"expression": ">= 2"}, 1),
]
ON_MODEL = [
    ("expression_is_true", {"expression": "number >= 2"}, 1),
    ("expression_is_true", {"expression": "number is not null or two = 2"}, 0),
    ("unique_combination_of_columns", {"combination_of_columns": ["two"]}, 1),
    ("unique_combination_of_columns", {"combination_of_columns": ["two", "number"]}, 0),
    (
        "unique_combination_of_columns",
        {"combination_of_columns": ["order", "two"], "quote_columns": True},
        2,
    ),
]

MODELS = {
    "numbers": """
        select 1 as number, 2 as two, 'a' as "order"
        union all select 2, 2, 'a'
        union all select 3, 2, 'b'
        union all select null, 2, 'b'
    """,
    "series_of_1": "{{ dbt_utils.generate_series(1) }}",
    "series_of_5": "{{ dbt_utils.generate_series(5) }}",
    "series_of_1000": "{{ dbt_utils.generate_series(1000) }}",
    "series_of_0": "{% if execute %}{{ dbt_utils.generate_series(0) }}{% endif %}",
    "powers": """
        select '{% for bound in [1, 2, 3, 1024, 1025] -%}
            {{ dbt_utils.get_powers_of_two(bound) }},
        {%- endfor %}' as powers
    """,
}

PROJECT = """
name: conformance
version: 0.0.1
profile: conformance
flags: {send_anonymous_usage_stats: false}
models: {+materialized: table}
"""

PROFILE = """
conformance:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: conformance.duckdb, schema: main, threads: 1}
"""


def data_test(number, name, arguments):
    """One generic test in dbt's form, called `case_<number>`."""
    config = {"severity": "warn"}  # an error would skip the models behind it
    inner = {"name": f"case_{number}", "arguments": arguments, "config": config}
    return {f"dbt_utils.{name}": inner}


def expected_failures():
    """Number of failing rows by test name, in the order of the lists above."""
    counts = [case[-1] for case in ON_COLUMN + ON_MODEL]
    return {f"case_{number}": count for number, count in enumerate(counts)}


def properties():
    """The properties file with all cases, as JSON, which is YAML too."""
    tests = [
        data_test(number, name, arguments)
        for number, (name, arguments, _) in enumerate(ON_COLUMN + ON_MODEL)
    ]
    number = {"name": "number", "data_tests": tests[: len(ON_COLUMN)]}
    on_model = tests[len(ON_COLUMN) :]
    return json.dumps(
        {"models": [{"name": "numbers", "columns": [number], "data_tests": on_model}]}
    )


def packages():
    """The stand-in, and the original where it is installed."""
    yield pytest.param(STAND_IN, id="stand_in")
    has_original = INSTALLED.exists() and not (INSTALLED / "STAND_IN").exists()
    skip = pytest.mark.skipif(not has_original, reason="the original is not installed")
    yield pytest.param(INSTALLED, id="original", marks=skip)


@pytest.fixture(scope="module", params=packages())
def built(request, tmp_path_factory):
    """Results of a `dbt build` of all cases with one of the two packages.

    Returns a pair: the entry of run_results.json by the last part of a node's name, and
    a function that runs a query and returns its rows.
    """
    folder = tmp_path_factory.mktemp("conformance")
    for name in ("models", "dbt_packages"):
        (folder / name).mkdir()
    (folder / "dbt_packages" / "dbt_utils").symlink_to(request.param)
    (folder / "packages.yml").write_text((ROOT / "packages.yml").read_text())
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE)
    (folder / "models" / "cases.yml").write_text(properties())
    for name, sql in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(sql)

    dbt = Path(sys.executable).with_name("dbt")
    command = [dbt, "--no-use-colors", "build", "--target-path", "target"]
    command += ["--project-dir", folder, "--profiles-dir", folder]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    results = folder / "target" / "run_results.json"
    assert results.exists(), ran.stdout + ran.stderr

    nodes = {}
    for result in json.loads(results.read_text())["results"]:
        nodes[result["unique_id"].split(".")[2]] = result
    with duckdb.connect(folder / "conformance.duckdb", read_only=True) as database:
        yield nodes, lambda query: database.execute(query).fetchall()


def test_generic_tests_count_the_failures(built):
    nodes, _ = built
    counted = {name: nodes[name]["failures"] for name in expected_failures()}
    assert counted == expected_failures()


@pytest.mark.parametrize("bound", [1, 5, 1000])
def test_generate_series_counts_from_one(built, bound):
    _, rows = built
    found = rows(f"select generated_number from series_of_{bound} order by 1")
    assert [int(number) for (number,) in found] == list(range(1, bound + 1))


def test_generate_series_needs_a_bound_above_zero(built):
    nodes, _ = built
    assert nodes["series_of_0"]["status"] == "error"


def test_get_powers_of_two(built):
    _, rows = built
    assert rows("select powers from powers") == [("1,1,2,10,11,",)]
