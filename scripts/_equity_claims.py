"""`ape run equity` on what workers get: sync, claim, distribute, withdraw."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _equity_book
from scripts._equity_people import (
    again_option,
    finished,
    issuer_option,
    mined,
    named_grants,
    read_roster,
    roster_option,
    said,
    worker_number,
)
from scripts._options import ConnectedCommand
from scripts._papers import Act, acting

if TYPE_CHECKING:
    from scripts._equity_book import Book
    from workpact.equity import Pool, PoolPlan


def _raise_gates(act: Act, book: Book, plans: Iterable[PoolPlan]) -> list[Any]:
    """Syncs the plans that would change."""
    rising = [plan for plan in plans if (plan.terms.size or plan.terms.leaver) and book.can_rise(plan)]
    return [plan.sync(sender=act.sender) for plan in rising]


@click.command(cls=ConnectedCommand)
@acting
@click.argument("plans", nargs=-1, metavar="[PLAN]...")
@issuer_option
def sync(act: Act, plans: tuple[str, ...], issuer: str | None) -> None:
    """Raise the gates of PLANS, or of all, to the agreement's progress; anyone.

    Also lets the leaver rule of a plan count once the client has ended the agreement.

    \b
    Example:
      ape run equity sync desk.yaml --account anyone
    """
    book = _equity_book.of(act.agreement, issuer)
    book.need_pool()
    chosen = {name: book.plan(name) for name in plans} or book.named_plans()
    sent = _raise_gates(act, book, chosen.values())
    value = {name: _standing(plan) for name, plan in chosen.items() if plan.terms.size or plan.terms.leaver}
    lines = [f"Plan {name}: {each['reached']} of {each['of']} reached" for name, each in value.items() if each["of"]]
    return finished(act.as_json, {"plans": value}, lines, sent, "All gates are where the agreement is.")


def _standing(plan: PoolPlan) -> dict[str, int]:
    reached, size = plan.reached
    return {"reached": int(reached), "of": int(size), "leaver": plan.acceleration}


@click.command(cls=ConnectedCommand)
@acting
@click.argument("grants", nargs=-1, metavar="[GRANT|WORKER]...")
@roster_option
@issuer_option
def claim(act: Act, grants: tuple[str, ...], roster_file: Path | None, issuer: str | None) -> None:
    """Mint what has vested, and pay its revenue, each to its worker's wallet; anyone, so no worker needs ETH.

    GRANTS are numbers, or workers (worker-17) for all of theirs; else all of the pool. Raises the gates of the plans
    to the agreement's progress first. In the fewest transactions.

    \b
    Example:
      ape run equity claim desk.yaml worker-17 --account anyone
      ape run equity claim desk.yaml --account anyone
    """
    book = _equity_book.of(act.agreement, issuer)
    chosen = named_grants(book, grants, read_roster(roster_file)) if grants else book.grants()
    sent = _raise_gates(act, book, [book.equity.plan(number) for number in sorted({each.plan for each in chosen})])
    raised = len(sent)
    wanted, seats = {each.id for each in chosen}, book.seats()
    book = _equity_book.Book(book.equity, book.agreement, book.issuer)  # reads the events again, gates among them
    due = [
        row.grant
        for row in book.table().grants
        if row.grant in wanted and (row.claimable or row.revenue_pending) and seats[row.worker].wallet
    ]
    claimed: dict[int, Any] = {}
    for part in _equity_book.batches(due, "claim"):
        sent.append(book.equity.claim(part, sender=act.sender))
        claimed |= book.equity.claimed_in(sent[-1]) if mined(sent[-1]) else {}
    money = act.agreement.money
    lines = [f"{raised} gates were raised."] if raised else []
    lines += [
        f"Grant {number}: {said(each.units, book.symbol)} and {money(each.revenue)} to worker "
        f"{book.holdings.grants[number].worker}, {seats[book.holdings.grants[number].worker].wallet}"
        for number, each in claimed.items()
    ]
    value = {
        "gatesRaised": raised,
        "claimed": {number: {"units": each.units, "revenue": each.revenue} for number, each in claimed.items()},
    }
    return finished(act.as_json, value, lines, sent, "Nothing has vested since the last claim.")


@click.command(cls=ConnectedCommand)
@acting
@click.argument("amount")
@click.option("--approve", is_flag=True, help="Let the contract take the amount first; one more transaction.")
@issuer_option
@again_option
def distribute(act: Act, amount: str, approve: bool, issuer: str | None, again: str | None) -> None:
    """Share an AMOUNT of revenue by all units of the pool, vested or not; anyone, from the account.

    The same amount from the same account is distributed once: for another round of it say --again.

    \b
    Example:
      ape run equity distribute desk.yaml "10,000 USDC" --approve --account contractor
    """
    book = _equity_book.of(act.agreement, issuer)
    pool, units = book.need_pool(), act.agreement.units(amount)
    _require_currency(act, pool)
    mine = book.equity.logged("Distributed", pool=pool.id, by=act.signing.address)
    before = [each.round for each in mine if each.amount == units]
    intent = f"distribute {book.equity.contract.address} {pool.id} {units} {again!r}" if again else None
    past = act.sender.past(intent) if intent else None
    sent: list[Any] = []
    if past is None and (again or not before):
        _require_money(act, book, units, approve, sent)
        act.confirm(f"Share {act.agreement.money(units)} by {pool.shares:,} units?")
        sent.append(_send(act, book, pool.id, units, intent))
    value = {"amount": units, "pool": pool.id, "rounds": before}
    lines = [f"{act.agreement.money(units)} shared by {pool.shares:,} units."] if sent else []
    rounds = ", ".join(map(str, before)) or "made"
    return finished(
        act.as_json, value, lines, sent, f"Round {rounds} shared this amount already: --again for one more."
    )


def _send(act: Act, book: Book, pool: int, units: int, intent: str | None) -> Any:
    from workpact.preflight import send

    return send(book.equity.contract.distribute, pool, units, sender=act.sender, intent=intent)


def _require_currency(act: Act, pool: Pool) -> None:
    from workpact.agreement import BadArgument

    if pool.currency != act.document.token.address:
        raise BadArgument(f"The pool shares {pool.currency or 'no revenue'}, not {act.document.token.symbol}.")
    if not pool.shares:
        raise BadArgument("No unit of the pool is granted yet, so nobody would get it: grant first.")


def _require_money(act: Act, book: Book, units: int, approve: bool, sent: list[Any]) -> None:
    from workpact.chain import contracts
    from workpact.preflight import TooLittleAllowance, TooLittleBalance, allow, ask

    token, account = contracts.token(act.document.token.address), act.signing.address
    spender, money = book.equity.contract.address, act.agreement.money
    balance, allowed = int(ask(token.balanceOf, account)), int(ask(token.allowance, account, spender))
    if balance < units:
        missing = units - balance
        raise TooLittleBalance(
            f"{account} has {money(balance)}, {money(missing)} are missing: send them there ({token.address}).", missing
        )
    if allowed < units and not approve:
        missing = units - allowed
        raise TooLittleAllowance(
            f"{account} lets {spender} take {money(allowed)}, {money(missing)} are missing: say --approve.", missing
        )
    if allowed < units:
        sent.append(allow(token, spender, units, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("workers", nargs=-1, metavar="[WORKER]...")
@roster_option
@issuer_option
def withdraw(act: Act, workers: tuple[str, ...], roster_file: Path | None, issuer: str | None) -> None:
    """Pay revenue that is booked, because the token refused a wallet once, to WORKERS, or to all; anyone.

    \b
    Example:
      ape run equity withdraw desk.yaml worker-17 --account anyone
    """
    book = _equity_book.of(act.agreement, issuer)
    pool, roster = book.need_pool(), read_roster(roster_file)
    numbers = [worker_number(each, roster) for each in workers]
    owed = {worker: units for (each, worker), units in book.holdings.revenue_owed.items() if each == pool.id and units}
    due = [worker for worker in (numbers or sorted(owed)) if worker in owed]
    sent: list[Any] = []
    paid: dict[int, int] = {}
    # Whom the token refuses still would be passed over: nothing is sent for them alone.
    for part in _equity_book.batches([worker for worker in due if not pool.refuses(worker, owed[worker])], "claim"):
        sent.append(pool.withdraw(part, sender=act.sender))
        if mined(sent[-1]):
            paid |= {
                event.worker: event.amount for event in sent[-1].decode_logs(book.equity.contract.RevenueWithdrawn)
            }
    money = act.agreement.money
    refused = [worker for worker in due if worker not in paid]
    lines = [f"Worker {worker}: {money(amount)}" for worker, amount in paid.items()]
    # Of what a Safe proposed nothing is known yet.
    known = all(mined(each) for each in sent)
    lines += [f"Worker {worker}: the token refuses its wallet still; it stays booked" for worker in refused if known]
    nothing = "Nothing is booked that can be paid."
    return finished(act.as_json, {"paid": paid, "refused": refused}, lines, sent, nothing)


COMMANDS = (sync, claim, distribute, withdraw)
