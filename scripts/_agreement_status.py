"""`ape run agreement status`: whose turn it is, until when, what happens if nobody acts, and where the money is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import ConnectedCommand, emit, json_option
from scripts._papers import document_options, load, plain
from scripts._words import told, when

if TYPE_CHECKING:
    from workpact.agreement import Agreement, Event, Ledger, MilestoneState

BAR = 40
WIDTH = 160
"""Of what goes to a file or another program."""
SHADES = {"held": "█", "holdback": "▓", "paid": "▒", "refunded": "░", "owed": "▪"}


@click.command(cls=ConnectedCommand)
@document_options
@json_option
def status(file: Path, wallets: tuple[str, ...], token: str | None, as_json: bool) -> None:
    """Show how an agreement stands, from the chain alone, its history checked.

    \b
    Example:
      ape run agreement status desk.yaml
    """
    from workpact.agreement import Agreement
    from workpact.preflight import chain_id

    agreement = Agreement.deployed(load(file, wallets, token, chain_id()))
    events = agreement.verify_history()
    ledger = agreement.ledger(events)
    facts = _facts(agreement, events, ledger)
    if as_json:
        emit(plain(facts), as_json, "")
    else:
        _show(agreement, events, ledger, facts)


def _facts(agreement: Agreement, events: list[Event], ledger: Ledger) -> dict[str, Any]:
    from workpact.agreement import Status

    state = agreement.state
    standing = agreement.status
    live = standing is Status.LIVE and agreement.is_in_force
    return {
        "name": agreement.document.name,
        "id": agreement.id,
        "origin": agreement.origin,
        "inForce": agreement.is_in_force,
        "documentInForce": state.id,
        "status": standing.name,
        "endsAt": int(state.endsAt) or None,
        "ending": Status(state.ending).name if state.endsAt else None,
        "covered": agreement.is_covered if live else None,
        "needed": agreement.needed_units if live else None,
        "money": _money(ledger),
        "milestones": [_milestone(each, ledger) for each in agreement.milestones],
        "periods": _periods(agreement, ledger),
        "events": len(events),
        "history": agreement.history(events),
    }


def _money(ledger: Ledger) -> dict[str, int]:
    parts = {name: getattr(ledger, name) for name in SHADES}
    return {"funded": ledger.funded, **parts}


def _milestone(state: MilestoneState, ledger: Ledger) -> dict[str, Any]:
    phase = state.phase.name if state.phase is not None else ("LAPSED" if state.lapsed else "ACCEPTED")
    silence = state.silence and {"until": state.silence.until_at, "outcome": state.silence.outcome}
    return {
        "name": state.name,
        "amount": state.amount_units,
        "toContractor": ledger.milestones[state.index],
        "rest": state.rest_units,
        "phase": phase,
        "turn": state.turn,
        "step": state.step,
        "silence": silence,
        "roundsLeft": state.rounds_left,
    }


def _periods(agreement: Agreement, ledger: Ledger) -> list[dict[str, Any]]:
    found = []
    for period in agreement.document.periods:
        charge, credit = ledger.periods.get(period.index, (None, None))
        settled = period.index in ledger.periods
        found.append({"name": period.name, "end": period.end, "settled": settled, "charge": charge, "credit": credit})
    return found


def _show(agreement: Agreement, events: list[Event], ledger: Ledger, facts: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    console.print(f"[bold]{agreement.document.title}[/]", soft_wrap=True)
    console.print(f"{_standing(agreement, facts)}  id 0x{agreement.id.hex()}", soft_wrap=True)
    work = Table("milestone", "amount", "stands", "whose turn", "until", "if nobody acts")
    for state, told_ in zip(agreement.milestones, facts["milestones"], strict=True):
        until = when(agreement, state.silence.until_at) if state.silence else ""
        turn = f"{state.turn}: {state.step}" if state.turn else ""
        outcome = state.silence.outcome if state.silence else ""
        work.add_row(state.name, agreement.money(state.amount_units), told_["phase"].lower(), turn, until, outcome)
    console.print(work)
    if facts["periods"]:
        desk = Table("period", "ends", "settled", "charge", "credit")
        for period in facts["periods"]:
            cells = [agreement.money(period[key]) if period["settled"] else "" for key in ("charge", "credit")]
            desk.add_row(period["name"], when(agreement, period["end"]), "yes" if period["settled"] else "no", *cells)
        console.print(desk)
    console.print(_bar(ledger))
    money = [
        f"{SHADES[name]} {name} {agreement.money(units)}" for name, units in _money(ledger).items() if name in SHADES
    ]
    console.print(f"funded {agreement.money(ledger.funded)} = " + " + ".join(money), soft_wrap=True)
    if facts["covered"] is not None:
        verb = "covers" if facts["covered"] else "does NOT cover"
        console.print(f"What is held {verb} what the terms want held: {agreement.money(facts['needed'])}.")
    if events:
        console.print(f"{len(events)} events, history verified; last: {told(agreement, events[-1])}", soft_wrap=True)


def _standing(agreement: Agreement, facts: dict[str, Any]) -> str:
    from workpact.agreement import Status

    words = Status[facts["status"]].words
    if facts["endsAt"] and facts["status"] == "LIVE":
        words += f", to be {Status[facts['ending']].words} at {when(agreement, facts['endsAt'])}"
    superseded = facts["status"] not in ("NONE", "WITHDRAWN") and not facts["inForce"]
    return words + (f" (another document is in force: 0x{facts['documentInForce'].hex()})" if superseded else "")


def _bar(ledger: Ledger) -> str:
    """One bar of a fixed width; rounding goes to the largest part, so that it is always full."""
    parts = {name: getattr(ledger, name) for name in SHADES}
    if not ledger.funded:
        return "·" * BAR
    widths = {name: BAR * units // ledger.funded for name, units in parts.items()}
    widths[max(parts, key=lambda name: parts[name])] += BAR - sum(widths.values())
    return "".join(SHADES[name] * width for name, width in widths.items())
