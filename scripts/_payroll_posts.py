"""`ape run payroll post` and `claim`: the private lane, where the chain shows a root and what each worker claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _equity_book
from scripts._equity_papers import load_json, proof_in
from scripts._equity_people import finished, mined, read_roster, roster_option, worker_number
from scripts._options import ConnectedCommand
from scripts._papers import READ, WRITE, Act, acting
from scripts._payroll_book import (
    ForeignRun,
    claims,
    logged,
    payroll_of,
    require_collected,
    require_employer,
    seats_of,
    token_of,
)
from scripts._payroll_runs import read_wages

if TYPE_CHECKING:
    from workpact.batches.leaves import LeafProof
    from workpact.batches.proofs import Leaves
    from workpact.batches.wages import Run
    from workpact.payroll import AgreementPayroll


@click.command(cls=ConnectedCommand)
@acting
@click.argument("wages", metavar="CSV", type=READ)
@roster_option
@click.option("--proofs", type=WRITE, required=True, help="The private file of all proofs that is written.")
@click.option("--from", "opens", metavar="DATE", help="Open and binding from here on; else at once.")
@click.option("--again", is_flag=True, help="Another payment of lines that were posted before; --proofs is a new file.")
def post(act: Act, wages: Path, roster_file: Path | None, proofs: Path, opens: str | None, again: bool) -> None:
    """Set the wages of a CSV file aside under one root, to be claimed by each worker's proof; the employer.

    One transaction whatever the number; amounts and wallets stay private until they are claimed. Payslips go into a
    file beside the proofs. What was posted by a run before is not posted again.

    \b
    Example:
      ape run payroll post desk.yaml march.csv --roster roster.csv --proofs march.proofs.json --account contractor
    """
    payroll = payroll_of(act)
    require_employer(act, payroll)
    require_collected(payroll)
    opens_at = _opening(act, opens)
    posted = _posted(payroll, wages, roster_file, proofs, again)
    slips = proofs.with_name(f"{proofs.name.removesuffix('.json')}.payslips.json")
    value: dict[str, Any] = {"proofs": str(proofs), "payslips": str(slips)}
    if posted is not None:
        _write(posted, proofs, slips)
        why = f"Run {posted.id.run} posted these wages already."
        if not again:
            why += " For another payment of the same, say --again."
        return finished(act.as_json, value | {"run": posted.id.run, "total": posted.total}, [], [], why)
    run = read_wages(payroll, wages, roster_file, may_name=True)
    _require_free(proofs, run)
    money = act.agreement.money
    act.confirm(f"Set {money(run.total)} aside for {len(run.wages):,} workers, for good?")
    # Before the transaction: who has its root without the proofs has nothing.
    _write(run, proofs, slips)
    sent = [payroll.post(run, opens_at, sender=act.sender)]
    lines = [f"Run {run.id.run}: {money(run.total)} for {len(run.wages):,} workers.",
             f"{proofs} has all proofs: keep it private, give each worker its own (ape run equity proof)."]  # fmt: skip
    return finished(act.as_json, value | {"run": run.id.run, "total": run.total}, lines, sent)


def _opening(act: Act, opens: str | None) -> int:
    from workpact.agreement import BadArgument
    from workpact.preflight import now
    from workpact.terms.units import UnitError, read_instant

    if opens is None:
        return 0
    try:
        moment = read_instant(opens, act.document.zone, last=False)
    except UnitError as error:
        raise BadArgument(f"{error.problem}: {error.advice}.") from None
    if moment <= now():
        raise BadArgument(f"--from {opens} is past: write a date that is to come, or leave it out.")
    return moment


def _posted(payroll: AgreementPayroll, wages: Path, roster_file: Path | None, proofs: Path, again: bool) -> Run | None:
    """The run that posted these very lines; under `again` only if the file of proofs says so."""
    from scripts._equity_people import need_roster
    from workpact.batches.wages import AMOUNT, read_run

    if again and not proofs.exists():
        return None
    written = _read(proofs).root if again else None
    given = read_run(wages, payroll.next_run, need_roster(roster_file), token_of(payroll), free=AMOUNT)
    for number, event in logged(payroll, "Posted").items():
        if event.total == given.total and written in (None, bytes(event.root)):
            then = replace(given, id=payroll.run_id(number))
            if then.claims.root == bytes(event.root):
                return then
    return None


def _read(path: Path) -> Leaves:
    from workpact.batches.proofs import Leaves

    return Leaves.read(path)


def _require_free(proofs: Path, run: Run) -> None:
    """The file of other proofs is never overwritten: wages without them are lost."""
    if proofs.exists() and _read(proofs).root != run.claims.root:
        raise ForeignRun(
            f"{proofs} has proofs of another payment or run, this would be run {run.id.run}: name another --proofs."
        )


def _write(run: Run, proofs: Path, slips: Path) -> None:
    run.payslips.write(slips)
    run.claims.write(proofs)


@click.command("withdraw-posting", cls=ConnectedCommand)
@acting
@click.argument("number", metavar="RUN", type=int)
def withdraw_posting(act: Act, number: int) -> None:
    """Withdraw a posted RUN before it opens; the employer. Its money is free again.

    \b
    Example:
      ape run payroll withdraw-posting desk.yaml 3 --account contractor
    """
    from scripts._words import when
    from workpact.agreement import BadArgument
    from workpact.preflight import NotReady, now

    payroll = payroll_of(act)
    require_employer(act, payroll)
    posted = logged(payroll, "Posted")
    if number not in posted:
        raise BadArgument(f"Run {number} was not posted: posted are {', '.join(map(str, posted)) or 'none'}.")
    if number in logged(payroll, "PostingWithdrawn"):
        return finished(act.as_json, {"run": number}, [], [], f"Run {number} is withdrawn already.")
    opens = int(getattr(posted[number], "from"))
    if opens <= now():
        raise NotReady(f"Run {number} is binding since {when(act.agreement, opens)}.")
    act.confirm(f"Withdraw run {number} of {act.agreement.money(posted[number].total)}?")
    sent = [payroll.withdraw_posting(number, sender=act.sender)]
    return finished(act.as_json, {"run": number}, [f"Run {number} is withdrawn."], sent)


@click.command(cls=ConnectedCommand)
@acting
@click.argument("proofs", type=READ)
@click.argument("workers", nargs=-1, metavar="[WORKER]...")
@roster_option
def claim(act: Act, proofs: Path, workers: tuple[str, ...], roster_file: Path | None) -> None:
    """Pay posted wages by their PROOFS, each to the worker's registered wallet; anyone, so no worker needs ETH.

    PROOFS is the file of all, for WORKERS or for everybody in it, or a worker's own.

    \b
    Example:
      ape run payroll claim desk.yaml 17.wage.json --account anyone
      ape run payroll claim desk.yaml march.proofs.json worker-17 worker-18 --account anyone
    """
    payroll, roster = payroll_of(act), read_roster(roster_file)
    given = _proofs(proofs, workers, roster)
    _require_claimable(act, payroll, given)
    seats = seats_of(payroll)
    before = claims(payroll)
    claimed = [each for each in given if (each["run"], each["worker"]) in before]
    homeless = {each["worker"] for each in given if not seats[each["worker"]].wallet}
    due = [each for each in given if (each["run"], each["worker"]) not in before and each["worker"] not in homeless]
    sent: list[Any] = []
    paid: dict[int, int] = {}
    for part in _equity_book.batches(due, "claim wages"):
        sent.append(payroll.claim(part, sender=act.sender))
        if mined(sent[-1]):
            paid |= {event.worker: event.amount for event in sent[-1].decode_logs(payroll.contract.WageClaimed)}
    money = act.agreement.money
    refused = [each["worker"] for each in due if each["worker"] not in paid]
    lines = [f"Worker {number}: {money(amount)} to {seats[number].wallet}" for number, amount in paid.items()]
    lines += [f"Worker {number}: the token refuses its wallet; the wage stays" for number in refused if sent]
    lines += [f"Worker {number} has no wallet yet; the wage stays" for number in sorted(homeless)]
    value = {"paid": paid, "passedOver": [each["worker"] for each in claimed], "refused": refused}
    return finished(act.as_json, value | {"withoutWallet": sorted(homeless)}, lines, sent, "All of these are paid.")


def _proofs(path: Path, workers: Sequence[str], roster: Any) -> list[LeafProof]:
    from workpact.batches.errors import BadProofFile

    if "leaves" in load_json(path):
        leaves = _read(path)
        chosen = [leaves.of(worker_number(each, roster)) for each in workers] if workers else list(leaves)
    else:
        chosen = [proof_in(path, each, roster) for each in workers or (None,)]
    if any(each.kind.name != "wage" for each in chosen):
        raise BadProofFile(f"{path} has proofs of another kind, not of wages: `payroll post` writes those.")
    return list(dict.fromkeys(chosen))


def _require_claimable(act: Act, payroll: AgreementPayroll, given: Sequence[LeafProof]) -> None:
    """Every leaf is of this chain, payroll, employer, and under the root of its run, which is open."""
    from scripts._words import when
    from workpact.agreement import BadArgument
    from workpact.batches.errors import ForeignLeaf
    from workpact.preflight import NotReady, ask, chain_id, now

    roots: dict[int, bytes] = {}
    for proof in given:
        proof.check(None, chainId=chain_id(), payroll=payroll.contract.address, book=payroll.book)
        number = proof["run"]
        if number not in roots:
            posting = ask(payroll.contract.postingOf, payroll.book, number)
            if not any(bytes(posting.root)):
                raise BadArgument(f"Run {number} was not posted, or was withdrawn: get the file of one that was.")
            opens = int(posting.opensAt)
            if now() < opens:
                raise NotReady(f"Run {number} opens {when(act.agreement, opens)}: claim it then.")
            roots[number] = bytes(posting.root)
        if proof.root != roots[number]:
            raise ForeignLeaf("wage", "root", "0x" + proof.root.hex(), "0x" + roots[number].hex())


COMMANDS = (post, withdraw_posting, claim)
