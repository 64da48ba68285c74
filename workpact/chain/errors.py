"""What contracts answer when they refuse, as typed errors that say what to do.

Transactions and view calls alike. Ape drops the bytes of a view call's revert on Anvil and raises a plain text instead,
so `revert_data` goes and fetches them.

    with explained():
        contract.accept(terms, 1, sender=client)

    except Escrow_Short as error:          # from workpact.chain.errors import Escrow_Short
        error.arguments["needed"]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from workpact import WorkpactError
from workpact.chain import contracts
from workpact.chain.advice import ADVICE, MEANINGS
from workpact.chain.answers import node_failed
from workpact.chain.state import Phase, Status

if TYPE_CHECKING:
    from ethpm_types.abi import ErrorABI

ERROR_STRING = bytes.fromhex("08c379a0")
PANIC = bytes.fromhex("4e487b71")
INSTANTS = {"openBefore", "until", "endsAt", "deadline", "reportUntil", "endedAt", "from"}
"""Arguments that are Unix seconds."""
NUMBERED = {"phase": Phase, "status": Status}
"""Arguments that stand for words."""
NEVER = 253_402_300_800
"""The year 10000."""


class ContractError(WorkpactError):
    """A contract refused. Subclasses are named like the contract's own errors.

    `arguments` are the error's arguments by name, `reason` what it means, `advice` what to do about it, `address` the
    contract that was called (not always the one that refused), where known.
    """

    name = ""

    def __init__(self, arguments: Mapping[str, Any], reason: str, advice: str, address: str | None = None) -> None:
        self.arguments = dict(arguments)
        self.reason = reason
        self.advice = advice
        self.address = address
        said = ", ".join(f"{key}={shown(key, value)}" for key, value in self.arguments.items())
        what = f"{type(self).__name__}({said})"
        super().__init__(": ".join(filter(None, [what, " ".join(filter(None, [reason, advice]))])))


class UnknownRevert(ContractError):
    """A contract refused in a way that no interface of this package declares; `arguments` has the bytes as `data`."""


class Panic(ContractError):
    """The compiler's own check failed (`arguments["code"]`): a fault in a contract, or terms no SDK would have made."""


class RevertString(ContractError):
    """A foreign contract, usually the token, refused with words (`arguments["message"]`)."""


def __getattr__(name: str) -> type[ContractError]:
    """The class of a contract's error by its name, so that it can be imported and caught."""
    if name.startswith("__") or name not in {abi.name for abi in _errors().values()}:
        raise AttributeError(f"no contract of Workpact declares an error {name!r}")
    return _error_class(name)


@contextmanager
def explained() -> Iterator[None]:
    """Raises the reverts of Ape's transactions and view calls in the block as `ContractError`, and `NodeFailed`."""
    try:
        yield
    except Exception as error:
        named = named_error(error)
        if named is None or named is error:
            raise
        raise named from error


def named_error(error: Exception) -> WorkpactError | None:
    """The error of this package for what Ape, web3 or requests raised; None if it is none of a contract or the node."""
    from ape.exceptions import ContractLogicError

    try:
        return from_ape(error) if isinstance(error, ContractLogicError) else node_failed(error)
    except Exception as second:  # the node was asked again why
        return node_failed(second)


def from_ape(error: Exception) -> ContractError:
    """The typed error for what Ape raised."""
    data = revert_data(error)
    address = getattr(error, "contract_address", None)
    if data is None:
        return UnknownRevert({}, f"The contract refused without saying why ({error}).", "", address)
    return decode(data, address)


def decode(data: bytes, address: str | None = None) -> ContractError:
    """The typed error for the bytes that a revert returned."""
    from eth_abi.abi import decode as decode_abi
    from eth_utils.address import to_checksum_address

    abi = _errors().get(data[:4])
    if abi is not None:
        values = decode_abi([each.canonical_type for each in abi.inputs], data[4:])
        arguments = {
            each.name or "": to_checksum_address(value) if each.canonical_type == "address" else value
            for each, value in zip(abi.inputs, values, strict=True)
        }
        return _error_class(abi.name)(arguments, reason(abi), ADVICE.get(abi.name, ""), address)
    if data[:4] == ERROR_STRING:
        (message,) = decode_abi(["string"], data[4:])
        return RevertString({"message": message}, "A foreign contract, usually the token, refused.", "", address)
    if data[:4] == PANIC:
        return Panic({"code": int.from_bytes(data[4:36])}, "A check of the compiler failed.", "", address)
    return UnknownRevert({"data": "0x" + data.hex()}, "No interface of Workpact declares this error.", "", address)


def reason(abi: ErrorABI) -> str:
    """What the error means, in the words of the contract's interface."""
    for name in contracts.names():
        text = contracts.artefact(name).errors.get(abi.selector)
        if text:
            return text
    return MEANINGS.get(abi.name, "")


def revert_data(error: BaseException) -> bytes | None:
    """The bytes that the reverted transaction or call returned; None if there are none."""
    cause: BaseException | None = error
    while cause is not None:
        data = getattr(cause, "data", None)
        if isinstance(data, str) and data.startswith("0x"):
            return bytes.fromhex(data[2:])
        cause = cause.__cause__ or getattr(cause, "base_err", None)
    return _call_again(error)


def _call_again(error: BaseException) -> bytes | None:
    from ape import networks

    trace: Any = getattr(error, "trace", None)
    call = getattr(trace, "tx", None)
    if call is None or networks.active_provider is None:
        return None
    node: Any = networks.active_provider
    answer = node.web3.provider.make_request("eth_call", [call, *(trace.arguments or ["latest"])])
    data = answer.get("error", {}).get("data")
    return bytes.fromhex(data[2:]) if isinstance(data, str) and data.startswith("0x") else None


@cache
def _errors() -> dict[bytes, ErrorABI]:
    """All errors of all contracts by selector."""
    from eth_utils.crypto import keccak

    return {
        keccak(text=abi.selector)[:4]: abi
        for name in contracts.names()
        for abi in contracts.contract_type(name).abi
        if abi.type == "error"
    }


@cache
def _error_class(name: str) -> type[ContractError]:
    return type(name, (ContractError,), {"name": name, "__module__": __name__})


def shown(name: str, value: Any) -> str:
    """An argument of an error as people read it: instants, phases and statuses in words."""
    if name in INSTANTS:
        if value >= NEVER:
            return "never"
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC" if value else "none"
    if name in NUMBERED:
        return next((each.name for each in NUMBERED[name] if each == value), str(value))
    if isinstance(value, bytes):
        text = value.rstrip(b"\0")
        # Names of fields travel as short strings in a word.
        return text.decode() if text and text.isascii() and text.decode().isprintable() else "0x" + value.hex()
    return str(value)
