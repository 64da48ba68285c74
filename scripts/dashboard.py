"""`ape run dashboard`: the pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from scripts._options import ConnectedCommand
from scripts._papers import READ, load, token_option, wallet_option


@click.command(cls=ConnectedCommand)
@click.argument("files", nargs=-1, type=READ)
@wallet_option
@token_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8470, show_default=True, type=click.IntRange(0, 65_535), help="The port there.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="Also answer to that name. As often as needed.",
)
@click.option("--database", metavar="URL", help="The index to read from; else one in the user's own data.")
@click.option("--market", metavar="PLACE", help="Where papers of tenders are: a folder, or a relay's address.")
@click.option("--relayer", metavar="URL", help="The relayer that pages offer workers (ape run relayer).")
@click.option("--demo", is_flag=True, help="Play the example on the connected local chain first, and show it.")
def cli(
    files: tuple[Path, ...],
    wallets: tuple[str, ...],
    token: str | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    database: str | None,
    market: str | None,
    relayer: str | None,
    demo: bool,
) -> None:
    """Show agreements as pages, to look at and to sign from with one's own wallet, until this is stopped (Ctrl-C).

    FILES are agreement files whose names and titles are shown; of others the pages show what was published. It holds no
    key and sends nothing: wallets in the reader's browser do.

    \b
    Example:
      ape run dashboard desk.yaml --network ethereum:sepolia:node
      ape run dashboard --host 0.0.0.0 --name desk.example.org
      ape run dashboard --demo
    """
    try:
        from workpact.web.app import STATIC, listening
    except ImportError:
        raise click.ClickException("The pages need fastapi and uvicorn: pip install 'workpact[dashboard]'") from None
    if not (STATIC / "app.js").is_file():
        raise click.ClickException("The pages' script is not bundled here: run make setup in the repository.")

    # What is wrong with the address is said before anything else happens.
    with listening(host, port) as socket, _played(demo) as played:
        _serve(socket, host, names, database, market, relayer, [*files, *played], (wallets, token))


def _serve(
    socket: Any,
    host: str,
    names: tuple[str, ...],
    database: str | None,
    market: str | None,
    relayer: str | None,
    files: list[Path],
    named: tuple[tuple[str, ...], str | None],
) -> None:
    from scripts._audit_index import _shown
    from workpact.audit.index import Deployed, Index
    from workpact.audit.node import Node
    from workpact.web.app import server
    from workpact.web.documents import Documents
    from workpact.web.follower import Follower
    from workpact.web.site import Site, hosts_of, relayer_of

    node = Node.connected()
    deployed = Deployed.of(node)
    documents = Documents.kept(
        node.chain_id, deployed.contracts["Agreement"], [load(each, *named, node.chain_id) for each in files]
    )
    for each in documents.passed_over:
        click.echo(f"Passed over: {each}", err=True)
    index = Index.open(deployed, database)
    try:
        site = Site(Follower(node, index, documents), hosts_of(host, names), market, relayer_of(relayer))
        with _shown(deployed.start) as progress:
            site.follower.start(progress)
        if site.follower.last is None:
            click.echo(f"The node at {node.name} does not answer yet; pages appear when it does.", err=True)
        at, port = socket.getsockname()[:2]
        click.echo(f"http://{f'[{at}]' if ':' in at else at}:{port}  (Ctrl-C ends it)", err=True)
        server(site).run(sockets=[socket])
    finally:
        index.database.close()


@contextmanager
def _played(demo: bool) -> Iterator[list[Path]]:
    """The example's agreement on the connected local chain, in a folder that goes when the server ends."""
    if not demo:
        yield []
        return
    from scripts._demo_pages import played

    with played() as file:
        yield [file]
