"""What a bundle proves and what that rests on, in words and as JSON; tools/verify_bundle.py says the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from workpact.audit.bundle.chain import Proved
from workpact.audit.bundle.packing import BadBundle, ContractText, Text
from workpact.audit.history import History
from workpact.audit.proofs import keccak
from workpact.audit.subject import Subject
from workpact.chain import contracts

PROXY = bytes.fromhex("4e59b44847b379578588920ca78fbf26c0b4956c")
"""The deterministic deployment proxy."""
ABOUT = {"payroll": "payrolls", "room": "shared files", "talent": "reviews"}
"""What the contracts that no document names are about."""


@dataclass(frozen=True)
class Statement:
    """`facts` is JSON; `release` says of each contract by address whether its code is this release's, None where it
    cannot be told."""

    facts: Mapping[str, Any]
    release: Mapping[str, bool | None]

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {**self.facts, "release": dict(self.release)}

    def lines(self) -> list[str]:
        """For people."""
        facts, block = self.facts, self.facts["block"]
        when = datetime.fromtimestamp(block["timestamp"], UTC).strftime("%Y-%m-%d %H:%M:%S")
        lines = [
            f"Agreement {facts['origin']} of {facts['agreement']} on chain {facts['chain']} at block "
            f"{block['number']}, {when} UTC.",
            f"If {block['hash']} is the hash of that block, this is proved:",
        ]
        lines += [f"- {each}" for each in facts["proves"]]
        lines += ["It rests on:", *(f"- {each}" for each in facts["restsOn"])]
        own = [address for address, is_own in self.release.items() if is_own]
        if own:
            lines.append(f"- The code of {', '.join(own)} is this release's: their init code is.")
        return lines


def stated(
    text: Text,
    proved: Proved,
    history: History,
    reports: Mapping[bytes, Any],
    revealed: Mapping[bytes, Any],
) -> Statement:
    """The statement on a bundle of which everything was checked."""
    _check_contracts(text)
    names = {book.address: book.contract for book in text.books}
    loose = [each.number for each in proved.headers if each.number not in proved.tied]
    unproved = sum(event.log.block in loose for event in history.entries) if text.receipts else 0
    head = history.head
    facts = {
        "agreement": history.subject.agreement,
        "block": {"hash": "0x" + head.hash.hex(), "number": head.number, "timestamp": head.timestamp},
        "books": [
            {
                "address": each.book.address,
                "contract": each.book.contract,
                "events": len(each.entries),
                "key": "0x" + each.book.key.hex(),
                "word": "0x" + each.word.hex(),
            }
            for each in history.books
        ],
        "chain": text.chain,
        "documents": ["0x" + each.hex() for each in history.subject.messages],
        "events": len(history.entries),
        "origin": "0x" + history.subject.origin.hex(),
        "proves": [*_proves(text, history, len(reports), len(revealed)), *_with_receipts(text, history, unproved)],
        "receipts": text.receipts,
        "restsOn": [
            f"the block hash 0x{head.hash.hex()}: take it from a source that you trust",
            *_codes(text.contracts, names, proved),
            *_named(history.subject),
            *_loose(loose, unproved),
        ],
        "untied": loose,
    }
    return Statement(facts, _release(text.contracts, names, history))


def _proves(text: Text, history: History, reports: int, revealed: int) -> Iterable[str]:
    yield (
        f"inclusion, completeness and order: {len(history.entries)} events of {len(history.books)} books; none is left "
        "out, added, moved or edited, and each contract emitted its own"
    )
    yield "time: when each of them happened"
    for id_ in history.subject.messages:
        yield f"authorship: document 0x{id_.hex()} came into force, as the contract checked both parties' consent"
    if text.reports is not None:
        yield f"service levels: {reports} of {len(text.reports)} reports that events name, word for word"
    if revealed:
        yield f"files: {revealed} that the chain has the salted hash of"
    if text.papers is not None:
        given = sum(each is not None for each in text.papers)
        yield f"agreement files: {given} of {len(text.papers)}, of which the documents' ids are"


def _with_receipts(text: Text, history: History, unproved: int) -> Iterable[str]:
    if text.receipts and len(history.entries) > unproved:
        yield f"block, transaction and sender of {len(history.entries) - unproved} events, and their order"


def _codes(given: Iterable[ContractText], names: Mapping[bytes, str], proved: Proved) -> Iterable[str]:
    for each in given:
        name = f"{names[each.address]} {to_checksum_address(each.address)}"
        code = proved.code_hashes[each.address]
        if code is None:
            yield f"{name}: there is no contract"
        elif each.create2 is None:
            yield f"{name}: nothing shows what its code is; its hash is 0x{code.hex()}"
        else:
            yield f"{name}: its address is that of init code 0x{each.create2.initCodeHash.hex()} by CREATE2"


def _named(subject: Subject) -> Iterable[str]:
    for name, address in subject.named.items():
        if address is None:
            yield f"{name}: no contract is named, so nothing is said of {ABOUT[name]}"
        else:
            yield f"{name}: {address}, which whoever exported the bundle named"


def _loose(loose: list[int], unproved: int) -> Iterable[str]:
    if loose:
        yield (
            f"block, transaction and sender of {unproved} events: nothing ties the headers of blocks "
            f"{_ranges(loose)} to that hash. Give their hashes too (--block-hash), and export once a day"
        )


def _ranges(numbers: Iterable[int]) -> str:
    """Rising numbers as people write them: "3-5, 9"."""
    found: list[list[int]] = []
    for each in numbers:
        if found and found[-1][-1] + 1 == each:
            found[-1][1:] = [each]
        else:
            found.append([each])
    return ", ".join("-".join(map(str, each)) for each in found)


def create2(salt: bytes, init_code_hash: bytes) -> bytes:
    """Where the deterministic deployment proxy makes a contract."""
    return keccak(b"\xff" + PROXY + salt + init_code_hash)[12:]


def _check_contracts(text: Text) -> None:
    if [each.address for each in text.contracts] != list(dict.fromkeys(book.address for book in text.books)):
        raise BadBundle("The bundle's contracts are not those that have its books, in order.")
    for each in text.contracts:
        if each.create2 and create2(each.create2.salt, each.create2.initCodeHash) != each.address:
            raise BadBundle(f"0x{each.address.hex()} is not the CREATE2 address of the init code that is named for it.")


def _release(given: Iterable[ContractText], names: Mapping[bytes, str], history: History) -> dict[str, bool | None]:
    found: dict[str, bool | None] = {}
    for each in given:
        known = each.create2 and _init_codes(names[each.address], each.create2.salt, history.subject.equities)
        found[to_checksum_address(each.address)] = (
            each.create2.initCodeHash in known if each.create2 and known else None
        )
    return found


def _init_codes(name: str, salt: bytes, equities: Iterable[str]) -> set[bytes]:
    """Hashes of this release's init code of a contract, with all arguments that it can have here."""
    code = bytes.fromhex(contracts.artefact(name).bytecode[2:])
    if name != "Payroll":
        return {keccak(code)}
    beside = create2(salt, keccak(bytes.fromhex(contracts.artefact("WorkerEquity").bytecode[2:])))
    return {keccak(code + encode(["address"], [each])) for each in (beside, *equities)}
