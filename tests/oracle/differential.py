"""Drives random cases through the contract and compares everything it keeps and says with the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from web3.types import TxReceipt

from tests.oracle import cases, model, typed
from tests.oracle.chain import Chain

Event = tuple[str, dict[str, Any]]

AGREEMENT = to_checksum_address(keccak(text="agreement")[:20])
REPORTED = 4
DEFAULTS = {model.DEFAULT_MISSED: 5, model.DEFAULT_MET: 6}
ALL = 2**256 - 1


def compare(chain: Chain, seeds: Iterable[int]) -> Counter[str]:
    """Compares the case of each seed; returns how many periods each rule had a say in, and "periods"."""
    met: Counter[str] = Counter()
    for seed in seeds:
        case = cases.case(seed)
        case.service["schedule"]["contest"]["arbiter"] = chain.sender
        expected = model.assess(case.service["levels"], case.outcomes, case.adjustments)
        _drive(chain, case, origin := keccak(seed.to_bytes(32, "big")), expected)
        rates = model.standing(case.service["levels"], expected)
        _check(chain, case, origin, expected, rates)
        for result, (rate, least) in zip(expected, rates, strict=True):
            met.update(["periods", *result.reasons])
            if result.held and rate == least:
                met["returned" if rate < result.rate else "kept"] += 1
        met["ruled"] += len(case.contests)
        met["assessed later"] += len(expected) if case.order != sorted(case.order) else 0
    return met


def _drive(chain: Chain, case: cases.Case, origin: bytes, expected: list[model.Assessment]) -> None:
    assessed: set[int] = set()
    for period in case.order:
        receipt = _finish(chain, case, origin, period)
        said = [*_ruled(chain, case, origin, period), _final(case, origin, period, expected[period])]
        if period == 0 or period - 1 in assessed:
            said.append(_assessed(chain, receipt, case, origin, period, expected[period]))
            assessed.add(period)
        assert chain.events(receipt) == said
    for period in sorted(set(case.order) - assessed):
        receipt = chain.assess(case.service, _given(case, origin, period))
        assert chain.events(receipt) == [_assessed(chain, receipt, case, origin, period, expected[period])]


def _named(origin: bytes, period: int) -> dict[str, Any]:
    return {"agreement": AGREEMENT, "origin": origin, "period": period}


def _ruled(chain: Chain, case: cases.Case, origin: bytes, period: int) -> list[Event]:
    if period not in case.contests:
        return []
    return [("PeriodRuled", _named(origin, period) | {"ruler": chain.sender, "mask": case.contests[period].mask})]


def _final(case: cases.Case, origin: bytes, period: int, result: model.Assessment) -> Event:
    named = _named(origin, period) | {"failed": result.mask, "document": typed.document_hash(case.service)}
    if isinstance(case.outcomes[period], str):
        return "PeriodDefaulted", named
    given = _given(case, origin, period)
    charge = model.charge(case.service["levels"], case.quantities[period])
    report = {"report": typed.report_hash(given), "evidence": given["evidence"], "charge": charge}
    return "PeriodReported", named | report


def _assessed(
    chain: Chain, receipt: TxReceipt, case: cases.Case, origin: bytes, period: int, result: model.Assessment
) -> Event:
    now = chain.web3.eth.get_block(receipt["blockNumber"])["timestamp"]
    end_until = now + case.service["levels"]["credits"]["lapse"] if result.right_to_end else 0
    return "PeriodAssessed", _named(origin, period) | {"rate": result.rate, "endUntil": end_until}


def _finish(chain: Chain, case: cases.Case, origin: bytes, period: int) -> TxReceipt:
    keys = cases.CLIENT_REPORTER_KEY, cases.CONTRACTOR_REPORTER_KEY
    if isinstance(case.outcomes[period], str):
        schedule, levels = typed.abi_schedule(case.service), typed.abi_levels(case.service)
        return chain.send("applyDefault", AGREEMENT, origin, schedule, levels, period)
    if period not in case.contests:
        return chain.report(case.service, _given(case, origin, period), *keys)
    contest = case.contests[period]
    client, contractor = (_contested(case, origin, period, is_client) for is_client in (True, False))
    receipt = chain.contest(case.service, client, contractor, *keys)
    ((_, answer),) = chain.events(receipt)
    quantities = [min(pair) for pair in zip(contest.client[1], contest.contractor[1], strict=True)]
    assert answer["charge"] == model.charge(case.service["levels"], quantities)
    return chain.rule(case.service, client, contractor, contest.mask)


def _contested(case: cases.Case, origin: bytes, period: int, is_client: bool) -> dict[str, Any]:
    contest = case.contests[period]
    figures, quantities = contest.client if is_client else contest.contractor
    evidence = keccak(bytes([is_client]))
    return typed.report(AGREEMENT, origin, case.service, period, figures, quantities, evidence, id=evidence)


def _given(case: cases.Case, origin: bytes, period: int) -> dict[str, Any]:
    outcome = case.outcomes[period]
    if isinstance(outcome, str):
        return typed.report(AGREEMENT, origin, case.service, period, [], id=typed.ZERO)
    quantities, adjustment = case.quantities[period], case.adjustments[period]
    given = typed.report(AGREEMENT, origin, case.service, period, outcome, quantities, adjustment=adjustment)
    if period in case.contests:
        stands = _contested(case, origin, period, case.contests[period].is_clients)
        return given | {name: stands[name] for name in ("id", "evidence")}
    return given


def _check(
    chain: Chain,
    case: cases.Case,
    origin: bytes,
    expected: list[model.Assessment],
    rates: list[tuple[int, int]],
) -> None:
    document = typed.document_hash(case.service)
    functions = chain.oracle.functions
    book = functions.bookOf(AGREEMENT, origin, document).call()
    credits = case.service["levels"]["credits"]
    cumulative = 0
    for period, result in enumerate(expected):
        outcome = case.outcomes[period]
        is_default = isinstance(outcome, str)
        charge = 0 if is_default else model.charge(case.service["levels"], case.quantities[period])
        stored, commitment, counter, stored_charge, held = functions.periodOf(book, period).call()
        stage, waived, failed, _, final_at, rate, sum_of_rates, end_until = stored
        cumulative += result.rate
        assert stage == (DEFAULTS[str(outcome)] if is_default else REPORTED)
        assert not waived
        assert failed == result.mask
        assert rate == result.rate
        assert sum_of_rates == cumulative
        assert end_until == (final_at + credits["lapse"] if result.right_to_end else 0)
        assert stored_charge == charge
        assert commitment == typed.commitment(_given(case, origin, period))
        assert counter == typed.ZERO
        periods = credits["earnBack"] if result.held else 0
        assert held == (result.held, sum(1 << level for level in result.held_for), periods)
        answer = functions.resultOf(AGREEMENT, origin, document, period).call()
        assert answer == [1, final_at, charge, *rates[period]]
        assert final_at > 0
    met = sum(1 << period for period, result in enumerate(expected) if not result.failed)
    assert functions.metPeriods(AGREEMENT, origin, document, ALL).call() == met
