"""`ape run sla …`: one side reports, the other answers, arbiters choose, and what parties do alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts._options import ConnectedCommand
from scripts._papers import READ, Act, acting
from scripts._sla_papers import (
    collected,
    finished,
    levels_of,
    pending_option,
    read,
    report_option,
    signatures_option,
    unchanged,
    written,
)

if TYPE_CHECKING:
    from workpact.service_levels import ServiceLevels, Signed


@click.command(cls=ConnectedCommand)
@acting
@click.argument("period")
def notice(act: Act, period: str) -> None:
    """Tell, by the account's signature, that the other side has withheld the data of a PERIOD.

    The other side then has the contest's window to answer with figures. Where the other side has given notice or
    reported, this answers it.

    \b
    Example:
      ape run sla notice desk.yaml 2016-03 --account contractor_reporter
    """
    levels = levels_of(act)
    result, given = levels.result(period), levels.notice(period)
    side = levels.side_of(act.signing.address, period)
    if result.is_final or (side is not None and result.stage.pending is side):
        return unchanged(act, levels, result, f"{result.period} is at the stage {result.stage.words} already.")
    signed = [levels.sign(given, act.signing)]
    answering = levels.counter if result.stage.pending is not None else levels.report_by_side
    return finished(act, levels, period, answering(given, signed, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@report_option
@signatures_option
@pending_option
def counter(act: Act, report: Path, signatures: tuple[str, ...], pending: Path | None) -> None:
    """Answer the other side's report or notice with a report of the own side; anyone carries it.

    \b
    Example:
      ape run sla counter desk.yaml --report ours.json --account anyone
    """
    levels = levels_of(act)
    given = read(levels, report)
    result = levels.result(given.period)
    if result.is_final or result.stage.name == "CONTESTED":
        return unchanged(act, levels, result, f"{result.period} is at the stage {result.stage.words} already.")
    first = read(levels, pending) if pending else None
    sent = levels.counter(given, collected(levels, report, signatures), pending=first, sender=act.sender)
    return finished(act, levels, given.period, sent)


@click.command(cls=ConnectedCommand)
@acting
@click.argument("period")
@pending_option
def finalise(act: Act, period: str, pending: Path | None) -> None:
    """Make a report of a PERIOD final that the other side has let stand; anyone, after the contest's window.

    \b
    Example:
      ape run sla finalise desk.yaml 2016-03 --account anyone
    """
    levels = levels_of(act)
    result = levels.result(period)
    if result.is_final:
        return unchanged(act, levels, result, f"{result.period} is final already.")
    first = read(levels, pending) if pending else None
    return finished(act, levels, period, levels.finalise(period, pending=first, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("period")
def concede(act: Act, period: str) -> None:
    """Accept the other side's report of a PERIOD, as the party itself: it is final at once.

    \b
    Example:
      ape run sla concede desk.yaml 2016-03 --account client
    """
    levels = levels_of(act)
    result = levels.result(period)
    if result.is_final:
        return unchanged(act, levels, result, f"{result.period} is final already.")
    act.confirm(f"Accept the other side's report of {result.period}? It can never be changed.")
    return finished(act, levels, period, levels.concede(period, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("period")
@click.option(
    "--as-client", "names", multiple=True, metavar="NAME", help="A level or quantity that stands as the client has it."
)
@click.option("--whole", type=click.Choice(["client", "contractor"]), help="Whose whole report stands.")
def rule(act: Act, period: str, names: tuple[str, ...], whole: str | None) -> None:
    """Choose between the two reports of a PERIOD: the arbiter, then the backup, then anyone with what the terms say.

    What is not named stands as the contractor has it.

    \b
    Example:
      ape run sla rule desk.yaml 2016-03 --as-client made-sla --as-client resolved-tickets --account arbiter
    """
    from workpact.service_levels import Side

    if bool(names) == bool(whole):
        raise click.UsageError("Name what stands as the client has it (--as-client), or whose --whole report stands.")
    levels = levels_of(act)
    result = levels.result(period)
    if result.is_final:
        return unchanged(act, levels, result, f"{result.period} is final already.")
    chosen = Side[whole.upper()] if whole else names
    act.confirm(f"Rule on {result.period}? It can never be changed.")
    return finished(act, levels, period, levels.rule(period, chosen, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("period")
def waive(act: Act, period: str) -> None:
    """Waive the credit of a PERIOD, as the client, before it is settled. The verdict stays.

    \b
    Example:
      ape run sla waive desk.yaml 2016-03 --account client
    """
    levels = levels_of(act)
    result = levels.result(period)
    if result.waived:
        return unchanged(act, levels, result, f"The credit of {result.period} is waived already.")
    act.confirm(f"Waive the credit of {result.period}? It can never be taken back.")
    return finished(act, levels, period, levels.waive(period, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.option("--old", metavar="ADDRESS", help="The reporter that goes; none adds one.")
@click.option("--new", metavar="ADDRESS", help="The reporter that comes; none removes one.")
def reporter(act: Act, old: str | None, new: str | None) -> None:
    """Replace one of the account's own reporters, from the period after the running one. A party.

    \b
    Example:
      ape run sla reporter desk.yaml --old 0x… --new 0x… --account client
    """
    if not old and not new:
        raise click.UsageError("Name the reporter that goes (--old), the one that comes (--new), or both.")
    levels = levels_of(act)
    last = levels.document.periods[-1].name
    gone, come = (levels.side_of(each, last) if each else None for each in (old, new))
    if gone is None and (new is None or come is not None):
        return unchanged(act, levels, levels.result(last), "The reporters are so already.")
    return finished(act, levels, last, levels.replace_reporter(old, new, sender=act.sender))


@click.command(cls=ConnectedCommand)
@acting
@click.argument("one", type=READ)
@click.argument("other", type=READ)
def equivocation(act: Act, one: Path, other: Path) -> None:
    """Show that a reporter has signed ONE and the OTHER report of a period: it counts no more. Anyone.

    \b
    Example:
      ape run sla equivocation desk.yaml signed-for-us.json signed-for-them.json --account anyone
    """
    levels = levels_of(act)
    reports = read(levels, one), read(levels, other)
    signer, also = _twice(levels, one, other)
    if levels.side_of(signer.signer, reports[0].period) is None:
        result = levels.result(reports[0].period)
        return unchanged(act, levels, result, f"{signer.signer} counts no more already.")
    sent = levels.prove_equivocation(*reports, signer, also.signature, sender=act.sender)
    return finished(act, levels, reports[0].period, sent)


def _twice(levels: ServiceLevels, one: Path, other: Path) -> tuple[Signed, Signed]:
    """The signatures of whoever signed both."""
    from workpact.service_levels import BadReport

    first, second = ({each.signer: each for each in levels.signatures_in(written(path))} for path in (one, other))
    for signer in first:
        if signer in second:
            return first[signer], second[signer]
    raise BadReport(f"Nobody has signed both, {one} and {other}: there is no contradiction.")


COMMANDS = (notice, counter, finalise, concede, rule, waive, reporter, equivocation)
