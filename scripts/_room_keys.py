"""`ape run room key` and `rotate`: the key that files are sealed for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scripts._equity_people import finished
from scripts._options import (
    ConnectedCommand,
    confirmations_option,
    emit,
    json_option,
    outbid_option,
    sender_option,
    signer,
    yes_option,
)
from scripts._papers import plain
from scripts._room_house import keystore

if TYPE_CHECKING:
    from collections.abc import Callable

    from ape.api import AccountAPI

    from workpact.data_room.registry import RegisteredKey


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    made: Any = command
    for option in (
        json_option,
        yes_option,
        outbid_option,
        confirmations_option,
        click.option("--signature", metavar="FILE", help="The owner's signature of the key: a file of hex digits."),
        click.option("--typed-data", is_flag=True, help="Show what the owner signs, and its digest; send nothing."),
        click.option("--of", "owner", metavar="ADDRESS", help="Whose key, if not --account's: a Safe's, say."),
        sender_option,
    ):
        made = option(made)
    return made  # type: ignore[no-any-return]


@click.command(cls=ConnectedCommand)
@_options
def key(account: AccountAPI | None, owner: str | None, **given: Any) -> None:
    """Make the encryption key of an account, and register it. Files can be sealed for it from then on.

    It is apart from the wallet's key, lies encrypted in the user's data folder (WORKPACT_DATA), and its passphrase
    comes from WORKPACT_ROOM_PASSPHRASE or is asked for. Keep a copy of that folder: nobody can restore a key. A Safe
    sends itself (--account safe), or signs what --typed-data shows, and anyone carries that.

    \b
    Example:
      ape run room key --account client
      ape run room key --of 0x5AFE… --typed-data --json
      ape run room key --of 0x5AFE… --signature safe.sig --account carrier
    """
    _register(account, owner, anew=False, **given)


@click.command(cls=ConnectedCommand)
@_options
def rotate(account: AccountAPI | None, owner: str | None, **given: Any) -> None:
    """Make and register the next version of an account's key.

    Older keys stay in the keystore and open what was sealed for them. Who shares with the account seals anew for the
    next key: ape run room renew. Whoever has an older key can open with it what it could before: rotating takes
    nothing back, ape run room revoke does so from the next version of a file on.

    \b
    Example:
      ape run room rotate --account client
      ape run room rotate --of 0x5AFE… --signature safe.sig --account carrier
    """
    _register(account, owner, anew=True, **given)


def _register(
    account: AccountAPI | None,
    owner: str | None,
    *,
    anew: bool,
    signature: str | None,
    typed_data: bool,
    confirmations: int | None,
    outbid: bool,
    yes: bool,
    as_json: bool,
) -> None:
    from workpact.chain.sender import Sender
    from workpact.data_room.registry import DataRoom
    from workpact.signing import read_signature

    desk, whose = DataRoom.deployed(), _owner(owner, account)
    current = desk.key_of(whose)
    wish = keystore().folder / f"{whose.lower()}.rotating"
    # A rotation that was killed once it was mined is done: the same again is not another.
    is_done = wish.exists() and wish.read_text() == str(current.version)
    if current and (is_done or not anew):
        wish.unlink(missing_ok=True)
        _require_here(current)
        value = _shown(current.public, current.version, whose)
        return finished(as_json, value, [_said(current.version, whose)], [], "It was registered before.")
    version = current.version + 1
    public = _kept(whose, version)
    message = desk.key_message(whose, public, version)
    if typed_data:
        value = {"digest": message.digest, "typedData": message.typed_data}
        return emit(plain(value), as_json, _json(value))
    if anew:
        wish.write_text(str(version))
    given = read_signature(signature) if signature else b""
    sender = Sender(signer(account, yes), confirmations, outbid)
    sent = desk.register_key(whose, public, version, signature=given, sender=sender)
    wish.unlink(missing_ok=True)
    return finished(as_json, _shown(public, version, whose), [_said(version, whose), _ADVICE], [sent])


_ADVICE = "Keep a copy of the keystore and of its passphrase: what is sealed for this key opens with nothing else."


def _owner(owner: str | None, account: AccountAPI | None) -> str:
    from eth_utils.address import is_address, to_checksum_address

    if owner is None:
        return str(signer(account, False).address)
    if not is_address(owner):
        raise click.UsageError(f"--of {owner}: write an address, 0x and 40 digits.")
    return str(to_checksum_address(owner))


def _kept(whose: str, version: int) -> bytes:
    """The public half of the key that is here, or of a new one."""
    store = keystore()
    if version not in store.versions(whose):
        return store.create(whose, version, _new_passphrase(whose))
    return store.public(whose, version)


def _new_passphrase(whose: str) -> str:
    import os

    from workpact.private_file import PASSPHRASE

    given = os.environ.get(PASSPHRASE)
    if given is None:
        words = f"New passphrase for the room key of {whose}"
        given = str(click.prompt(words, hide_input=True, confirmation_prompt=True, err=True))
    if not given:
        raise click.UsageError(f"The passphrase is empty: set {PASSPHRASE}, or type one.")
    return given


def _require_here(current: RegisteredKey) -> None:
    """The registered key is in the keystore."""
    from workpact.data_room.sharing import ForeignKey

    store = keystore()
    account, version = current.account, current.version
    if version in store.versions(account) and store.public(account, version) == current.public:
        return
    raise ForeignKey(
        f"{account} has version {version} of its key on chain, and {store.folder} has not that one: "
        "bring the folder that has it, or register the next (ape run room rotate)."
    )


def _shown(public: bytes, version: int, whose: str) -> dict[str, Any]:
    return {"account": whose, "version": version, "key": public, "keystore": str(keystore().folder)}


def _said(version: int, whose: str) -> str:
    return f"Version {version} of the key of {whose} is in {keystore().folder}."


def _json(value: Any) -> str:
    import json

    return json.dumps(plain(value), indent=2, default=str)


COMMANDS = (key, rotate)
