"""`ape run equity`: the workers' share, from the agreement's plans to their wallets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scripts import _equity_book
from scripts._options import ConnectedCommand, emit, json_option
from scripts._papers import Act, acting, document_options, load, plain


@click.group()
def cli() -> None:
    """Worker equity: pool and plans of an agreement, workers, grants, claims.

    Units are 1e-6 of a worker token, as in the agreement file.

    \b
    Example:
      ape run equity plan desk.yaml --account client
      ape run equity enrol desk.yaml 0x… 0x… --account contractor
      ape run equity grant desk.yaml service-time 1=500,000,000 2=500,000,000 --account contractor
      ape run equity claim desk.yaml --account anyone
    """


@cli.command(cls=ConnectedCommand)
@acting
def plan(act: Act) -> None:
    """Create the agreement's worker token, pool and plans; the issuer, usually the client.

    The contractor of the agreement is the manager who grants from the pool. Run again it goes on where it stopped.

    \b
    Example:
      ape run equity plan desk.yaml --account client
    """
    from workpact.equity import Plan

    book = _equity_book.of(act.agreement, act.signing.address)
    before = len(book.plans())
    pool = book.pool() or _open_pool(act, book)
    for index in range(before, len(act.document.plans)):
        book.equity.plan_in(pool.create_plan(Plan.of_struct(act.document.plan(index)), sender=act.sender))
    plans = {name: int(each) for name, each in book.named_plans().items()}
    made = len(plans) - before
    value = {"token": pool.token, "pool": pool.id, "plans": plans, "made": made}
    said = f"{made} plans made." if made else "Pool and plans are there already. Nothing was sent."
    emit(plain(value), act.as_json, [said, f"Pool {pool.id}, token {pool.token}", *_lines(plans)])


def _open_pool(act: Act, book: Any) -> Any:
    equity, agreement, named = book.equity, act.agreement, act.document.spec.equity
    # The intent's name makes a second run go on with the first one's token.
    intent = f"equity token {agreement.origin.hex()} of {equity.contract.address}"
    names = (named.token_name, named.token_symbol)
    token = equity.token_in(equity.create_token(*names, sender=act.sender, intent=intent))
    place = (agreement.contract, agreement.origin)
    act.confirm(f"Set {named.units:,} units of {token} aside for the workers?")
    return equity.pool_in(equity.open_pool(token, agreement.contractor, named.units, *place, sender=act.sender))


def _lines(plans: dict[str, int]) -> list[str]:
    return [f"Plan {name} is number {number}" for name, number in plans.items()]


@cli.command(cls=ConnectedCommand)
@acting
@click.argument("workers", nargs=-1, required=True, metavar="ADDRESS...")
def enrol(act: Act, workers: tuple[str, ...]) -> None:
    """Put workers' wallets on the account's roster; the manager, usually the contractor.

    \b
    Example:
      ape run equity enrol desk.yaml 0x… 0x… --account contractor
    """
    book = _equity_book.of(act.agreement, act.signing.address)
    roster = book.roster(act.signing.address)
    fresh = [wallet for wallet in dict.fromkeys(workers) if wallet.lower() not in roster]
    if fresh:
        book.equity.workers_in(book.equity.enrol(fresh, sender=act.sender))
        roster = book.roster(act.signing.address)
    value = {wallet: roster[wallet.lower()] for wallet in workers}
    lines = [f"{wallet} is worker {number}" for wallet, number in value.items()]
    said = [] if fresh else ["All are on the roster already. Nothing was sent."]
    emit({"workers": value, "enrolled": len(fresh)}, act.as_json, said + lines)


@cli.command(cls=ConnectedCommand)
@acting
@click.argument("plan_name", metavar="PLAN")
@click.argument("lines", nargs=-1, required=True, metavar="WORKER=UNITS...")
@click.option("--again", is_flag=True, help="Grant to workers who have a grant by this plan already.")
def grant(act: Act, plan_name: str, lines: tuple[str, ...], again: bool) -> None:
    """Grant units to workers, by their numbers, by a PLAN of the agreement; the manager.

    A worker who has a grant by this plan is passed over, so that a second run changes nothing.

    \b
    Example:
      ape run equity grant desk.yaml service-time 1=500,000,000 2=500,000,000 --account contractor
    """
    book = _equity_book.of(act.agreement)
    chosen = book.plan(plan_name)
    given = dict(_line(line) for line in lines)
    if len(given) < len(lines):
        raise click.UsageError("A worker is named twice: one line for each, or a second run with --again.")
    have = {each.worker: each for each in book.grants() if each.plan == chosen}
    fresh = {worker: units for worker, units in given.items() if again or worker not in have}
    made = []
    if fresh:
        act.confirm(f"Grant {sum(fresh.values()):,} units by {plan_name}?")
        made = [int(each) for each in book.equity.grants_in(chosen.grant(fresh, sender=act.sender))]
    passed = [worker for worker in given if worker not in fresh]
    granted = zip(made, fresh.items(), strict=False)  # what is only proposed has no number yet
    said = [f"Grant {number}: worker {worker}, {units:,} units" for number, (worker, units) in granted]
    said += [f"Worker {worker} has grant {int(have[worker])} already" for worker in passed]
    emit({"grants": made, "passedOver": passed}, act.as_json, said if fresh else [*said, "Nothing was sent."])


def _line(written: str) -> tuple[int, int]:
    worker, _, units = written.partition("=")
    digits = units.replace(",", "")
    if not worker.isdecimal() or not digits.isdecimal():
        raise click.UsageError(f"{written}: write WORKER=UNITS, like 1=500,000,000.")
    return int(worker), int(digits)


@cli.command(cls=ConnectedCommand)
@acting
@click.argument("grants", nargs=-1, type=int)
def claim(act: Act, grants: tuple[int, ...]) -> None:
    """Mint what has vested of GRANTS, or of all, each to its worker's wallet; anyone.

    Raises the gates of the plans to the agreement's progress first.

    \b
    Example:
      ape run equity claim desk.yaml 1 2 --account anyone
    """
    book = _equity_book.of(act.agreement)
    chosen = [book.equity.grant(number) for number in grants] or book.grants()
    rising = [each for each in {grant.plan for grant in chosen} if each.terms.size and book.can_rise(each)]
    for each in rising:
        each.sync(sender=act.sender)
    if not sum(each.claimable_units for each in chosen):
        sent_alone = "The gates were raised." if rising else "Nothing was sent."
        return emit({"claimed": {}}, act.as_json, f"Nothing has vested since the last claim. {sent_alone}")
    sent = book.equity.claim(chosen, sender=act.sender)
    claimed = book.equity.claimed_in(sent)
    lines = [
        f"Grant {number}: {units:,} units to {book.equity.grant(number).wallet}" for number, units in claimed.items()
    ]
    return emit({"claimed": claimed, "transaction": getattr(sent, "txn_hash", None)}, act.as_json, lines)


@cli.command(cls=ConnectedCommand)
@document_options
@json_option
def show(file: Path, wallets: tuple[str, ...], token: str | None, as_json: bool) -> None:
    """Show the pool, its plans and every grant: granted, vested, claimed, claimable.

    \b
    Example:
      ape run equity show desk.yaml
    """
    from scripts._options import table
    from workpact.agreement import Agreement
    from workpact.preflight import chain_id

    book = _equity_book.of(Agreement.deployed(load(file, wallets, token, chain_id())))
    pool = book.need_pool()
    names = {int(each): name for name, each in book.named_plans().items()}
    grants = [
        {
            "grant": int(each),
            "worker": each.worker,
            "wallet": each.wallet,
            "plan": names.get(int(each.plan), str(int(each.plan))),
            "units": each.units,
            "vested": each.vested_units,
            "claimed": each.claimed_units,
            "claimable": each.claimable_units,
        }
        for each in book.grants()
    ]
    value = {"token": pool.token, "pool": pool.id, "units": pool.units, "left": pool.left_units, "grants": grants}
    lines = [f"Pool {pool.id}: {pool.units:,} units of {pool.token}, {pool.left_units:,} not granted yet"]
    if grants:
        lines += table([list(grants[0]), *(list(each.values()) for each in grants)])
    emit(plain(value | {"plans": {name: number for number, name in names.items()}}), as_json, lines)
