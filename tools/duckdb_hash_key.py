"""Hands the hash key to DuckDB sessions without it ever standing in SQL."""

import os

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    """Sets the session variable `sales_kpis_hash_key` as a bound value.

    The value is the environment variable SALES_KPIS_HASH_KEY; without it the
    variable stays unset and macro `assert_hash_key` says what to do.
    """

    def configure_cursor(self, cursor):
        """Set the variable on one dbt connection (DuckDB variables are per cursor)."""
        key = os.environ.get("SALES_KPIS_HASH_KEY")
        if key:
            cursor.execute("set variable sales_kpis_hash_key = ?", [key])
