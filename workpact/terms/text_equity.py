"""The document's section on the workers' share."""

from __future__ import annotations

from workpact.terms import units
from workpact.terms.contents import Contents
from workpact.terms.markdown import Format, bullets, duration, plain, share, table
from workpact.terms.model import Plan


def equity(contents: Contents, fmt: Format) -> str:
    """What the workers get."""
    share_plan = contents.spec.equity
    if not share_plan:
        return ""
    head = ["Plan", "What", "From", "Nothing before", "All after", "In steps of", "Vests by"]
    items = [
        f"Set aside are {share_plan.units:,} units of the worker token {plain(share_plan.token_name)} "
        f"({share_plan.token_symbol}), kept by `{share_plan.contract}`. One token is 1,000,000 units.",
        *(f"By plan {g.plan}: {g.workers:,} workers, {g.units:,} units each." for g in share_plan.grants),
        *(_rules(contents, plan) for plan in share_plan.plans),
        "What has vested is the worker's and is never taken back; what has not returns to the pool when a grant ends.",
    ]
    return table(head, [_row(plan, fmt) for plan in share_plan.plans]) + "\n\n" + bullets(items)


def _row(plan: Plan, fmt: Format) -> list[str]:
    counted = ", ".join([*plan.milestones, *plan.periods]) or "nothing"
    gates = {
        "none": "time alone",
        "minimum": "time, but no faster than the share of these that is reached: " + counted,
        "maximum": "time, or faster by the share of these that is reached: " + counted,
        "product": "time multiplied by the share of these that is reached: " + counted,
    }
    return [
        plan.name,
        plain(plan.title),
        fmt.instant(plan.start),
        duration(plan.cliff),
        duration(plan.duration),
        duration(plan.step),
        gates[plan.gate],
    ]


def _rules(contents: Contents, plan: Plan) -> str:
    """Ending, leave, and what follows when the client ends."""
    if plan.notice == units.NEVER:
        ending = "cannot be ended"
    elif plan.notice:
        ending = f"ends {duration(plan.notice)} after its end was announced; until then it goes on vesting"
    else:
        ending = "can be ended at once"
    words = [f"A grant of plan {plan.name} {ending}."]
    if plan.leave:
        words.append(f"While its worker is on leave its time stands still, for {duration(plan.leave)} in all at most.")
    else:
        words.append("Leave does not stop its time.")
    if not plan.leaver:
        words.append("When the client ends this agreement by notice, nothing more vests for that.")
        return " ".join(words)
    words.append(
        f"When the client has ended this agreement by notice, {share(plan.leaver)} of what has not vested vests at "
        "once, and the rest goes on in its time."
    )
    if plan.notice < contents.spec.ending.client_notice:
        words.append(
            f"A grant can be ended sooner than the client's notice of "
            f"{duration(contents.spec.ending.client_notice)} takes effect; a grant that has ended gets nothing of this."
        )
    return " ".join(words)
