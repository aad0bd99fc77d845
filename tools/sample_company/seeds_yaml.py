"""The YAML beside the CSV files: what dbt must know about the sample seeds."""

from pathlib import Path

from .layout import DESCRIPTIONS, SCHEMAS, TABLES, seed_name
from .split import SYSTEMS, systems

FILE = "_sample__seeds.yml"
TEXT = "\"{{ 'string' if target.type == 'spark' else 'text' }}\""
DBT_TYPES = {
    "text": "*text",
    "integer": "bigint",
    "number": "numeric(18, 2)",
    "rate": "numeric(18, 6)",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
HEAD = """\
# Written by `python -m tools.sample_company --crm {crm}`, from layout.py there.
# Every column has a type; an empty one would become a number otherwise.
seeds:
"""


def systems_of(crm):
    """The systems whose tables are written for a CRM option of the command."""
    return (*systems(crm), "finance", "mapping")


def seeds_yaml(crm):
    """Text of the YAML file for the seeds of a CRM option."""
    lines = []
    anchored = False
    for system in systems_of(crm):
        for table, columns in TABLES[system].items():
            lines.append(f"  - name: {seed_name(system, table)}")
            lines.append(f'    description: "{DESCRIPTIONS[system][table]}"')
            lines.append("    config:")
            enabled = "var('use_sample_data')"
            if system in SYSTEMS:
                enabled += f" and var('{system}_enabled')"
            lines.append(f'      enabled: "{{{{ {enabled} }}}}"')
            if system in SCHEMAS:
                lines.append(f"      schema: {SCHEMAS[system]}")
                lines.append(f"      alias: {table}")
            lines.append("      full_refresh: true")
            lines.append("      column_types:")
            for column in columns:
                kind = DBT_TYPES[column.type]
                if kind == "*text" and not anchored:
                    kind, anchored = f"&text {TEXT}", True
                lines.append(f"        {column.name}: {kind}")
            lines.append("")
    return HEAD.format(crm=crm) + "\n".join(lines).rstrip() + "\n"


def write_seeds_yaml(crm, folder):
    """Write the YAML file into the folder of the CSV files."""
    Path(folder, FILE).write_text(seeds_yaml(crm), encoding="utf-8")
