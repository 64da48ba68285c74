"""`ape run equity enrol` and `roster`: who is on a manager's roster, on chain and in the private file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _equity_book
from scripts._equity_people import finished, mined, need_roster, roster_option, worker_number
from scripts._options import ConnectedCommand, emit, json_option, table
from scripts._papers import READ, WRITE, Act, acting, document_options, load
from scripts._room_use import Through, through_room

if TYPE_CHECKING:
    from workpact.batches.roster import Roster
    from workpact.equity import WorkerEquity


@click.command(cls=ConnectedCommand)
@acting
@through_room
@click.argument("wallets_given", nargs=-1, metavar="[ADDRESS]...")
@click.option("--from", "newcomers", type=READ, help="A CSV file with the columns name and wallet.")
@click.option("--roster", "roster_file", type=WRITE, envvar="WORKPACT_ROSTER", help="Where names and salts are kept.")
@click.option("--reserve", is_flag=True, help="With --from: set numbers aside; each wallet registers as it accepts.")
def enrol(
    act: Act,
    through: Through,
    wallets_given: tuple[str, ...],
    newcomers: Path | None,
    roster_file: Path | None,
    reserve: bool,
) -> None:
    """Put workers' wallets on the account's roster; the manager, usually the contractor.

    With --from the names are kept in the private roster file, each with a salt of its own: no name goes on chain. Who
    is on the roster already is passed over. With --room the file is kept in the room too, for the contractor alone.

    \b
    Example:
      ape run equity enrol desk.yaml 0x… 0x… --account contractor
      ape run equity enrol desk.yaml --from people.csv --roster roster.csv --account contractor
    """
    from workpact.agreement import BadArgument
    from workpact.batches.table import checksummed

    if bool(wallets_given) == bool(newcomers):
        raise click.UsageError("Name wallets, or a file of newcomers by --from.")
    equity = _equity_book.of(act.agreement, act.signing.address).equity
    if newcomers is not None:
        if roster_file is None:
            raise click.UsageError("Say where the names are kept: --roster FILE, or WORKPACT_ROSTER.")
        return _enrol_file(act, through, equity, newcomers, roster_file, reserve)
    wallets = [checksummed(wallet) or "" for wallet in wallets_given]
    for position, wallet in enumerate(wallets):
        if not wallet:
            raise BadArgument(
                f"{wallets_given[position]} is no wallet: copy 0x and 40 hex digits; one may be mistyped."
            )
    if len(set(wallets)) < len(wallets):
        raise BadArgument("A wallet is named twice: each worker has one of their own.")
    known = _numbers(equity, act.signing.address)
    fresh = [wallet for wallet in wallets if wallet not in known]
    sent: list[Any] = []
    _send(act, equity, fresh, known, sent)
    value = {wallet: known[wallet] for wallet in wallets if wallet in known}
    lines = [f"{wallet} is worker {number}" for wallet, number in value.items()]
    return finished(act.as_json, {"workers": value, "enrolled": len(fresh)}, lines, sent, "All are on the roster.")


def _numbers(equity: WorkerEquity, manager: str) -> dict[str, int]:
    """The workers of a roster by their wallets."""
    found: dict[str, int] = {}
    for number, seat in sorted(_equity_book.seats_of(equity, manager).items()):
        if seat.wallet:
            found.setdefault(seat.wallet, number)
    return found


def _send(act: Act, equity: WorkerEquity, wallets: Sequence[str], known: dict[str, int], sent: list[Any]) -> None:
    for part in _equity_book.batches(wallets, "enrol"):
        sent.append(equity.enrol(part, sender=act.sender))
        if mined(sent[-1]):
            known.update(zip(part, equity.workers_in(sent[-1]), strict=True))


def _enrol_file(act: Act, through: Through, equity: WorkerEquity, newcomers: Path, path: Path, reserve: bool) -> None:
    from workpact.batches.roster import Roster, read_newcomers
    from workpact.private_file import read_private
    from workpact.terms import Kind

    through.require_ready(act, Kind.ROSTER)
    roster = Roster.read(path) if path.exists() else Roster()
    given = read_newcomers(newcomers, Roster())
    # Who has another's wallet is refused by line; who is there as written was enrolled by a run before.
    read_newcomers(newcomers, Roster(each for each in roster.values() if (each.name, each.wallet) not in given))
    there = {(each.name, each.wallet) for each in roster.values()}
    people = [pair for pair in given if pair not in there]
    if people:
        act.confirm(f"Enrol {len(people):,} workers?")
    sent: list[Any] = []
    if reserve and people:
        roster = _reserved(act, equity, people, roster, sent)
        roster.write(path)
    elif people:
        known = _numbers(equity, act.signing.address)
        fresh = [wallet for _, wallet in people if wallet not in known]
        try:
            _send(act, equity, fresh, known, sent)
        finally:  # what is enrolled is kept, whatever comes then
            for name, wallet in people:
                if wallet in known and known[wallet] not in roster:
                    roster = roster.enrol(known[wallet], [(name, wallet)])
            if roster:
                roster.write(path)
    value: dict[str, Any] = {"roster": str(path), "workers": len(roster), "enrolled": len(people)}
    if all(map(mined, sent)):
        value |= through.put(act, Kind.ROSTER, read_private(path), "roster.csv", follows=True)
    lines = [f"{path} has {len(roster):,} workers, {len(people):,} of them new."]
    return finished(act.as_json, value, lines, sent, "All are on the roster.")


def _reserved(
    act: Act, equity: WorkerEquity, people: Sequence[tuple[str, str]], roster: Roster, sent: list[Any]
) -> Roster:
    from eth_utils.crypto import keccak

    from workpact.preflight import send

    # Named, so that numbers are set aside once though the file was not written.
    mark = keccak(text="\n".join(wallet for _, wallet in people)).hex()[:16]
    intent = f"reserve {equity.contract.address} {mark}"
    sent.append(send(equity.contract.reserve, len(people), sender=act.sender, intent=intent))
    (event,) = sent[-1].decode_logs(equity.contract.Reserved)
    return roster.enrol(int(event.first), people)


@click.command(cls=ConnectedCommand)
@document_options
@roster_option
@click.option("--manager", metavar="ADDRESS", help="Whose roster, if not the contractor's.")
@click.option("--update", is_flag=True, help="Take over the wallets that workers changed on chain.")
@click.option("--remove", metavar="WORKER", help="Delete a worker's row: nothing that is left leads back to them.")
@json_option
def roster(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    roster_file: Path | None,
    manager: str | None,
    update: bool,
    remove: str | None,
    as_json: bool,
) -> None:
    """Show a roster: numbers and wallets as on chain, with names if the roster file is given.

    \b
    Example:
      ape run equity roster desk.yaml --roster roster.csv
      ape run equity roster desk.yaml --roster roster.csv --update
    """
    from workpact.agreement import Agreement
    from workpact.preflight import chain_id

    agreement = Agreement.deployed(load(file, wallets, token, chain_id()))
    seats = _equity_book.seats_of(_equity_book.of(agreement).equity, manager or agreement.contractor)
    held = need_roster(roster_file) if roster_file or update or remove else None
    changed = []
    if held is not None and remove is not None:
        held = held.remove(worker_number(remove, held))
    if held is not None and update:
        for number, person in held.items():
            seat = seats.get(number)
            if seat and seat.wallet and seat.wallet != person.wallet:
                held = held.move(number, seat.wallet)
                changed.append(number)
    if held is not None and roster_file is not None and (changed or remove):
        held.write(roster_file)
    rows = []
    for number, seat in sorted(seats.items()):
        person = held.get(number) if held is not None else None
        rows.append({"worker": number, "wallet": seat.wallet, "name": person.name if person else None})
        rows[-1]["agrees"] = person is None or seat.wallet in (None, person.wallet)
    lines = table([["worker", "wallet", "name", ""], *(_row(each) for each in rows)])
    emit({"workers": rows, "updated": changed}, as_json, lines)


def _row(each: dict[str, Any]) -> list[object]:
    note = "" if each["agrees"] else "the file has another wallet: --update"
    return [each["worker"], each["wallet"] or "none yet", each["name"] or "", note]


COMMANDS = (enrol, roster)
