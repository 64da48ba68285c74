"""How commands find a document, its agreement on chain, and who sends; and what they show of what was sent."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import (
    confirm,
    confirmations_option,
    emit,
    json_option,
    outbid_option,
    sender_option,
    signer,
    yes_option,
)
from workpact import WorkpactError

if TYPE_CHECKING:
    from ape.api import AccountAPI

    from workpact.agreement import Agreement
    from workpact.terms import AgreementDocument

READ = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITE = click.Path(dir_okay=False, path_type=Path)

file_argument = click.argument("file", type=READ)
wallet_option = click.option(
    "--wallet",
    "wallets",
    multiple=True,
    metavar="NAME=ADDRESS",
    help="What a ${name} in the file stands for: an address, or the alias of an account. As often as needed.",
)
token_option = click.option("--token", metavar="ADDRESS", help="The token's address, if the file gives none.")
chain_option = click.option("--chain-id", type=int, help="The chain, if no node is asked (instead of --network).")
network_option = click.option("--network", metavar="CHOICE", help="The chain, as for every command of Ape.")
signature_option = click.option(
    "--signature",
    "signatures",
    multiple=True,
    metavar="FILE",
    help="A signature: a file of hex digits (`agreement sign`, `cast wallet sign`), or the digits. Whose it is, is "
    "found out. As often as needed.",
)
output_option = click.option("--output", type=WRITE, help="Write it there instead of on the terminal.")


def document_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """FILE and what its names stand for."""
    for option in (token_option, wallet_option, file_argument):
        command = option(command)
    return command


def load(file: Path, wallets: Iterable[str] = (), token: str | None = None, chain: int | None = None) -> Any:
    """The document of a file; contracts are those recorded for the chain."""
    from workpact.chain import deployments
    from workpact.terms import load as load_file

    known = deployments.read(chain) if chain is not None else {}
    named = named_wallets(wallets)
    contracts = {name: each.address for name, each in known.items() if name not in named}
    try:
        return load_file(file, wallets=named, token=token, contracts=contracts, chain_id=chain)
    except WorkpactError:
        raise
    except ValueError as error:  # one name, two addresses
        raise click.UsageError(f"{error}: give one --wallet for each name.") from None


def named_wallets(wallets: Iterable[str]) -> dict[str, str]:
    """The addresses of `--wallet NAME=ADDRESS`, by name."""
    named = {}
    for entry in wallets:
        name, equals, address = entry.partition("=")
        if not equals:
            raise click.UsageError(f"--wallet {entry}: write NAME=ADDRESS, like client=0x….")
        named[name] = _address(address)
    return named


class NotMeasurable(WorkpactError):
    """A level or a price of the document could never be measured as it is written. Nothing was signed or sent."""


def check_measurable(document: AgreementDocument) -> None:
    """Raises `NotMeasurable` with the field before a signature binds anybody to it."""
    from workpact.measurement import definition_of
    from workpact.measurement.errors import DefinitionError

    if not document.levels and not document.prices:
        return
    try:
        definition_of(document)
    except DefinitionError as error:
        raise NotMeasurable(
            f"{document.name}: {error}. Nobody could measure this: mend it in the file, and have that signed."
        ) from error


def _address(written: str) -> str:
    if written.startswith("0x"):
        return written
    from ape import accounts

    if written not in accounts.aliases:
        raise click.UsageError(f"{written} is neither an address nor the alias of an account (ape accounts list).")
    return str(accounts.load(written).address)


@dataclass
class Act:
    """One command on an agreement: the document, and who sends."""

    document: AgreementDocument
    account: AccountAPI | None
    confirmations: int | None
    outbid: bool
    yes: bool
    as_json: bool

    @property
    def agreement(self) -> Agreement:
        """The agreement at the recorded contract; checks chain and code."""
        from workpact.agreement import Agreement

        return Agreement.deployed(self.document)

    @property
    def sender(self) -> Any:
        """Sends crash-safe from --account."""
        from workpact.chain.sender import Sender

        return Sender(self.signing, self.confirmations, self.outbid)

    @property
    def signing(self) -> AccountAPI:
        """The account of --account."""
        return signer(self.account, self.yes)

    def confirm(self, question: str) -> None:
        """Asks unless --yes."""
        confirm(question, self.yes)

    def sent(self, agreement: Agreement, sent: Any, **facts: Any) -> None:
        """Shows what was sent and what came of it, from its logs."""
        from scripts._words import told
        from workpact.history import in_receipt

        events = in_receipt(sent, agreement.contract)
        transaction = getattr(sent, "txn_hash", None)
        value = {"id": agreement.id, "origin": agreement.origin, "sent": True, "transaction": transaction, **facts}
        value["events"] = [{"name": event.name, **event.arguments} for event in events]
        lines = [told(agreement, event) for event in events]
        if transaction is None:
            lines = [f"Proposed, takes effect when the account's owners have confirmed: {sent!r}"]
        emit(plain(value), self.as_json, [*lines, f"Transaction {transaction}"] if transaction else lines)

    def unchanged(self, agreement: Agreement, why: str, **facts: Any) -> None:
        """Says that there was nothing to do."""
        value = {"id": agreement.id, "origin": agreement.origin, "sent": False, "transaction": None, "why": why}
        emit(plain(value | {"events": []} | facts), self.as_json, f"{why} Nothing was sent.")


def acting(body: Callable[..., Any]) -> Callable[..., Any]:
    """A command body that takes an `Act`: adds FILE, names, account, confirmations, --yes and --json."""

    def command(
        file: Path,
        wallets: tuple[str, ...],
        token: str | None,
        account: AccountAPI | None,
        confirmations: int | None,
        outbid: bool,
        yes: bool,
        as_json: bool,
        **rest: Any,
    ) -> None:
        from workpact.preflight import chain_id

        document = load(file, wallets, token, chain_id())
        body(Act(document, account, confirmations, outbid, yes, as_json), **rest)

    command.__doc__ = inspect.getdoc(body)
    command.__name__ = body.__name__
    # FILE comes before the body's own arguments.
    command.__click_params__ = getattr(body, "__click_params__", [])  # type: ignore[attr-defined]
    made: Callable[..., Any] = command
    for option in (json_option, yes_option, outbid_option, confirmations_option, sender_option):
        made = option(made)
    return document_options(made)


@contextmanager
def placed(network: str | None, chain_id: int | None) -> Iterator[int | None]:
    """The chain's id, without asking a node if it was given; None if no chain was named."""
    if network is None:
        yield chain_id
        return
    from ape import networks

    from workpact.preflight import chain_id as asked

    with networks.parse_network_choice(network):
        yield asked()


def agreement_address(chain: int) -> str:
    """Where the Agreement contract is recorded on a chain."""
    from workpact.chain import deployments

    known = deployments.read(chain).get("Agreement")
    if known is None:
        raise deployments.NotDeployed(
            f"{deployments.path(chain)} records no Agreement. Deploy it: ape run deploy --network …"
        )
    return known.address


def need_chain(chain: int | None) -> int:
    """The chain, or what to write."""
    if chain is None:
        raise click.UsageError("Name the chain: --network ethereum:sepolia, or --chain-id 11155111 without a node.")
    return chain


def plain(value: Any) -> Any:
    """A value as JSON has it: bytes in hex."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return "0x" + bytes(value).hex() if isinstance(value, (bytes, bytearray)) else value


def write(path: Path | None, content: str | bytes) -> str | None:
    """Writes a result to a file, if one is named; its name."""
    if path is None:
        return None
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content)
    return str(path)
