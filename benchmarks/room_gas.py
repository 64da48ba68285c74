"""Receipt gas of the data room and the talent registry, linked history included.

Run as `python -m benchmarks.room_gas`. Keys, files and histories are there before; hashes have the digits of real ones.
What an author, a reader or an account does is carried by another with its signature; a version is for the same ten
readers as the one before; of two reviews the dearer counts.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_utils.crypto import keccak

from benchmarks.agreement_gas import Desk
from tests.agreement import paper
from tests.anvil import connected, deployed

READERS = 10
DELIVERABLE = 2
SIZE = 2_345_678
SALT = keccak(text="salt of the file")
TYPES = {
    "Key": "address account,bytes32 key,uint256 version",
    "Manifest": "bytes32 file,uint256 version,uint256 kind,bytes32 content,uint256 size,bytes32 commitment,"
    "bytes32 readers,address author",
    "Receipt": "bytes32 file,uint256 version,address reader",
    "Profile": "address account,uint256 version,bytes32 content",
}


class Papers:
    """An agreement of a desk, its room and its reviews."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.room = deployed(desk.web3, "DataRoom")
        self.registry = deployed(desk.web3, "TalentRegistry")
        self.document = desk.document(offer={"salt": 1})
        desk.open(self.document)
        origin = paper.id_of(self.document, desk.web3.eth.chain_id, desk.contract.address)
        self.send(self.room, "seat", desk.contract.address, paper.terms(self.document), [], [])
        self.book = self.room.functions.bookOf(desk.contract.address, origin).call()
        self.file = self.room.functions.fileOf(self.book, 2, SALT).call()
        readers = [Account.from_key(keccak(text=f"reader {number}")) for number in range(READERS + 1)]
        self.keys = {reader.address: reader.key for reader in readers}
        *self.readers, self.late = self.keys
        self.versions = dict.fromkeys(self.keys, 0)

    def send(self, contract: Any, name: str, *arguments: Any) -> int:
        """Gas of a call by the carrier."""
        return self.desk.send(contract.functions[name](*arguments), self.desk.carrier)

    def sign(self, contract: Any, kind: str, *values: Any, key: Any) -> bytes:
        """What the key signs for a contract."""
        types = [field.split() for field in TYPES[kind].split(",")]
        message = {name: value for (_, name), value in zip(types, values, strict=True)}
        domain = {
            "name": "Workpact Data Room" if contract is self.room else "Workpact Market",
            "version": "1",
            "chainId": self.desk.web3.eth.chain_id,
            "verifyingContract": contract.address,
        }
        fields = {kind: [{"type": type_, "name": name} for type_, name in types]}
        return bytes(Account.sign_typed_data(key, domain, fields, message).signature)

    def register(self, account: str) -> int:
        """Gas of an account's next key."""
        self.versions[account] += 1
        values = (account, keccak(text=f"key {self.versions[account]} of {account}"), self.versions[account])
        signature = self.sign(self.room, "Key", *values, key=self.keys[account])
        return self.send(self.room, "registerKey", *values, signature)

    def access(self, reader: str, version: int) -> tuple[Any, ...]:
        return reader, self.versions[reader], keccak(text=f"wrap {version} for {reader}")

    def put(self, version: int) -> int:
        """Gas of a version for all readers but the late one."""
        given = [self.access(reader, version) for reader in self.readers]
        readers = keccak(encode(["(address,uint256,bytes32)[]"], [given]))
        content, commitment = (keccak(text=f"{name} {version}") for name in ("content", "commitment"))
        author = self.desk.contractor
        manifest = (self.file, version, DELIVERABLE, content, SIZE, commitment, readers, author)
        signature = self.sign(self.room, "Manifest", *manifest, key=self.desk.keys[author])
        return self.send(self.room, "put", self.book, SALT, manifest, given, [], signature)

    def give(self, reader: str, version: int) -> int:
        """Gas of access for one."""
        call = self.room.functions.giveAccess(self.file, version, [self.access(reader, version)])
        return self.desk.send(call, self.desk.contractor)

    def receipt(self, reader: str, version: int) -> int:
        """Gas of a receipt."""
        values = (self.file, version, reader)
        signature = self.sign(self.room, "Receipt", *values, key=self.keys[reader])
        return self.send(self.room, "giveReceipt", *values, signature)

    def profile(self, account: str, version: int) -> int:
        """Gas of an account's next profile."""
        values = (account, version, keccak(text=f"profile {version}"))
        signature = self.sign(self.registry, "Profile", *values, key=self.keys[account])
        return self.send(self.registry, "setProfile", *values, signature)

    def end(self) -> None:
        """The agreement is done."""
        self.desk.call(self.desk.client, "accept", self.document, 0b111)
        self.desk.call(self.desk.carrier, "close", self.document, paper.conditions(self.document))

    def seal(self, party: str, review: tuple[Any, ...]) -> int:
        """Gas of a sealed review."""
        sealed = keccak(encode(["uint256"] * 4 + ["bytes32"] * 2, review))
        call = self.registry.functions.sealReview(self.desk.contract.address, paper.terms(self.document), sealed)
        return self.desk.send(call, party)


def rows() -> dict[str, int]:
    """What a side and its readers pay, one call each."""
    with connected() as web3:
        desk = Desk(web3)
        papers = Papers(desk)
        for reader in papers.keys:
            papers.register(reader)
        figures = {"register a key": papers.register(papers.late)}
        papers.put(1)
        figures[f"put a version for {READERS} readers"] = papers.put(2)
        figures["give access to 1 reader"] = papers.give(papers.late, 2)
        figures["give a receipt"] = papers.receipt(papers.late, 2)
        papers.profile(papers.late, 1)
        figures["set a profile"] = papers.profile(papers.late, 2)
        papers.end()
        opened = [(mark, 5, 4, 5, keccak(text=f"text {mark}"), keccak(text=f"salt {mark}")) for mark in (4, 5)]
        sealed = [
            papers.seal(party, review) for party, review in zip((desk.client, desk.contractor), opened, strict=True)
        ]
        figures["seal a review"] = max(sealed)
        revealed = [
            papers.send(papers.registry, "revealReview", papers.book, by_client, review)
            for by_client, review in zip((True, False), opened, strict=True)
        ]
        figures["reveal a review"] = max(revealed)
        return figures


if __name__ == "__main__":
    sys.stdout.write(json.dumps(rows(), indent=2) + "\n")
