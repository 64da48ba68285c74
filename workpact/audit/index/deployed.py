"""What an index is of: one chain, told by its first block, and one deployment on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eth_utils.address import to_checksum_address

from workpact.audit.entries import CONTRACTS
from workpact.audit.node import Node
from workpact.chain import deployments


@dataclass(frozen=True)
class Deployed:
    """The contracts of a deployment by name; `start` is the block in which the first of them came up."""

    chain_id: int
    genesis: bytes
    contracts: Mapping[str, str]
    start: int

    @classmethod
    def of(cls, node: Node) -> Deployed:
        """What is recorded for the node's chain; `NotDeployed` if nothing is."""
        recorded = deployments.read(node.chain_id)
        chosen = [recorded[name] for name in CONTRACTS if name in recorded]
        if not chosen:
            raise deployments.NotDeployed(
                f"{deployments.path(node.chain_id)} records none of {', '.join(CONTRACTS)}: there is nothing to index. "
                "Check --network, or deploy them: ape run deploy --network …"
            )
        genesis = bytes.fromhex(node.block(0)["hash"][2:])
        addresses = {each.name: to_checksum_address(each.address) for each in chosen}
        return cls(node.chain_id, genesis, addresses, min(each.block or 0 for each in chosen))
