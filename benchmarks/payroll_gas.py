"""Receipt gas of the payroll, linked history included. Run as `python -m benchmarks.payroll_gas`.

Wages have the digits of real ones, to the cent of a token of 18 decimals; book and history are there before.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from benchmarks.agreement_gas import Desk
from tests.agreement import paper
from tests.anvil import connected, deployed
from workpact.measurement.tree import EvidenceTree

CENT = 10**16
LINES = 500
LEAVES = 10_000
CLAIMS = 100
PAYSLIPS = keccak(text="payslips")
LEAF = ["uint256", "address", "bytes32", "uint256", "uint256", "uint256", "bytes32"]


class Employer:
    """A contractor with a book of wages, collected from an agreement with the client of a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.equity = deployed(desk.web3, "WorkerEquity")
        self.payroll = deployed(desk.web3, "Payroll", self.equity.address)
        amount = 3 * 10**25
        desk.send(desk.token.functions.mint(desk.client, 3 * amount), desk.carrier)
        milestones = [{"amount": amount, "due": desk.now + paper.DAY * number} for number in (1, 2, 3)]
        self.document = desk.document(milestones=milestones, offer={"deposit": 3 * amount})
        desk.open(self.document)
        desk.call(desk.contractor, "setPayee", self.document, self.payroll.address, True)
        origin = paper.id_of(self.document, desk.web3.eth.chain_id, desk.contract.address)
        self.book = self.payroll.functions.bookOf(desk.contract.address, origin, desk.contractor).call()
        self.runs = 0

    def collect(self, milestone: int) -> int:
        """Gas of collecting a milestone that the client has accepted."""
        self.desk.call(self.desk.client, "accept", self.document, 1 << milestone)
        call = self.payroll.functions.collect(self.desk.contract.address, paper.terms(self.document))
        return self.desk.send(call, self.desk.carrier)

    def pay(self, lines: int) -> int:
        """Gas of a run to the first workers."""
        packed = [bytes.fromhex(wallet(number)[2:]) + wage(number).to_bytes(12, "big") for number in range(lines)]
        return self.run("pay", PAYSLIPS, packed)

    def run(self, name: str, *arguments: Any) -> int:
        """Gas of the next run."""
        self.runs += 1
        return self.send(name, self.runs, *arguments)

    def send(self, name: str, *arguments: Any) -> int:
        """Gas of a call by the employer."""
        return self.desk.send(self.payroll.functions[name](self.book, *arguments), self.desk.contractor)

    def leaf(self, worker: int) -> bytes:
        """Of the next run."""
        values = [self.desk.web3.eth.chain_id, self.payroll.address, self.book, self.runs + 1, worker, wage(worker)]
        return keccak(keccak(encode(LEAF, [*values, salt(worker)])))


def wallet(number: int) -> str:
    return to_checksum_address(keccak(text=f"worker {number}")[:20])


def wage(number: int) -> int:
    return (100_000 + 7 * number) * CENT


def salt(number: int) -> bytes:
    return keccak(text=f"salt {number}")


def rows() -> dict[str, int]:
    """A line of a run of 500, and what else is called each month; the run's whole gas, divided by its lines."""
    with connected() as web3:
        employer = Employer(Desk(web3))
        employer.collect(0)
        cold = employer.pay(LINES)
        figures = {"payroll line of 500, warm": -(-employer.pay(LINES) // LINES)}
        figures["payroll line of 500, cold"] = -(-cold // LINES)
        figures["payroll collect"] = employer.collect(1)
        figures |= _posted(employer)
        margin = [employer.send("takeMargin", employer.desk.contractor, 10**21 + number) for number in range(2)]
        figures["payroll margin"] = margin[1]
        return figures


def _posted(employer: Employer) -> dict[str, int]:
    """The wage of one worker out of 10,000, who has the token; the word of its bit was written before."""
    leaves = [employer.leaf(worker) for worker in range(1, LEAVES + 1)]
    tree = EvidenceTree(leaves)
    total = sum(wage(worker) for worker in range(1, LEAVES + 1))
    wallets = [wallet(worker) for worker in range(1, CLAIMS + 3)]
    employer.desk.send(employer.equity.functions.enrol(wallets), employer.desk.contractor)
    figures = {"payroll post": employer.run("post", PAYSLIPS, tree.root, total, 0)}

    def wages(first: int, last: int) -> list[tuple[Any, ...]]:
        return [
            (employer.runs, worker, wage(worker), salt(worker), tree.proof(worker - 1))
            for worker in range(first, last + 1)
        ]

    employer.send("claim", wages(1, 1))
    figures["payroll claim of one wage"] = employer.send("claim", wages(2, 2))
    figures[f"payroll claim in a batch of {CLAIMS}, each"] = -(-employer.send("claim", wages(3, CLAIMS + 2)) // CLAIMS)
    return figures


if __name__ == "__main__":
    sys.stdout.write(json.dumps(rows(), indent=2) + "\n")
