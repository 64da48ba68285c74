"""The room of an agreement as anyone can read it: seats, files, keys. Holds no key, sends nothing."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from workpact.data_room.errors import RoomError
from workpact.data_room.listing import NoFile, RoomFile, files_in, read_book
from workpact.data_room.manifest import book_of
from workpact.data_room.readers import RoomReaders, Roster
from workpact.data_room.registry import DataRoom, RegisteredKey
from workpact.data_room.wraps import VersionId
from workpact.preflight import ask

if TYPE_CHECKING:
    from workpact.agreement_view import AgreementView

SIDES = {1: "client", 2: "contractor"}
"""Whose a file is, by the contract's number."""


class NotInForce(RoomError):
    """Another document of the agreement has taken this one's place. Nothing was sealed or sent."""


class NoSeat(RoomError):
    """An account acts for no side of the room. Nothing was sealed or sent."""


class NotYours(RoomError):
    """A file is the other side's. Nothing was sealed or sent."""


class NoKey(RoomError):
    """A reader has no encryption key that is registered. Nothing was sealed or sent."""


class IsShredded(RoomError):
    """A file is destroyed; nothing can follow."""


class RoomView:
    """The room of one agreement, by its document in force."""

    def __init__(self, desk: DataRoom, agreement: AgreementView) -> None:
        self.desk = desk
        self.contract = desk.contract
        self.agreement = agreement

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.agreement!r}>"

    @cached_property
    def book(self) -> bytes:
        """What the room is kept under."""
        return book_of(self.agreement.contract.address, self.agreement.origin)

    @property
    def readers(self) -> RoomReaders:
        """Who may read what, at this moment."""
        return RoomReaders(self.agreement, self._roster)

    @cached_property
    def _roster(self) -> Roster:
        return Roster(self.agreement.contractor)

    @property
    def is_seated(self) -> bool:
        """Whether the parties of this document have their seats."""
        return bytes(ask(self.contract.roomOf, self.book).id) == self.agreement.id

    @property
    def has_operators(self) -> bool:
        """Whether its operators have theirs too."""
        return self.is_seated and bool(ask(self.contract.roomOf, self.book).operators)

    def side_of(self, account: str) -> int:
        """Whose side the account acts for: 1 client, 2 contractor, 0 none."""
        return int(ask(self.contract.sideOf, self.book, account))

    def files(self) -> list[RoomFile]:
        """The files in the order in which they were put; raises `HistoryDiffers` if the node tells less than all."""
        return list(files_in(read_book(self.contract, self.book)).values())

    def file(self, file: bytes) -> RoomFile:
        """One file; raises `NoFile`."""
        found = next((each for each in self.files() if each.id == file), None)
        if found is None:
            raise NoFile(
                f"The room of {self.agreement.document.name} has no file 0x{file.hex()}: ape run room list shows those "
                "that it has. Each agreement has a room of its own."
            )
        return found

    def version_id(self, file: bytes, version: int) -> VersionId:
        """What the sealed bytes and wraps of a version are bound to."""
        return VersionId(self.agreement.chain_id, self.contract.address, self.book, file, version)

    # What is checked before anything is sealed or sent

    def _need_seat(self, account: str) -> int:
        if not self.agreement.is_in_force:
            raise NotInForce(
                f"{self.agreement.document.name} is not in force: use the document that is (ape run agreement status), "
                "or open this one first."
            )
        side = self.side_of(account)
        if not side:
            raise NoSeat(
                f"{account} acts for no side of this room. Only the parties and the operators of the document in force "
                "do, once they have their seats: ape run room seat."
            )
        return side

    def _need_own(self, file: RoomFile, account: str) -> None:
        if self._need_seat(account) != file.side:
            raise NotYours(
                f"File 0x{file.id.hex()} is the {SIDES[file.side]}'s, and {account} acts for the other side: ask it."
            )
        self._need_there(file)

    @staticmethod
    def _need_there(file: RoomFile) -> None:
        if file.is_shredded:
            raise IsShredded(
                f"File 0x{file.id.hex()} was shredded by its side: whoever still has the content can put it as a new "
                "file, under another name."
            )

    def _need_key(self, account: str) -> RegisteredKey:
        key = self.desk.key_of(account)
        if not key:
            raise NoKey(f"{account} has no encryption key, so nothing can be sealed for it: ape run room key first.")
        return key


def address(account: Any) -> str:
    """The address of an account, or itself."""
    return str(getattr(account, "address", account))
