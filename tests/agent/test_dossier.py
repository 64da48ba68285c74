"""Whose quorum the signatures at hand make."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agent import paper
from tests.agent.paper import KEYS, REPORT, signed
from workpact.agent.dossier import Dossier
from workpact.agent.signed_report import SignedReport
from workpact.service_results import Side

OTHER = replace(REPORT, quantities=(41,))


@pytest.fixture
def dossier() -> Dossier:
    levels = paper.levels()
    return Dossier(levels)


def given(dossier: Dossier, report, name: str) -> SignedReport:
    side = Side.CLIENT if name.startswith("client") else Side.CONTRACTOR
    return SignedReport(report, signed(dossier.levels, report, name), side)


def test_quorum__a_reporter_or_the_party__just_enough(dossier):
    dossier.add([given(dossier, REPORT, "client"), given(dossier, REPORT, "client-reporter")])
    key = dossier.know(REPORT)

    assert [each.signer for each in dossier.quorum(key, Side.CLIENT)] == [KEYS["client-reporter"].address]
    assert dossier.quorum(key, Side.CONTRACTOR) == []
    dossier.add([given(dossier, REPORT, "contractor")])
    assert [each.signer for each in dossier.quorum(key, Side.CONTRACTOR)] == [KEYS["contractor"].address]


def test_quorum__two_reporters_needed__one_is_none_and_the_party_is_enough():
    reporters = '"${client-reporter}"], quorum: 1'
    levels = paper.levels((reporters, '"${client-reporter}", "0x' + "99" * 20 + '"], quorum: 2'))
    dossier = Dossier(levels)
    dossier.add([given(dossier, REPORT, "client-reporter")])
    key = dossier.know(REPORT)

    assert dossier.quorum(key, Side.CLIENT) == []
    dossier.add([given(dossier, REPORT, "client")])
    assert [each.signer for each in dossier.quorum(key, Side.CLIENT)] == [KEYS["client"].address]


def test_differs__only_another_report_with_a_quorum(dossier):
    key = dossier.know(REPORT)
    dossier.know(OTHER)
    assert not dossier.differs_from(key, Side.CONTRACTOR)

    dossier.add([given(dossier, REPORT, "contractor-reporter")])
    assert not dossier.differs_from(key, Side.CONTRACTOR)
    dossier.add([given(dossier, OTHER, "contractor")])
    assert dossier.differs_from(key, Side.CONTRACTOR)
    assert not dossier.differs_from(key, Side.CLIENT)


@pytest.mark.threat("T29")
def test_contradicting__one_signer_of_two_reports__named(dossier):
    dossier.add([given(dossier, REPORT, "contractor-reporter")])
    dossier.add([given(dossier, report, "contractor") for report in (REPORT, OTHER)])
    assert dossier.contradicting() == {}

    dossier.add([given(dossier, OTHER, "contractor-reporter")])
    assert dossier.contradicting() == {KEYS["contractor-reporter"].address: 2}
