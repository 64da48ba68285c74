"""The document's sections on what silence means, disputes, ending, operators and privacy."""

from __future__ import annotations

from workpact.terms.contents import Contents
from workpact.terms.markdown import Format, bullets, duration, plain, share, table
from workpact.terms.model import Judge, Party
from workpact.terms.text_contest import silences


def silence(contents: Contents, fmt: Format) -> str:
    """Every state in which somebody may simply not act, and what follows."""
    spec, rules = contents.spec, contents.spec.arbitration
    review = duration(spec.review.period)
    rows = []
    if contents.milestones:
        rows += [
            [
                "A milestone was not submitted",
                f"the contractor, {duration(spec.review.grace)} past the due date",
                "the amount goes back to the client",
            ],
            ["A milestone was submitted", f"the client, {review} after it", "it is paid to the contractor"],
            [
                "A milestone was rejected",
                f"the contractor, until the last moment to submit or {review} after the rejection",
                "the amount goes back to the client",
            ],
        ]
    windows = f"whoever may rule, for two times {duration(rules.window)}"
    rows.append(
        ["Something is disputed", windows, f"{share(rules.split)} goes to the contractor, the rest to the client"]
    )
    if spec.service and spec.billing:
        missed = "every level counts as missed in its first band, and only the fixed charge is owed"
        met = "every level counts as met, and only the fixed charge is owed"
        rows += [
            [
                "A period has no report",
                f"the {spec.service.obliged}, {duration(spec.service.report_within)} past the period's end",
                missed if spec.service.obliged == "contractor" else met,
            ],
            *silences(contents),
            [
                "A period is not final",
                f"everybody, {duration(spec.service.final_within)} past the period's end",
                "it settles without credit, at the fixed charge and what both sides' reports have of the variable part",
            ],
        ]
    rows += [
        ["A payment is due and too little is held", "the client", "it stays owed and is paid as money comes"],
        [
            "It stays unpaid",
            f"the client, for {duration(spec.ending.cure)}",
            "the contractor may end for non-payment",
        ],
        ["The document was not opened", f"both, until {fmt.instant(spec.offer.open_before)}", "it never binds"],
    ]
    text = table(["If", "and silent is", "then"], rows)
    return text + "\n\nAnyone may carry this out; it counts from its time, whoever calls late."


def _judge(role: str, judge: Judge | None) -> str:
    if judge is None:
        return f"There is no {role}."
    return f"The {role} is {plain(judge.legal_name)}, {plain(judge.country)}, wallet `{judge.wallet}`."


def disputes(contents: Contents) -> str:
    """Who rules, when, at what price."""
    rules = contents.spec.arbitration
    items = [
        _judge("arbiter", rules.arbiter),
        _judge("backup", rules.backup),
        "Either party may dispute a submitted milestone before its review ends, or a rejected one before its last "
        "moment to submit; the client also the holdback before its date. Everything else goes on.",
    ]
    if rules.arbiter or rules.backup:
        items += [
            f"The arbiter has {duration(rules.window)} from the dispute to divide the milestone between the parties, "
            "then the backup as long. Only one that has agreed on chain to serve may rule.",
            f"Whoever rules gets {share(rules.fee)} of the disputed money that is there, rounded down, borne by each "
            "side in proportion to what it lost.",
        ]
    items.append(
        f"If nobody has ruled after two times {duration(rules.window)}, {share(rules.split)} goes to the contractor, "
        "rounded down, and the rest to the client, without a fee."
    )
    return bullets(items)


def ending(contents: Contents) -> str:
    """How it ends."""
    rules = contents.spec.ending
    items = [
        "Both parties may end at any time and divide what is held as they sign.",
        f"The client may end with a notice of {duration(rules.client_notice)}, the contractor with one of "
        f"{duration(rules.contractor_notice)}; it takes effect at the end of the service period that it falls in. "
        "What falls due until then is still paid.",
        f"The contractor may end at once when a payment has been due for more than {duration(rules.cure)} and too "
        "little is held for it.",
        "What is held for work that is not delivered goes back to the client.",
    ]
    if contents.credit:
        items.insert(2, "The client may end at once while it has a right to end by the service levels.")
    return bullets(items)


def _acting(role: str, party: Party) -> list[str]:
    lines = []
    if party.operators:
        lines.append(f"Operators of the {role}: " + ", ".join(f"`{wallet}`" for wallet in party.operators) + ".")
    if party.reporters and party.reporters.wallets:
        wallets = ", ".join(f"`{wallet}`" for wallet in party.reporters.wallets)
        lines.append(f"Reporters of the {role}, of whom {party.reporters.quorum} must sign: {wallets}.")
    return lines


def operators(contents: Contents, fmt: Format) -> str:
    """Who acts for the parties."""
    parties = contents.parties
    lines = [*_acting("client", parties.client), *_acting("contractor", parties.contractor)]
    if not lines:
        return ""
    if parties.client.operators or parties.contractor.operators:
        lines.append(
            "Operators may submit, accept, reject and dispute, for milestones of together at most "
            f"{fmt.money(contents.spec.operator_limit)} in one call. They may not end, amend, assign or change where "
            "money goes."
        )
    return bullets(lines)


def privacy() -> str:
    """What the chain shows."""
    return bullets(
        [
            "On a public network everyone can read the addresses of both parties and of all others named here by an "
            "address, all amounts, prices, dates and shares, the names of service levels and quantities, and the "
            "reported figures.",
            "Nobody can read there the names of parties or people, titles, descriptions, reasons, queries, or this "
            "text: of these the chain holds at most a salted hash.",
            "Who cannot publish prices uses a permissioned EVM network.",
        ]
    )
