"""The set-up repairs what was cut short and never touches an original dbt_utils."""

import json
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from tools import set_up

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder with everything that the set-up reads, and no `.venv` yet."""
    (tmp_path / "packages.yml").write_text("packages: []\n")
    for extra in ("", "-test", "-postgres"):
        name = f"requirements{extra}.lock"
        (tmp_path / name).write_text(name)
    stand_in = tmp_path / "offline" / "dbt_utils"
    stand_in.mkdir(parents=True)
    (stand_in / "dbt_project.yml").write_text("name: dbt_utils\n")
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(set_up, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(set_up, "STAMP", tmp_path / ".venv" / "set-up.json")
    monkeypatch.setattr(set_up, "STAND_IN", stand_in)
    monkeypatch.setattr(set_up, "INSTALLED", tmp_path / "dbt_packages" / "dbt_utils")
    return tmp_path


@pytest.fixture
def steps(project, monkeypatch):
    """The names of what the set-up made or installed, in place of doing it."""
    done = []

    def make_venv():
        done.append("venv")
        (project / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (project / ".venv" / "bin" / "python").touch()

    monkeypatch.setattr(set_up, "make_venv", make_venv)
    monkeypatch.setattr(set_up, "install", lambda lock: done.append(lock.name))
    return done


def hub(answers):
    """A stand-in for the package hub: downloads an original, or does not answer."""

    def fetch(folder):
        package = folder / "dbt_packages" / "dbt_utils"
        package.mkdir(parents=True)
        if answers:
            (package / "original").touch()
        return answers

    return fetch


def test_each_lock_is_installed_once(steps):
    set_up.set_up_venv([])
    assert steps == ["venv", "requirements.lock"]
    set_up.set_up_venv(["test"])
    set_up.set_up_venv([])
    set_up.set_up_venv(["test"])
    assert steps[2:] == ["requirements-test.lock"]


def test_another_engine_is_added_to_what_is_there(steps):
    set_up.set_up_venv(["test"])
    set_up.set_up_venv(["test", "postgres"])
    set_up.set_up_venv(["postgres"])
    set_up.set_up_venv([])
    assert steps == ["venv", "requirements-test.lock", "requirements-postgres.lock"]


def test_a_run_for_tests_is_enough_for_a_build(steps):
    set_up.set_up_venv(["test"])
    set_up.set_up_venv([])
    assert steps == ["venv", "requirements-test.lock"]


@pytest.mark.parametrize("extras", [[], ["test"]])
def test_what_was_cut_short_starts_again(steps, monkeypatch, extras):
    def cut_short(lock):
        raise KeyboardInterrupt

    set_up.set_up_venv([])
    with monkeypatch.context() as patch:
        patch.setattr(set_up, "install", cut_short)
        (set_up.ROOT / "requirements.lock").write_text("changed")
        with pytest.raises(KeyboardInterrupt):
            set_up.set_up_venv(extras)
    del steps[:]
    set_up.set_up_venv(extras)
    assert steps[0] == "venv"
    assert len(steps) == 2


def test_a_changed_lock_a_moved_folder_or_a_lost_python_starts_again(steps):
    set_up.set_up_venv([])
    (set_up.ROOT / "requirements.lock").write_text("changed")
    set_up.set_up_venv([])
    (set_up.VENV / "bin" / "python").unlink()
    set_up.set_up_venv([])
    stamp = json.loads(set_up.STAMP.read_text())
    stamp["home"][0] = "elsewhere"
    set_up.STAMP.write_text(json.dumps(stamp))
    set_up.set_up_venv([])
    set_up.STAMP.write_text('{"home": [')
    set_up.set_up_venv([])
    assert steps == ["venv", "requirements.lock"] * 5


def test_without_the_hub_the_stand_in_is_copied_and_says_so(
    project, monkeypatch, capsys
):
    monkeypatch.setattr(set_up, "fetch_packages", hub(answers=False))
    lock = project / "package-lock.yml"
    lock.write_text("old")
    set_up.set_up_packages()
    assert "*** NOTE" in capsys.readouterr().out
    assert (set_up.INSTALLED / "dbt_project.yml").exists()
    assert (set_up.INSTALLED / "STAND_IN").exists()
    assert [path.name for path in set_up.INSTALLED.parent.iterdir()] == ["dbt_utils"]
    assert lock.read_text() == "old"
    set_up.set_up_packages()
    assert capsys.readouterr().out == ""


def test_with_the_hub_the_original_comes_and_replaces_a_stand_in(
    project, monkeypatch, capsys
):
    monkeypatch.setattr(set_up, "fetch_packages", hub(answers=False))
    set_up.set_up_packages()
    monkeypatch.setattr(set_up, "fetch_packages", hub(answers=True))
    (project / "packages.yml").write_text("packages: [changed]\n")
    capsys.readouterr()
    set_up.set_up_packages()
    assert "NOTE" not in capsys.readouterr().out
    assert [path.name for path in set_up.INSTALLED.iterdir()] == ["original"]
    assert not (project / "package-lock.yml").exists()


def test_an_original_is_never_touched(project, monkeypatch):
    monkeypatch.setattr(set_up, "fetch_packages", hub(answers=False))
    set_up.INSTALLED.mkdir(parents=True)
    (set_up.INSTALLED / "original").touch()
    (project / "packages.yml").write_text("packages: [changed]\n")
    set_up.set_up_packages()
    assert [path.name for path in set_up.INSTALLED.iterdir()] == ["original"]


def test_a_changed_stand_in_is_copied_again(project, monkeypatch):
    monkeypatch.setattr(set_up, "fetch_packages", hub(answers=False))
    set_up.set_up_packages()
    (set_up.STAND_IN / "dbt_project.yml").write_text("name: dbt_utils # changed\n")
    set_up.set_up_packages()
    copied = (set_up.INSTALLED / "dbt_project.yml").read_text()
    assert copied == "name: dbt_utils # changed\n"


@pytest.mark.parametrize(
    ("script", "fetched"), [("sleep 60", False), ("exit 2", False)]
)
def test_a_hub_that_does_not_answer_costs_no_more_than_the_limit(
    project, monkeypatch, script, fetched
):
    monkeypatch.setattr(set_up, "DEPS_SECONDS", 1)
    dbt = project / ".venv" / "bin" / "dbt"
    dbt.parent.mkdir(parents=True)
    dbt.write_text(f"#!/bin/sh\nexec {script}\n")
    dbt.chmod(0o755)
    started = time.monotonic()
    assert set_up.fetch_packages(project / ".venv" / "packages") is fetched
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("minor", [10, 14])
def test_another_python_gets_one_sentence(monkeypatch, minor):
    version = namedtuple("version", "major minor")
    monkeypatch.setattr(sys, "version_info", version(3, minor))
    with pytest.raises(SystemExit, match=rf"or 3\.13 .* is 3\.{minor}: install"):
        set_up.check_python()


def test_a_python_without_venv_gets_one_sentence(monkeypatch):
    monkeypatch.setattr(set_up.shutil, "which", lambda name: None)
    set_up.check_python()
    monkeypatch.setattr(set_up.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        set_up.check_python()


def test_an_old_python_can_read_the_file():
    # Nothing newer than 3.7 may stand in it, or the sentence is never reached.
    code = "import ast, sys; ast.parse(sys.stdin.read(), feature_version=(3, 7))"
    with (ROOT / "tools" / "set_up.py").open() as file:
        subprocess.run([sys.executable, "-c", code], stdin=file, check=True)
