"""A request's agreement file filled in as a bid's message says, so that the rules of files hold for bids too."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from workpact.market.blank import Plain
from workpact.market.errors import shown
from workpact.market.request import Request
from workpact.terms import AgreementDocument, Form, TermsError
from workpact.terms.fields import ZERO_WORD
from workpact.terms.loading import from_plain
from workpact.terms.structs import Message, agreement_message
from workpact.terms.units import PPM, write_instant, write_money, write_ratio, write_share


def misfit(request: Request, message: Message) -> str:
    """Why no agreement file of the request can be what this message says, in words; empty if one can.

    To be asked of a message that `violations` finds nothing wrong with: it makes the request's file with the bid's
    values, and compares its message. So everything that a file is refused for, a bid is, and what is measured
    (`definition`) follows from the request and the targets.
    """
    try:
        made = agreement_message(filled(request, message))
    except (TermsError, ValueError, OverflowError, OSError) as error:  # of dates too, which no clock knows
        return f"its terms make no agreement: {shown(str(error).splitlines()[0])}"
    made["annex"]["conditions"]["legalText"] = message["annex"]["conditions"]["legalText"]
    made["annex"]["offer"]["salt"] = message["annex"]["offer"]["salt"]
    schedule = message["annex"]["conditions"]["service"]["schedule"]
    own = made["annex"]["conditions"]["service"]["schedule"]["definition"]
    if schedule["definition"] != own:
        return (
            f"annex.conditions.service.schedule.definition: the request's file with the bid's targets makes "
            f"0x{own.hex()}, the bid has 0x{schedule['definition'].hex()}: it measures something else than is asked for"
        )
    return "" if made == message else "its terms are no agreement file's"


def filled(request: Request, message: Message) -> AgreementDocument:
    """The request's file with the open fields and the contractor's addresses of a message; raises TermsError."""
    plain = deepcopy(request.document.plain())
    spec, zone, token = plain[0]["spec"], request.document.zone, request.document.token
    offer, conditions = message["annex"]["offer"], message["annex"]["conditions"]
    levels = conditions["service"]["levels"]

    def money(units: int) -> str:
        return write_money(units, token.symbol, token.decimals)

    spec.pop("total", None)
    spec["offer"] |= {"salt": ZERO_WORD, "openBefore": write_instant(offer["openBefore"], zone, last=True)}
    for item, signed in zip(spec.get("milestones", []), message["milestones"], strict=True):
        item |= {"amount": money(signed["amount"]), "due": write_instant(signed["due"], zone, last=True)}
    billing = spec.get("billing")
    if billing:
        billing |= {"fixed": money(conditions["billing"]["fixedCharge"]), "cap": money(conditions["billing"]["cap"])}
        for price, signed in zip(billing.get("prices", []), levels["prices"], strict=True):
            price["rate"] = money(signed["rate"])
    _people(spec["parties"]["contractor"], message)
    if request.document.credit:
        _credit(request.document, plain, levels)
    return from_plain(plain, file="the request's file, filled in")


def _people(party: dict[str, Any], message: Message) -> None:
    conditions = message["annex"]["conditions"]
    reporters = conditions["service"]["levels"]["reporters"]
    party["wallet"] = message["deal"]["contractor"]
    party["operators"] = list(conditions["operators"]["contractor"])
    party.pop("reporters", None)
    if reporters["contractorReporters"] or reporters["contractorQuorum"] != 1:
        party["reporters"] = {
            "wallets": list(reporters["contractorReporters"]),
            "quorum": str(reporters["contractorQuorum"]),
        }


def _credit(document: AgreementDocument, plain: Plain, levels: Message) -> None:
    spec, credits = plain[-1]["spec"], levels["credits"]
    spec |= {"atRisk": write_share(credits["atRisk"]), "periodCap": write_share(credits["periodCap"])}
    if credits["yearCap"]:
        spec["yearCap"] = write_share(credits["yearCap"])
    slos = {part["metadata"]["name"]: part for part in plain if part["kind"] == "SLO"}
    for line, level, signed in zip(spec["levels"], document.levels, levels["levels"], strict=True):
        if signed["repeat"] != 1 or "repeat" in line:
            line["repeat"] = str(signed["repeat"])
        if not signed["bands"]:
            continue
        key = "below" if level.form.is_at_least else "above"
        line["bands"] = [
            {key: _threshold(level.form, band["threshold"]), "allocation": write_share(band["allocation"])}
            for band in signed["bands"]
        ]
        objective = slos[line["slo"]]["spec"]["objectives"][0]
        objective |= _target(level.form, signed["bands"][0]["threshold"])
    # The pool is in the file alone: what it leaves room for is in the bands.
    worst = sum(max((band["allocation"] for band in level["bands"]), default=0) for level in levels["levels"])
    assert document.credit is not None, "asked for a credit"
    spec["pool"] = write_share(max(worst, document.credit.spec.pool))


def _threshold(form: Form, value: int) -> str:
    return write_share(value) if form.is_ratio else str(value)


def _target(form: Form, value: int) -> dict[str, str]:
    """The objective that a first band's threshold belongs to (`workpact.terms.levels.target_of`)."""
    if not form.is_ratio:
        return {"value": str(value)}
    return {"target": write_ratio(value if form is Form.RATIO_AT_LEAST else PPM - value)}
