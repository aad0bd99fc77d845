"""Read the files that tests compare with: tables as text, and the data folder."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def shared_data(folder: str) -> Path | None:
    """The folder `shared/data/<folder>` beside the repository, None if it is absent.

    Looked for beside every parent of the project folder, because a worktree of git
    stands elsewhere than the repository.
    """
    for parent in ROOT.parents:
        found = parent / "shared" / "data" / folder
        if found.is_dir():
            return found
    return None


def read_csv(path: Path) -> list[dict]:
    """Rows of a CSV as text; an empty field is None."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [
            {column: value or None for column, value in row.items()}
            for row in csv.DictReader(file)
        ]
