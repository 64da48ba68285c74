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

AGREEMENT = to_checksum_address(keccak(text="agreement")[:20])
Event = tuple[str, dict[str, Any]]
BASES = {model.DEFAULT_MISSED: 2, model.DEFAULT_MET: 3}
ALL = 2**256 - 1


def compare(chain: Chain, seeds: Iterable[int]) -> Counter[str]:
    """Compares the case of each seed; returns how many periods each rule had a say in, and "periods"."""
    met: Counter[str] = Counter()
    for seed in seeds:
        case = cases.case(seed)
        expected = model.assess(case.service["levels"], case.outcomes)
        _drive(chain, case, origin := keccak(seed.to_bytes(32, "big")), expected)
        _check(chain, case, origin, expected)
        for result in expected:
            met.update(["periods", *result.reasons, *(["assessed later"] if case.order != sorted(case.order) else [])])
    return met


def _drive(chain: Chain, case: cases.Case, origin: bytes, expected: list[model.Assessment]) -> None:
    keys = cases.CLIENT_REPORTER_KEY, cases.CONTRACTOR_REPORTER_KEY
    assessed: set[int] = set()
    for period in case.order:
        if isinstance(case.outcomes[period], str):
            schedule, levels = typed.abi_schedule(case.service), typed.abi_levels(case.service)
            receipt = chain.send("applyDefault", AGREEMENT, origin, schedule, levels, period)
        else:
            receipt = chain.report(case.service, _given(case, origin, period), *keys)
        said = [_final(case, origin, period, expected[period])]
        if period == 0 or period - 1 in assessed:
            said.append(_assessed(chain, receipt, case, origin, period, expected[period]))
            assessed.add(period)
        assert chain.events(receipt) == said
    for period in sorted(set(case.order) - assessed):
        receipt = chain.assess(case.service, _given(case, origin, period))
        assert chain.events(receipt) == [_assessed(chain, receipt, case, origin, period, expected[period])]


def _final(case: cases.Case, origin: bytes, period: int, result: model.Assessment) -> Event:
    named = {"agreement": AGREEMENT, "origin": origin, "period": period, "failed": result.mask}
    named["document"] = typed.document_hash(case.service)
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
    named = {"agreement": AGREEMENT, "origin": origin, "period": period}
    return "PeriodAssessed", named | {"rate": result.rate, "endUntil": end_until}


def _given(case: cases.Case, origin: bytes, period: int) -> dict[str, object]:
    outcome = case.outcomes[period]
    if isinstance(outcome, str):
        return typed.report(AGREEMENT, origin, case.service, period, [], id=typed.ZERO)
    return typed.report(AGREEMENT, origin, case.service, period, outcome, case.quantities[period])


def _check(chain: Chain, case: cases.Case, origin: bytes, expected: list[model.Assessment]) -> None:
    document = typed.document_hash(case.service)
    functions = chain.oracle.functions
    book = functions.bookOf(AGREEMENT, origin, document).call()
    cumulative = 0
    for period, result in enumerate(expected):
        outcome = case.outcomes[period]
        is_default = isinstance(outcome, str)
        charge = 0 if is_default else model.charge(case.service["levels"], case.quantities[period])
        stored, commitment, stored_charge = functions.periodOf(book, period).call()
        basis, failed, final_at, rate, sum_of_rates, end_until = stored
        cumulative += result.rate
        lapse = case.service["levels"]["credits"]["lapse"]
        assert basis == (BASES[str(outcome)] if is_default else 1)
        assert failed == result.mask
        assert rate == result.rate
        assert sum_of_rates == cumulative
        assert end_until == (final_at + lapse if result.right_to_end else 0)
        assert stored_charge == charge
        assert commitment == typed.commitment(_given(case, origin, period))
        assert functions.resultOf(AGREEMENT, origin, document, period).call() == [final_at, charge, rate]
        assert final_at > 0
    met = sum(1 << period for period, result in enumerate(expected) if not result.failed)
    assert functions.metPeriods(AGREEMENT, origin, document, ALL).call() == met
