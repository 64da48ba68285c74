"""Receipt gas of the Agreement contract's calls. Run as `python -m benchmarks.agreement_gas`."""

from __future__ import annotations

import json
import sys
from typing import Any

from eth_account import Account
from web3 import Web3
from web3.types import RPCEndpoint

from tests.agreement import paper
from tests.anvil import GAS, connected, deployed, mined
from workpact.terms import eip712

KEYS = ["0x" + f"{number:064x}" for number in range(101, 107)]
MONEY = 10**24


class Desk:
    """Two parties, an arbiter and a carrier on an Anvil of their own; all hold the token already."""

    def __init__(self, web3: Web3) -> None:
        self.web3 = web3
        self.accounts = [Account.from_key(key) for key in KEYS]
        self.client, self.contractor, self.arbiter, self.backup, self.carrier, self.incoming = (
            account.address for account in self.accounts
        )
        self.keys = dict(zip((account.address for account in self.accounts), KEYS, strict=True))
        self.token = deployed(web3, "TokenMock", "Test Dollar", "TUSD", 18)
        self.contract = deployed(web3, "Agreement")
        for account in self.accounts:
            web3.provider.make_request(RPCEndpoint("anvil_setBalance"), [account.address, hex(10**20)])
        for account in self.accounts:
            self.send(self.token.functions.mint(account.address, MONEY), self.carrier)
        self.send(self.token.functions.approve(self.contract.address, 2**256 - 1), self.client)
        # Other agreements hold money in the contract already, and the fee's receiver is known to the token.
        self.send(self.token.functions.mint(self.contract.address, 1), self.carrier)
        self.now = web3.eth.get_block("latest")["timestamp"]

    def send(self, call: Any, sender: str) -> int:
        """Gas used by a call that must succeed."""
        transaction = call.build_transaction(
            {
                "from": sender,
                "gas": GAS,
                "nonce": self.web3.eth.get_transaction_count(Web3.to_checksum_address(sender)),
                "maxFeePerGas": 10**10,
                "maxPriorityFeePerGas": 0,
            }
        )
        signed = Account.sign_transaction(transaction, self.keys[sender])
        return int(mined(call, sender, self.web3.eth.send_raw_transaction(signed.raw_transaction))["gasUsed"])

    def wait(self, seconds: int) -> None:
        self.web3.provider.make_request(RPCEndpoint("evm_increaseTime"), [seconds])
        self.web3.provider.make_request(RPCEndpoint("evm_mine"), [])

    def document(self, **groups: Any) -> dict[str, Any]:
        message = paper.agreement(self.client, self.contractor, self.token.address, self.now)
        return paper.changed(message, **groups)

    def sign(self, message: dict[str, Any], party: str) -> bytes:
        return paper.sign(self.keys[party], "Agreement", message, self.web3.eth.chain_id, self.contract.address)

    def open(self, message: dict[str, Any], relayed: bool = False) -> int:
        client = self.sign(message, self.client) if relayed else b""
        call = self.contract.functions.open(
            paper.proposal(message), [], client, self.sign(message, self.contractor), b""
        )
        return self.send(call, self.carrier if relayed else self.client)

    def call(self, sender: str, name: str, message: dict[str, Any], *arguments: Any) -> int:
        return self.send(self.contract.functions[name](paper.terms(message), *arguments), sender)


def rows() -> dict[str, int]:
    """Each row's gas: plain OpenZeppelin token, payees holding it, no approve, no holdback."""
    with connected() as web3:
        desk = Desk(web3)
        desk.open(desk.document(offer={"salt": 99}))
        figures = {"open and fund, 3 milestones": desk.open(desk.document(offer={"salt": 1}))}
        relayed = desk.document(offer={"salt": 2})
        figures["open and fund, 3 milestones, relayed with two signatures"] = desk.open(relayed, relayed=True)
        figures |= _work(desk) | _dispute(desk) | _amend(desk) | _settle(desk)
        return figures


def _work(desk: Desk) -> dict[str, int]:
    figures = {}
    message = desk.document(offer={"salt": 3})
    desk.open(message)
    figures["submit"] = desk.call(desk.contractor, "submit", message, 0, b"\x22" * 32)
    desk.wait(15 * paper.DAY)
    figures["auto-release"] = desk.call(desk.carrier, "release", message, 0)
    message = desk.document(offer={"salt": 4})
    total = desk.open(message)
    figures["accept 1 of 3"] = desk.call(desk.client, "accept", message, 1)
    total += figures["accept 1 of 3"]
    total += desk.call(desk.client, "accept", message, 2) + desk.call(desk.client, "accept", message, 4)
    figures["whole life, 3 milestones"] = total
    message = desk.document(offer={"salt": 5})
    desk.open(message)
    figures["accept 3 at once"] = desk.call(desk.client, "accept", message, 7)
    return figures


def _dispute(desk: Desk) -> dict[str, int]:
    """The arbiter has a fee booked from an earlier ruling, as the payees hold the token already."""
    desk.now = desk.web3.eth.get_block("latest")["timestamp"]
    gas = 0
    for salt in (6, 7):
        message = desk.document(
            offer={"salt": salt}, arbitration={"arbiter": desk.arbiter, "backup": desk.backup, "fee": 50_000}
        )
        desk.open(message)
        desk.call(desk.arbiter, "serve", message, paper.arbitration(message))
        desk.call(desk.contractor, "submit", message, 0, b"\x22" * 32)
        gas = desk.call(desk.client, "dispute", message, 0, b"\x33" * 32)
        gas += desk.call(desk.arbiter, "rule", message, paper.arbitration(message), 0, 600_000)
    return {"dispute and rule": gas}


def _amend(desk: Desk) -> dict[str, int]:
    message = desk.document(offer={"salt": 9})
    desk.open(message)
    desk.call(desk.client, "accept", message, 1)
    old = paper.id_of(message, desk.web3.eth.chain_id, desk.contract.address)
    extra = {"amount": 500 * 10**18, "due": desk.now + 120 * paper.DAY}
    following = paper.changed(
        message,
        deal={"origin": old},
        milestones=[*message["milestones"], extra],
        offer={"salt": 10, "deposit": 0, "replaces": old},
    )
    signatures = [desk.sign(following, desk.client), desk.sign(following, desk.contractor)]
    gas = desk.call(
        desk.carrier, "amend", message, paper.proposal(following), paper.offer_hash(message), [], signatures
    )
    return {"amend": gas}


def _settle(desk: Desk) -> dict[str, int]:
    """The second of three periods, and the third while contested; the oracle keeps an answer in five words."""
    oracle = deployed(desk.web3, "OracleMock")
    desk.now = desk.web3.eth.get_block("latest")["timestamp"]
    message = desk.document(offer={"salt": 11, "deposit": 10**22})
    conditions = message["conditions"]
    conditions["billing"] = {"oracle": oracle.address, "fixedCharge": 10**20, "cap": 10**21, "cover": 2}
    conditions["service"]["schedule"]["ends"] = [desk.now + number * paper.DAY for number in (1, 2, 3)]
    desk.open(message)
    origin = paper.id_of(message, desk.web3.eth.chain_id, desk.contract.address)
    document = eip712.struct_hash("Service", conditions["service"])
    gas = []
    for period, final in enumerate((1, 1, 0)):
        answer = (1, final * desk.now, 10**20, 10**11, 10**11)
        desk.send(oracle.functions.answer(origin, document, period, answer), desk.carrier)
        gas.append(desk.call(desk.carrier, "settle", message, paper.conditions(message), period))
    return {"settle a period, final": gas[1], "interim payment": gas[2]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(rows(), indent=2) + "\n")
