"""What commands of the market share: where papers lie."""

from __future__ import annotations

import click

place_option = click.option(
    "--place",
    envvar="WORKPACT_MARKET",
    required=True,
    metavar="ADDRESS",
    help="Where papers lie: a folder, s3://…, or a relay's https://…. Or set WORKPACT_MARKET.",
)
