"""SECURITY.md's table of tokens: each behaviour has its test, each test and each token its behaviour (SPEC 17.2)."""

import re

import pytest

from .support import ROOT

FOLDER = ROOT / "tests" / "forge" / "tokens"
OUTCOMES = {"settles": "settles", "refused": "refused", "not supported": "unsupported"}
TEST = re.compile(r"function (test_\w+__(?:settles|refused|unsupported))\(\)")


def rows() -> list[list[str]]:
    section = (ROOT / "SECURITY.md").read_text().split("\n## Tokens\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def shown() -> list[str]:
    return [name for path in FOLDER.glob("*.t.sol") for name in TEST.findall(path.read_text())]


def test_every_row_has_its_test_and_every_test_its_row():
    assert sorted(row[3].strip("`") for row in rows()) == sorted(shown())
    assert len(rows()) >= 22


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[3].strip("`"))
def test_the_outcome_is_the_one_that_the_test_shows(row):
    (said,) = [ending for words, ending in OUTCOMES.items() if row[2].startswith(words)]
    assert row[3].strip("`").endswith(f"__{said}")


def test_every_token_is_in_a_test_and_says_what_it_does():
    sources = "".join(path.read_text() for path in FOLDER.glob("Weird*.sol"))
    played = "".join(path.read_text() for path in [*FOLDER.glob("*.t.sol"), FOLDER / "TokenKinds.sol"])
    names = set(re.findall(r"^contract (Weird\w+)", sources, re.MULTILINE)) - {"WeirdSecondAddress"}
    described = set(re.findall(r"/// @notice [^\n]+(?:\n/// [^\n]+)*\ncontract (Weird\w+)", sources))

    assert names == described
    assert names == set(re.findall(r"new (Weird\w+)\(", played))
