"""`ape run market serve`: the relay."""

from __future__ import annotations

from pathlib import Path

import click

from scripts._options import OfflineCommand
from scripts._papers import network_option, placed


@click.command(cls=OfflineCommand)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8460, show_default=True, type=click.IntRange(0, 65_535), help="The port there.")
@click.option("--proxy", metavar="ADDRESS", help="A proxy before it, whose X-Forwarded-For says who asks.")
@network_option
def serve(folder: Path, host: str, port: int, proxy: str | None, network: str | None) -> None:
    """Keep papers in FOLDER for whoever asks over HTTP, until this is stopped.

    It takes what is whole and signed, within its limits, and gives it to everybody; nobody has to trust it. Without
    --network it takes the papers of keys alone, not those of contracts such as a Safe. Started again on the same
    folder it has everything.

    \b
    Example:
      ape run market serve /srv/tenders
      ape run market serve /srv/tenders --proxy 127.0.0.1 --network ethereum:mainnet:node
    """
    try:
        from workpact.market.relay import create_app
        from workpact.market.relay_server import relay_server
    except ImportError:
        raise click.ClickException("The relay needs fastapi and uvicorn: pip install 'workpact[relay]'") from None
    from workpact.market.relay_store import Store

    with placed(network, None):
        store = Store(folder)
        try:
            for each in store.passed_over:
                click.echo(f"Passed over: {each}", err=True)
            papers, size = store.counts
            click.echo(f"{folder} has {papers:,} papers, {size:,} bytes. Listening at http://{host}:{port}", err=True)
            server = relay_server(create_app(store, keys_only=network is None), store.limits, host, port, proxy)
            server.run()
        finally:
            store.close()


COMMANDS = (serve,)
