"""Set-up, publication and sample data: what dbt does not do itself."""
