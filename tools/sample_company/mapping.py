"""Rows for the project's mapping seeds that the sample needs."""

from . import facts, hubspot, salesforce, zoho

USER_ID = {
    "salesforce": salesforce.record_id("user", "seller"),
    "hubspot": "hs_owner(seller)::text",
    "zoho": zoho.record_id("user", "seller"),
}
MOVED = ("Lars Hinrichs", "Team Inside Sales", "2024-06-30")
"""A seller who was in another team until that day."""


def tables(systems):
    """SQL per mapping table for the given CRMs."""
    teams = [name for name, *_ in facts.TERRITORIES]
    regions = [region for _, region, *_ in facts.TERRITORIES]
    name, earlier_team, until = MOVED
    members = " union all ".join(
        f"""
select
    '{system}' as source_system, {USER_ID[system]} as user_id,
    {teams}[territory + 1] as sales_team, {regions}[territory + 1] as region,
    case when name = '{name}' then date '{until}' + 1 end as valid_from,
    null::date as valid_to
from sellers
union all
select
    '{system}', {USER_ID[system]}, '{earlier_team}', {regions}[territory + 1],
    null, date '{until}'
from sellers
where name = '{name}'
"""
        for system in systems
    )
    words = [
        f"('hubspot', '{field}', '{raw}', '{value}')"
        for field, map_of in (
            ("lead_source", hubspot.SOURCES),
            ("channel", hubspot.SOURCES),
            ("industry", hubspot.INDUSTRIES),
        )
        for value, raw in map_of.items()
    ]
    return {
        "sales_team_members": members,
        "value_mapping": f"select * from (values {', '.join(words)}) "
        "as t (source_system, field, raw_value, value)",
    }
