"""The agreement in plain language. Every sentence follows from the file; SPEC.md is what the contracts do.

The text cannot contain the id, which commits to the text; it names the parts that the id is made of.
"""

from __future__ import annotations

from workpact.terms.contents import Contents
from workpact.terms.fields import ZERO_WORD
from workpact.terms.markdown import Format, bullets, duration, plain, quote, share, table
from workpact.terms.model import Party
from workpact.terms.text_contest import reports
from workpact.terms.text_equity import equity
from workpact.terms.text_room import room
from workpact.terms.text_rules import disputes, ending, operators, privacy, silence
from workpact.terms.text_service import credits, levels, measurement, service


def render_markdown(contents: Contents) -> str:
    """The whole document as Markdown, ending with one line break."""
    fmt = Format(contents)
    sections = [
        ("The parties", _parties(contents)),
        ("What is paid, and how it comes into force", _force(contents, fmt)),
        ("Deliverables", _milestones(contents, fmt)),
        ("Service periods and their charge", service(contents, fmt)),
        ("Reports of service periods", reports(contents)),
        ("Service levels", levels(contents)),
        ("What a missed level costs", credits(contents, fmt)),
        ("How each level is measured", measurement(contents)),
        ("What silence means", silence(contents, fmt)),
        ("Disputes", disputes(contents)),
        ("Ending", ending(contents)),
        ("Operators", operators(contents, fmt)),
        ("The workers' share", equity(contents, fmt)),
        ("What the parties share, and who may read it", room(contents)),
        ("What the public can read", privacy()),
        ("Law", _law(contents)),
        ("Signatures", _signatures(contents)),
    ]
    parts = [f"# {plain(contents.title)}", _opening(contents)]
    for number, (heading, body) in enumerate(((h, b) for h, b in sections if b), 1):
        parts += [f"## {number}. {heading}", body]
    return "\n\n".join(parts) + "\n"


def _opening(contents: Contents) -> str:
    client, contractor = contents.parties.client, contents.parties.contractor
    lines = [
        f"Between **{plain(client.legal_name)}** (the client) and **{plain(contractor.legal_name)}** "
        "(the contractor). This text and the terms that a smart contract carries out are made from one file; "
        "the salted hash of this text is part of the terms, so that who signs the one signs the other.",
        f"All dates are in the time zone {contents.spec.timezone}. A date on which something ends includes its last "
        "second. Amounts are exact; where a division leaves a remainder, the text says who has it.",
    ]
    spec = contents.spec
    if spec.replaces != ZERO_WORD:
        lines.append(
            f"This is a change order. It replaces the document `{spec.replaces}` of the agreement "
            f"`{spec.origin}`; what was paid, ruled or settled under it stands."
        )
    if spec.under != ZERO_WORD:
        lines.append(f"This agreement is placed under the master agreement `{spec.under}`.")
    return "\n\n".join(lines)


def _parties(contents: Contents) -> str:
    def row(role: str, party: Party) -> list[str]:
        signatory = f"{plain(party.signatory.name)}, {plain(party.signatory.title)}"
        cells = [party.legal_name, party.register_number, party.country]
        return [role, *(plain(cell) for cell in cells), signatory, plain(party.notice_address)]

    head = ["", "Legal name", "Register number", "Country", "Signatory", "Address for notices"]
    rows = [row("Client", contents.parties.client), row("Contractor", contents.parties.contractor)]
    return table(head, rows)


def _force(contents: Contents, fmt: Format) -> str:
    spec = contents.spec
    items = [
        f"Payment is in {spec.token.symbol}, the token at `{spec.token.address}`, "
        f"with {spec.token.decimals} decimals. Nothing else is owed through the contract.",
        f"The document can come into force until {fmt.instant(spec.offer.open_before)}; before that either party can "
        "withdraw it.",
    ]
    if spec.replaces == ZERO_WORD:
        items.append(
            f"Opening takes {fmt.money(spec.offer.deposit)} from the client's wallet, which the client's signature "
            "orders. No other sum is ever taken from a wallet that does not send it itself."
        )
    if spec.total is not None:
        items.append(f"All milestones and all periods at their cap come to {fmt.money(spec.total)}.")
    return bullets(items)


def _milestones(contents: Contents, fmt: Format) -> str:
    if not contents.milestones:
        return ""
    review = contents.spec.review
    head = ["No.", "Name", "What", "The client pays", "The contractor delivers by", "Last moment to submit"]
    rows = [
        [
            str(number),
            item.name,
            plain(item.title),
            fmt.money(item.amount),
            fmt.instant(item.due),
            fmt.instant(item.due + review.grace),
        ]
        for number, item in enumerate(contents.milestones, 1)
    ]
    parts = [table(head, rows)]
    for item in contents.milestones:
        parts.append(f"**{item.name}: {plain(item.title)}**")
        parts.append(quote(item.description))
        if item.deliverables:
            parts.append("To be handed over:\n\n" + bullets(plain(line) for line in item.deliverables))
    rules = [
        f"After a submission the client has {duration(review.period)} to accept, to reject with a reason, or to "
        f"dispute. A milestone can be rejected {_times(review.rejections)}.",
        "After a rejection the contractor may submit again until the last moment to submit, or for "
        f"{duration(review.period)} after the rejection, whichever is later.",
        "The client may accept at any time before a milestone is settled, also a part of it.",
    ]
    if review.holdback and review.holdback_until:
        rules.append(
            f"Of every payment made until {fmt.instant(review.holdback_until)}, {share(review.holdback)} is held "
            "back, rounded down. After that date anyone can release it to the contractor; before it the client may "
            "dispute it."
        )
    return "\n\n".join([*parts, "**For every milestone**", bullets(rules)])


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _law(contents: Contents) -> str:
    legal = contents.spec.legal
    prevails = {
        "text": "If this text and what the contract does differ, this text prevails between the parties, who then "
        "settle the difference outside the contract.",
        "code": "If this text and what the contract does differ, what the contract does prevails.",
    }
    items = [
        f"Governing law: {plain(legal.governing_law)}.",
        f"Jurisdiction: {plain(legal.jurisdiction)}.",
        prevails[legal.prevails],
        "A change needs a change order that both parties sign. A notice of ending given through the contract is also "
        "sent to the address for notices.",
        "Who holds a wallet acts for its party. A lost key is lost: a party that fears this uses a multi-signature "
        "wallet, and moves to another address with the other party's consent.",
    ]
    text = bullets(items)
    if legal.attachments:
        rows = [[plain(item.title), plain(item.path), f"`{item.sha256}`"] for item in legal.attachments]
        text += "\n\nThese files belong to the agreement, by their content:\n\n"
        text += table(["Attachment", "File", "SHA-256"], rows)
    return text


def _signatures(contents: Contents) -> str:
    parts = [
        "Each party signs by the wallet named here. The signatory confirms that the wallet is the party's and that a "
        "signature made with it binds the party as a signature on paper does."
    ]
    for role, party in (("Client", contents.parties.client), ("Contractor", contents.parties.contractor)):
        parts.append(f"**{role}: {plain(party.legal_name)}**")
        parts.append(
            bullets(
                [
                    f"Wallet: `{party.wallet}`",
                    f"Signatory: {plain(party.signatory.name)}, {plain(party.signatory.title)}",
                    "Place and date: ______________________________",
                    "Signature: ______________________________",
                ]
            )
        )
    return "\n\n".join(parts)
