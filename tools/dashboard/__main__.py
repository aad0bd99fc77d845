"""Write the dashboard from the published marts.

    .venv/bin/python -m tools.dashboard

Reads `warehouse/sales_kpis.duckdb` (read-only) and writes `warehouse/dashboard.html`:
one file without any reference to another, for a browser on a file share. Apache ECharts
comes from the package in requirements.txt beside this file.
"""

import base64
import hashlib
import re
import shutil
import string
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.dashboard.figures import Published, as_json
from tools.definitions import english, german
from tools.set_up import pip_install

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
PINNED = HERE / "requirements.txt"
TEMPLATES = HERE / "templates"
SCRIPTS = ("texts.js", "figures.js", "widgets.js", "panels.js", "page.js")
ECHARTS = "echarts-6.1.0.esm.min.js"
ECHARTS_SHA256 = "28515f26aa57f87eb1e4ed4eb446927eaf329b5f5e02b4bfd4b0264fea40d1da"
ECHARTS_IN_PACKAGE = "instaui_echarts/static/echarts.esm.min.js"

# The parts of a definition that the page shows, and what it puts before them.
ENGLISH = {"definition": "", "formula": "Formula: ", "counted_by": "Counted by: "}
ENGLISH |= {"nuance": "Nuance: "}
GERMAN = {"definition": "", "formula": "Formel: ", "counted_by": "Gezählt nach: "}
GERMAN |= {"nuance": "Feinheit: "}


def fetch_echarts(cache):
    """Apache ECharts as text, from `cache` or from the Python package that carries it.

    The package is unpacked beside the environment, never into it. Its hash is pinned,
    and so is that of the file, which is the one of ECharts' own release.
    """
    file = cache / ECHARTS
    if not file.exists():
        with tempfile.TemporaryDirectory() as folder:
            pinned = ["--no-deps", "--require-hashes", "--requirement", PINNED]
            pip = pip_install(sys.executable)
            if subprocess.run([*pip, *pinned, "--target", folder]).returncode:
                sys.exit("Apache ECharts could not be fetched, for the reason above.")
            cache.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder) / ECHARTS_IN_PACKAGE, file)
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != ECHARTS_SHA256:
        sys.exit(f"{file} is not the pinned ECharts: remove it and run this again.")
    return content.decode()


def as_script(module):
    """ECharts' module as a classic script that defines `echarts`.

    Only the list of exports at its end is rewritten: a module cannot hand anything to
    another script on the page.
    """
    head, exports = module.rsplit("export{", 1)
    names = ",".join(
        f"{public}:{private}"
        for private, public in re.findall(r"([\w$]+) as ([\w$]+)", exports)
    )
    return f"var echarts=(function(){{{head};return{{{names}}}}})();"


def lines(parts, titles):
    """A definition as lines of plain text; markdown's code marks are taken off."""
    found = [title + parts[part] for part, title in titles.items() if part in parts]
    return "\n".join(found).replace("`", "")


def definitions(published):
    """Definitions by language, of KPIs, their measures and the other marts."""
    marts, columns = published.descriptions()
    by_language = {
        "en": {
            name: lines(english(text), ENGLISH) for name, text in marts.items() if text
        },
        "de": {
            name: lines(parts, GERMAN)
            for name, parts in german(ROOT / "models" / "marts").items()
        },
    }
    for words in by_language.values():
        words |= {
            name.removeprefix("kpi_"): text
            for name, text in words.items()
            if name.startswith("kpi_")
        }
    for kpi in published.kpis():
        for measure in kpi["measures"]:
            key = f"kpi_{kpi['kpi']}.{measure}"
            comment = columns.get(measure) or ""
            by_language["en"][key] = by_language["en"][kpi["kpi"]] + "\n" + comment
            by_language["de"][key] = by_language["de"].get(kpi["kpi"], "")
    return by_language


def hashed(text):
    """The CSP source that allows exactly this inline script or style."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def page(figures, echarts):
    """The whole HTML file as text."""
    style = (TEMPLATES / "style.css").read_text("utf-8")
    parts = [(TEMPLATES / name).read_text("utf-8") for name in SCRIPTS]
    script = "(() => {\n'use strict';\n" + "".join(parts) + "})();\n"
    for text in (style, script, echarts):
        if "</script" in text.lower() or "</style" in text.lower():
            sys.exit("A script or style would end its own element.")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashed(echarts)} {hashed(script)}",
            f"style-src-elem {hashed(style)}",
            # ECharts writes style attributes on the shapes that it draws.
            "style-src-attr 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    template = string.Template((TEMPLATES / "page.html").read_text("utf-8"))
    return template.substitute(
        policy=policy, style=style, figures=figures, echarts=echarts, script=script
    )


def write(warehouse):
    """Write `dashboard.html` in the folder that holds the published file.

    Args:
        warehouse: folder with `sales_kpis.duckdb`.

    Returns:
        Path of the page. SystemExit with one sentence if there is nothing to show.
    """
    file = warehouse / "sales_kpis.duckdb"
    if not file.exists():
        sys.exit(f"There is no {file}: run `make build` first.")
    published = Published(file)
    if not published.has_figures():
        sys.exit(
            f"Nothing to show: the marts in {file} are empty, because no record counts "
            "up to the as-of day. Its table marts.data_quality_summary says why, raw "
            "table by raw table."
        )
    figures = published.everything() | {"definitions": definitions(published)}
    html = page(as_json(figures), as_script(fetch_echarts(ROOT / "target")))
    partial = warehouse / ".dashboard.html"
    partial.write_text(html, encoding="utf-8")
    return partial.replace(warehouse / "dashboard.html")


if __name__ == "__main__":
    print("Dashboard:", write(ROOT / "warehouse"))
