"""`ape run relayer`: pays the gas of workers' calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from scripts._options import ConnectedCommand, sender_option, signer, yes_option

if TYPE_CHECKING:
    from ape.api import AccountAPI


@click.command(cls=ConnectedCommand)
@sender_option
@yes_option
@click.option(
    "--origin", "origins", multiple=True, help="Pages that may ask it, like http://127.0.0.1:8470. As often as needed."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8471, show_default=True, type=click.IntRange(0, 65_535), help="The port there.")
@click.option("--proxy", metavar="ADDRESS", help="A proxy before it, whose X-Forwarded-For says who asks.")
@click.option(
    "--floor", default="0.01 ether", show_default=True, help="What the account keeps: with less, nothing is sent."
)
def cli(
    account: AccountAPI | None,
    yes: bool,
    origins: tuple[str, ...],
    host: str,
    port: int,
    proxy: str | None,
    floor: str,
) -> None:
    """Send workers' calls for them, within limits, until this is stopped: claims of units, revenue and wages, and what
    they have signed.

    The account pays gas and has no right to anything: give it little. What it takes and how much, it says at /relay.

    \b
    Example:
      ape run relayer --account gas --origin http://127.0.0.1:8470 --network ethereum:sepolia:node
      ape run dashboard desk.yaml --relayer http://127.0.0.1:8471 --network ethereum:sepolia:node
    """
    gas = signer(account, yes)
    if hasattr(gas, "keyfile_path") and not yes:
        gas.set_autosign(True)
    serve(gas, origins, host, port, proxy, floor)


def serve(gas: AccountAPI, origins: Sequence[str], host: str, port: int, proxy: str | None, floor: str) -> None:
    """Relays on the connected chain until this is stopped."""
    from dataclasses import replace

    from ape import convert

    from workpact.audit.index import Deployed
    from workpact.audit.node import Node
    from workpact.market.relay_server import relay_server
    from workpact.web.relayer import Relayer
    from workpact.web.relayer_limits import RelayerLimits
    from workpact.web.relayer_sending import sending
    from workpact.web.relayer_server import HTTP, create_app

    node = Node.connected()
    limits = replace(RelayerLimits(), floor=convert(floor, int))
    relayer = Relayer(node, Deployed.of(node).contracts, gas.address, sending(gas), limits)
    relayer.start()
    click.echo(f"{gas.address} pays. Listening at http://{host}:{port}/relay", err=True)
    try:
        relay_server(create_app(relayer, origins), HTTP, host, port, proxy).run()
    finally:
        relayer.stop()
