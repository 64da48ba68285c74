"""The data room on chain: encryption keys of accounts, and the rooms of agreements (SPEC.md §14).

    desk = DataRoom.deployed()
    own = keystore.open(client.address, desk.create_key(keystore, client.address, passphrase), passphrase)
    desk.register_key(client.address, own.public, own.version, sender=client)
    room = desk.of(agreement)
    room.seat(sender=client)
    file = room.put(Path("brief.pdf"), Kind.OTHER, ["contractor"], place, own=own, sender=client).file
    room.open(file, None, [own], Path("again.pdf"), place)

Writes take `sender` and return what was sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact.chain import deployments
from workpact.consents import Consent
from workpact.data_room.keys import check_public
from workpact.history import Event, read
from workpact.preflight import NotReady, ask, send

if TYPE_CHECKING:
    from workpact.agreement_view import AgreementView
    from workpact.data_room.room import Room

NO_KEY = bytes(32)


class WrongKeyVersion(NotReady):
    """A key is not the next one of its account. Nothing was sent."""


@dataclass(frozen=True)
class RegisteredKey:
    """The encryption key of an account, as the chain has it."""

    account: str
    public: bytes
    """X25519; zero: the account has none."""
    version: int
    """Counts from 1; zero: it never had one."""

    def __bool__(self) -> bool:
        return self.public != NO_KEY


class DataRoom:
    """The contract that holds all rooms."""

    def __init__(self, contract: Any) -> None:
        self.contract = contract

    @classmethod
    def deployed(cls) -> DataRoom:
        """The one that is recorded for the connected chain."""
        return cls(deployments.contract("DataRoom"))

    def __repr__(self) -> str:
        return f"<DataRoom {self.contract.address}>"

    def of(self, agreement: AgreementView) -> Room:
        """The room of an agreement, by its document in force."""
        from workpact.data_room.room import Room

        return Room(self, agreement)

    def key_of(self, account: str) -> RegisteredKey:
        """The account's encryption key; falsy if it has none."""
        found = ask(self.contract.keyOf, account)
        return RegisteredKey(account, bytes(found.key), int(found.version))

    def keys_of(self, accounts: Iterable[str]) -> dict[str, RegisteredKey]:
        """The keys of several accounts, by account."""
        return {account: self.key_of(account) for account in dict.fromkeys(accounts)}

    def key_events(self, account: str) -> list[Event]:
        """When the account's keys were registered, in order."""
        book = keccak(encode(["address", "bytes32", "address"], ["0x" + "00" * 20, bytes(32), account]))
        return read(self.contract, [book])

    def key_message(self, account: str, public: bytes, version: int) -> Consent:
        """What an account signs to have its key registered by somebody else."""
        return Consent("Key", self.contract, account, account=account, key=public, version=version)

    def register_key(self, account: str, public: bytes, version: int, *, signature: bytes = b"", sender: Any) -> Any:
        """Sets the encryption key of an account; the zero key takes it away. The account, or anyone with its signature.

        Raises `BadKey` for a point that nobody can keep a secret with, `WrongKeyVersion`, `SignatureMissing` and
        `ForeignSignature` before anything is sent.
        """
        if public != NO_KEY:
            check_public(public)
        current = self.key_of(account)
        if version != current.version + 1:
            raise WrongKeyVersion(
                f"{account} has version {current.version} of its key, so the next is {current.version + 1} and not "
                f"{version}: look at it with ape run room key, and register the next."
            )
        self.key_message(account, public, version).require(signature, sender)
        return send(self.contract.registerKey, account, public, version, signature, sender=sender)
