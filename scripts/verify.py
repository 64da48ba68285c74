"""`ape run verify`: whether a deployment is what its record, its parameters and the release say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import ConnectedCommand, emit, json_option, parameters_file, params_option

if TYPE_CHECKING:
    from workpact.chain.verifying import Verification


@click.command(cls=ConnectedCommand)
@params_option
@json_option
@click.pass_context
def cli(context: click.Context, params: Path | None, as_json: bool) -> None:
    """Compare each contract of the chain's record with the chain, the parameters and the release.

    Code byte by byte, with what it keeps from its deployment; addresses, arguments, EIP-712 domains; transactions; the
    package's own files. Needs no account and sends nothing. Exit code 1 if anything differs.

    \b
    Example:
      ape run verify --network ethereum:sepolia:https://rpc.example
    """
    from ape import networks

    from workpact.chain import deploying, verifying

    file = parameters_file(networks.provider.network, params)
    done = verifying.verify(networks.provider, deploying.load(file))
    if as_json:
        emit(_facts(done, file), True, "")
    else:
        _show(done, file)
    if done.differences:
        context.exit(1)


def _facts(done: Verification, file: Path) -> dict[str, Any]:
    from workpact.chain import deployments

    differences = [vars(each) | {"advice": each.advice} for each in done.differences]
    return {
        "chainId": done.chain_id,
        "genesis": done.genesis,
        "block": {"number": done.block, "hash": done.block_hash, "final": done.final},
        "record": str(deployments.path(done.chain_id)),
        "parameters": str(file),
        "contracts": done.addresses,
        "differences": differences,
    }


def _show(done: Verification, file: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from workpact.chain import deployments

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=140)
    if done.differences:
        # Hashes are long: each difference is four lines rather than one that is cut.
        found = Table("contract", "field", "", show_lines=True)
        for each in done.differences:
            words = f"recorded  {each.recorded}\nfound     {each.found}\n{each.advice}"
            found.add_row(each.contract, each.field, words)
    else:
        found = Table("contract", "address", "code, arguments, domain, record")
        for name, address in done.addresses.items():
            found.add_row(name, address, "as released")
    console.print(found)
    final = "no final block is known" if done.final is None else f"final up to {done.final}"
    console.print(f"Block {done.block} ({done.block_hash}) of chain {done.chain_id}; {final}.", soft_wrap=True)
    console.print(f"Record {deployments.path(done.chain_id)}, parameters {file}.", soft_wrap=True)
