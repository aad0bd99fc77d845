"""A fictitious German B2B company and its raw CRM tables, made by one command.

``python -m tools.sample_company --out seeds/sample`` writes the committed sample.

Rheinfeld Systeme GmbH sells production-planning software by subscription, services
and shop-floor terminals. Its CRM begins on 2023-01-01 (with the contracts that ran
by then) and is seen on the evening of 2026-06-30.

How it is made, in this order:

* ``draws``, ``days``: random numbers and days as whole numbers, hence the same
  bytes on every machine.
* ``facts``: everything fixed, from sellers to prices and win rates.
* ``leads``, ``deals``, ``contracts``, ``company``: the business, simulated past the
  end and then seen from one moment. No CRM is mentioned there.
* ``canonical``: the same in DuckDB, with words.
* ``salesforce``, ``hubspot``, ``zoho``, ``finance``, ``mapping``: one query per raw
  table; ``split`` gives each of three CRMs its share; ``layout`` names the columns.
* ``dirt``: what is wrong in the raw tables, and in how many rows.
* ``truth``: the true KPI values, counted from the business.

Any size, and a second delivery of the same company:

``--opportunities 1000000 --format duckdb`` takes about a minute; shares of dirt stay as
they are in the sample (every k-th record, see ``dirt``). The same call into
another file with an ``--as-of`` 20 days later is the next delivery: about 2 % new rows,
1 % of the leads and 4 % of the deals changed. ``--as-of`` can be any day from the
company's beginning to 2026-08-30. With ``--late 10`` one row in 100 of the leads, the
contacts and all histories lands one to six weeks late, also in a later delivery than
the rows of its time.
"""
