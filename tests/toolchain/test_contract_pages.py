"""The pages made from the contracts are current, and no error lacks its meaning or what to do."""

from __future__ import annotations

import re

import pytest

from workpact.chain import artefacts, contracts, errors, release

from .support import ROOT, load

PYTHON = re.compile(r"\| `((?:workpact|scripts)\.[\w.]+)` \| `(\w+)` \| (.+) \|")


@pytest.fixture(scope="module")
def codes():
    return load("error_codes")


def test_error_codes__page_is_current(codes):
    assert codes.PAGE.read_text() == codes.page(), "run make abi"


def test_error_codes__every_error_of_every_contract_once_and_whole(codes):
    rows = [line.split(" | ") for line in codes.page().splitlines() if line.startswith("| `") and " | `0x" in line]
    declared = {
        abi["name"]
        for name in contracts.names()
        if not name.endswith("Mock") and name != contracts.TOKEN
        for abi in contracts.artefact(name).abi
        if abi["type"] == "error"
    }
    assert sorted(row[0].strip("|` ") for row in rows) == sorted(declared)
    known = {abi.name: (selector, abi) for selector, abi in errors._errors().items()}
    for error, selector, arguments, reason, advice, where in rows:
        name = error.strip("|` ")
        assert selector == f"`0x{known[name][0].hex()}`"
        assert re.findall(r"`(\w+)` \w", arguments) == [each.name for each in known[name][1].inputs]
        assert (reason[-1], advice[-1]) == (".", "."), name
        assert where.strip(" |"), f"{name} stands in no call"


def test_error_codes__every_named_error_of_the_package_with_its_meaning(codes):
    rows = PYTHON.findall(codes.page())
    assert len(rows) == len({row[:2] for row in rows}) == len(codes.named_errors()) > 100
    assert ("workpact.chain.deployments", "WrongChain") in {row[:2] for row in rows}
    assert [kind.__name__ for kind in codes.named_errors() if not (kind.__doc__ or "").strip()] == []


def test_error_codes__calls_are_those_of_the_sources(codes):
    calls = codes._calls_by_error("Payroll")
    assert calls["Payroll_Late"] == ["withdraw"]
    assert calls["Payroll_BadPayee"] == ["takeMargin", "withdraw"]


def test_error_codes__arguments_none_that_are_gone(codes):
    used = {
        each["name"]
        for name in codes.CONTRACTS
        for abi in contracts.artefact(name).abi
        if abi["type"] == "error"
        for each in abi["inputs"]
    }
    assert set(codes.ARGUMENTS) == used
    assert set(codes.CONTRACTS) == set(release.names())


def test_layout__page_is_current_and_every_contract_within_the_limit():
    module = load("layout")
    out = artefacts.compile_all(ROOT)
    assert module.PAGE.read_text() == module.page(out), "run make abi"
    assert all(len(release.release(name).code) <= module.LIMIT for name in release.names())
