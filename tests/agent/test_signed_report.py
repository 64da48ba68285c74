"""Files of signed reports: what is foreign, damaged or old is counted and never trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.agent import paper
from tests.agent.paper import REPORT, signed
from workpact.agent.signed_report import Ignored, Reader, SignedReport, encode
from workpact.service_results import Side

pytestmark = pytest.mark.usefixtures("chain")


@pytest.fixture
def levels():
    return paper.levels()


@pytest.fixture
def reader(levels) -> Reader:
    return Reader(levels, lambda period: period == 1)


def changed(content: bytes, **changes: Any) -> bytes:
    return json.dumps(json.loads(content) | changes).encode()


def test_one__signed_by_either_side__read_as_it_was_written(levels, reader):
    for name, side in (("client-reporter", Side.CLIENT), ("contractor", Side.CONTRACTOR)):
        signature = signed(levels, REPORT, name)
        content = encode(levels, REPORT, signature)
        assert content == encode(levels, REPORT, signature)
        assert reader.one(content) == SignedReport(REPORT, signature, side)


def test_read__many_files__counted_by_why(levels, reader):
    good = encode(levels, REPORT, signed(levels, REPORT, "client-reporter"))
    amended = paper.levels(("target: 0.95", "target: 0.90"), ("below: 95 %", "below: 90 %"))
    later = replace(REPORT, period=1)
    files = {
        "good": good,
        "cut": None,
        "no JSON": good[:-1],
        "no object": b"[]",
        "figures that are none": changed(good, levels=[{"name": "in-time", "good": "many", "total": 1}]),
        "figures that no word holds": changed(good, levels=[{"name": "in-time", "good": 2**256, "total": 2**256}]),
        "figures below zero": changed(good, levels=[{"name": "in-time", "good": -1, "total": 1}]),
        "another level": changed(good, levels=[{"name": "on-time", "good": 36, "total": 40}]),
        "no such period": changed(good, period="tenth"),
        "no signature": changed(good, signatures=[]),
        "a signer that is none": changed(good, signatures=[{"signer": "me", "signature": "0x00"}]),
        "deep": b'{"place":' + b"[" * 60_000,
        "just not too deep to be parsed": b'{"place":' + b"[" * 299,
        "other figures than signed": changed(good, quantities=[{"name": "tickets", "count": 41}]),
        "a stranger's": encode(levels, REPORT, signed(levels, REPORT, "stranger")),
        "another agreement's": encode(paper.levels(salt=2), REPORT, signed(paper.levels(salt=2), REPORT, "client")),
        "of a final period": encode(levels, later, signed(levels, later, "client-reporter")),
        "by another service document": changed(
            good, place=json.loads(good)["place"] | {"document": "0x" + amended.service_hash.hex()}
        ),
    }

    counted, ignored = reader.read(files.items())

    assert [each.report for each in counted] == [REPORT]
    assert ignored == {Ignored.DAMAGED: 12, Ignored.FOREIGN: 3, Ignored.OLD: 2}


def test_one__signed_under_an_earlier_document__keeps_its_id(levels, reader):
    earlier = replace(REPORT, signed_under=b"\5" * 32)
    signature = signed(levels, earlier, "client-reporter")

    assert reader.one(encode(levels, earlier, signature)) == SignedReport(earlier, signature, Side.CLIENT)
    assert levels.digest(earlier) != levels.digest(REPORT)
