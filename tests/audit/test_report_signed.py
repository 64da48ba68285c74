"""Credits worked out from what is signed alone, and a sentence for every event."""

from __future__ import annotations

from random import Random
from string import Formatter

import pytest

from tests.audit.made import Made, document
from tests.terms import example as service_desk
from workpact.audit.entries import CONTRACTS
from workpact.audit.report.signed import SignedService
from workpact.audit.telling import SENTENCES
from workpact.chain import contracts
from workpact.reckoning import Before, reckon
from workpact.report import Report
from workpact.service_results import Stage


@pytest.mark.parametrize("example", ["it-service-desk", "paper"])
def test_signed_numbers__give_the_credit_that_the_file_gives(example):
    file = document() if example == "paper" else service_desk.example()
    made = Made()
    subject = type(made.subject)(31337, made.subject.agreement, bytes(32), None, {bytes(32): file.message}, {})
    signed = SignedService.of(subject, bytes(32)).document
    random = Random(5)
    levels = [level.name for level in file.levels]
    for _ in range(150):
        period = random.randrange(min(len(file.periods), 14))
        figures = []
        for level in file.levels:
            total = random.choice((0, 5, 100, random.randrange(1, 5_000)))
            figures.append((random.randrange(total + 1) if level.form.is_ratio else random.randrange(10**6), total, 0))
        quantities = tuple(random.randrange(500) for _ in file.prices)
        adjustment = random.choice((0, 0, random.randrange(-(10**10), 10**10)))
        report = Report(period, tuple(figures), quantities, bytes(32), adjustment)
        stage = random.choice((Stage.REPORTED, Stage.REPORTED, Stage.DEFAULT_MISSED, Stage.DEFAULT_MET))
        before = [
            (frozenset(name for name in levels if random.random() < 0.4), random.randrange(2 * 10**11))
            for _ in range(period)
        ]
        ours, theirs = (
            reckon(
                paper,
                report,
                [Before(paper.periods[n].name, *each, is_assessed=True) for n, each in enumerate(before)],
                stage,
            )
            for paper in (signed, file)
        )
        assert (ours.rate, ours.least, ours.failed, ours.credit) == (
            theirs.rate, theirs.least, theirs.failed, theirs.credit,
        )  # fmt: skip
        assert [each.allocation for each in ours.levels] == [each.allocation for each in theirs.levels]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_sentences__of_every_event_with_arguments_that_it_has(contract):
    events = {each["name"]: each for each in contracts.artefact(contract).abi if each["type"] == "event"}
    known = set(events) - {"Published", "Withdrawn"}
    assert known <= set(SENTENCES[contract])
    for name, sentence in SENTENCES[contract].items():
        wanted = {field for _, field, _, _ in Formatter().parse(sentence) if field}
        assert wanted <= {each["name"] for each in events[name]["inputs"]}, name
