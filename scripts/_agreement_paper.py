"""Commands on the file alone: no account, nothing sent."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from scripts._options import OfflineCommand, emit, json_option
from scripts._papers import (
    READ,
    WRITE,
    agreement_address,
    chain_option,
    check_measurable,
    document_options,
    load,
    need_chain,
    network_option,
    output_option,
    placed,
    plain,
    write,
)


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
    from workpact.terms.units import write_money

    with placed(network, chain_id) as chain:
        document = load(file, wallets, token, chain)
    lines = [document.title, f"Client: {document.parties.client.legal_name} ({document.parties.client.wallet})"]
    contractor = document.parties.contractor
    lines.append(f"Contractor: {contractor.legal_name} ({contractor.wallet})")
    milestones = [{"name": each.name, "amount": each.amount, "due": each.due} for each in document.milestones]
    for each in document.milestones:
        due = datetime.fromtimestamp(each.due, document.zone)
        amount = write_money(each.amount, document.token.symbol, document.token.decimals)
        lines.append(f"Milestone {each.name}: {amount}, due {due:%Y-%m-%d %H:%M}")
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
        loaded = load(file, wallets, token, number)
        check_measurable(loaded)
        signed = loaded.typed_data(number, agreement_address(number))
    if output is not None:
        write(output, json.dumps(signed, indent=2) + "\n")
    emit(signed, as_json, json.dumps(signed, indent=2) if output is None else f"{output} is written.")


COMMANDS = (show, document, digest, typed_data)
