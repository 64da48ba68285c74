"""What the package ships is what the sources compile to; that Ape compiles the same is a test of the toolchain."""

from __future__ import annotations

import pytest

from tests.support import ROOT
from workpact.chain import artefacts, contracts


@pytest.fixture(scope="module")
def out():
    return artefacts.compile_all(ROOT)


@pytest.mark.threat("T78")
@pytest.mark.parametrize("name", artefacts.SHIPPED)
def test_artefact__equals_forges_output(out, name):
    assert (contracts.FOLDER / f"{name}.json").read_text() == artefacts.text(artefacts.read(out, name)), "run make abi"


def test_folder__holds_nothing_else():
    assert sorted(path.name for path in contracts.FOLDER.iterdir()) == sorted(
        f"{name}.json" for name in artefacts.SHIPPED
    )
