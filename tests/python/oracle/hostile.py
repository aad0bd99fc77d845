"""Hand-made hostile companies: little data in odd shapes. Source: issue 4, "Proof".

`HOSTILE` is {name: raw input}; they fit the seeds of `random_seeds()` and of
`edge_cases.SEEDS`, and need no settings. The as-of day follows from LOADED.
"""

from __future__ import annotations

from oracle.edge_cases import (
    account,
    contract,
    deal,
    entered,
    lead,
    lost,
    spend,
    still_open,
)

LOADED = "2025-03-02 05:00:00"
USER = {"id": "005A000000AbCdEAAU", "name": "Anna Berg", "is_active": "true"}


def _company(finance=None, **tables) -> dict:
    tables.setdefault("user", [dict(USER)])
    for table in ("lead", "account", "opportunity"):
        tables.setdefault(table, [])
    for rows in tables.values():
        for row in rows:
            row["_fivetran_synced"] = LOADED
    return {"salesforce": tables, "finance": finance or {}}


def _won(number: int, created: str, closed: str, amount="100", **columns) -> dict:
    columns.setdefault("account_id", "A1")
    return deal(f"D{number}", created, closed, amount, **columns)


HOSTILE = {
    "nothing but a user": _company(),
    "one lead": _company(lead=[lead("L1", "2025-02-10 10:00:00")]),
    "one lead, converted to a deal that is gone": _company(
        lead=[lead("L1", "2025-02-10 10:00:00", converted_opportunity_id="D9")]
    ),
    "no leads": _company(
        account=[account("A1")],
        opportunity=[
            _won(1, "2025-01-10 10:00:00", "2025-02-10"),
            lost("D2", "2025-01-11 10:00:00", "2025-02-11", 10, account_id="A1"),
        ],
    ),
    "one day of data": _company(
        account=[account("A1", "2025-03-01 08:00:00")],
        lead=[
            lead(
                "L1",
                "2025-03-01 08:00:00",
                converted_account_id="A1",
                converted_opportunity_id="D1",
            )
        ],
        opportunity=[_won(1, "2025-03-01 09:00:00", "2025-03-01")],
        contract=[contract("C1", "A1", "2025-03-01", "2025-03-01")],
        finance={"acquisition_spend": [spend("2025-03-01", "Web", 10)]},
    ),
    "everything churned": _company(
        account=[account("A1"), account("A2"), account("A3")],
        contract=[
            contract("C1", "A1", "2023-01-01", "2023-12-31"),
            contract("C2", "A2", "2023-02-01", "2024-01-31"),
        ],
        opportunity=[
            deal("D3", "2023-01-01 10:00:00", "2023-02-01", 70, account_id="A3")
        ],
    ),
    "all in one second": _company(
        account=[account("A1", "2025-02-10 10:00:00")],
        lead=[
            lead(f"L{number}", "2025-02-10 10:00:00", email="same@one.example")
            for number in range(3)
        ],
        opportunity=[
            _won(number, "2025-02-10 10:00:00", "2025-02-10") for number in range(3)
        ],
        opportunity_history=[
            entered(f"h{number}", "D1", stage, "2025-02-10 10:00:00")
            for number, stage in enumerate(("Prospecting", "Proposal", "Closed Won"))
        ],
    ),
    "leap day": _company(
        account=[account("A1")],
        lead=[lead("L1", "2024-02-29 10:00:00", converted_account_id="A1")],
        opportunity=[_won(1, "2024-02-28 23:30:00", "2024-02-29")],
        contract=[
            contract("C1", "A1", "2024-02-29", None, contract_term="12"),
            contract("C2", "A1", "2025-02-28", None),
        ],
    ),
    "year end": _company(
        account=[account("A1")],
        lead=[
            lead("L1", "2024-12-31 22:59:59", converted_account_id="A1"),
            lead("L2", "2024-12-31 23:00:00", converted_account_id="A1"),
        ],
        opportunity=[
            _won(1, "2024-12-31 23:30:00", "2024-12-31"),
            _won(2, "2024-12-31 22:30:00", "2025-01-01"),
        ],
        contract=[contract("C1", "A1", "2024-01-01", "2024-12-31")],
    ),
    "both clock changes": _company(
        account=[account("A1")],
        opportunity=[
            _won(1, "2024-03-31 00:59:59", "2024-03-31"),
            _won(2, "2024-03-31 22:00:00", "2024-04-01"),
            _won(3, "2024-10-27 23:00:00", "2024-10-28"),
            _won(4, "2024-10-31 22:59:59", "2024-10-31"),
        ],
    ),
    "a gap of years": _company(
        account=[account("A1", "2012-01-01 10:00:00")],
        lead=[lead("L1", "2012-05-10 10:00:00", converted_opportunity_id="D1")],
        opportunity=[
            _won(1, "2012-05-11 10:00:00", "2012-06-11"),
            _won(2, "2025-01-11 10:00:00", "2025-02-11"),
            still_open("D3", "2012-06-01 10:00:00", account_id="A1"),
        ],
    ),
    "every amount missing": _company(
        account=[account("A1")],
        opportunity=[
            _won(1, "2025-01-01 10:00:00", "2025-01-11", None),
            _won(2, "2025-01-01 10:00:00", "2025-02-11", None),
        ],
        contract=[contract("C1", "A1", "2025-01-11", None)],
    ),
    "only refunds": _company(
        account=[account("A1")],
        opportunity=[_won(1, "2025-01-01 10:00:00", "2025-02-11", "-10")],
    ),
    "spend without anybody": _company(
        finance={"acquisition_spend": [spend("2024-12-01", None, "12.34")]}
    ),
}
