"""`ape run market`: profiles, requests, sealed bids and their ranking, from papers at any place."""

from __future__ import annotations

import click

from scripts import (
    _market_accept,
    _market_bid,
    _market_bids,
    _market_post,
    _market_profile,
    _market_rank,
    _market_record,
    _market_review,
    _market_search,
    _market_serve,
)

PARTS = (
    _market_profile,
    _market_search,
    _market_post,
    _market_bid,
    _market_bids,
    _market_rank,
    _market_record,
    _market_accept,
    _market_review,
    _market_serve,
)
"""Modules that add commands: their COMMANDS."""


@click.group()
def cli() -> None:
    """The market: find each other, ask for bids, compare them, and open the best as an agreement.

    What is said here are papers: signed, named by their hash, laid down at a place that both sides reach (--place, or
    WORKPACT_MARKET): a folder, an S3 bucket, or somebody's relay (ape run market serve).

    \b
    Example:
      ape run market profile profile.yaml --place s3://tenders --account contractor
      ape run market search payroll german --place s3://tenders
    """


for part in PARTS:
    for command in part.COMMANDS:
        cli.add_command(command)
