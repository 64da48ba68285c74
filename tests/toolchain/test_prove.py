"""The deep proofs: parts found by name, resumed where they stopped, redone when a source changes."""

import subprocess

import pytest

from .support import ROOT, load


@pytest.fixture
def prove(tmp_path, monkeypatch):
    module = load("prove")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(module, "SOURCES", ["contracts"])
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "A.sol").write_text("one")
    (tmp_path / "ran").write_text("")
    parts = {"good": ["sh", "-c", "echo good >> ran"], "bad": ["sh", "-c", "echo bad >> ran; exit 1"]}
    monkeypatch.setattr(module, "find_parts", lambda: parts)
    return module


@pytest.fixture
def ran(tmp_path):
    return lambda: (tmp_path / "ran").read_text().split()


def test_prove__finished_parts__are_skipped(prove, ran):
    assert prove.main([]) == 1
    assert prove.main([]) == 1

    assert ran() == ["good", "bad", "bad"]


def test_prove__source_changed__runs_again(prove, ran, tmp_path):
    prove.main(["good"])
    (tmp_path / "contracts" / "A.sol").write_text("two")
    prove.main(["good"])

    assert ran() == ["good", "good"]


def test_prove__unknown_part__names_the_parts(prove, ran, capsys):
    assert prove.main(["better"]) == 2

    assert ran() == []
    assert "no part better; there are: good, bad" in capsys.readouterr().err


def test_prove__parts__are_found_by_name(tmp_path, monkeypatch):
    module = load("prove")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    files = ("tests/forge/money/EscrowInvariants.t.sol", "tests/forge/oracle/Other.t.sol", "tests/prove/test_credit.py")
    for path in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")

    parts = module.find_parts()

    seeded = [f"escrow-invariants-{seed}" for seed in range(1, 6)]
    assert list(parts) == [*seeded, "fuzz-money", "fuzz-oracle", "credit"]
    path = "tests/forge/money/EscrowInvariants.t.sol"
    assert parts["escrow-invariants-2"] == ["forge", "test", "--match-path", path, "--fuzz-seed", "2"]
    unseeded = ["--match-path", "tests/forge/oracle/*", "--no-match-path", "*Invariants.t.sol"]
    assert parts["fuzz-oracle"] == ["forge", "test", *unseeded]


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


def test_prove__python_changes__leave_what_forge_proved(tmp_path, monkeypatch):
    module = load("prove")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMPS", tmp_path)
    monkeypatch.setattr(module, "SOLIDITY", ["contracts"])
    monkeypatch.setattr(module, "SOURCES", ["contracts", "scripts"])
    for folder in ("contracts", "scripts"):
        (tmp_path / folder).mkdir()
    ran: list[str] = []
    profiles: list[str] = []

    def passes(command, env, **_):
        ran.append(command[0])
        profiles.append((env or {}).get("FOUNDRY_PROFILE", "the release's"))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(module.subprocess, "run", passes)
    for content in ("one", "two"):
        (tmp_path / "scripts" / "demo.py").write_text(content)
        module.prove("solidity", ["forge", "test"])
        module.prove("python", ["pytest", "tests/prove"])

    assert ran == ["forge", "pytest", "pytest"]
    assert profiles == ["test", "the release's", "the release's"]
