"""`make bench`: what a run costs, beside a script by hand and dbt with nothing to do.

One clean Salesforce of the sample company, at one or two sizes. In every round each
job runs once, in a process of its own, so that whatever else the machine does hits all
of them; what counts are the ratios of one round. A round whose marts are not what
floor.sql computes stops the bench.
"""
