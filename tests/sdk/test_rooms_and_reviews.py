"""Every event of DataRoom and TalentRegistry once, whole, and the history words from receipts alone (SPEC.md §10)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.support import events_of
from workpact.history import link

NOTHING = bytes(32)
SALT = keccak(text="salt")


def book_of(agreement: Any) -> bytes:
    return keccak(encode(["address", "bytes32"], [agreement.contract.address, agreement.origin]))


def account_book(account: Any) -> bytes:
    return keccak(encode(["address", "bytes32", "address"], ["0x" + 40 * "0", NOTHING, account.address]))


class Told:
    """The events of the calls of one contract, and the words that they give."""

    def __init__(self, contract: Any) -> None:
        self.contract = contract
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.words: dict[bytes, bytes] = {}

    def call(self, name: str, *arguments: Any, sender: Any) -> list[tuple[str, dict[str, Any]]]:
        """Sends a call; the events of its receipt."""
        sent = getattr(self.contract, name)(*arguments, sender=sender)
        for log in sent.logs:
            topics = [bytes(topic) for topic in log["topics"]]
            event_hash = keccak(b"".join(topics) + bytes(log["data"]))
            self.words[topics[1]] = link(self.words.get(topics[1], NOTHING), sent.timestamp, event_hash)
        events = events_of(sent)
        self.events += events
        return events

    def check(self, *books: bytes) -> None:
        """No event is missing here or there, and none was left out of its history."""
        declared = {entry.name for entry in self.contract.contract_type.events}
        assert {name for name, _ in self.events} == declared
        assert set(self.words) == set(books)
        for book in books:
            assert bytes(self.contract.historyOf(book)) == self.words[book]


def put_by_hand(
    told: Told, book: bytes, version: int, readers: list[Any], revoked: list[str], author: Any
) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]:
    """Puts a version of the client's file past the SDK; its events, and what the first must say."""
    file = keccak(encode(["bytes32", "uint256", "bytes32"], [book, 1, SALT]))
    content, commitment = sha256(bytes([version])).digest(), keccak(bytes([version]))
    listed = keccak(encode(["(address,uint256,bytes32)[]"], [readers]))
    manifest = (file, version, 2, content, 70, commitment, listed, author.address)
    types = ["bytes32", "uint256", "uint256", "bytes32", "uint256", "bytes32", "bytes32", "address"]
    kind = keccak(
        text="Manifest(bytes32 file,uint256 version,uint256 kind,bytes32 content,uint256 size,"
        "bytes32 commitment,bytes32 readers,address author)"
    )
    hashed = keccak(encode(["bytes32", *types], [kind, *manifest]))
    said = {"book": book, "file": file, "author": author.address, "side": 1, "version": version, "kind": 2}
    events = told.call("put", book, SALT, manifest, readers, revoked, b"", sender=author)
    return events, said | {"content": content, "manifest": hashed}


def test_data_room__every_event__history_from_receipts(deploy, live, client, contractor, stranger):
    told = Told(deploy("DataRoom"))
    book, address = book_of(live), live.contract.address
    keys = {account: keccak(text=account.address) for account in (client, contractor)}
    for account, key in keys.items():
        said = {"book": account_book(account), "account": account.address, "version": 1, "key": key}
        assert told.call("registerKey", account, key, 1, b"", sender=account) == [("KeyRegistered", said)]
    document = live.document
    groups = ([document.conditions()], [document.operators()])
    seated = {"book": book, "id": live.id, "agreement": address, "origin": live.origin, "operators": True}
    assert told.call("seat", address, document.terms(), *groups, sender=stranger) == [("Seated", seated)]
    assert told.call("seat", address, document.terms(), *groups, sender=stranger) == []

    wraps = {account: keccak(text=f"wrap for {account.address}") for account in keys}
    (put, given), said = put_by_hand(told, book, 1, [(client.address, 1, wraps[client])], [], client)
    assert put == ("VersionPut", said)
    place = {"book": book, "file": said["file"]}
    access = place | {"version": 1, "keyVersion": 1, "by": client.address}
    assert given == ("AccessGiven", access | {"reader": client.address, "wrap": wraps[client]})
    readers = [(contractor.address, 1, wraps[contractor])]
    (given,) = told.call("giveAccess", said["file"], 1, readers, sender=client)
    assert given == ("AccessGiven", access | {"reader": contractor.address, "wrap": wraps[contractor]})
    receipt = place | {"reader": contractor.address, "version": 1}
    assert told.call("giveReceipt", said["file"], 1, contractor, b"", sender=contractor) == [("ReceiptGiven", receipt)]
    (put, revoked), said = put_by_hand(told, book, 2, [], [contractor.address], client)
    assert put == ("VersionPut", said)
    assert revoked == ("AccessRevoked", place | {"reader": contractor.address, "version": 2})
    assert told.call("shred", said["file"], sender=client) == [("Shredded", place | {"by": client.address})]

    told.check(book, *map(account_book, keys))


def test_talent_registry__every_event__history_from_receipts(deploy, live, client, contractor, stranger):
    told = Told(deploy("TalentRegistry"))
    book, address = book_of(live), live.contract.address
    content = sha256(b"profile").digest()
    own = {"book": account_book(contractor), "account": contractor.address, "content": content}
    assert told.call("setProfile", contractor, 1, content, b"", sender=contractor) == [
        ("ProfileSet", own | {"version": 1})
    ]
    assert told.call("anchor", content, sender=contractor) == [("Anchored", own)]

    live.accept("plan", sender=client)
    closing = live.closing(0)
    signed = live.sign_closing(contractor, closing)
    live.end_by_both(closing, contractor_signature=signed, sender=client)
    opened = {
        client: (5, 4, 3, 2, keccak(text="text"), keccak(text="client")),
        contractor: (1, 2, 3, 4, NOTHING, keccak(text="contractor")),
    }
    for author, subject in ((client, contractor), (contractor, client)):
        seal = keccak(encode(["uint256"] * 4 + ["bytes32"] * 2, opened[author]))
        said = {"book": book, "author": author.address, "subject": subject.address, "agreement": address}
        said |= {"origin": live.origin, "sealedReview": seal}
        assert told.call("sealReview", address, live.document.terms(), seal, sender=author) == [("ReviewSealed", said)]
    for author, review in opened.items():
        names = ("overall", "quality", "communication", "punctuality", "text")
        said = {"book": book, "byClient": author == client} | dict(zip(names, review[:5], strict=True))
        assert told.call("revealReview", book, author == client, review, sender=stranger) == [("ReviewRevealed", said)]

    told.check(book, account_book(contractor))
