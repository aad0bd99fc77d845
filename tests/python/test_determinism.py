"""The same raw rows give the same marts, however many threads build them."""

import pytest
from builds import KPI_MARTS


def marts(build):
    tables = build.query(
        "select table_name from information_schema.tables"
        " where table_schema = 'marts' order by 1"
    )
    return [table["table_name"] for table in tables]


def test_one_thread_and_four_give_identical_marts(sample_build, sample_build_again):
    assert sample_build.worked, sample_build.console
    assert sample_build_again.worked, sample_build_again.console
    names = marts(sample_build)
    assert set(KPI_MARTS) <= set(names) == set(marts(sample_build_again))
    for name in names:
        # as stored: the order of rows counts, too
        sql = f"select * from marts.{name}"
        assert sample_build.query(sql) == sample_build_again.query(sql), name


@pytest.mark.parametrize("mart", KPI_MARTS)
def test_the_sample_has_rows_in_every_mart(mart, sample_build):
    assert len(sample_build.rows(mart)) > 100
