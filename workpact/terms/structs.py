"""The document as the messages that are signed, and as the structs that contracts take (contracts/types/)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eth_utils.crypto import keccak

from workpact.terms import eip712
from workpact.terms.definition import definition_hash
from workpact.terms.fields import ZERO_ADDRESS, ZERO_WORD
from workpact.terms.model import Party, Plan

if TYPE_CHECKING:
    from workpact.terms.agreement import AgreementDocument

Message = dict[str, Any]
Struct = tuple[Any, ...]

GATES = ("none", "minimum", "maximum", "product")
SIDES = ("contractor", "client")


def word(text: str) -> bytes:
    """32 bytes from their hex digits."""
    return bytes.fromhex(text.removeprefix("0x"))


def agreement_message(document: AgreementDocument) -> Message:
    """The whole `Agreement` with EIP-712 member names."""
    return {
        "deal": _deal(document),
        "milestones": [{"amount": item.amount, "due": item.due} for item in document.milestones],
        "arbitration": _arbitration(document),
        "annex": {
            "offer": _offer(document),
            "conditions": {
                "operators": _operators(document),
                "ending": _ending(document),
                "billing": _billing(document),
                "service": {"schedule": _schedule(document), "levels": _levels(document)},
                "equity": _equity(document),
                "legalText": document.legal_text_hash,
            },
        },
    }


def _deal(document: AgreementDocument) -> Message:
    spec = document.spec
    return {
        "origin": word(spec.origin),
        "client": spec.parties.client.wallet,
        "contractor": spec.parties.contractor.wallet,
        "token": spec.token.address,
        "review": spec.review.period,
        "grace": spec.review.grace,
        "rejections": spec.review.rejections,
        "holdback": spec.review.holdback,
        "holdbackUntil": spec.review.holdback_until or 0,
    }


def _arbitration(document: AgreementDocument) -> Message:
    rules = document.spec.arbitration
    return {
        "arbiter": rules.arbiter.wallet if rules.arbiter else ZERO_ADDRESS,
        "backup": rules.backup.wallet if rules.backup else ZERO_ADDRESS,
        "fee": rules.fee,
        "window": rules.window,
        "split": rules.split,
    }


def _offer(document: AgreementDocument) -> Message:
    spec = document.spec
    return {
        "salt": int(spec.offer.salt, 16),
        "openBefore": spec.offer.open_before,
        "deposit": spec.offer.deposit,
        "replaces": word(spec.replaces),
        "under": word(spec.under),
    }


def _operators(document: AgreementDocument) -> Message:
    parties = document.spec.parties
    return {
        "client": list(parties.client.operators),
        "contractor": list(parties.contractor.operators),
        "limit": document.spec.operator_limit,
    }


def _ending(document: AgreementDocument) -> Message:
    ending = document.spec.ending
    return {
        "clientNotice": ending.client_notice,
        "contractorNotice": ending.contractor_notice,
        "cure": ending.cure,
    }


def _billing(document: AgreementDocument) -> Message:
    billing = document.spec.billing
    if not billing:
        return {"oracle": ZERO_ADDRESS, "fixedCharge": 0, "cap": 0, "cover": 0}
    return {
        "oracle": billing.oracle,
        "fixedCharge": billing.fixed,
        "cap": billing.cap,
        "cover": billing.cover,
    }


def _schedule(document: AgreementDocument) -> Message:
    service, periods = document.spec.service, document.periods
    if not service:
        numbers = dict.fromkeys(("start", "reportWithin", "finalWithin", "obliged"), 0)
        return numbers | {"ends": [], "definition": word(ZERO_WORD), "contest": _contest(document)}
    return {
        "start": periods[0].start,
        "ends": [period.end for period in periods],
        "reportWithin": service.report_within,
        "finalWithin": service.final_within,
        "obliged": SIDES.index(service.obliged),
        "definition": definition_hash(document),
        "contest": _contest(document),
    }


def _contest(document: AgreementDocument) -> Message:
    service, judges = document.spec.service, _arbitration(document)
    if not service:
        return {"window": 0, "arbiter": ZERO_ADDRESS, "backup": ZERO_ADDRESS, "ruling": 0, "standing": 0}
    return {
        "window": service.contest.window,
        "arbiter": judges["arbiter"],
        "backup": judges["backup"],
        "ruling": service.contest.ruling,
        "standing": SIDES.index(service.contest.standing),
    }


def _levels(document: AgreementDocument) -> Message:
    levels = [
        {
            "name": level.name,
            "form": int(level.form),
            "minimumSample": level.minimum_sample,
            "lowVolume": int(level.low_volume),
            "repeat": level.repeat,
            "critical": int(level.critical),
            "earnBack": int(level.earn_back),
            "bands": [band.model_dump() for band in level.bands],
        }
        for level in document.levels
    ]
    return {
        "levels": levels,
        "credits": _credits(document),
        "reporters": _reporters(document),
        "prices": [{"quantity": price.quantity, "rate": price.rate} for price in document.prices],
    }


def _credits(document: AgreementDocument) -> Message:
    if not document.credit:
        return dict.fromkeys((name for _, name in eip712.TYPES["Credits"]), 0)
    spec = document.credit.spec
    return {
        "atRisk": spec.at_risk,
        "periodCap": spec.period_cap,
        "yearCap": spec.year_cap,
        "yearPeriods": spec.year_periods,
        "failures": spec.right_to_end.failures,
        "failureWindow": spec.right_to_end.within,
        "lapse": spec.right_to_end.lapse,
        "earnBack": spec.earn_back.periods if spec.earn_back else 0,
        "earnBackBefore": len(document.periods) - spec.earn_back.periods if spec.earn_back else 0,
    }


def _reporters(document: AgreementDocument) -> Message:
    client, contractor = document.spec.parties.client, document.spec.parties.contractor
    return {
        "client": client.wallet,
        "contractor": contractor.wallet,
        "clientReporters": _wallets(client),
        "clientQuorum": client.reporters.quorum if client.reporters else 1,
        "contractorReporters": _wallets(contractor),
        "contractorQuorum": contractor.reporters.quorum if contractor.reporters else 1,
    }


def _wallets(party: Party) -> list[str]:
    return list(party.reporters.wallets) if party.reporters else []


def _equity(document: AgreementDocument) -> Message:
    equity = document.spec.equity
    if not equity:
        return {"equity": ZERO_ADDRESS, "units": 0, "plans": word(ZERO_WORD)}
    plans = [plan_message(document, plan) for plan in equity.plans]
    return {"equity": equity.contract, "units": equity.units, "plans": eip712.array_hash("Plan", plans)}


def plan_message(document: AgreementDocument, plan: Plan) -> Message:
    """A plan as it is hashed into `Equity.plans`; masks have bit i for the i-th milestone or period."""
    milestones = [item.name for item in document.milestones]
    periods = [period.name for period in document.periods]
    return {
        "name": plan.name,
        "start": plan.start,
        "cliff": plan.cliff,
        "duration": plan.duration,
        "step": plan.step,
        "gate": GATES.index(plan.gate),
        "milestones": sum(1 << milestones.index(name) for name in plan.milestones),
        "periods": sum(1 << periods.index(name) for name in plan.periods),
        "notice": plan.notice,
        "leave": plan.leave,
        "leaver": plan.leaver,
    }


def calldata(kind: str, message: Mapping[str, Any]) -> Struct:
    """A message as the tuple of its Solidity struct; a string travels as its hash, which is its EIP-712 word."""
    return tuple(_member(member, message[field]) for member, field in eip712.TYPES[kind])


def _member(kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        return [_member(kind.removesuffix("[]"), item) for item in value]
    if kind in eip712.TYPES:
        return calldata(kind, value)
    return keccak(text=value) if kind == "string" else value


def schedule(message: Mapping[str, Any]) -> Struct:
    """`Schedule` of contracts/types/Terms.sol, in which the contest is its struct hash."""
    fields = [field for _, field in eip712.TYPES["Schedule"] if field != "contest"]
    return (*(message[field] for field in fields), eip712.struct_hash("Contest", message["contest"]))


def terms(message: Mapping[str, Any]) -> Struct:
    """`Terms` of contracts/types/Terms.sol."""
    return (
        calldata("Deal", message["deal"]),
        [calldata("Milestone", item) for item in message["milestones"]],
        eip712.struct_hash("Arbitration", message["arbitration"]),
        eip712.struct_hash("Annex", message["annex"]),
    )


def proposal(message: Mapping[str, Any]) -> Struct:
    """`Proposal` of contracts/types/Terms.sol."""
    return (
        calldata("Deal", message["deal"]),
        [calldata("Milestone", item) for item in message["milestones"]],
        calldata("Arbitration", message["arbitration"]),
        calldata("Offer", message["annex"]["offer"]),
        eip712.struct_hash("Conditions", message["annex"]["conditions"]),
    )


def conditions(message: Mapping[str, Any]) -> Struct:
    """`Conditions` of contracts/types/Terms.sol."""
    signed = message["annex"]["conditions"]
    return (
        eip712.struct_hash("Offer", message["annex"]["offer"]),
        eip712.struct_hash("Operators", signed["operators"]),
        calldata("Ending", signed["ending"]),
        calldata("Billing", signed["billing"]),
        schedule(signed["service"]["schedule"]),
        eip712.struct_hash("Levels", signed["service"]["levels"]),
        eip712.struct_hash("Equity", signed["equity"]),
        signed["legalText"],
    )


def figures(values: Sequence[tuple[int, int, int]]) -> list[Message]:
    """`Figure` messages from (good, total, excluded)."""
    return [{"good": good, "total": total, "excluded": excluded} for good, total, excluded in values]
