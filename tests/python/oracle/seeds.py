"""The mapping seeds as look-ups. Source: DESIGN.md section 3, DECISIONS.md 5, 13, 14.

Seeds are given as {seed name: rows as text}. A missing seed counts as empty. A
mapping row without `source_system` holds for every CRM; one with it wins.
"""

from __future__ import annotations

import re
from datetime import date

from oracle import read
from oracle.records import LOST, OPEN, WON

ANY = (None, "*")


def mapping_row(source_system: str, field: str, raw_value: str, value: str) -> dict:
    """A row of the seed `value_mapping`."""
    return {
        "source_system": source_system,
        "field": field,
        "raw_value": raw_value,
        "value": value,
    }


class Seeds:
    """Look-ups over the seeds of DESIGN.md section 3."""

    def __init__(self, seeds: dict[str, list[dict]]):
        self._values: dict[tuple, str | None] = {}
        for row in seeds.get("value_mapping", []):
            key = (
                _lower(row.get("source_system")),
                _lower(row.get("field")),
                _lower(row.get("raw_value")),
            )
            self._values[key] = read.text(row.get("value"))
        self._stages = seeds.get("stage_definitions", [])
        self._bands = [
            (
                read.text(row.get("segment")),
                read.number(row.get("min_employees")),
                read.number(row.get("max_employees")),
            )
            for row in seeds.get("segment_bands", [])
        ]
        self._members = [_member(row) for row in seeds.get("sales_team_members", [])]
        self._excluded = seeds.get("excluded_records", [])
        self.free_mail = {
            _lower(row.get("domain")) for row in seeds.get("free_mail_domains", [])
        }

    # -- value_mapping ---------------------------------------------------------

    def mapped(self, system: str, field: str, raw: str | None) -> str | None:
        """The mapped value, or None if `raw` is not mapped."""
        if raw is None:
            return None
        for owner in (system, *ANY):
            value = self._values.get((owner, field, _lower(raw)))
            if value is not None:
                return value
        return None

    def value(self, system: str, field: str, raw: str | None) -> str | None:
        """The mapped value; an unmapped one passes through, trimmed."""
        return self.mapped(system, field, raw) or read.text(raw)

    def channel(self, raw: str | None) -> str | None:
        """The channel; a mapping row of any CRM counts, of several the first value."""
        if raw is None:
            return None
        values = [
            value
            for (_, field, key), value in self._values.items()
            if field == "channel" and key == _lower(raw) and value
        ]
        return min(values, default=read.text(raw))

    def maps_status_to(self, system: str, stage: str) -> bool:
        """True if some lead status of `system` is mapped to `stage`."""
        return any(
            owner in (system, *ANY) and field == "lead_status" and value == stage
            for (owner, field, _), value in self._values.items()
        )

    # -- the others ------------------------------------------------------------

    def stage_state(self, system: str, pipeline: str | None, stage: str | None):
        """won, lost or open by `stage_definitions`; None if it says nothing.

        A definition for the deal's pipeline wins over one without pipeline.
        """
        found = None
        for row in self._stages:
            if _lower(row.get("source_system")) != system:
                continue
            if stage is None or _lower(row.get("stage")) != _lower(stage):
                continue
            is_won = read.boolean(row.get("is_won"))
            is_lost = read.boolean(row.get("is_lost"))
            if is_won is None and is_lost is None:
                continue
            state = WON if is_won else LOST if is_lost else OPEN
            own_pipeline = _lower(row.get("pipeline"))
            if own_pipeline is not None and own_pipeline == _lower(pipeline):
                return state
            if own_pipeline is None:
                found = state
        return found

    def segment_of(self, employees: object) -> str | None:
        """The band that holds a number of employees (both ends inclusive)."""
        count = read.number(employees)
        if count is None:
            return None
        for segment, low, high in self._bands:
            if (low is None or low <= count) and (high is None or count <= high):
                return segment
        return None

    def membership(self, system: str, owner: str | None, on: date):
        """(sales team, region) of a seller on a day; (None, None) if there is none.

        Both ends of a membership are inclusive; of several the latest start wins.
        """
        valid = [
            member
            for member in self._members
            if member[0] == system
            and member[1] == owner
            and owner is not None
            and (member[4] is None or member[4] <= on)
            and (member[5] is None or on <= member[5])
        ]
        if not valid:
            return None, None
        best = max(valid, key=lambda member: (member[4] or date.min, member[2] or ""))
        return best[2], best[3]

    def is_excluded(self, system: str, entity: str, columns: dict) -> bool:
        """True if a pattern of `excluded_records` fits (SQL `like`, no case).

        `columns` are the raw texts of the columns that the seed may name: lead
        (email, company, lead_source, lead_status), contact (email), account (name,
        website), deal (name, deal_type, lead_source).
        """
        for rule in self._excluded:
            if _lower(rule.get("source_system")) not in (system, *ANY):
                continue
            if _lower(rule.get("entity")) != entity:
                continue
            value = read.text(columns.get(_lower(rule.get("column_name"))))
            pattern = read.text(rule.get("pattern"))
            if value is not None and pattern and _like(pattern).fullmatch(value):
                return True
        return False


def _member(row: dict) -> tuple:
    system = _lower(row.get("source_system"))
    read_id = read.salesforce_id if system == "salesforce" else read.plain_id
    return (
        system,
        read_id(row.get("user_id")),
        read.text(row.get("sales_team")),
        read.text(row.get("region")),
        read.day(row.get("valid_from")),
        read.day(row.get("valid_to")),
    )


def _like(pattern: str) -> re.Pattern:
    parts = {"%": ".*", "_": "."}
    source = "".join(parts.get(letter) or re.escape(letter) for letter in pattern)
    return re.compile(source, re.IGNORECASE | re.DOTALL)


def _lower(value: object) -> str | None:
    raw = read.text(value)
    return raw.lower() if raw else None
