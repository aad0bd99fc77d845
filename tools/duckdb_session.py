"""What dbt's process needs on DuckDB beside SQL: the hash key, and less searching."""

import gc
import os

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    """Sets the session variable `sales_kpis_hash_key` as a bound value.

    The value is the environment variable SALES_KPIS_HASH_KEY, never part of any SQL;
    without it the variable stays unset and macro `assert_hash_key` says what to do.
    """

    def initialize(self, config):
        """Let Python search for garbage less often than after every 700 new objects.

        dbt keeps 200,000 objects until it ends; looking them through again and again is
        a tenth of a build of the sample.
        """
        gc.set_threshold(20_000, 50, 100)

    def configure_cursor(self, cursor):
        """Set the variable on one dbt connection (DuckDB variables are per cursor)."""
        key = os.environ.get("SALES_KPIS_HASH_KEY")
        if key:
            cursor.execute("set variable sales_kpis_hash_key = ?", [key])
