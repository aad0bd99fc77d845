"""All columns of the six KPI marts equal an independent computation from raw rows.

The oracle shares no code with the project. Companies: the sample, Maven's, hand-made
hostile ones, and random ones with seeds of their own under four sets of vars, as of the
end of their data and other days (`--random-companies=200` or
SALES_KPIS_RANDOM_COMPANIES compares more of them): so many in Salesforce, and three for
eight of them in HubSpot, in Zoho and in all three CRMs.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256

import oracle
import pytest
import real_input
from bad_input import RAW as BAD_RAW
from builds import HASH_KEY, KPI_MARTS
from conftest import THREE_CRMS, VARIANTS
from oracle import maven
from oracle.compare import compare
from oracle.hostile import HOSTILE
from oracle.random_company import random_company, random_seeds
from oracle.random_crms import SHAPES, random_raw
from oracle.random_seeds import as_of_day, own_seeds
from oracle.read import salesforce_id
from oracle.sample import project_seeds, sample_raw

SAMPLE_KEY = "public key of the sample company"
CRMS = {"hubspot_enabled": False, "zoho_enabled": False}
ONE_CRM_VARIANTS = [name for name in VARIANTS if name != "three CRMs"]
THREE_CRM_VARIANTS = [
    name for name, settings in VARIANTS.items() if settings.keys() >= THREE_CRMS.keys()
]


@dataclass
class Case:
    """A company and the variant of the vars to build it with.

    Where the variant takes any as-of day and `settings` name none, it is one near the
    end of the data: by `day_number`, else the end itself.
    """

    variant: str
    raw: dict
    seeds: dict
    settings: dict = field(default_factory=dict)
    day_number: int | None = None


def seller_labels(raw: dict, key: str) -> dict[str, str]:
    """{pseudonym in the marts: label in the oracle} of every owner of the company."""
    labels = {}
    for system, tables in raw.items():
        for table, rows in tables.items():
            for row in rows:
                for column, value in row.items():
                    is_owner = column.endswith("owner_id") or (
                        column == "id" and table == "user"
                    )
                    if is_owner and value:
                        owner = value.strip()
                        if system == "salesforce":
                            owner = salesforce_id(owner)
                        digest = sha256(f"{key}{system}{owner}".encode()).hexdigest()
                        label = f"Rep {digest[:8].upper()}"
                        labels[label] = f"owner:{system}:{owner}"
    return labels


def differences(built: list[dict], expected: list[dict], labels: dict):
    """What a mart and the oracle disagree on, in sentences."""
    return compare(built, expected, labels=labels, limit=20)


def case_of_seed(seed: int | tuple[str, int]) -> Case:
    """A random company; the sets of vars take turns."""
    if isinstance(seed, tuple):
        shape, number = seed
        variant = THREE_CRM_VARIANTS[number % 3]
        raw = random_raw(shape, number, size=(25, 12, 5)[number // 3 % 3])
        return Case(variant, raw, own_seeds(number), day_number=number)
    variant = ONE_CRM_VARIANTS[seed % 4]
    settings = {} if variant == "defaults" else None
    company = random_company(
        seed, size=(45, 12, 20, 3)[seed // 4 % 4], settings=settings
    )
    day = company.settings.get("as_of_date")
    return Case(variant, company.raw, own_seeds(seed), {"as_of_date": day}, seed)


def settings_of(case: Case) -> dict:
    """All vars of a case; the as-of day of the load where it names none."""
    settings = CRMS | VARIANTS[case.variant] | {"as_of_date": None}
    day = case.settings.get("as_of_date")
    if day is None and "as_of_date" in VARIANTS[case.variant]:
        end = oracle.read_company(case.raw, case.seeds, settings).as_of
        day = str(end if case.day_number is None else as_of_day(case.day_number, end))
    return settings | {"as_of_date": day}


def disagreement(case: Case, compiled) -> list[str]:
    """What the six marts of a company and the oracle disagree on."""
    settings = settings_of(case)
    built = compiled.run(case.raw, case.seeds, as_of_date=settings["as_of_date"])
    expected = oracle.compute(case.raw, case.seeds, settings)
    labels = {}
    if settings.get("sales_rep_identity", "pseudonym") == "pseudonym":
        labels = seller_labels(case.raw, HASH_KEY)
    assert set(built) == set(KPI_MARTS)
    return [
        f"{mart}: {sentence}"
        for mart in KPI_MARTS
        for sentence in differences(built[mart], expected[mart], labels)
    ]


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        count = metafunc.config.getoption("--random-companies")
        others = [
            (shape, number)
            for shape in SHAPES[1:]
            for number in range(-(-count * 3 // 8))
        ]
        metafunc.parametrize("seed", [*range(count), *others], ids=str)


@pytest.fixture(scope="module")
def disagreements(request, variants):
    """Futures of all comparisons that were asked for, two at a time."""
    asked = [item.callspec.params for item in request.session.items if _is_ours(item)]
    with ThreadPoolExecutor(2) as pool:

        def start(case):
            return pool.submit(lambda: disagreement(case, variants[case.variant]))

        yield {
            value: start(CASES[value] if name == "name" else case_of_seed(value))
            for params in asked
            for name, value in params.items()
            if name in ("name", "seed")
        }
        pool.shutdown(cancel_futures=True)


def _is_ours(item) -> bool:
    return item.module.__name__ == __name__ and hasattr(item, "callspec")


CASES = {name: Case("defaults", raw, random_seeds()) for name, raw in HOSTILE.items()}
CASES["bad rows"] = Case("defaults", BAD_RAW, project_seeds(with_sample=False))
CASES["no rows but a day"] = Case(
    "fiscal year from October",
    {"salesforce": {}, "finance": {}},
    random_seeds(),
    {"as_of_date": "2025-03-01"},
)
for _variant in ONE_CRM_VARIANTS[1:]:
    for _name in ("everything churned", "leap day", "year end", "one day of data"):
        CASES[f"{_name}, {_variant}"] = Case(_variant, HOSTILE[_name], random_seeds())
if real_input.MAVEN is not None:
    CASES["Maven"] = Case("defaults", maven.raw(), project_seeds(with_sample=False))


@pytest.mark.parametrize("name", CASES)
def test_a_hand_made_company_agrees(name, disagreements):
    assert disagreements[name].result() == []


def test_a_random_company_agrees(seed, disagreements):
    assert disagreements[seed].result() == []


@pytest.fixture(scope="module")
def sample_company():
    raw = sample_raw()
    return oracle.compute(raw, project_seeds(), {}), seller_labels(raw, SAMPLE_KEY)


@pytest.mark.parametrize("mart", KPI_MARTS)
def test_the_sample_agrees(mart, sample_company, sample_build):
    expected, labels = sample_company
    assert sample_build.worked, sample_build.console
    assert differences(sample_build.rows(mart), expected[mart], labels) == []


def test_without_any_row_every_mart_is_empty(variants):
    marts = variants["defaults"].run({}, random_seeds())
    assert marts == {mart: [] for mart in KPI_MARTS}
