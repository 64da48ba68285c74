"""The mutation runner kills what a test sees, reports what none sees, and leaves the project's files alone."""

import hashlib
import json
import signal
import subprocess
import sys
from collections import Counter

import pytest

from .support import ROOT, load

TOY = """// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

contract Toy {
    uint256 public total;
    event Added(uint256 amount);
    error Toy_Nothing();

    function add(uint256 amount) external {
        require(amount > 0, Toy_Nothing());
        uint256 sum = total + amount;
        total = sum;
        emit Added(amount);
    }
}
"""
TESTS = """// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Toy} from "../../contracts/Toy.sol";

interface Vm {
    function deployCode(string calldata artifact) external returns (address);
}

contract ToyTest {
    Toy private toy = Toy(Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D).deployCode("out/Toy.sol/Toy.json"));

    function test_adds() external {
        toy.add(2);
        require(toy.total() == 2, "total");
    }

    function test_refuses_nothing() external {
        (bool isDone,) = address(toy).call(abi.encodeCall(toy.add, (0)));
        require(!isDone, "nothing was added");
    }
}
"""
# Killed by the system when the first result is kept.
KILLED = """
import os, pathlib, signal, sys, mutant_runs, mutate
keep = mutant_runs.Run._keep
def keep_and_die(*arguments):
    keep(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
mutant_runs.Run._keep = keep_and_die
mutate.main("Toy", "deletion", pathlib.Path(sys.argv[1]))
"""


@pytest.fixture
def mutate(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "toolchain"))
    import mutate

    return mutate


@pytest.fixture
def compiler(mutate, tmp_path, monkeypatch):
    """One for the whole test: loading it is most of what a run here takes."""

    class Lasting(mutate.Compiler):
        def close(self):
            pass

    lasting = Lasting(tmp_path)
    monkeypatch.setattr(mutate, "Compiler", lambda _root: lasting)
    yield lasting
    super(Lasting, lasting).close()


@pytest.fixture
def toy(compiler, tmp_path):
    """A project with one contract, of which no test looks at the event."""
    for path, content in (("contracts/Toy.sol", TOY), ("tests/forge/Toy.t.sol", TESTS)):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(content)
    code = {"object": "0x" + compiler.bytecode({}, "contracts/Toy.sol"), "linkReferences": {}}
    artefact = tmp_path / "out" / "Toy.sol" / "Toy.json"
    artefact.parent.mkdir(parents=True)
    artefact.write_text(json.dumps({"abi": [], "bytecode": code, "deployedBytecode": code}))
    return tmp_path


def files(toy):
    paths = [path for path in toy.rglob("*") if path.is_file() and ".toolchain" not in path.parts]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if "mutation" not in path.parts}


def test_mutate__killed_and_run_again__reports_what_no_test_sees_until_it_is_answered(mutate, toy, capsys):
    before = files(toy)
    environment = mutate.os.environ | {"PYTHONPATH": str(ROOT / "toolchain")}
    assert subprocess.run([sys.executable, "-c", KILLED, toy], env=environment).returncode == -signal.SIGKILL
    (kept,) = (toy / ".toolchain" / "mutants" / "runs").glob("*.jsonl")
    first = kept.read_text()
    assert len(first.splitlines()) == 1
    kept.write_text(first + first[:9])

    assert mutate.main("Toy", "deletion", toy) == 1

    assert "contracts/Toy.sol:13: deletion: 'emit Added(amount);' -> '{}': no test sees it" in capsys.readouterr().out
    path = toy / "mutation" / "Toy.json"
    report = json.loads(path.read_text())
    assert report["operators"] == {"deletion": {"killed": 2, "survived": 1, "equivalent": 0, "not compiling": 0}}
    (event,) = report["survivors"]
    assert event == {
        "file": "contracts/Toy.sol",
        "line": 13,
        "old": "emit Added(amount);",
        "new": "{}",
        "operator": "deletion",
        "reason": "",
    }
    assert kept.read_text().startswith(first)
    killers = [json.loads(line)[2] for line in kept.read_text().splitlines() if json.loads(line)[1] == "killed"]
    assert sorted(killers) == ["test_adds", "test_refuses_nothing"]

    event["reason"] = "nobody reads this event"
    path.write_text(json.dumps(report))

    assert mutate.main("Toy", "deletion", toy) == 0
    assert json.loads(path.read_text()) == report
    assert files(toy) == before


@pytest.fixture
def of_three(mutate, monkeypatch):
    """The sample is in one part and has the toy's deletions."""
    for name, value in {"MONEY": ("Toy",), "SAMPLE": 3, "PARTS": 1, "by_slither": lambda *_: []}.items():
        monkeypatch.setattr(mutate, name, value)


@pytest.mark.usefixtures("of_three")
@pytest.mark.parametrize(("line", "asked"), [(13, []), (12, ["survived"])])
def test_sample__of_the_proof__does_not_ask_again_about_what_is_answered(mutate, toy, capsys, line, asked):
    """The same words at another line may be killed there."""
    event = {"file": "contracts/Toy.sol", "old": "emit Added(amount);", "new": "{}", "operator": "deletion"}
    event |= {"line": line, "reason": "nobody reads it"}
    (toy / "mutation").mkdir()
    (toy / "mutation" / "sample.json").write_text(json.dumps({"survivors": [event]}))

    assert mutate.main("sample-1", root=toy) == 1

    (kept,) = (toy / ".toolchain" / "mutants" / "runs").glob("*.jsonl")
    results = [json.loads(result)[1] for result in kept.read_text().splitlines()]
    assert sorted(results) == ["killed", "killed", *asked]
    assert "sample-1: 2 of 3 killed, 66.7 %" in capsys.readouterr().out


@pytest.mark.usefixtures("of_three")
def test_sample__part_that_is_run_again__is_told_anew(mutate, toy, monkeypatch):
    """Else the other part, ending first, would add what this one found before."""
    mutate.main("sample-1", root=toy)
    (told,) = (toy / ".toolchain" / "mutants" / "parts").rglob("sample-1")
    assert json.loads(told.read_text()) == {"killed": 2, "survived": 1}

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(mutate.Run, "results", stopped)
    with pytest.raises(KeyboardInterrupt):
        mutate.main("sample-1", root=toy)
    assert not told.exists()


@pytest.mark.usefixtures("mutate")
def test_mutant__tests_that_do_not_end__are_not_taken_for_tests_that_see_it(monkeypatch):
    """A slow machine has hidden a survivor so."""
    import mutant_tests

    def slow(*_):
        raise subprocess.TimeoutExpired("forge", mutant_tests.SECONDS)

    tests = object.__new__(mutant_tests.Tests)
    tests._left_out = ()
    monkeypatch.setattr(tests, "_deploy", lambda *_: None)
    monkeypatch.setattr(tests, "_forge", slow)
    with pytest.raises(SystemExit, match=f"no end after {mutant_tests.SECONDS} s: run the same again"):
        tests.killer("0x", 1)


def recorded(toy, sources, killed=19, survived=1):
    counts = {"killed": killed, "survived": survived, "equivalent": 0, "not compiling": 0}
    report = {"sources": sources, "operators": {"deletion": counts}, "survivors": []}
    (toy / "mutation").mkdir(exist_ok=True)
    (toy / "mutation" / "Toy.json").write_text(json.dumps(report))


def test_record__each_contract_with_its_present_sources_and_enough_killed__passes(mutate, toy, capsys):
    now = mutate.sources_hash(toy, ["contracts/Toy.sol"])
    recorded(toy, now)
    assert mutate.main("record", root=toy) == 0

    recorded(toy, now, killed=18)
    assert mutate.main("record", root=toy) == 1
    assert "18 of 19 killed, 94.7 %" in capsys.readouterr().out


def test_record__contract_that_nobody_ran_or_that_has_changed__named(mutate, toy, capsys):
    assert mutate.main("record", root=toy) == 1
    assert "; not run: Toy" in capsys.readouterr().out

    recorded(toy, "0" * 64)
    assert mutate.main("record", root=toy) == 1
    assert "; of earlier sources: Toy" in capsys.readouterr().out


@pytest.mark.parametrize(("killed", "code"), [(285, 0), (284, 1)])
def test_sample__fewer_than_95_in_100_killed__fails(mutate, toy, killed, code):
    """Of 300, in one go, and when the last part is told."""
    counts = Counter(killed=killed, survived=300 - killed)
    assert mutate.say("sample", counts, [], None) == code

    told = toy / "parts"
    parts = [Counter(killed=150), Counter(killed=killed - 150, survived=300 - killed)]
    codes = [mutate.say(f"sample-{number}", part, [], told) for number, part in enumerate(parts, 1)]
    assert codes == [0, code]


def test_wilson__by_hand__is_the_interval(mutate):
    """95 of 100: the textbook's 0.8882 to 0.9785."""
    least, most = mutate.wilson(95, 100)

    assert (round(least, 4), round(most, 4)) == (0.8882, 0.9785)


@pytest.mark.parametrize("path", sorted((ROOT / "mutation").glob("*.json")), ids=lambda path: path.stem)
def test_record__each_survivor__has_a_reason(path):
    report = json.loads(path.read_text())

    assert len(report["sources"]) == 64
    assert [each for each in report["survivors"] if not each["reason"]] == []
    survived = sum(counts["survived"] for counts in report["operators"].values())
    assert survived == len(report["survivors"])


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("a & b != 0", "a & b > 0", True),
        ("x > 0", "x != 0", True),
        ("x == 0", "x <= 0", True),
        ("x != 0", "x == 0", False),
        ("x != 0", "y > 0", False),
        ("x > 0", "x >= 0", False),
        ("x != 1", "x > 1", False),
        ("given.adjustment != 0", "given.adjustment > 0", False),
        ("uint256 i = 0", "uint256 i ", True),
        ("uint256 i = 0", "uint128 i = 0", False),
        ("uint256 i = 0", "uint256 j", False),
        ("uint256 i = 1", "uint256 i", False),
    ],
)
def test_mutant__that_says_the_same_in_other_words__is_told(monkeypatch, old, new, same):
    monkeypatch.syspath_prepend(str(ROOT / "toolchain"))
    source = f"if ({old}) f();".encode()
    mutant = load("mutants").Mutant("A.sol", 4, 4 + len(old), new, "ROR")

    assert mutant.is_same(source) == same


@pytest.mark.parametrize(
    ("before", "old", "new", "same"),
    [
        ("for (uint256 i = 0; i < n; ", "++i", "i++", True),
        ("while (i < n) ", "++i", "i++", True),
        ("f();\n        ", "--i", "i--", True),
        ("f();\n        ", "++i", "--i", False),
        ("f();\n        ", "++i", "j++", False),
        ("x = ", "++i", "i++", False),
        ("return ", "++i", "i++", False),
        ("f(", "++i", "i++", False),
        ("a[", "++i", "i++", False),
    ],
)
def test_mutant__that_counts_before_or_after__is_the_same_where_nobody_reads_it(monkeypatch, before, old, new, same):
    monkeypatch.syspath_prepend(str(ROOT / "toolchain"))
    mutant = load("mutants").Mutant("A.sol", len(before), len(before + old), new, "UOR")

    assert mutant.is_same(f"{before}{old};".encode()) == same
