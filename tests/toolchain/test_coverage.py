"""What forge counted is read for the contracts alone."""

from .support import ROOT, load

LCOV = """TN:
SF:contracts/mocks/Token.sol
FN:1,Token.mint
FNDA:0,Token.mint
DA:2,0
end_of_record
SF:contracts/Agreement.sol
FNDA:3,Agreement.open
FNDA:0,Agreement.close
DA:10,3
DA:11,0
BRDA:11,0,0,-
end_of_record
SF:tests/forge/Life.t.sol
DA:1,0
end_of_record
"""


def test_coverage__lines_and_functions_of_contracts__with_their_hits(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "toolchain"))
    lines, functions = load("coverage").read(LCOV)

    assert lines == {("contracts/Agreement.sol", 10): 3, ("contracts/Agreement.sol", 11): 0}
    named = {"Agreement.open": 3, "Agreement.close": 0}
    assert functions == {("contracts/Agreement.sol", name): hits for name, hits in named.items()}


def test_coverage__assembly_and_what_is_folded_away__are_not_missed(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT / "toolchain"))
    coverage = load("coverage")
    path = tmp_path / "History.sol"
    path.write_text("f() {\n    assembly {\n        let a := 1\n    }\n    inLane = true;\n}\n")

    found = {line: coverage.is_unmapped(path, "contracts/AgreementStorage.sol", line) for line in range(1, 7)}

    assert [line for line, is_unmapped in found.items() if is_unmapped] == [3, 4, 5]
    assert not coverage.is_unmapped(path, "contracts/Agreement.sol", 5)


def test_coverage__every_file_with_code__is_asked_for(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "toolchain"))
    found = load("coverage").with_code()

    assert {"contracts/Agreement.sol", "contracts/libraries/History.sol"} <= found
    assert not any("/mocks/" in file or "/interfaces/" in file for file in found)
