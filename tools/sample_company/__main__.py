"""Write the sample company: ``python -m tools.sample_company --out seeds/sample``."""

import argparse
from tempfile import TemporaryDirectory

from .facts import AS_OF, OPPORTUNITIES
from .seeds_yaml import write_seeds_yaml
from .split import CRMS
from .write import LARGE, company, write


def main():
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(prog="tools.sample_company", description=__doc__)
    parser.add_argument("--out", required=True, help="folder, or file for duckdb")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--crm", choices=CRMS, default="split")
    parser.add_argument("--opportunities", type=int, default=OPPORTUNITIES)
    parser.add_argument("--as-of", default=AS_OF, help="last day of the delivery")
    parser.add_argument("--dirt", type=int, choices=(0, 1), default=1)
    parser.add_argument(
        "--late", type=int, default=0, help="rows in 1000 that land weeks late"
    )
    parser.add_argument("--format", choices=("csv", "parquet", "duckdb"), default="csv")
    options = parser.parse_args()
    with TemporaryDirectory(prefix=".sample_company_", dir=".") as folder:
        file = f"{folder}/company.duckdb" if options.opportunities >= LARGE else None
        try:
            con = company(
                options.seed, options.opportunities, options.as_of, options.dirt, file
            )
            write(
                con,
                options.crm,
                options.out,
                options.dirt,
                options.format,
                options.late,
            )
        except (ValueError, FileExistsError) as error:
            parser.error(str(error))
        con.close()
    if options.format == "csv":
        write_seeds_yaml(options.crm, options.out)


if __name__ == "__main__":
    main()
