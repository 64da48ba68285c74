"""`ape run agreement new`: files from nothing, from a file, and to change an agreement."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts._options import OfflineCommand, emit, json_option
from scripts._papers import (
    READ,
    WRITE,
    agreement_address,
    chain_option,
    load,
    need_chain,
    network_option,
    placed,
    token_option,
    wallet_option,
)

if TYPE_CHECKING:
    from workpact.terms import AgreementDocument


@click.command(cls=OfflineCommand)
@click.argument("output", type=WRITE)
@click.option("--like", type=READ, help="Take the terms of this file; fills its names in with --wallet and --token.")
@click.option("--renew", is_flag=True, help="With --like: fresh salts, so that equal terms are another agreement.")
@click.option("--replaces", type=READ, help="Make a change order to the agreement of this file, which is in force.")
@click.option("--under", type=READ, help="With --like: place the new agreement under the one of this file.")
@click.option("--open-before", metavar="DATE", help="Last day on which it can be opened; else 30 days from today.")
@wallet_option
@token_option
@network_option
@chain_option
@json_option
def new(
    output: Path,
    like: Path | None,
    renew: bool,
    replaces: Path | None,
    under: Path | None,
    open_before: str | None,
    wallets: tuple[str, ...],
    token: str | None,
    network: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Write an agreement file: a commented one to fill in, or one like another.

    On a public network everyone reads addresses, amounts, dates, level names and results; never names of people,
    titles, texts or reasons. If prices must not be public, use a permissioned EVM network.

    \b
    Example:
      ape run agreement new desk.yaml
      ape run agreement new desk.yaml --like examples/it-service-desk/agreement.yaml --wallet client=0x… --token 0x…
      ape run agreement new change.yaml --replaces desk.yaml --open-before 2026-12-31 --chain-id 1
    """
    from workpact.terms import loads

    if output.exists():
        raise click.UsageError(f"{output} is there already: name another file, or move it away.")
    if replaces and (like or under or renew):
        raise click.UsageError("--replaces makes a change order to that file alone.")
    if (under or renew) and not like:
        raise click.UsageError("--under and --renew say how to change the file of --like.")
    with placed(network, chain_id) as chain:
        if replaces:
            document = _change(load(replaces, wallets, token, need_chain(chain)), need_chain(chain), open_before)
        elif under and like:
            master = load(under, wallets, token, need_chain(chain))
            document = _under(load(like, wallets, token, chain), master, need_chain(chain), open_before)
        elif like:
            document = _like(load(like, wallets, token, chain), renew, open_before)
        else:
            document = None
    text = document.to_yaml() if document else _template(output.stem, open_before)
    unresolved = list((document or loads(text, file=output.name)).unresolved)
    output.write_text(text, encoding="utf-8")
    missing = f" Still to name with --wallet: {', '.join(unresolved)}." if unresolved else ""
    said = f"{output} is written. Fill it in, then: ape run agreement show {output}.{missing}"
    emit({"file": str(output), "unresolved": unresolved}, as_json, said)


def _salts() -> dict[str, bytes]:
    return {"offer_salt": secrets.token_bytes(32), "legal_salt": secrets.token_bytes(32)}


def _today(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


def _template(name: str, open_before: str | None) -> str:
    from workpact.terms import template

    until = open_before or _today(30).isoformat()
    return template(name, open_before=until, due=_today(90).isoformat(), **_salts())


def _change(base: AgreementDocument, chain: int, open_before: str | None) -> AgreementDocument:
    from workpact.terms import change_order

    place = (chain, agreement_address(chain))
    until = open_before or _today(30).isoformat()
    return change_order(base, origin=base.origin(*place), replaces=base.id(*place), open_before=until, **_salts())


def _under(
    base: AgreementDocument, master: AgreementDocument, chain: int, open_before: str | None
) -> AgreementDocument:
    from workpact.terms import placed_under

    named = master.id(chain, agreement_address(chain))
    return placed_under(base, master=named, open_before=open_before or _today(30).isoformat(), **_salts())


def _like(base: AgreementDocument, renew: bool, open_before: str | None) -> AgreementDocument:
    from workpact.terms import loads
    from workpact.terms.contents import write_yaml

    plain = base.plain()
    offer, legal = plain[0]["spec"]["offer"], plain[0]["spec"]["legal"]
    if open_before:
        offer["openBefore"] = open_before
    if renew:
        offer["salt"], legal["salt"] = ("0x" + salt.hex() for salt in _salts().values())
    return loads(write_yaml(plain), file=base.name)
