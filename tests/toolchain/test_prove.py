"""The deep proofs: parts found by name, resumed where they stopped, redone when a source changes, told in a table."""

import json

import pytest

from .support import ROOT, load


@pytest.fixture
def prove(tmp_path, monkeypatch):
    module = load("prove")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMPS", tmp_path / "stamps")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "A.sol").write_text("one")
    (tmp_path / "ran").write_text("")
    saying = 'echo good >> ran; echo \'{"property": "sums", "effort": "all", "result": "hold"}\' > $PROVE_ROWS'
    failing = "echo bad >> ran; exit 1"
    parts = [
        module.Part("good", "good", "Good things", "", ["sh", "-c", saying], ["contracts"], tool="sh"),
        module.Part("bad-1", "bad", "Bad things", "2 seeds", ["sh", "-c", failing], ["contracts"], tool="sh"),
        module.Part("bad-2", "bad", "Bad things", "2 seeds", ["sh", "-c", "true"], ["contracts"], tool="sh"),
        module.Part(
            "wide", "wide", "A feature", "", ["sh", "-c", "echo wide >> ran"], ["contracts"], tool="sh", of_feature=True
        ),
    ]
    monkeypatch.setattr(module, "find_parts", lambda: parts)
    return module


@pytest.fixture
def ran(tmp_path):
    return lambda: sorted((tmp_path / "ran").read_text().split())


def test_prove__finished_parts__are_skipped(prove, ran):
    assert prove.main([]) == 1
    assert prove.main([]) == 1

    assert ran() == ["bad", "bad", "good"]


def test_prove__source_changed__runs_again(prove, ran, tmp_path):
    prove.main(["good"])
    (tmp_path / "contracts" / "A.sol").write_text("two")
    prove.main(["good"])

    assert ran() == ["good", "good"]


def test_prove__features__are_run_and_told_when_they_are_asked_for(prove, ran, capsys):
    prove.main([])
    assert ran() == ["bad", "good"]
    assert "A feature" not in capsys.readouterr().out

    assert prove.main(["features"]) == 0
    assert ran() == ["bad", "good", "wide"]
    assert "| A feature | sh | 0 s | passed |" in capsys.readouterr().out

    prove.main(["all"])
    assert ran() == ["bad", "bad", "good", "wide"]


def test_prove__unknown_part__names_the_parts(prove, ran, capsys):
    assert prove.main(["better"]) == 2

    assert ran() == []
    assert "no part better; there are: good, bad-1, bad-2, wide, features, all" in capsys.readouterr().err


def test_prove__table__has_each_property_with_its_result(prove, capsys, tmp_path):
    """Those of before as well; of a group the parts that failed; of changed sources, that nothing is known."""
    prove.main(["good"])
    capsys.readouterr()
    prove.main(["bad-1", "bad-2"])

    said = capsys.readouterr().out
    assert "| sums | sh | all | hold |" in said
    assert "| Bad things | sh | 2 seeds, 0 s | **FAILED** (bad-1) |" in said

    (tmp_path / "contracts" / "A.sol").write_text("two")
    prove.main(["bad-2"])
    assert "| Good things | sh | 0 s | not run with these sources |" in capsys.readouterr().out


def test_prove__parts__are_found_by_name(tmp_path, monkeypatch):
    module = load("prove")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    files = ["tests/forge/money/EscrowInvariants.t.sol", "tests/forge/oracle/Other.t.sol", "tests/prove/test_credit.py"]
    files += ["tests/symbolic/Splits.t.sol", "tests/prove/features/test_wide.py", "tests/forge/whole/AInvariants.t.sol"]
    for path in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / files[2]).write_text('"""A credit is\nbelow its cap.\n\nMore."""\n')
    (tmp_path / "SPEC.md").write_text("")

    parts = {part.name: part for part in module.find_parts()}

    seeded = [f"{name}-invariants-{seed}" for name in ("escrow", "a") for seed in range(1, 6)]
    mutants = [f"mutants-{name}" for name in (1, 2, "record")]
    read = ["threats", "slither", "coverage", *mutants, "symbolic-splits"]
    forge = [*seeded, "fuzz-money", "fuzz-oracle", "fuzz-whole"]
    assert list(parts) == [*forge, *read, "wide", "credit"]
    assert [name for name, part in parts.items() if part.of_feature] == [*seeded[:5], "wide"]
    path = "tests/forge/money/EscrowInvariants.t.sol"
    assert parts["escrow-invariants-2"].command == ["forge", "test", "--match-path", path, "--fuzz-seed", "2"]
    assert parts["escrow-invariants-2"].environment["FOUNDRY_PROFILE"] == "test"
    unseeded = ["--match-path", "tests/forge/oracle/*", "--no-match-path", "*Invariants.t.sol"]
    assert parts["fuzz-oracle"].command == ["forge", "test", *unseeded]
    assert parts["symbolic-splits"].command == ["python", "toolchain/symbolic.py", "Splits"]
    assert parts["credit"].title == "A credit is below its cap"
    assert parts["credit"].environment == {}
    assert parts["credit"].sources != parts["fuzz-oracle"].sources


def test_prove__campaign__has_a_row_for_each_invariant_that_it_checks(tmp_path, monkeypatch):
    """In the words of SPEC.md; while a seed has not passed, one row for all, without a claim."""
    module = load("prove")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMPS", tmp_path / "stamps")
    (tmp_path / "stamps").mkdir()
    folder = tmp_path / "tests" / "forge" / "whole"
    folder.mkdir(parents=True)
    (folder / "WholeInvariants.t.sol").write_text("function _i02_b() private {}")
    (folder / "Ledger.sol").write_text("function _i12_a() private {}\nfunction _i02_c() private {}")
    lines = ("| **I2** | forward |", "| **I3** | settled |", "| **I12** | per token: balances |")
    (tmp_path / "SPEC.md").write_text("\n".join(lines))
    (tmp_path / "contracts").mkdir()
    monkeypatch.setattr(module, "SOLIDITY", ["contracts"])
    members = [part for part in module.find_parts() if part.group == "whole-invariants"]
    stamp = json.dumps({"key": module.sources_key(["contracts"]), "seconds": 7, "rows": []})
    for part in members[1:]:
        (module.STAMPS / part.name).write_text(stamp)

    assert [row["result"] for row in module.rows_of(members, [])] == ["not run with these sources"]
    assert [row["result"] for row in module.rows_of(members, [members[0].name])] == ["**FAILED** (whole-invariants-1)"]

    (module.STAMPS / members[0].name).write_text(stamp)
    effort = "10,000 runs × 50 calls, 5 seeds"
    assert module.rows_of(members, []) == [
        {"property": words, "effort": effort, "result": "held"} for words in ("I2 forward", "I12 per token: balances")
    ]


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("SOLIDITY", "contracts/Agreement.sol"),
        ("SOLIDITY", "tests/forge/Vm.sol"),
        ("SOURCES", "contracts/Agreement.sol"),
        ("SOURCES", "scripts/demo.py"),
        ("SOURCES", "examples/it-service-desk/story.py"),
    ],
)
def test_prove__sources__are_all_that_parts_run(tmp_path, monkeypatch, kind, file):
    """Forge's parts run Solidity; the demo's year plays scripts and the example as well."""
    module = load("prove")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    sources = getattr(module, kind)
    for source in sources:
        if (ROOT / source).is_dir():
            (tmp_path / source).mkdir(parents=True, exist_ok=True)
        else:
            (tmp_path / source).write_text((ROOT / source).read_text())
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("one")
    before = module.sources_key(sources)
    (tmp_path / file).write_text("two")

    assert module.sources_key(sources) != before
