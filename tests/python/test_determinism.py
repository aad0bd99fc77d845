"""The same raw rows give the same exports, however many threads build them."""

import pytest
from builds import KPI_MARTS

from tools import publish


def exported(build, folder):
    """{file: its bytes} of everything that a publication of a build exports."""
    assert build.worked, build.console
    folder.mkdir()
    publish.write(build.database, folder)
    return {path.name: path.read_bytes() for path in (folder / "exports").iterdir()}


def test_one_thread_and_four_give_the_same_bytes(
    sample_build, sample_build_again, tmp_path
):
    four_threads = exported(sample_build, tmp_path / "four_threads")
    one_thread = exported(sample_build_again, tmp_path / "one_thread")
    assert {f"{mart}.{form}" for mart in KPI_MARTS for form in ("csv", "parquet")} <= (
        set(four_threads)
    )
    assert set(one_thread) == set(four_threads)
    differing = [
        name for name, text in one_thread.items() if text != four_threads[name]
    ]
    assert differing == []


@pytest.mark.parametrize("mart", KPI_MARTS)
def test_the_sample_has_rows_in_every_mart(mart, sample_build):
    assert len(sample_build.rows(mart)) > 100
