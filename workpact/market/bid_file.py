"""The agreement file of a bid: compared with the request's word by word, and sealed for the client alone."""

from __future__ import annotations

import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from io import BytesIO
from itertools import zip_longest
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact.data_room.errors import BadHeading, Damaged, NotForYou
from workpact.data_room.keys import EncryptionKey
from workpact.data_room.stream import Heading, open_sealed, seal
from workpact.data_room.wraps import VersionId, unwrap, wrap
from workpact.market.bid import BadBid, Bid
from workpact.market.differences import dotted
from workpact.market.errors import MarketError, shown
from workpact.market.filling import filled
from workpact.market.request import Request
from workpact.terms import AgreementDocument, TermsError, loads
from workpact.terms.fields import ZERO_WORD

MOST_BYTES = 160 * 1024
"""The longest agreement file that fits into a bid's paper beside its message."""
SEALED_KEYS = {"keyVersion", "wrap", "sealed", "commitment"}
OWN_PARTS = (("parties", "contractor"), ("offer", "salt"), ("offer", "openBefore"), ("legal", "salt"))
"""What of the first document of a file is the bidder's own."""


class NoFile(MarketError):
    """The agreement file of a bid cannot be had."""


class FileTooLong(MarketError):
    """The agreement file is too long for a paper."""


def file_problems(request: Request, document: AgreementDocument) -> list[str]:
    """What a bidder's file says otherwise than the request's beside the open fields and its own, by field."""
    asked, given = deepcopy(filled(request, document.message).plain()), deepcopy(document.plain())
    for plain in (asked, given):
        spec = plain[0]["spec"]
        spec.pop("total", None)
        for section, key in OWN_PARTS:
            spec[section].pop(key, None)
        for part in plain:
            if part["kind"] == "ServiceCredit":
                part["spec"].pop("pool", None)
    found = []
    for old, new in zip_longest(asked, given, fillvalue=dict[str, Any]()):
        label = "" if old.get("kind") == "Agreement" else f"{old.get('kind')} {old.get('metadata', {}).get('name')} "
        found += [
            f"{label}{field}: the request's file has {shown(_text(was))}, the bid's has {shown(_text(now))}"
            for field, was, now in _differing(old, new)
        ]
    for name, salt in (("offer.salt", document.spec.offer.salt), ("legal.salt", document.spec.legal.salt)):
        if salt == ZERO_WORD:
            found.append(f"spec.{name}: is zero: write 32 random bytes (ape run market bid REQUEST --new FILE does)")
    return found


def clear_file(document: AgreementDocument) -> dict[str, Any]:
    """The file as everybody can read it in the paper; raises `FileTooLong`."""
    return {"text": _checked(document.to_yaml())}


def sealed_file(request: Request, bidder: str, document: AgreementDocument, public: bytes, key_version: int) -> Any:
    """The file for the client's encryption key alone; raises `FileTooLong`, `BadKey`."""
    version, key, out = version_of(request, bidder), secrets.token_bytes(32), BytesIO()
    text = _checked(document.to_yaml()).encode()
    made = seal(BytesIO(text), out, key, version, Heading("agreement.yaml", "application/yaml"))
    return {
        "keyVersion": str(key_version),
        "wrap": "0x" + wrap(key, public, version, request.client, key_version).hex(),
        "sealed": b64encode(out.getvalue()).decode(),
        "commitment": "0x" + made.commitment.hex(),
    }


def version_of(request: Request, bidder: str) -> VersionId:
    """What the sealed file of a bid is bound to: no room's file, and no other bid's."""
    book = keccak(b"workpact bid" + request.paper.content)
    file = keccak(encode(["bytes32", "address"], [request.paper.content, bidder]))
    return VersionId(request.chain_id, request.registry, book, file, 1)


def file_of(request: Request, bid: Bid, key: Callable[[int], EncryptionKey]) -> AgreementDocument:
    """The agreement file of a bid: what its bidder signed, with the request's words.

    `key` gives the client's encryption key of a version. Raises `NoFile` if it does not open, and `BadBid` if it is
    not the file of the signed message or says something else than the request's.
    """
    what = f"The file of the bid {bid.id}"
    try:
        document = loads(_opened(request, bid, key, what), file=f"the file of the bid {bid.id}")
    except TermsError as error:
        raise BadBid(what, [f"it is no agreement file: {shown(error)}"]) from None
    if document.unresolved or document.message != bid.message:
        raise BadBid(what, ["it is not what the bidder signed: its message is another"])
    problems = file_problems(request, document)
    if problems:
        raise BadBid(what, problems)
    return document


def _opened(request: Request, bid: Bid, key: Callable[[int], EncryptionKey], what: str) -> str:
    file = bid.paper.body["file"]
    if not isinstance(file, Mapping) or not file:
        raise NoFile(
            f"{what} does not go with it: ask {bid.bidder} for the agreement file and open it with agreement open."
        )
    if set(file) == {"text"} and isinstance(file["text"], str):
        return str(file["text"])
    if set(file) != SEALED_KEYS or not all(isinstance(value, str) for value in file.values()):
        raise NoFile(f"{what} is neither text nor sealed bytes.")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", file["keyVersion"], re.ASCII):
        raise NoFile(f"{what} is for no version of a key.")
    try:
        number, out = int(file["keyVersion"]), BytesIO()
        wrapped, commitment = (bytes.fromhex(file[name].removeprefix("0x")) for name in ("wrap", "commitment"))
        sealed, version = b64decode(file["sealed"], validate=True), version_of(request, bid.bidder)
    except ValueError:
        raise NoFile(f"{what} is not in hex digits and base64.") from None
    try:
        opened = unwrap(wrapped, key(number), version, request.client, number)
        open_sealed(BytesIO(sealed), out, opened, version, commitment)
        return out.getvalue().decode()
    except (Damaged, NotForYou, BadHeading, UnicodeDecodeError) as error:
        raise NoFile(f"{what} does not open: {shown(error)}") from None


def _checked(text: str) -> str:
    if len(text.encode()) > MOST_BYTES:
        raise FileTooLong(
            f"The agreement file has {len(text.encode()):,} bytes, and {MOST_BYTES:,} is the most that a bid has: move "
            "long texts into attachments, which are named by their hash."
        )
    return text


def _differing(asked: Any, given: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(asked, dict) and isinstance(given, dict):
        for key in dict.fromkeys((*asked, *given)):
            yield from _differing(asked.get(key), given.get(key), (*path, key))
    elif isinstance(asked, list) and isinstance(given, list) and len(asked) == len(given):
        for index, pair in enumerate(zip(asked, given, strict=True)):
            yield from _differing(*pair, (*path, index))
    elif asked != given:
        yield dotted(path), asked, given


def _text(value: Any) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else f"{len(value)} entries"
