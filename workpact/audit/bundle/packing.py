"""A bundle as a file: one text in canonical JSON, packed by xz; read strictly (docs/bundle.md)."""

from __future__ import annotations

import json
import lzma
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from workpact import WorkpactError

FORMAT = "workpact-bundle"
VERSION = 2
XZ = b"\xfd7zXZ\x00"
"""What a file packed by xz begins with."""
LARGEST = 256 * 2**20
"""Characters that a bundle may unpack to."""
MEMORY = 256 * 2**20
"""Bytes that unpacking may take."""
SMALLEST = 16
PIECE = 2**20


class NotABundle(WorkpactError):
    """The file is something else than a bundle."""


class BundleTruncated(WorkpactError):
    """The file ends before the bundle does."""


class BundleDamaged(WorkpactError):
    """The file's own check sums say that it was changed."""


class OtherVersion(WorkpactError):
    """The bundle is in a form of an older or newer Workpact."""


class BadBundle(WorkpactError):
    """The bundle's text is not in its one form, or its parts do not belong together."""


def _digits(bytes_: str) -> BeforeValidator:
    form = re.compile(f"0x([0-9a-f]{{2}}){bytes_}")

    def read(value: Any) -> bytes:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise ValueError("not 0x and small hex digits of the right number")
        return bytes.fromhex(value[2:])

    return BeforeValidator(read)


Data = Annotated[bytes, _digits("*")]
Address = Annotated[bytes, _digits("{20}")]
Word = Annotated[bytes, _digits("{32}")]
Count = Annotated[int, Field(ge=0, lt=2**64)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Create2(_Part):
    """What an address follows from when the deterministic deployment proxy made the contract."""

    initCodeHash: Word
    salt: Word


class ContractText(_Part):
    """A contract with books."""

    address: Address
    create2: Create2 | None


class LogText(_Part):
    """An event of a bundle without receipts."""

    data: Data
    time: Count
    topics: list[Word]


class PlaceText(_Part):
    """An event of a bundle with receipts: a log of the receipt of a transaction of a block."""

    block: Count
    log: Count
    transaction: Count


class BookText(_Part):
    """A book of a contract, and its events in order."""

    address: Address
    contract: Literal["Agreement", "SLAOracle", "WorkerEquity", "Payroll", "DataRoom", "TalentRegistry"]
    events: list[LogText] | list[PlaceText]
    key: Word


class TieText(_Part):
    """Headers `of` which the chain's record of block hashes in the state of header `at` has the hashes."""

    at: Count
    of: list[Count]


class RevealedText(_Part):
    """A file of which the chain has the salted hash."""

    content: Data
    salt: Word


class Text(_Part):
    """All that a bundle says."""

    agreement: Address
    books: list[BookText]
    chain: Annotated[int, Field(ge=1, lt=2**64)]
    contracts: list[ContractText]
    documents: list[dict[str, Any]]
    format: Literal["workpact-bundle"]
    headers: list[Data]
    nodes: list[Data]
    papers: list[str | None] | None
    payroll: Address | None
    receipts: bool
    reports: list[dict[str, Any] | None] | None
    revealed: list[RevealedText]
    room: Address | None
    talent: Address | None
    ties: list[TieText]
    untied: list[Count]
    version: Literal[2]


def canonical(value: Any) -> str:
    """JSON in its one form: keys sorted, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def packed(value: Any) -> bytes:
    """The file of a bundle's text."""
    return lzma.compress(canonical(value).encode(), format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, preset=6)


def unpacked(content: bytes) -> Text:
    """The bundle that a file is.

    Raises `NotABundle`, `BundleTruncated`, `BundleDamaged`, `OtherVersion`, `BadBundle`.
    """
    text = _unpacked(content)
    try:
        value = from_json(text, allow_inf_nan=False)  # has a limit of its own to how deep a text may be
    except ValueError:
        raise NotABundle("What the file unpacks to is no JSON: it is no bundle.") from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise NotABundle("What the file unpacks to does not call itself a bundle of Workpact: check which file it is.")
    if value.get("version") != VERSION:
        raise OtherVersion(
            f"The bundle is in form {str(value.get('version'))[:20]}, this Workpact reads form {VERSION}: check it "
            "with the Workpact that made it, or export it again."
        )
    try:
        if not _is_canonical(value, text):
            raise BadBundle("The bundle's text is not in its canonical form: it was edited. Export it again.")
        return Text.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadBundle(f"The bundle has at {place}: {first['msg']}. Export it again.") from None


def _is_canonical(value: Any, text: str) -> bool:
    """Whether the text is its one form; a number too large for any is in none, 1e999."""
    try:
        return canonical(value) == text
    except ValueError:
        return False


def _unpacked(content: bytes) -> str:
    """The text in a file."""
    if not content.startswith(XZ[: len(content)]):
        raise NotABundle("The file is no bundle: it does not begin as one. Check which file it is.")
    if len(content) < SMALLEST:
        raise BundleTruncated("The file ends before the bundle does: copy it again.")
    reader = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MEMORY)
    pieces, size, given = [], 0, content
    try:
        while not reader.eof:
            piece = reader.decompress(given, PIECE)
            given, size = b"", size + len(piece)
            pieces.append(piece)
            if size > LARGEST:
                raise BadBundle(f"The bundle unpacks to more than {LARGEST} characters: it is not taken.")
            if not piece and reader.needs_input and not reader.eof:
                raise BundleTruncated("The file ends before the bundle does: copy it again.")
    except lzma.LZMAError:
        raise BundleDamaged("The file was changed: its check sums do not hold. Copy it again.") from None
    if reader.unused_data:
        raise BundleDamaged("Something follows the bundle in the file: copy it again.")
    try:
        return b"".join(pieces).decode("ascii")
    except UnicodeDecodeError:
        raise NotABundle("What the file unpacks to is no text: it is no bundle.") from None
