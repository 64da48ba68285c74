"""What halmos says is judged: only a property that was run to its end on all its paths is proved."""

import json

import pytest

from .support import ROOT, load

FUNCTIONS = ["check_S1_sums", "check_S1_parts"]
README = (
    "| property | what | SPEC | bounds |\n|---|---|---|---|\n| S1 | the parts sum up | 5.8 | amounts below 2^96 |\n"
)


def outcome(name, exitcode=0, bounded=0):
    return {"name": f"{name}(uint256)", "exitcode": exitcode, "num_paths": [7, 6, 0], "num_bounded_loops": bounded}


def results(*outcomes, name="Splits"):
    return {f"tests/symbolic/{name}.t.sol:{name}Properties": list(outcomes)}


PROVED = results(*map(outcome, FUNCTIONS))


def judge(given, said="", functions=FUNCTIONS):
    return load("symbolic").judge("Splits", functions, given, said)


def test_judge__all_run_to_their_end__nothing_is_left():
    assert judge(PROVED, "[PASS] check_S1_sums(uint256)") == []


@pytest.mark.parametrize(
    ("exitcode", "why"),
    [
        (1, "counterexample"),
        (2, "the solver gave up"),
        (3, "stuck"),
        (4, "every path reverts"),
        (5, "error in halmos"),
        (6, "failed"),
    ],
)
def test_judge__not_proved__says_why(exitcode, why):
    given = results(outcome(FUNCTIONS[0]), outcome(FUNCTIONS[1], exitcode))

    assert judge(given) == [f"check_S1_parts: {why}"]


def test_judge__loops_cut__is_not_proved():
    assert judge(results(outcome(FUNCTIONS[0]), outcome(FUNCTIONS[1], bounded=1))) == ["check_S1_parts: loops were cut"]


def test_judge__passed_but_incomplete__is_not_proved():
    said = "[PASS] check_S1_sums\nWARNING  paths have not been\n         fully explored"

    assert judge(PROVED, said) == ["halmos said: not been fully explored"]


def test_judge__function_not_run__is_named():
    assert judge(results(outcome(FUNCTIONS[0]))) == ["check_S1_parts: not run"]


@pytest.mark.parametrize("given", [{}, results(outcome("check_S1_sums"), name="Other")])
def test_judge__other_contract_or_none__is_not_proved(given):
    [failure] = judge(given)

    assert failure.endswith("instead of tests/symbolic/Splits.t.sol:SplitsProperties")


def test_judge__no_function__is_not_proved():
    assert judge(results(), functions=[]) == ["no check_ function"]


@pytest.fixture
def symbolic(tmp_path, monkeypatch):
    """The wrapper on one file of properties, with what halmos answers."""
    module = load("symbolic")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setenv("PROVE_ROWS", str(tmp_path / "rows"))
    (tmp_path / "README.md").write_text(README)
    code = "".join(f"function {function}(uint256 x) external {{}}\n" for function in FUNCTIONS)
    for name in ("Splits", "Canary"):
        (tmp_path / f"{name}.t.sol").write_text(code)

    def main(name, given):
        def run(_, answer):
            answer.write_text(json.dumps({"exitcode": 0, "test_results": given}))
            return ""

        monkeypatch.setattr(module, "run", run)
        status = module.main(name)
        rows = tmp_path / "rows"
        return status, [json.loads(line) for line in rows.read_text().splitlines()] if rows.is_file() else []

    return main


def test_symbolic__proved__is_a_row_for_each_property(symbolic):
    row = {"property": "S1 the parts sum up", "effort": "14 paths; amounts below 2^96", "result": "proved"}

    assert symbolic("Splits", PROVED) == (0, [row])


def test_symbolic__one_function_failed__the_part_fails_without_rows(symbolic, capsys):
    assert symbolic("Splits", results(outcome(FUNCTIONS[0]), outcome(FUNCTIONS[1], 1))) == (1, [])
    assert "symbolic: Splits: check_S1_parts: counterexample" in capsys.readouterr().out


def test_symbolic__property_not_listed__fails(symbolic, tmp_path, capsys):
    (tmp_path / "README.md").write_text("")

    assert symbolic("Splits", PROVED) == (1, [])
    assert "symbolic: Splits: S1 is not in tests/symbolic/README.md" in capsys.readouterr().out


def test_symbolic__not_reached__is_a_row_with_the_reason(symbolic, tmp_path):
    (tmp_path / "README.md").write_text(f"{README}| – | the rest | 5.8 | too large |\n")
    found = results(*(outcome(function, 1) for function in FUNCTIONS), name="Canary")

    row = {"property": "the rest", "effort": "too large", "result": "not reached"}
    assert symbolic("Canary", found)[1][1:] == [row]


def test_symbolic__canary__must_be_found_in_each_function(symbolic):
    found = results(*(outcome(function, 1) for function in FUNCTIONS), name="Canary")
    row = {"property": "a false property is found", "effort": "2 canaries", "result": "found"}
    half = results(outcome(FUNCTIONS[0], 1), outcome(FUNCTIONS[1]), name="Canary")
    given_up = results(outcome(FUNCTIONS[0], 1), outcome(FUNCTIONS[1], 2), name="Canary")

    assert symbolic("Canary", half) == (1, [])
    assert symbolic("Canary", given_up) == (1, [])
    assert symbolic("Canary", results(*map(outcome, FUNCTIONS), name="Canary")) == (1, [])
    assert symbolic("Canary", found) == (0, [row])


def test_readme__properties__are_those_of_the_files():
    module = load("symbolic")
    folder = ROOT / "tests" / "symbolic"
    code = "".join(path.read_text() for path in folder.glob("*.t.sol"))
    functions = [line.split("function ")[1].split("(")[0] for line in code.splitlines() if "function check_S" in line]

    listed = list(module.numbered((folder / "README.md").read_text()))
    assert {number for function in functions for number in module.numbers(function)} == set(listed)
    assert len(listed) == len(set(listed)) > 0
