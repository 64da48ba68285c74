"""The table of threats is what the tests say, and nothing in it is empty."""

import pytest

from .support import ROOT, load

THREATS = """\
- area: Money
  threats:
    - {id: T1, threat: Somebody takes it., holds: Nobody can.}
    - {id: T2, threat: It is lost., holds: It cannot.}
"""
SOLIDITY = """\
contract MoneyTest {
    /// Why.
    /// @custom:threat T2
    function test_nothing_is_lost() public {}
}
"""
PYTHON = """\
import pytest

@pytest.mark.threat("T1", "T2")
@pytest.mark.parametrize("name", ["a"])
def test_nobody__takes_it(name):
    pass
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A project with a test for each of two threats."""
    module = load("threats")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "toolchain").mkdir()
    (tmp_path / "tests" / "forge").mkdir(parents=True)
    (tmp_path / "toolchain" / "threats.yaml").write_text(THREATS)
    (tmp_path / "tests" / "forge" / "Money.t.sol").write_text(SOLIDITY)
    (tmp_path / "tests" / "test_money.py").write_text(PYTHON)
    (tmp_path / "SECURITY.md").write_text(f"# Security\n\n{module.START}old\n{module.END}\nend\n")
    return module


def faults(module):
    return module.faults(list(module.marks()))


def test_threats__table__is_current_and_every_threat_is_shown():
    module = load("threats")
    found = list(module.marks())
    assert module.faults(found) == []
    page = (ROOT / "SECURITY.md").read_text()
    assert page == module.written(page, found), "run make threats"


def test_threats__toy__written_once_and_the_same_again(toy, tmp_path):
    assert toy.main() == 0
    page = (tmp_path / "SECURITY.md").read_text()
    assert toy.main() == 0
    assert (tmp_path / "SECURITY.md").read_text() == page
    rows = [line for line in page.splitlines() if line.startswith("| T")]
    by_python = "[`money::nobody__takes_it`](tests/test_money.py)"
    by_forge = "[`Money::nothing_is_lost`](tests/forge/Money.t.sol)"
    assert rows == [
        f"| T1 | Somebody takes it. | Nobody can. | {by_python} |",
        f"| T2 | It is lost. | It cannot. | {by_python}<br>{by_forge} |",
    ]
    assert page.startswith("# Security\n")
    assert page.endswith("\nend\n")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("test_money.py", '"T1", ', "", "T1: no test shows it"),
        ("test_money.py", '"T1"', '"T1", "T3"', "tests/test_money.py::test_nobody__takes_it: no threat T3"),
        ("test_money.py", "def test_", "def ", "tests/test_money.py::nobody__takes_it: no tier collects it"),
        ("forge/Money.t.sol", "T2", "T9", "tests/forge/Money.t.sol::test_nothing_is_lost: no threat T9"),
        ("forge/Money.t.sol", "test_", "", "tests/forge/Money.t.sol::nothing_is_lost: no tier collects it"),
        (
            "forge/Money.t.sol",
            "contract",
            "abstract contract",
            "tests/forge/Money.t.sol::test_nothing_is_lost: no tier collects it",
        ),
    ],
    ids=["removed", "unknown", "not run", "unknown in Solidity", "not run in Solidity", "abstract"],
)
def test_threats__spoilt__are_named(toy, tmp_path, file, old, new, fault):
    path = tmp_path / "tests" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert fault in faults(toy)


def test_threats__in_a_file_that_nobody_runs__are_named(toy, tmp_path):
    (tmp_path / "tests" / "test_money.py").rename(tmp_path / "tests" / "money.py")
    (tmp_path / "tests" / "forge" / "Money.t.sol").rename(tmp_path / "tests" / "forge" / "Money.sol")
    wanted = [
        *2 * ["tests/money.py::test_nobody__takes_it: no tier collects it"],
        "tests/forge/Money.sol::test_nothing_is_lost: no tier collects it",
    ]
    assert faults(toy) == wanted


def test_threats__of_a_whole_module_and_missing_numbers__are_read(toy, tmp_path):
    (tmp_path / "tests" / "test_all.py").write_text(
        'import pytest\n\npytestmark = [pytest.mark.slow, pytest.mark.threat("T1")]\n\n\ndef test_a():\n    pass\n'
    )
    assert toy.Mark("T1", "tests/test_all.py", "test_a") in list(toy.marks())
    (tmp_path / "toolchain" / "threats.yaml").write_text(THREATS.replace("T2", "T4"))
    assert "the threats are not T1, T2, … each once" in faults(toy)
