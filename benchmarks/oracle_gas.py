"""Receipt gas of the oracle's calls. Run as `python -m benchmarks.oracle_gas`."""

from __future__ import annotations

import json
import sys
from typing import Any

from eth_account import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.oracle import typed
from tests.oracle.chain import KEYS, Chain, oracle_chain

AGREEMENT = to_checksum_address(keccak(text="agreement")[:20])
ORIGIN = keccak(text="origin")
NOW, MONTH = 1_700_000_000, 2_592_000
RECORDS = 32_768
PERIODS = 14

ADDRESSES = [Account.from_key(key).address for key in KEYS]
CLIENT, CONTRACTOR, CLIENT_A, CLIENT_B, CONTRACTOR_A = ADDRESSES[:5]
CLIENT_KEY, CONTRACTOR_KEY = KEYS[2], KEYS[4]


def rows() -> dict[str, int]:
    """Each row's gas: 5 levels of 2 bands, 14 period ends, one of two and one of one reporters, the history warm."""
    with oracle_chain() as chain:
        return {
            "period report, 5 levels, 2 of 3 signatures": _report(chain),
            **_contested(chain),
            "prove 1 event of 32768": _prove(chain),
        }


def _service() -> dict[str, Any]:
    bands = ((950_000, 200_000), (900_000, 400_000))
    levels = [typed.level(f"level-{number}", 0, *bands, minimumSample=10, repeat=2) for number in range(3)]
    levels += [typed.level(f"level-{number}", 2, (300, 100_000), (600, 300_000), critical=1) for number in (3, 4)]
    credit = typed.credits(atRisk=150_000, periodCap=120_000, yearCap=100_000, failures=3, failureWindow=6, lapse=10**6)
    reporters = {
        "client": CLIENT,
        "contractor": CONTRACTOR,
        "clientReporters": [CLIENT_A, CLIENT_B],
        "clientQuorum": 1,
        "contractorReporters": [CONTRACTOR_A],
        "contractorQuorum": 1,
    }
    ends = [NOW + MONTH * period for period in range(PERIODS)]
    return typed.document(levels, credit, reporters, start=NOW - MONTH, ends=ends, reportWithin=MONTH)


def _report(chain: Chain) -> int:
    service = _service()
    for period in range(2):
        figures = [(12_345, 12_500), (9_800, 10_000), (4_990, 5_000), (1_234_567, 5_848), (250_000, 1_000)]
        evidence = keccak(text=f"evidence {period}")
        given = typed.report(AGREEMENT, ORIGIN, service, period, figures, evidence=evidence, id=keccak(text="id"))
        receipt = chain.report(service, given, CLIENT_KEY, CONTRACTOR_KEY)
    return receipt["gasUsed"]


def _contested(chain: Chain) -> dict[str, int]:
    """The contested lane in two periods of one book: in the second one side reports and the other is silent."""
    service = _service()
    service["schedule"]["contest"]["arbiter"] = chain.sender
    origin = keccak(text="contested")
    terms = typed.abi_schedule(service), typed.abi_contest(service), typed.abi_levels(service)

    def report(period: int, missed: int, side: str) -> dict[str, Any]:
        figures = [(12_345 - missed, 12_500), (9_800, 10_000), (4_990, 5_000), (1_234_567, 5_848), (250_000, 1_000)]
        evidence = keccak(text=f"{side} {period}")
        return typed.report(AGREEMENT, origin, service, period, figures, evidence=evidence, id=keccak(text="id"))

    chain.warp(NOW + MONTH // 2)
    client, contractor = report(0, 1_000, "client"), report(0, 0, "contractor")
    answered = chain.contest(service, client, contractor, CLIENT_KEY, CONTRACTOR_KEY)
    ruled = chain.rule(service, client, contractor, 1)
    chain.warp(NOW + MONTH + 1)
    alone = report(1, 0, "client")
    signatures = typed.sign(alone, [CLIENT_KEY], chain.web3.eth.chain_id, chain.oracle.address)
    reported = chain.send("reportBySide", typed.abi_report(alone), *terms, signatures)
    chain.warp(NOW + MONTH + 1_000)
    finalised = chain.send("finalise", typed.abi_report(alone), *terms)
    return {
        "report by one side": reported["gasUsed"],
        "counter-report": answered["gasUsed"],
        "finalise after silence": finalised["gasUsed"],
        "rule, 5 levels": ruled["gasUsed"],
    }


def _prove(chain: Chain) -> int:
    records = [keccak(number.to_bytes(32, "big")) for number in range(RECORDS)]
    layer = sorted(keccak(record) for record in records)
    position, proof = layer.index(keccak(records[0])), []
    while len(layer) > 1:
        proof.append(layer[position ^ 1])
        layer = [keccak(min(pair) + max(pair)) for pair in zip(layer[::2], layer[1::2], strict=True)]
        position //= 2

    service = _service()
    origin = keccak(text="proof")
    given = typed.report(AGREEMENT, origin, service, 0, [(1, 1)] * 3 + [(1, 1)] * 2, evidence=layer[0])
    chain.report(service, given, CLIENT_KEY, CONTRACTOR_KEY)
    book = chain.oracle.functions.bookOf(AGREEMENT, origin, typed.document_hash(service)).call()
    return chain.send("prove", book, 0, records[0], typed.report_hash(given), proof)["gasUsed"]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(rows(), indent=2) + "\n")
