"""What contracts answer at a snapshot's block where no event of the record says it (SPEC.md 16.1).

Booked balances are of a token, over all agreements (6.4); a consent to an amended document stands in the history of its
own id, and a publication in none (10.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact.audit.history import History, Logs
from workpact.audit.node import Node
from workpact.audit.subject import PUBLISHED
from workpact.terms.fields import ZERO_ADDRESS

OWED = keccak(text="owed(address,address)")[:4]
SERVES = keccak(text="serves(bytes32,address)")[:4]


@dataclass(frozen=True)
class Answers:
    """Answers of the Agreement contract."""

    owed: Mapping[str, int] = field(default_factory=dict)
    """Booked in the agreement's token over all agreements, for those for whom this one ever booked something."""
    serves: Mapping[str, bytes] = field(default_factory=dict)
    """The arbitration group that the arbiters of the document in force have consented to; zero for none."""
    is_published: bool = True
    """Somebody has published something under the id of the document in force."""


def answers_of(node: Node, logs: Logs, history: History) -> Answers:
    """Asked of a node at the history's block. Raises `StateGone`, `NodeRefused`, `NodeSilent`."""
    subject, block = history.subject, history.head.number
    id_, message = list(subject.messages.items())[-1]
    token = to_checksum_address(message["deal"]["token"])
    rules = message["arbitration"]
    judges = [each for each in map(to_checksum_address, (rules["arbiter"], rules["backup"])) if each != ZERO_ADDRESS]
    own = history.of("Agreement")
    payees = {each["payee"] for each in own if each.name == "Booked" and not each["toTake"]}
    payees |= {each["by"] for each in own if each.name == "Ruled" and each["fee"]}
    named = sorted(payees)
    calls = [(subject.agreement, OWED + encode(["address", "address"], [token, each])) for each in named]
    calls += [(subject.agreement, SERVES + encode(["bytes32", "address"], [subject.origin, each])) for each in judges]
    answers = node.call_many(calls, block)
    return Answers(
        {each: int.from_bytes(answer) for each, answer in zip(named, answers, strict=False)},
        dict(zip(judges, answers[len(named) :], strict=True)),
        bool(logs.read(subject.agreement, [PUBLISHED, id_], block)),
    )
