"""`ape run equity rotate`: another wallet for a worker, by its signature or, when it is lost, by the manager."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _equity_book
from scripts._equity_papers import load_json, write_paper
from scripts._equity_people import finished, read_roster, roster_option, worker_number
from scripts._options import ConnectedCommand, emit
from scripts._papers import READ, WRITE, Act, acting
from scripts._words import when

if TYPE_CHECKING:
    from workpact.roster import Worker

manager_option = click.option("--manager", metavar="ADDRESS", help="Whose roster, if not the contractor's.")
output_option = click.option("--output", type=WRITE, required=True, help="What was signed, for whoever carries it.")


@click.group()
def rotate() -> None:
    """Change a worker's wallet. Grants, revenue and posted wages go to the new one; no amount changes.

    A worker who has the wallet changes it, or signs for anyone to carry. For one who lost it the manager proposes a
    wallet, which anyone carries out 14 days later unless the worker vetoes.

    \b
    Example:
      ape run equity rotate sign desk.yaml worker-17 0x… --account old_wallet --output 17.rotation.json
      ape run equity rotate carry desk.yaml 17.rotation.json --account anyone
      ape run equity rotate propose desk.yaml worker-17 0x… --account contractor
    """


def _worker(act: Act, written: str, roster_file: Path | None, manager: str | None) -> Worker:
    book = _equity_book.of(act.agreement)
    number = worker_number(written, read_roster(roster_file))
    worker = book.equity.worker(manager or act.agreement.contractor, number)
    _require_number(worker)
    return worker


def _require_number(worker: Worker) -> None:
    from workpact.agreement import BadArgument
    from workpact.preflight import ask

    count = int(ask(worker.equity.contract.workersOf, worker.manager))
    if worker.number > count:
        raise BadArgument(
            f"The roster of {worker.manager} has {count} numbers, and no worker {worker.number}: enrol it."
        )


def _wallet(written: str) -> str:
    from workpact.agreement import BadArgument
    from workpact.batches.table import checksummed

    found = checksummed(written)
    if found is None:
        raise BadArgument(f"{written} is no wallet: copy 0x and 40 hex digits; one may be mistyped.")
    return found


def _shown(act: Act, worker: Worker, sent: list[Any], line: str, why: str) -> None:
    value = {"worker": worker.number, "manager": worker.manager, "wallet": worker.wallet}
    return finished(act.as_json, value, [line] if sent else [], sent, why)


@rotate.command(cls=ConnectedCommand)
@acting
@click.argument("worker")
@click.argument("wallet")
@roster_option
@manager_option
def change(act: Act, worker: str, wallet: str, roster_file: Path | None, manager: str | None) -> None:
    """Hand over to another WALLET at once; the registered wallet itself.

    \b
    Example:
      ape run equity rotate change desk.yaml worker-17 0x… --account old_wallet
    """
    person, new = _worker(act, worker, roster_file, manager), _wallet(wallet)
    if person.wallet == new:
        return _shown(act, person, [], "", f"{new} is the wallet of worker {person.number} already.")
    act.confirm(f"Pay all that is worker {person.number}'s to {new} from now on?")
    sent = [person.rotate(new, sender=act.sender)]
    return _shown(act, person, sent, f"Worker {person.number} has the wallet {new}.", "")


@rotate.command("sign", cls=ConnectedCommand)
@acting
@click.argument("worker")
@click.argument("wallet")
@click.option("--within", default="7 days", show_default=True, help="How long it can be carried.")
@roster_option
@manager_option
@output_option
def sign_rotation(
    act: Act, worker: str, wallet: str, within: str, roster_file: Path | None, manager: str | None, output: Path
) -> None:
    """Sign the change to another WALLET, for anyone to carry; the registered wallet, which needs no ETH.

    \b
    Example:
      ape run equity rotate sign desk.yaml worker-17 0x… --account old_wallet --output 17.rotation.json
    """
    from workpact.preflight import now

    person, new = _worker(act, worker, roster_file, manager), _wallet(wallet)
    deadline = now() + read_within(within)
    signature = person.rotation(new, deadline).sign(act.signing)
    paper = {"manager": person.manager, "worker": person.number, "wallet": new, "deadline": deadline}
    paper |= {"kind": "rotation", "signature": "0x" + signature.hex()}
    write_paper(output, paper)
    until = when(act.agreement, deadline)
    return emit(paper, act.as_json, f"{output} gives worker {person.number} the wallet {new}; carry it until {until}.")


def read_within(written: str) -> int:
    """A duration like "7 days" in seconds."""
    from workpact.agreement import BadArgument
    from workpact.terms.units import UnitError, read_duration

    try:
        return read_duration(written)
    except UnitError as error:
        raise BadArgument(f"--within {written}: {error.problem}; {error.advice}.") from None


def signature_in(paper: dict[str, Any]) -> bytes:
    """The signature of a paper."""
    from workpact.signing import read_signature

    return read_signature(str(paper.get("signature", "")))


def _paper(path: Path, kind: str, *keys: str) -> dict[str, Any]:
    from workpact.batches.errors import BadProofFile

    found = load_json(path)
    if found.get("kind") != kind or any(key not in found for key in keys):
        raise BadProofFile(f"{path} is no signed {kind}: give what `ape run equity rotate` has written.")
    return found


@rotate.command(cls=ConnectedCommand)
@acting
@click.argument("paper", type=READ)
def carry(act: Act, paper: Path) -> None:
    """Carry a signed change of wallet; anyone.

    \b
    Example:
      ape run equity rotate carry desk.yaml 17.rotation.json --account anyone
    """
    found = _paper(paper, "rotation", "manager", "worker", "wallet", "deadline")
    person = _equity_book.of(act.agreement).equity.worker(found["manager"], int(found["worker"]))
    _require_number(person)
    new = _wallet(str(found["wallet"]))
    if person.wallet == new:
        return _shown(act, person, [], "", f"{new} is the wallet of worker {person.number} already.")
    signature = signature_in(found)
    sent = [person.rotate(new, deadline=int(found["deadline"]), signature=signature, sender=act.sender)]
    return _shown(act, person, sent, f"Worker {person.number} has the wallet {new}.", "")


@rotate.command(cls=ConnectedCommand)
@acting
@click.argument("worker")
@click.argument("wallet")
@roster_option
def propose(act: Act, worker: str, wallet: str, roster_file: Path | None) -> None:
    """Propose a WALLET for a worker of the account's roster who lost theirs; carried out 14 days later.

    \b
    Example:
      ape run equity rotate propose desk.yaml worker-17 0x… --account contractor
    """
    person, new = _worker(act, worker, roster_file, act.signing.address), _wallet(wallet)
    running = person.proposal
    if person.wallet == new:
        return _shown(act, person, [], "", f"{new} is the wallet of worker {person.number} already.")
    if running is not None and running.wallet == new:
        return _shown(act, person, [], "", f"This wallet is proposed already, ripe at {running.ripe_at}.")
    _require_ripe(act, person)
    act.confirm(f"Propose {new} for worker {person.number}?")
    sent = [person.propose(new, sender=act.sender)]
    return _shown(act, person, sent, f"{new} can be carried out in 14 days, unless the worker vetoes.", "")


def _require_ripe(act: Act, person: Worker) -> None:
    """No proposal was vetoed shortly before."""
    from workpact.preflight import NotReady, ask, now

    found = ask(person.equity.contract.proposalOf, person.manager, person.number)
    if not int(found.wallet, 16) and now() < found.ripeAt:
        until = when(act.agreement, int(found.ripeAt))
        raise NotReady(f"Worker {person.number} vetoed a proposal: another one is possible from {until} on.")


@rotate.command("sign-veto", cls=ConnectedCommand)
@acting
@click.argument("worker")
@roster_option
@manager_option
@output_option
def sign_veto(act: Act, worker: str, roster_file: Path | None, manager: str | None, output: Path) -> None:
    """Sign a veto against the proposed wallet, for anyone to carry; the registered wallet, which needs no ETH.

    \b
    Example:
      ape run equity rotate sign-veto desk.yaml worker-17 --account my_wallet --output 17.veto.json
    """
    person = _worker(act, worker, roster_file, manager)
    signature = person.objection().sign(act.signing)
    paper = {"kind": "veto", "manager": person.manager, "worker": person.number, "signature": "0x" + signature.hex()}
    write_paper(output, paper)
    return emit(paper, act.as_json, f"{output} vetoes the wallet proposed for worker {person.number}.")


@rotate.command(cls=ConnectedCommand)
@acting
@click.argument("worker")
@click.option("--paper", type=READ, help="What `rotate sign-veto` has written, if another account carries it.")
@roster_option
@manager_option
def veto(act: Act, worker: str, paper: Path | None, roster_file: Path | None, manager: str | None) -> None:
    """Void the proposed wallet of a worker: theirs is not lost. The wallet itself, or anyone with its paper.

    \b
    Example:
      ape run equity rotate veto desk.yaml worker-17 --paper 17.veto.json --account anyone
    """
    person = _worker(act, worker, roster_file, manager)
    signature = signature_in(_paper(paper, "veto", "manager", "worker")) if paper else b""
    if person.proposal is None:
        return _shown(act, person, [], "", f"No wallet is proposed for worker {person.number}.")
    sent = [person.veto(signature=signature, sender=act.sender)]
    return _shown(act, person, sent, f"Worker {person.number} keeps {person.wallet}.", "")


@rotate.command("carry-out", cls=ConnectedCommand)
@acting
@click.argument("worker")
@roster_option
@manager_option
def carry_out(act: Act, worker: str, roster_file: Path | None, manager: str | None) -> None:
    """Carry a proposed wallet out, 14 days after it was proposed; anyone.

    \b
    Example:
      ape run equity rotate carry-out desk.yaml worker-17 --account anyone
    """
    from workpact.preflight import NotReady, now

    person = _worker(act, worker, roster_file, manager)
    proposal = person.proposal
    if proposal is None:
        return _shown(act, person, [], "", f"No wallet is proposed for worker {person.number}.")
    ripe = int(proposal.ripe_at.timestamp())
    if now() < ripe:
        raise NotReady(f"The proposal can be carried out from {when(act.agreement, ripe)} on.")
    sent = [person.set_wallet(sender=act.sender)]
    return _shown(act, person, sent, f"Worker {person.number} has the wallet {person.wallet}.", "")
