"""What `ape console` starts with: the deployed contracts by name, the package's entry points and, on a local chain,
named actors with a token. A fresh local chain gets its contracts first.
"""

from __future__ import annotations

from typing import Any


def ape_init_extras(networks: Any) -> dict[str, Any]:
    """The names of the console's session."""
    from workpact.chain import contracts, deployments, errors, playground
    from workpact.chain.sender import Sender

    names: dict[str, Any] = {"contracts": contracts, "deployments": deployments, "errors": errors, "Sender": Sender}
    node = networks.active_provider
    if node is None:
        return names
    if node.network.is_local:
        return names | playground.actors() | playground.deploy() | {"token": playground.token()}
    return names | deployed(node.chain_id)


def deployed(chain_id: int) -> dict[str, Any]:
    """The contracts recorded for the chain; one that is not what was recorded is left out, and said."""
    from ape.logging import logger

    from workpact import WorkpactError
    from workpact.chain import deployments

    found = {}
    for name in deployments.read(chain_id):
        try:
            found[name] = deployments.contract(name)
        except WorkpactError as error:
            logger.warning(str(error))
    return found
