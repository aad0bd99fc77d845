"""The two ways to build a company for a test give the same marts."""

import bad_input
import pytest
from builds import KPI_MARTS, QUALITY_MARTS
from oracle.sample import project_seeds


@pytest.mark.parametrize("mart", [*KPI_MARTS, *QUALITY_MARTS])
def test_compiled_statements_and_a_real_build_give_the_same_mart(
    mart, bad_company, compiled_bad_company
):
    assert bad_company.worked, bad_company.console
    built = bad_company.rows(mart)
    assert built
    assert compiled_bad_company[mart] == built


@pytest.fixture(scope="module")
def compiled_bad_company(variants):
    return variants["defaults"].run(
        bad_input.RAW,
        project_seeds(with_sample=False),
        marts=(*KPI_MARTS, *QUALITY_MARTS),
    )


def test_compiled_statements_for_any_day_want_a_day(variants):
    with pytest.raises(ValueError, match="name one"):
        variants["billings"].run({}, {})


def test_compiled_statements_for_one_day_want_no_other(variants):
    with pytest.raises(ValueError, match="stands in 0 places"):
        variants["defaults"].run({}, {}, as_of_date="2025-01-01")
