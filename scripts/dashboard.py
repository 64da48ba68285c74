"""`ape run dashboard`: the pages."""

from __future__ import annotations

from pathlib import Path

import click

from scripts._options import ConnectedCommand
from scripts._papers import READ, load, token_option, wallet_option


@click.command(cls=ConnectedCommand)
@click.argument("files", nargs=-1, type=READ)
@wallet_option
@token_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8470, show_default=True, type=click.IntRange(0, 65_535), help="The port there.")
@click.option("--database", metavar="URL", help="The index to read from; else one in the user's own data.")
def cli(
    files: tuple[Path, ...], wallets: tuple[str, ...], token: str | None, host: str, port: int, database: str | None
) -> None:
    """Show agreements as pages, to look at and to sign from with one's own wallet, until this is stopped.

    FILES are agreement files whose names and titles are shown. It holds no key.

    \b
    Example:
      ape run dashboard desk.yaml --network ethereum:sepolia:node
    """
    import uvicorn

    from workpact.audit.index import Deployed, Index
    from workpact.audit.node import Node
    from workpact.web.app import create_app
    from workpact.web.documents import Documents
    from workpact.web.follower import Follower
    from workpact.web.site import Site

    node = Node.connected()
    deployed = Deployed.of(node)
    documents = Documents(
        node.chain_id, deployed.contracts["Agreement"], [load(each, wallets, token, node.chain_id) for each in files]
    )
    site = Site(Follower(node, Index.open(deployed, database), documents))
    click.echo(f"http://{host}:{port}", err=True)
    uvicorn.run(create_app(site), host=host, port=port, log_level="warning", access_log=False, server_header=False)
