"""What all commands share: networks, accounts, output, and errors without tracebacks.

Ape takes no command from a file whose name starts with an underscore. Nothing here imports ape's managers, web3 or the
rest of workpact before a command runs, so that `ape run --help` stays fast.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import ape.logging
import click
from ape.cli import ConnectedProviderCommand, account_option

from workpact import WorkpactError

if TYPE_CHECKING:
    from ape.api import AccountAPI, NetworkAPI

# Ape logs to stdout, where results alone belong; it looks destinations up by the level's name in small letters.
ape.logging.CLICK_ECHO_KWARGS.update({level.name.lower(): {"err": True} for level in ape.logging.LogLevel})

TYPED = f"{__name__}.typed"
"""Under which a command's context keeps its arguments, apart from hashes, which look like keys."""
HASHES = {"--block", "--block-hash"}
IDS = ("agreement", "bid_id", "file_id", "request_id")
"""Parameters that take an id, which looks like a key, too."""
PARAMETERS = Path(__file__).resolve().parent.parent / "params"

_results: TextIO | None = None


class _Plain:
    """Shows errors as one message, and under --json keeps all but the result off stdout."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        if "--json" in arguments:
            _keep_stdout()
        context.meta[TYPED] = [
            each
            for option, each in itertools.pairwise(["", *arguments])
            if not {option, each.partition("=")[0]} & HASHES
        ]
        try:
            _refuse_keys(arguments)
            rest: list[str] = super().parse_args(context, arguments)  # type: ignore[misc]
            ids = {str(context.params.get(name)) for name in IDS}
            context.meta[TYPED] = [each for each in context.meta[TYPED] if each not in ids]
            return rest
        except (click.ClickException, WorkpactError) as error:
            _explain(error, context)

    def invoke(self, context: click.Context) -> Any:
        try:
            with _owner(context):
                return super().invoke(context)  # type: ignore[misc]
        except Exception as error:
            _explain(error, context)


class OfflineCommand(_Plain, click.Command):
    """A command that needs no chain."""


class ConnectedCommand(_Plain, ConnectedProviderCommand):
    """A command on the chain of --network."""

    def invoke(self, context: click.Context) -> Any:
        from ape_ethereum.trace import Trace

        _choose_port(context.params.get("network"))
        # Of a refused call Ape prints every frame before it raises; what the refusal means is said by `_explain`.
        show, Trace.show = Trace.show, lambda *_, **__: None
        try:
            return super().invoke(context)
        finally:
            Trace.show = show

    def _invoke(self, context: click.Context, provider: Any = None) -> Any:
        from ape import networks

        from workpact.chain.answers import check_answers

        check_answers(networks.provider)
        return super()._invoke(context, provider=provider)


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout, all else on stderr.")
yes_option = click.option(
    "--yes",
    is_flag=True,
    help="Ask nothing; a keystore passphrase comes from APE_ACCOUNTS_<alias>_PASSPHRASE. Shells export no name with a "
    "hyphen: choose aliases with underscores.",
)
confirmations_option = click.option(
    "--confirmations", type=click.IntRange(0), help="Blocks to wait for after each transaction; else the network's own."
)
outbid_option = click.option("--outbid", is_flag=True, help="Sign what is still pending again, with higher fees.")
params_option = click.option(
    "--params", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Parameters file."
)
sender_option: Callable[[Any], Any] = account_option("--account", prompt=False)


def emit(value: Any, as_json: bool, text: str | Iterable[str]) -> None:
    """The result of a command: `value` under --json, else the lines of `text`."""
    if as_json:
        out = _results or sys.stdout
        out.write(json.dumps(value, indent=2, default=str) + "\n")
        out.flush()
    else:
        click.echo(text if isinstance(text, str) else "\n".join(text))


def emit_line(value: Any, as_json: bool, text: str) -> None:
    """One result of a command that gives many: a line of JSON under --json, else the text."""
    if as_json:
        out = _results or sys.stdout
        out.write(json.dumps(value, default=str) + "\n")
        out.flush()
    else:
        click.echo(text)


def table(rows: Sequence[Sequence[object]]) -> list[str]:
    """Rows as lines, each column as wide as its widest cell; the first row is the heading."""
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def signer(account: AccountAPI | None, yes: bool) -> AccountAPI:
    """The account of --account, ready to sign; without --yes it may still ask for a passphrase."""
    if account is None:
        raise click.UsageError("Name the account that pays: --account ALIAS (ape accounts list shows them).")
    if yes and hasattr(account, "set_autosign") and hasattr(account, "keyfile_path"):
        variable = f"APE_ACCOUNTS_{account.alias}_PASSPHRASE"
        if variable not in os.environ:
            exported = f"env '{variable}=…' ape run …, as no shell exports a hyphen"
            hint = f" ({exported})" if "-" in variable else ""
            raise click.UsageError(f"--yes needs the passphrase of {account.alias} in {variable}{hint}.")
        account.set_autosign(True)
    return account


def parameters_file(network: NetworkAPI, given: Path | None) -> Path:
    """What a network's contracts are deployed from."""
    named = PARAMETERS / f"{network.name}.yaml"
    return given or (named if named.is_file() else PARAMETERS / "default.yaml")


def confirm(question: str, yes: bool) -> None:
    """Asks on the terminal unless --yes; a no ends the command with nothing sent."""
    if not yes and not click.confirm(question, err=True):
        raise click.ClickException("Nothing was sent.")


def _choose_port(node: Any) -> None:
    """Ape starts a local Anvil at a port that it draws, and fails if that is taken, as where connections are many."""
    if getattr(node, "name", None) == "foundry" and node.settings.host == "auto":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            node.provider_settings["host"] = f"http://127.0.0.1:{free.getsockname()[1]}"


def _refuse_keys(arguments: list[str]) -> None:
    """Before Ape repeats what it does not know as an account."""
    from ape.utils.basemodel import ManagerAccessMixin

    from workpact.chain.keys import refuse_given

    given = [next_ for option, next_ in itertools.pairwise(arguments) if option == "--account"]
    given += [each.removeprefix("--account=") for each in arguments if each.startswith("--account=")]
    for account in given:
        refuse_given(account, ManagerAccessMixin.config_manager.DATA_FOLDER / "accounts")


def _owner(context: click.Context) -> AbstractContextManager[None]:
    """Private files are the account's; the passphrase of its room key is asked for on a terminal, unless --yes."""
    from workpact.private_file import on_behalf_of

    def asked(address: str) -> str:
        return str(click.prompt(f"Passphrase of the room key of {address}", hide_input=True, err=True))

    quiet = context.params.get("yes") or not sys.stdin.isatty()
    return on_behalf_of(getattr(context.params.get("account"), "address", None), None if quiet else asked)


def _keep_stdout() -> None:
    """Leaves stdout to `emit`: whatever else writes there, Ape's call traces among it, goes to stderr."""
    global _results
    if _results is None:
        sys.stdout.flush()
        _results = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)


def _explain(error: Exception, context: click.Context) -> NoReturn:
    from ape.exceptions import ApeException

    from workpact.chain.errors import named_error
    from workpact.chain.keys import unrepeated

    typed = context.meta[TYPED]
    if isinstance(error, click.ClickException):
        error.message = unrepeated(error.message, typed)
        raise error
    error = named_error(error) or error
    if isinstance(error, (WorkpactError, ApeException)):
        raise click.ClickException(unrepeated(str(error), typed)) from error
    if isinstance(error, OSError) and error.filename is not None:
        raise click.ClickException(unrepeated(f"{error.filename}: {error.strerror}.", typed)) from error
    raise error
