"""Moves compared with contracts: each call of a catalogue from each account, refused or allowed as the page says, and
what moves of money do when they are sent.

seen = MovesPlayed(life, deal).check()
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import urllib3
from web3.logs import DISCARD

from tests.anvil import POLL
from tests.audit.random_stage import CHAIN, GAS, Deal
from tests.web.catalogue import PPM, WORD, Tried, calldata, catalogue, filled
from tests.web.random_service import ServiceLife
from workpact.audit.history import NodeLogs, head, verified
from workpact.audit.reports import calls_of, reports_of
from workpact.audit.subject import Subject
from workpact.chain import errors
from workpact.web.answers import answers_of
from workpact.web.move import Move
from workpact.web.moves import moves
from workpact.web.snapshot import Snapshot

MOVED = {
    "Accepted": ("paid", "retained", None, None),
    "AcceptedUpTo": ("paid", "retained", None, None),
    "Released": ("paid", "retained", None, None),
    "Reclaimed": (None, None, "refunded", None),
    "Ruled": ("toContractor", None, "toClient", "fee"),
    "HoldbackReleased": ("paid", None, None, None),
    "Ended": ("toContractor", None, "toClient", None),
    "Settled": ("paid", "retained", None, None),
    "PaidInterim": ("paid", "retained", None, None),
}
"""What each event says of money: to the contractor, held back, to the client, fee."""
OF_TOKEN = {"Escrow_TokenMovedOtherAmount", "SafeERC20FailedOperation", "Escrow_BadPayee", "AccountBlocked", ""}
"""Refusals that no page can know: a token's own."""
HTTP = urllib3.PoolManager(timeout=120)


class MovesPlayed:
    """One agreement of a life, at the life's last block."""

    def __init__(self, life: ServiceLife, deal: Deal) -> None:
        self.life, self.deal = life, deal
        self.node = node = life.node
        subject = Subject(CHAIN, life.agreement.address, deal.origin, life.payroll.address, deal.messages, {})
        history = verified(node, subject, head(node))
        entries = history.of("SLAOracle")
        answers = answers_of(node, NodeLogs(node), history)
        self.snapshot = Snapshot(history, reports_of(entries, calls_of(node, entries)), answers)
        self.addresses = {"Agreement": life.agreement.address, "SLAOracle": life.oracle.address}
        self.addresses["Payroll"] = life.payroll.address
        self.state = self._state()
        self.seen: Counter[str] = Counter()

    def check(self) -> Counter[str]:
        """Everything; what was met, by name."""
        offered = moves(self.snapshot)
        assert len({each.key for each in offered}) == len(offered)
        self._allowed(offered)
        self._refused(offered)
        later = replace(self.snapshot.head, timestamp=self.snapshot.head.timestamp + 1)
        for each in moves(self.snapshot.at(later, self.snapshot.answers)):
            self._sent(each)
        return self.seen

    # What is offered passes

    def _allowed(self, offered: Sequence[Move]) -> None:
        asked = []
        for move in offered:
            for given in self._inputs(move):
                data = "0x" + calldata(move.contract, move.function, filled(move, given)).hex()
                for who in move.who or self.life.accounts:
                    asked.append((move, who, {"from": who, "to": move.address, "data": data}))
        for (move, who, _), refusal in zip(asked, self._ask([call for *_, call in asked]), strict=True):
            if move.function in ("fund", "withdraw", "take") and refusal in OF_TOKEN:
                continue
            assert refusal is None, (move.key, who, refusal)
            self.seen[f"allowed: {move.function}"] += 1

    def _inputs(self, move: Move) -> Iterator[dict[str, str]]:
        """Valid ones, the least and the most."""
        chosen: dict[str, list[str]] = {}
        for each in move.inputs:
            if each.kind == "choice":
                chosen[each.name] = [choice.value for choice in each.choices]
            elif each.kind in ("money", "share"):
                most = each.most if move.function != "fund" else each.least + 5
                chosen[each.name] = [str(each.least), str(most)]
            elif each.kind == "address":
                chosen[each.name] = [each.value or self.life.accounts[9]]
            else:
                chosen[each.name] = ["0x" + WORD.hex()]
        assert len(chosen) <= 1, "one input a move"
        if not chosen:
            yield {}
        for name, values in chosen.items():
            yield from ({name: value} for value in dict.fromkeys(values))

    # What is not offered is refused

    def _refused(self, offered: Sequence[Move]) -> None:
        asked = []
        for each in catalogue(self.life, self.deal, self.snapshot, self.state["retained"]):
            may = self._who(offered, each)
            data = "0x" + calldata(each.contract, each.function, each.plain).hex()
            for who in self.life.accounts:
                if who not in may:
                    asked.append((each, who, {"from": who, "to": self.addresses[each.contract], "data": data}))
        for (each, who, _), refusal in zip(asked, self._ask([call for *_, call in asked]), strict=True):
            assert refusal is not None, (each.function, each.values[-2:], who)
            self.seen[f"refused: {each.function}"] += 1

    def _who(self, offered: Sequence[Move], tried: Tried) -> set[str]:
        """Who is offered that very call."""
        found: set[str] = set()
        plain = tried.plain
        for move in offered:
            if (move.contract, move.function) == (tried.contract, tried.function) and _fits(move, plain):
                found |= set(move.who or self.life.accounts)
        return found

    # What moves do

    def _sent(self, move: Move) -> None:
        """By the first who may, in the next second, for every input."""
        for given in self._inputs(move):
            if move.flow is None and move.function not in ("acceptUpTo", "rule", "fund"):
                return
            if move.contract != "Agreement":
                return
            who, before = (move.who or self.life.accounts)[0], self.state
            expected = self._expected(move, given, before)
            receipt, after = self._mined(who, move, given)
            if move.function == "fund":
                if receipt["status"] == 1:
                    assert after["held"] == int(given["upTo"]), move.key
                continue
            assert receipt["status"] == 1, (move.key, given)
            told = self._told(receipt)
            assert told == expected, (move.key, given, told, expected)
            out = expected[0] + expected[2] + expected[3]
            assert before["held"] + before["retained"] - after["held"] - after["retained"] == out, move.key
            if move.place != "holdback":
                assert after["retained"] - before["retained"] == expected[1], move.key
            if move.flow is not None and move.function in ("release", "rule") and move.place != "holdback":
                index = int(move.place.removeprefix("milestone:"))
                amount, accepted = self.deal.message["milestones"][index]["amount"], self._accepted
                is_settled = bool(after["settled"] >> index & 1)
                assert move.flow.still_owed == (0 if is_settled else amount - accepted), move.key
            self.seen[f"moved: {move.function}"] += bool(out)

    def _expected(self, move: Move, given: dict[str, str], state: dict[str, Any]) -> tuple[int, int, int, int]:
        """What the effect says; reckoned here where an input decides it."""
        if move.flow is not None:
            flow = move.flow
            return flow.to_contractor, flow.held_back, flow.to_client, flow.fee
        if move.function == "fund":
            return 0, 0, 0, 0
        deal, rules = self.deal.message["deal"], self.deal.message["arbitration"]
        if move.function == "acceptUpTo":
            index = int(move.place.removeprefix("milestone:"))
            amount = int(given["total"]) - self.snapshot.progress.works[index].accepted
            is_before = self.snapshot.head.timestamp + 1 <= deal["holdbackUntil"]
            kept = amount * deal["holdback"] // PPM if is_before else 0
            return amount - kept, kept, 0, 0
        pot = state["retained"]
        if move.place != "holdback":
            index = int(move.place.removeprefix("milestone:"))
            work = self.snapshot.progress.works[index]
            pot = min(work.amount - work.accepted, state["held"])
        fee, part = pot * rules["fee"] // PPM, pot * int(given["share"]) // PPM
        lost = pot - part
        of_contractor = min(fee * lost // pot, part) if pot else 0
        of_client = fee - of_contractor
        if of_client > lost:
            of_contractor, of_client = fee - lost, lost
        return part - of_contractor, 0, lost - of_client, fee

    def _told(self, receipt: Any) -> tuple[int, int, int, int]:
        told = [0, 0, 0, 0]
        for event, names in MOVED.items():
            for found in self.life.agreement.events[event]().process_receipt(receipt, errors=DISCARD):
                for place, name in enumerate(names):
                    told[place] += found["args"][name] if name else 0
        return told[0], told[1], told[2], told[3]

    def _mined(self, who: str, move: Move, given: dict[str, str]) -> tuple[Any, dict[str, Any]]:
        life = self.life
        kept = self.node.ask("evm_snapshot")
        self.node.ask("evm_setNextBlockTimestamp", self.snapshot.head.timestamp + 1)
        data = "0x" + calldata(move.contract, move.function, filled(move, given)).hex()
        sent = self.node.ask("eth_sendTransaction", {"from": who, "to": move.address, "data": data, "gas": hex(GAS)})
        receipt = life.web3.eth.wait_for_transaction_receipt(sent, poll_latency=POLL)
        after = self._state()
        if move.place.startswith("milestone:"):
            item = int(move.place.removeprefix("milestone:"))
            self._accepted = self._words("progressOfItem", "0x" + self.deal.origin.hex(), str(item))[0]
        assert self.node.ask("evm_revert", kept) is True
        return receipt, after

    # The chain

    def _state(self) -> dict[str, Any]:
        found = self._words("stateOf", "0x" + self.deal.origin.hex())
        return {"held": found[2], "settled": found[3], "status": found[8], "retained": found[10]}

    def _words(self, view: str, *plain: str) -> list[int]:
        """A view's answer, word by word."""
        asked = {"to": self.life.agreement.address, "data": "0x" + calldata("Agreement", view, plain).hex()}
        answer = bytes.fromhex(self.node.ask("eth_call", asked, "latest")[2:])
        return [int.from_bytes(answer[place : place + 32]) for place in range(0, len(answer), 32)]

    def _ask(self, calls: Sequence[dict[str, str]]) -> list[str | None]:
        """What each is refused with, by name, in the last block's second; None where it passes."""
        found: list[str | None] = []
        for first in range(0, len(calls), 500):
            chosen = list(enumerate(calls[first : first + 500]))
            body = [
                {"jsonrpc": "2.0", "id": number, "method": "eth_call", "params": [each | {"gas": hex(GAS)}, "latest"]}
                for number, each in chosen
            ]
            answer = HTTP.request("POST", self.life.node.url, body=json.dumps(body), headers=JSON)
            by_id = {each["id"]: each for each in json.loads(answer.data)}
            found += [_refusal(by_id[number]) for number, _ in chosen]
        return found


JSON = {"Content-Type": "application/json"}


def _refusal(answer: dict[str, Any]) -> str | None:
    if "error" not in answer:
        return None
    data = answer["error"].get("data") or "0x"
    name = type(errors.decode(bytes.fromhex(data[2:]))).__name__ if len(data) >= 10 else ""
    return "" if name in ("UnknownRevert", "RevertString") else name


def _fits(move: Move, plain: Sequence[Any]) -> bool:
    """Whether a call is the move with a valid input."""
    inputs = {each.name: each for each in move.inputs}
    for mine, other in zip(move.arguments, plain, strict=True):
        if not isinstance(mine, dict):
            if mine != other:
                return False
            continue
        given = inputs[mine["input"]]
        if given.kind == "choice" and other not in [each.value for each in given.choices]:
            return False
        if given.least is not None and not given.least <= int(other) <= (given.most or 0):
            return False
    return True
