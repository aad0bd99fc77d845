"""What people type by hand works: parts of the project, and vars as YAML reads them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builds import ROOT

# To YAML a day without quotes is a date, and nothing is null.
SETTINGS = (
    "{as_of_date: 2025-03-31, history_start_date: 2025-01-01, "
    "crm_column_overrides: null}"
)


@pytest.fixture(scope="module")
def selected(tmp_path_factory):
    """{unique id: what it depends on} of all that stands behind one mart."""
    folder = tmp_path_factory.mktemp("commands")
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("dbt"), "--quiet", "ls"),
            *("--select", "+kpi_churn_rate", "--vars", SETTINGS),
            *("--output", "json", "--output-keys", "unique_id", "depends_on"),
            *("--target-path", folder / "target", "--log-path", folder / "logs"),
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "DBT_PROFILES_DIR": str(ROOT),
            "SALES_KPIS_DUCKDB_PATH": str(folder / "build.duckdb"),
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    nodes = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        node["unique_id"]: node.get("depends_on", {}).get("nodes", []) for node in nodes
    }


def test_a_mart_alone_can_be_built_and_tested_on_an_empty_database(selected):
    assert "model.sales_kpis.kpi_churn_rate" in selected
    tests = [key for key in selected if key.startswith("test.")]
    assert len(tests) > 40
    unbuilt = {
        (test, parent)
        for test in tests
        for parent in selected[test]
        if not parent.startswith("source.") and parent not in selected
    }
    assert unbuilt == set()


@pytest.mark.parametrize("outcome", ["true", "false"])
def test_a_build_that_failed_is_the_last_thing_that_make_build_does(tmp_path, outcome):
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    # In the place of Python something that writes down what it should have run.
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@" >> ran\n')
    python.chmod(0o755)
    command = ["make", "build", "PYTHON=true", f"DBT={outcome}"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    described, carried, *published = (tmp_path / "ran").read_text().splitlines()
    assert described == "-m tools.describe_targets"
    assert carried == "-m tools.publish --carry-history"
    if outcome == "true":
        assert (made.returncode, published) == (0, ["-m tools.publish"])
    else:
        assert made.returncode != 0
        assert published == []


def test_the_documentation_is_that_of_dbts_target_folder_or_the_one_before(tmp_path):
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    (tmp_path / "warehouse").mkdir()
    page, elsewhere = tmp_path / "warehouse" / "docs.html", tmp_path / "else where"
    for folder, head in (
        (elsewhere, "<head>new\n"),
        (tmp_path / "target", "<head>old\n"),
    ):
        folder.mkdir()
        (folder / "static_index.html").write_text(head)

    def docs():
        # Neither the set-up nor dbt has anything to do here.
        return subprocess.run(
            ["make", "docs", "PYTHON=true", "DBT=true"],
            cwd=tmp_path,
            env=os.environ | {"DBT_TARGET_PATH": str(elsewhere)},
            capture_output=True,
            check=False,
        ).returncode

    assert docs() == 0
    text = page.read_text()
    assert text.startswith('<head><meta http-equiv="Content-Security-Policy"')
    assert text.endswith(">new\n")
    (elsewhere / "static_index.html").unlink()
    assert docs() != 0
    assert page.read_text() == text
