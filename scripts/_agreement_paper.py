"""Commands on the file alone: no account, nothing sent."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from scripts._options import OfflineCommand, emit, json_option
from scripts._papers import (
    READ,
    WRITE,
    agreement_address,
    chain_option,
    document_options,
    load,
    need_chain,
    network_option,
    output_option,
    placed,
    plain,
    token_option,
    wallet_option,
    write,
)


@click.command(cls=OfflineCommand)
@click.argument("output", type=WRITE)
@click.option("--like", type=READ, help="Take the terms of this file; fills its names in with --wallet and --token.")
@click.option("--renew", is_flag=True, help="With --like: fresh salts, so that equal terms are another agreement.")
@click.option("--replaces", type=READ, help="Make a change order to the agreement of this file, which is in force.")
@click.option("--under", type=READ, help="With --like: place the new agreement under the one of this file.")
@click.option("--origin", metavar="0x…", help="With --replaces: the first document's id, if that was amended before.")
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
    origin: str | None,
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
    from workpact.terms import change_order, loads, placed_under, template

    if output.exists():
        raise click.UsageError(f"{output} is there already: name another file, or move it away.")
    today = datetime.now(UTC).date()
    until = open_before or (today + timedelta(days=30)).isoformat()
    salts = {"offer_salt": secrets.token_bytes(32), "legal_salt": secrets.token_bytes(32)}
    with placed(network, chain_id) as chain:
        if replaces or under:
            base = load(replaces or like or under, wallets, token, need_chain(chain))  # type: ignore[arg-type]
            other = base if replaces else load(under, wallets, token, chain)  # type: ignore[arg-type]
            number, address = need_chain(chain), agreement_address(need_chain(chain))
            named = other.id(number, address)
            first = bytes.fromhex(origin[2:]) if origin else other.origin(number, address)
            if replaces:
                document = change_order(base, origin=first, replaces=named, open_before=until, **salts)
            else:
                document = placed_under(base, master=named, open_before=until, **salts)
            text = document.to_yaml()
        elif like:
            document = load(like, wallets, token, chain)
            plain_parts = document.plain()
            if open_before:
                plain_parts[0]["spec"]["offer"]["openBefore"] = open_before
            if renew:
                plain_parts[0]["spec"]["offer"]["salt"] = "0x" + salts["offer_salt"].hex()
                plain_parts[0]["spec"]["legal"]["salt"] = "0x" + salts["legal_salt"].hex()
            text = _yaml(plain_parts)
            document = loads(text, file=str(output))
        else:
            text = template(output.stem, open_before=until, due=(today + timedelta(days=90)).isoformat(), **salts)
            document = loads(text, file=str(output))
    output.write_text(text, encoding="utf-8")
    value = {"file": str(output), "unresolved": list(document.unresolved)}
    missing = f" Still to name with --wallet: {', '.join(document.unresolved)}." if document.unresolved else ""
    emit(value, as_json, f"{output} is written. Fill it in, then: ape run agreement show {output}.{missing}")


def _yaml(parts: list[dict]) -> str:  # type: ignore[type-arg]
    from workpact.terms.contents import write_yaml

    return write_yaml(parts)


@click.command(cls=OfflineCommand)
@document_options
@network_option
@chain_option
@json_option
def show(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    network: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Check a file and show what it says.

    \b
    Example:
      ape run agreement show desk.yaml
    """
    with placed(network, chain_id) as chain:
        document = load(file, wallets, token, chain)
    lines = [document.title, f"Client: {document.parties.client.legal_name} ({document.parties.client.wallet})"]
    contractor = document.parties.contractor
    lines.append(f"Contractor: {contractor.legal_name} ({contractor.wallet})")
    milestones = [{"name": each.name, "amount": each.amount, "due": each.due} for each in document.milestones]
    money = document.context
    for each in document.milestones:
        due = datetime.fromtimestamp(each.due, document.zone)
        lines.append(f"Milestone {each.name}: {_money(each.amount, money)}, due {due:%Y-%m-%d %H:%M}")
    if document.periods:
        lines.append(f"Service periods: {', '.join(period.name for period in document.periods)}")
        lines.append(f"Service levels: {', '.join(level.name for level in document.levels)}")
    if document.unresolved:
        lines.append(f"Names still without an address: {', '.join(document.unresolved)} (--wallet NAME=0x…)")
    value = {
        "name": document.name,
        "title": document.title,
        "milestones": milestones,
        "periods": [period.name for period in document.periods],
        "levels": [level.name for level in document.levels],
        "unresolved": list(document.unresolved),
        "file": document.plain(),
    }
    emit(value, as_json, lines)


def _money(units: int, context) -> str:  # type: ignore[no-untyped-def]
    from workpact.terms.units import write_money

    return write_money(units, context.symbol, context.decimals)


@click.command(cls=OfflineCommand)
@document_options
@click.option("--pdf", type=WRITE, help="Write it as PDF too.")
@click.option("--font", type=READ, help="A TrueType font for the PDF, if its own lacks letters.")
@output_option
@network_option
@chain_option
@json_option
def document(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    pdf: Path | None,
    font: Path | None,
    output: Path | None,
    network: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Write the agreement in plain language: Markdown, and PDF if wanted.

    Its salted hash is in the signed terms, so that these words and the code are one signed thing.

    \b
    Example:
      ape run agreement document desk.yaml --output desk.md --pdf desk.pdf --network ethereum:sepolia
    """
    with placed(network, chain_id) as chain:
        loaded = load(file, wallets, token, chain)
    text = loaded.document_markdown()
    value = {
        "markdown": write(output, text) or text,
        "pdf": write(pdf, loaded.document_pdf(str(font) if font else None)) if pdf else None,
        "legalTextHash": loaded.legal_text_hash,
    }
    emit(plain(value), as_json, text if output is None else f"{output} is written.")


@click.command(cls=OfflineCommand)
@document_options
@network_option
@chain_option
@json_option
def digest(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    network: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Show what a device that shows hashes will show, and the id that is signed.

    \b
    Example:
      ape run agreement digest desk.yaml --chain-id 1
    """
    from workpact.signing import hashes

    with placed(network, chain_id) as chain:
        number = need_chain(chain)
        loaded, address = load(file, wallets, token, number), agreement_address(number)
    domain, message = hashes(loaded.typed_data(number, address))
    value = {
        "id": loaded.id(number, address),
        "origin": loaded.origin(number, address),
        "domainHash": domain,
        "messageHash": message,
    }
    shown = plain(value)
    lines = [
        f"id (the digest that is signed)  {shown['id']}",
        f"domain hash                     {shown['domainHash']}",
        f"message hash                    {shown['messageHash']}",
        f"origin                          {shown['origin']}",
    ]
    emit(shown, as_json, lines)


@click.command("typed-data", cls=OfflineCommand)
@document_options
@output_option
@network_option
@chain_option
@json_option
def typed_data(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    output: Path | None,
    network: str | None,
    chain_id: int | None,
    as_json: bool,
) -> None:
    """Write what wallets sign (eth_signTypedData_v4), for any tool that signs typed data.

    The tool's signature is what `open --signature` takes.

    \b
    Example:
      ape run agreement typed-data desk.yaml --network ethereum:sepolia --output desk.json
      cast wallet sign --data --from-file desk.json > client.sig
    """
    with placed(network, chain_id) as chain:
        number = need_chain(chain)
        signed = load(file, wallets, token, number).typed_data(number, agreement_address(number))
    if output is not None:
        write(output, json.dumps(signed, indent=2) + "\n")
    emit(signed, as_json, json.dumps(signed, indent=2) if output is None else f"{output} is written.")


COMMANDS = (new, show, document, digest, typed_data)
