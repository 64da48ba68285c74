"""What the chain says of an agreement's periods: where nothing can be undone any more, and at its head."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from workpact.agent.errors import NoFinality, OtherDocument
from workpact.chain.errors import ContractError
from workpact.chain.state import Status
from workpact.preflight import ask
from workpact.service_levels import ServiceLevels
from workpact.service_results import Stage
from workpact.terms.periods import Period


@dataclass(frozen=True)
class Horizon:
    """The head of the chain, and the last block that can no longer be undone."""

    head: int
    now: int
    """Time of the head, Unix seconds."""
    final: int


@dataclass(frozen=True)
class StoredPeriod:
    """What the oracle keeps of a period, as far as it says what to do next; instants in Unix seconds."""

    stage: Stage
    clock: int
    assessed_at: int
    commitment: bytes
    counter: bytes


@dataclass(frozen=True)
class StoredAgreement:
    """What the agreement contract keeps; `settled` has a bit for each period."""

    status: Status
    ends_at: int
    settled: int

    def has_settled(self, period: Period) -> bool:
        """Whether the period is settled in money."""
        return bool(self.settled >> period.index & 1)

    def lets_lapse(self, period: Period) -> bool:
        """Whether the agreement is over, or ends before the period does."""
        return self.status is not Status.LIVE or (self.ends_at != 0 and period.end > self.ends_at)

    def is_past(self, period: Period) -> bool:
        """Whether nothing is left to do about the period."""
        return self.has_settled(period) or self.lets_lapse(period)


def horizon(confirmations: int | None) -> Horizon:
    """With the node's own finalised block, else with so many blocks below the head; raises `NoFinality`."""
    from ape import networks
    from web3.exceptions import BlockNotFound, Web3RPCError

    web3: Any = networks.provider.web3
    head = web3.eth.get_block("latest")
    if confirmations is not None:
        return Horizon(head["number"], head["timestamp"], max(head["number"] - confirmations, 0))
    try:
        final = web3.eth.get_block("finalized")["number"]
    except (BlockNotFound, Web3RPCError) as error:
        raise NoFinality(
            f"The node names no finalised block ({error}): say how many blocks below the head count as final "
            "(--confirmations)."
        ) from None
    return Horizon(head["number"], head["timestamp"], final)


class Watching:
    """One agreement, read at any block."""

    def __init__(self, levels: ServiceLevels) -> None:
        self.levels = levels

    def exists(self, block: int) -> bool:
        """Whether both contracts were there."""
        from ape import networks

        contracts = (self.levels.oracle, self.levels.agreement.contract)
        return all(networks.provider.get_code(each.address, block_id=block) for each in contracts)

    def agreement(self, block: int) -> StoredAgreement:
        """Raises `OtherDocument` when this one is not in force."""
        agreement = self.levels.agreement
        state = ask(_at(agreement.contract.stateOf, block), agreement.origin)
        _, _, settled = ask(_at(agreement.contract.progressOf, block), agreement.origin)
        status = Status(state.status)
        if status is not Status.NONE and bytes(state.id) != agreement.id:
            raise OtherDocument(
                f"The document 0x{bytes(state.id).hex()[:8]}… is in force for this agreement, not {agreement!r}: "
                "watch that one's file."
            )
        return StoredAgreement(status, int(state.endsAt), int(settled))

    def period(self, index: int, block: int) -> StoredPeriod:
        """What the oracle has at a block."""
        levels = self.levels
        key = (levels.agreement.contract.address, levels.agreement.origin, levels.service_hash)
        book = ask(_at(levels.oracle.bookOf, block), *key)
        stored = ask(_at(levels.oracle.periodOf, block), book, index)
        result = stored.result
        return StoredPeriod(
            Stage(result.stage), result.clock, result.finalAt, bytes(stored.commitment), bytes(stored.counter)
        )

    def is_past(self, period: Period, block: int) -> bool:
        """Whether nothing is left to do about a period by this document."""
        try:
            return self.agreement(block).is_past(period)
        except OtherDocument:
            return True

    def refusal_to_settle(self, index: int, account: Any) -> str | None:
        """The error by which the escrow would refuse to settle a period or to pay anything; None if it would not."""
        document, settle = self.levels.document, self.levels.agreement.contract.settle
        try:
            ask(partial(settle.call, sender=account), document.terms(), document.conditions(), index)
        except ContractError as refusal:
            return refusal.name
        return None


def _at(method: Any, block: int) -> Any:
    return partial(method, block_id=block)
