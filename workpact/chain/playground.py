"""A local chain made ready to try things on: the contracts deployed, actors with names, a token anyone mints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workpact.chain import contracts, deploying
from workpact.chain.deployments import REPOSITORY
from workpact.chain.sender import Sender

if TYPE_CHECKING:
    from ape.contracts import ContractInstance

ROLES = ("client", "contractor", "worker", "arbiter", "backup", "client_operator", "contractor_operator", "carrier")
"""Roles of a local chain's first accounts, in order; the last account deploys."""
DEPLOYER = 9


def actors() -> dict[str, Any]:
    """The local chain's accounts by role."""
    from ape import accounts

    return {role: accounts.test_accounts[index] for index, role in enumerate(ROLES)}


def deploy() -> dict[str, ContractInstance]:
    """Deploys the set to the connected local chain, or finds it there; by name."""
    from ape import accounts, networks

    parameters = deploying.load(REPOSITORY / "params" / "default.yaml")
    node: Any = networks.provider
    sender = Sender(accounts.test_accounts[DEPLOYER])
    made = [deploying.deploy(each, sender, node) for each in deploying.plan(parameters)]
    return {each.name: contracts.at(each.name, each.address) for each in made}


def token(
    name: str = "Test Dollar", symbol: str = "TUSD", decimals: int = 6, *, blocks: bool = False
) -> ContractInstance:
    """Deploys an ordinary ERC-20 with permit, of which anyone mints what it likes.

    With `blocks` it refuses whom anyone names by `setBlocked`, as real dollars refuse whom their issuer names.
    """
    from ape import accounts
    from ape.contracts import ContractContainer

    container = ContractContainer(contracts.contract_type("BlockingTokenMock" if blocks else "TokenMock"))
    return accounts.test_accounts[DEPLOYER].deploy(container, name, symbol, decimals)
