"""What a stranger can call in an agreement of a random life, at a second, and what contracts say after it."""

from __future__ import annotations

from typing import Any

from web3.exceptions import Web3Exception
from web3.logs import DISCARD

from tests.audit.random_stage import GAS, HOLDBACK, STRANGER, Deal
from tests.web.random_documents import SIDES
from tests.web.random_service import ServiceLife, groups
from workpact.terms import eip712, structs
from workpact.web.service_book import Book
from workpact.web.snapshot import Snapshot
from workpact.web.standing import Item

MOVED = {
    "Released": ("paid", "retained", None, None),
    "Reclaimed": (None, None, "refunded", None),
    "Ruled": ("toContractor", None, "toClient", "fee"),
    "HoldbackReleased": ("paid", None, None, None),
    "Ended": ("toContractor", None, "toClient", None),
    "Settled": ("paid", "retained", None, None),
    "PaidInterim": ("paid", "retained", None, None),
}
"""What each event says of money: to the contractor, held back, to the client, fee."""


class Stranger:
    """Somebody without a seat, who goes back to the life's last block after each try."""

    life: ServiceLife
    deal: Deal
    snapshot: Snapshot
    _kept: str

    def call(self, item: Item, name: str) -> Any:
        agreement, terms, conditions = self.life.agreement.functions, self.deal.terms, self.deal.conditions
        if name in ("applyDefault", "finalise", "assess") or (name == "rule" and item.kind == "period"):
            return self._oracle_call(item, name)
        if name == "close":
            return agreement.close(terms, conditions)
        if name == "settle":
            return agreement.settle(terms, conditions, item.index)
        if name == "release":
            return agreement.release(terms, item.index)
        if name == "reclaim":
            assert item.index is not None
            return agreement.reclaim(terms, conditions, 1 << item.index)
        if name == "releaseHoldback":
            return agreement.releaseHoldback(terms)
        rules = self.deal.message["arbitration"]
        which = HOLDBACK if item.kind == "holdback" else item.index
        return agreement.rule(terms, structs.calldata("Arbitration", rules), which, rules["split"])

    def _oracle_call(self, item: Item, name: str) -> Any:
        """By the reports that the life has sent, not by what the page has read."""
        functions = self.life.oracle.functions
        assert item.index is not None
        if name == "applyDefault":
            service = self.deal.message["annex"]["conditions"]["service"]
            schedule, _, levels = groups(service)
            return functions.applyDefault(self.life.agreement.address, self.deal.origin, schedule, levels, item.index)
        given = self.life.given[self.deal.origin, item.index]
        if name == "assess":
            message, service = given["final"]
            schedule = eip712.struct_hash("Schedule", service["schedule"])
            return functions.assess(
                structs.calldata("Report", message), schedule, structs.calldata("Levels", service["levels"])
            )
        if name == "finalise":
            side = SIDES[Book.of(self.snapshot).period(item.index).stage - 1]
            message, service = given[side]
            return functions.finalise(structs.calldata("Report", message), *groups(service))
        (client, service), (contractor, _) = (given[side] for side in SIDES)
        levels, prices = service["levels"]["levels"], service["levels"]["prices"]
        every = (1 << len(levels)) - 1 | ((1 << len(prices)) - 1) << 32
        mask = every if service["schedule"]["contest"]["standing"] else 0
        both = structs.calldata("Report", client), structs.calldata("Report", contractor)
        return functions.rule(*both, *groups(service), mask)

    def at(self, when: int, calls: list[Any]) -> list[Any]:
        """The receipts of a stranger's calls in one block of that time, after which `_revert` goes back."""
        life, stranger = self.life, self.life.accounts[STRANGER]
        self._kept = life.ask("evm_snapshot")
        life.ask("evm_setAutomine", False)
        life.ask("evm_setNextBlockTimestamp", when)
        nonce = life.web3.eth.get_transaction_count(stranger)
        sent = [
            each.transact({"from": stranger, "gas": GAS, "nonce": nonce + number}) for number, each in enumerate(calls)
        ]
        life.ask("evm_mine")
        life.ask("evm_setAutomine", True)
        assert life.now == when
        return [life.web3.eth.get_transaction_receipt(each) for each in sent]

    def revert(self) -> None:
        assert self.life.ask("evm_revert", self._kept) is True
        assert self.life.now == self.snapshot.head.timestamp

    def refusal(self, call: Any) -> bytes:
        """The error of a call that is refused in the last block's second."""
        try:
            call.call({"from": self.life.accounts[STRANGER], "gas": GAS})
        except (Web3Exception, ValueError) as error:
            return bytes.fromhex(str(getattr(error, "data", "0x") or "0x")[2:])
        raise AssertionError(f"{call.fn_name} is not refused")

    def events(self, receipt: Any) -> list[Any]:
        found = []
        for name in (*MOVED, "Booked"):
            found += self.life.agreement.events[name]().process_receipt(receipt, errors=DISCARD)
        return found

    def state(self) -> dict[str, Any]:
        abi = next(each for each in self.life.agreement.abi if each.get("name") == "stateOf")
        names = [each["name"] for each in abi["outputs"][0]["components"]]  # type: ignore[typeddict-item]
        return dict(zip(names, self.life.agreement.functions.stateOf(self.deal.origin).call(), strict=True))

    def progress(self, item: int) -> Any:
        return self.life.agreement.functions.progressOfItem(self.deal.origin, item).call()

    def balance(self) -> int:
        return int(self.deal.token.functions.balanceOf(self.life.agreement.address).call())
