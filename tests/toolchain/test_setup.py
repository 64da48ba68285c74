"""Set-up skips what is there, repeats what was killed, and says what is missing."""

import os
import sys

import pytest

from .support import ROOT, load, outer_shell, run


@pytest.fixture
def install(tmp_path, monkeypatch):
    module = load("install")
    (tmp_path / "toolchain").mkdir()
    (tmp_path / "toolchain" / "install.py").write_text("the script")
    (tmp_path / "pins.txt").write_text("one")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


@pytest.fixture
def step(install, tmp_path):
    calls = []

    def once(action=lambda: None):
        def act():
            calls.append(1)
            action()

        install.step("a step", tmp_path / "stamp", ["pins.txt"], act, result=tmp_path)
        return len(calls)

    return once


def test_step__twice__runs_once(step):
    assert step() == 1
    assert step() == 1


def test_step__other_pins__runs_again(step, tmp_path):
    step()
    (tmp_path / "pins.txt").write_text("two")

    assert step() == 2


def test_step__killed__runs_again(step):
    def killed():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        step(killed)

    assert step() == 2


def test_step__folder_moved__runs_again(step, install, tmp_path, monkeypatch):
    step()
    moved = tmp_path / "moved"
    (moved / "toolchain").mkdir(parents=True)
    (moved / "toolchain" / "install.py").write_text("the script")
    (moved / "pins.txt").write_text("one")
    monkeypatch.setattr(install, "ROOT", moved)

    assert step() == 2


def test_all_there__does_no_step():
    """Every step that is done says so."""
    done = run("make", "setup", cwd=ROOT, env=outer_shell())

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_other_python__says_which_are_needed():
    pretend = "import runpy, sys; sys.version_info = (3, 13, 0); runpy.run_path('toolchain/install.py')"
    done = run(sys.executable, "-c", pretend, cwd=ROOT)

    assert done.returncode == 1
    assert "needs Python 3.11 or 3.12, this is 3.13" in done.stderr
    assert "make setup PYTHON=" in done.stderr


def test_other_platform__asks_for_foundry(install, tmp_path, monkeypatch):
    monkeypatch.setattr(install, "MODULES", tmp_path / "node_modules")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(install.SetupError, match=r"install Foundry 1\.7\.1 yourself"):
        install.foundry("forge")


def test_other_platform__takes_foundry_from_path(install, tmp_path, monkeypatch):
    own = tmp_path / "forge"
    install.executable(own, 'echo "forge Version: 1.7.1"\n')
    monkeypatch.setattr(install, "MODULES", tmp_path / "node_modules")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    assert install.foundry("forge") == own

    install.executable(own, 'echo "forge Version: 1.6.0"\n')
    with pytest.raises(install.SetupError, match=r"is not version 1\.7\.1"):
        install.foundry("forge")


def test_node__too_old_or_missing__is_not_used(install, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install.system_node() is None

    install.executable(tmp_path / "npm", "exit 0\n")
    install.executable(tmp_path / "node", "echo /somewhere/node 18\n")
    assert install.system_node() is None

    install.executable(tmp_path / "node", "echo /somewhere/node 22\n")
    assert str(install.system_node()) == "/somewhere/node"
