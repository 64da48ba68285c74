"""`ape run deploy`: the contracts, at addresses that depend on their code alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import (
    ConnectedCommand,
    confirm,
    confirmations_option,
    emit,
    json_option,
    outbid_option,
    parameters_file,
    params_option,
    sender_option,
    signer,
    table,
    yes_option,
)

if TYPE_CHECKING:
    from ape.api import AccountAPI, NetworkAPI, ProviderAPI


@click.command(cls=ConnectedCommand)
@sender_option
@params_option
@confirmations_option
@outbid_option
@yes_option
@json_option
def cli(
    account: AccountAPI | None,
    network: NetworkAPI,
    provider: ProviderAPI,
    params: Path | None,
    confirmations: int | None,
    outbid: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Deploy the contracts, or find them where they are, and record them.

    Checks the parameters (params/<network>.yaml, else params/default.yaml) against the contracts before the first
    transaction. Killed at any point and run again it ends in the same addresses with no second copy; what is there
    already is recorded and costs nothing.

    \b
    Example:
      ape run deploy --network ethereum:sepolia:https://rpc.example --account deployer
    """
    from workpact.chain import deploying, deployments
    from workpact.chain.sender import Sender

    planned = deploying.plan(deploying.load(parameters_file(network, params)))
    deploying.check_sources([each.name for each in planned])
    deploying.check_network(provider)
    missing = [each for each in planned if not provider.get_code(each.address)]
    rows: list[tuple[Any, ...]] = [("contract", "address", "arguments", "")]
    for each in planned:
        shown = ", ".join(f"{name}={value}" for name, value in each.arguments.items())
        rows.append((each.name, each.address, shown or "none", "to deploy" if each in missing else "there already"))
    click.echo("\n".join(table(rows)), err=True)
    account = signer(account, yes)
    if missing:
        confirm(f"Deploy {len(missing)} contracts on {network.name} (chain {provider.chain_id})?", yes)
    sender = Sender(account, confirmations, outbid)
    done = [deploying.deploy(each, sender, provider) for each in planned]
    result = {"chainId": provider.chain_id, "contracts": {each.name: each.model_dump() for each in done}}
    record = deployments.path(provider.chain_id)
    emit(result, as_json, f"{len(missing)} deployed, {len(done) - len(missing)} there already; recorded in {record}")
