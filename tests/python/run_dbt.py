"""Runs dbt; unit tests on PostgreSQL may have names of any length.

Ours are sentences. The name of the temporary table that a unit test needs is cut by
dbt itself; it only refuses to make the relation that the name is cut from.
"""

import contextlib

from dbt.cli.main import cli

with contextlib.suppress(ImportError):
    from dbt.adapters.postgres.relation import PostgresRelation

    PostgresRelation.__post_init__ = lambda self: None

cli()
