"""Make `.venv` from the locks and put the dbt package where dbt looks for it.

Runs with nothing but Python's standard library. A second run finds everything done and
does nothing; a run that was cut short is repaired by the next.

    python3 tools/set_up.py              what `make build` needs
    python3 tools/set_up.py --test       and what `make test` needs
    python3 tools/set_up.py --postgres   and what the target postgres needs
    python3 tools/set_up.py --spark      and what the targets on Spark need

`.venv/bin/dbt deps` alone brings dbt_utils too, where the package hub can be reached;
the copy that dbt put there itself is never touched here.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "set-up.json"
STAND_IN = ROOT / "offline" / "dbt_utils"
INSTALLED = ROOT / "dbt_packages" / "dbt_utils"
MARKER = "STAND_IN"
DEPS_SECONDS = 25
EXTRAS = ("test", "postgres", "spark")


def digest(*paths):
    """SHA-256 over the names and the contents of files, as hex text."""
    sha = hashlib.sha256()
    for path in paths:
        sha.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()


def read(path):
    """What a JSON file says; an empty dict if it is missing or was cut short."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def check_python():
    """Stop with one sentence where Python cannot make the environment."""
    # dbt-core 1.11 does not start on Python 3.14.
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        sys.exit(
            "Python 3.11, 3.12 or 3.13 is needed and this one is %d.%d: install one of "
            "them and name it, for instance `make build PYTHON=python3.13`."
            % sys.version_info[:2]
        )
    if shutil.which("uv") is None and not all(
        importlib.util.find_spec(name) for name in ("venv", "ensurepip")
    ):
        sys.exit(
            "Python's venv module is not complete: install it, on Debian and Ubuntu "
            "with `sudo apt-get install python3-venv`, and run this again."
        )


def make_venv():
    """Make an empty `.venv`, in the place of whatever is there."""
    shutil.rmtree(VENV, ignore_errors=True)
    if shutil.which("uv"):
        subprocess.run(
            ["uv", "venv", "--quiet", "--python", sys.executable, VENV], check=True
        )
    else:
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)


def pip_install(python):
    """The command that installs packages for a Python: a venv made by uv has no pip."""
    if shutil.which("uv"):
        return ["uv", "pip", "install", "--quiet", "--python", python]
    return [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]


def install(lock):
    """Install a lock file into `.venv`, every file checked against its hash."""
    print("set-up: installing " + lock.name + " into .venv", flush=True)
    pip = pip_install(VENV / "bin" / "python")
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)


def set_up_venv(extras):
    """Bring `.venv` to the state of the locks; nothing to do is the normal case."""
    base = ROOT / "requirements.lock"
    # The lock of an extra repeats the base, so it alone is enough.
    locks = [ROOT / ("requirements-%s.lock" % extra) for extra in extras] or [base]
    wanted = {lock.name: digest(lock) for lock in [base, *locks]}
    done = read(STAMP)
    python = VENV / "bin" / "python"

    def home():
        return [str(VENV), os.path.realpath(str(python))]

    # A moved folder, another Python or a changed lock: start from nothing.
    usable = (
        python.exists()
        and done.get("home") == home()
        and done.get(base.name) == wanted[base.name]
    )
    if not usable:
        done = {}
    missing = [lock for lock in locks if done.get(lock.name) != wanted[lock.name]]
    if not missing:
        return
    check_python()
    # Without its stamp, what is cut short from here on counts as not made.
    STAMP.unlink(missing_ok=True)
    if not usable:
        make_venv()
    for lock in missing:
        install(lock)
    done = {**done, **wanted, "home": home()}
    partial = STAMP.with_suffix(".partial")
    partial.write_text(json.dumps(done))
    partial.replace(STAMP)


def fetch_packages(folder):
    """Let dbt download what packages.yml declares into `folder`/dbt_packages.

    It works in a folder of its own because `dbt deps` empties the project's
    dbt_packages before it knows whether the hub answers. Returns whether it succeeded
    in time.
    """
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "packages.yml", folder)
    (folder / "dbt_project.yml").write_text("name: packages\nversion: 0.0.1\n")
    command = [VENV / "bin" / "dbt", "deps", "--project-dir", folder]
    try:
        ran = subprocess.run(
            command,
            cwd=folder,
            env=dict(os.environ, DO_NOT_TRACK="1", DBT_SEND_ANONYMOUS_USAGE_STATS="0"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=DEPS_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0 and (folder / "dbt_packages" / "dbt_utils").is_dir()


def set_up_packages():
    """Put dbt_utils into dbt_packages: the original or, with a loud line, ours."""
    marker = INSTALLED / MARKER
    if INSTALLED.exists() and not marker.exists():
        return
    files = sorted(path for path in STAND_IN.rglob("*") if path.is_file())
    state = digest(ROOT / "packages.yml", *files)
    if marker.exists() and marker.read_text() == state:
        return
    # Prepared inside .venv: dbt takes every folder in dbt_packages for a package.
    folder = VENV / "packages"
    shutil.rmtree(folder, ignore_errors=True)
    print("set-up: asking dbt's package hub for dbt_utils", flush=True)
    original = fetch_packages(folder)
    ready = folder / "dbt_packages"
    if not original:
        shutil.rmtree(ready, ignore_errors=True)
        shutil.copytree(STAND_IN, ready / "dbt_utils")
        (ready / "dbt_utils" / MARKER).write_text(state)
    INSTALLED.parent.mkdir(exist_ok=True)
    for package in ready.iterdir():
        target = INSTALLED.parent / package.name
        shutil.rmtree(target, ignore_errors=True)
        package.rename(target)
    shutil.rmtree(folder)
    if not original:
        print(
            "\n*** NOTE: the dbt package hub did not answer, so dbt_packages/dbt_utils "
            "is this project's own stand-in (offline/dbt_utils). Once the hub can be "
            "reached, `.venv/bin/dbt deps` puts the original in its place. ***\n",
            flush=True,
        )


def main():
    """Set up once; of two runs at a time, one waits for the other."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            set_up_venv([extra for extra in EXTRAS if "--" + extra in sys.argv[1:]])
        except subprocess.CalledProcessError as error:
            sys.exit(
                "Set-up stopped, for the reason above (`%s` failed); run it again once "
                "the package index can be reached." % error.cmd[0]
            )
        set_up_packages()
        (ROOT / "warehouse").mkdir(exist_ok=True)  # DuckDB makes files, not folders


if __name__ == "__main__":
    main()
