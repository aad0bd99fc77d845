"""Read the project's seeds and its sample company as input of the oracle."""

from __future__ import annotations

from pathlib import Path

from oracle.files import ROOT, read_csv


def project_seeds(root: Path = ROOT, with_sample: bool = True) -> dict:
    """{seed name: rows}; the sample's `sample_<seed>.csv` rows are added to them."""
    seeds = {path.stem: read_csv(path) for path in (root / "seeds").glob("*.csv")}
    if with_sample:
        for path in (root / "seeds" / "sample").glob("sample_*.csv"):
            name = path.stem.removeprefix("sample_")
            if "__" not in name:
                seeds[name] = seeds.get(name, []) + read_csv(path)
    return seeds


def sample_raw(root: Path = ROOT) -> dict[str, dict[str, list[dict]]]:
    """The sample's raw tables, {system: {table: rows}}."""
    raw: dict[str, dict[str, list[dict]]] = {}
    for path in sorted((root / "seeds" / "sample").glob("sample_*__*.csv")):
        system, table = path.stem.removeprefix("sample_").split("__", 1)
        raw.setdefault(system, {})[table] = read_csv(path)
    return raw
