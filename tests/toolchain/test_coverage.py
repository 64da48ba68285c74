"""What forge counted is read for the contracts alone."""

from .support import load

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


def test_coverage__lines_and_functions_of_contracts__with_their_hits():
    lines, functions = load("coverage").read(LCOV)

    assert lines == {("contracts/Agreement.sol", 10): 3, ("contracts/Agreement.sol", 11): 0}
    named = {"Agreement.open": 3, "Agreement.close": 0}
    assert functions == {("contracts/Agreement.sol", name): hits for name, hits in named.items()}
