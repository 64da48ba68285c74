"""What is installed is pinned by hash, names no registry, and is said in one version."""

import json
import re

import pytest
from ruamel.yaml import YAML

from .support import ROOT, load

REQUIREMENTS = sorted(path.stem for path in ROOT.glob("requirements*.in"))
ADDRESS = re.compile(r"https?:|--(extra-)?index-url|--find-links")


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_has_hashes_and_no_address(name):
    text = (ROOT / f"{name}.txt").read_text()

    assert not ADDRESS.search(text)
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    for entry in filter(None, entries):
        assert re.match(r"[a-z0-9.-]+(\[\S+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_wish_is_pinned(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / f"{name}.in").read_text().splitlines()]
    wished = {re.split(r"[<=>[]", line)[0].replace(".", "-") for line in lines if line}

    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / f"{name}.txt").read_text(), re.MULTILINE))
    assert wished <= pinned


def test_every_npm_package_has_a_hash_and_no_address():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    for name, package in packages.items():
        assert "resolved" not in package, name
        assert name == "" or package["integrity"].startswith("sha512-"), name


def test_ape_forge_and_npm_name_the_same_compiler():
    install = load("install")
    ape = YAML(typ="safe").load(ROOT / "ape-config.yaml")["solidity"]
    foundry = (ROOT / "foundry.toml").read_text()
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert ape["version"] == install.SOLC == packages["node_modules/solc"]["version"]
    assert f'solc = ".toolchain/solcx/solc-v{install.SOLC}"' in foundry
    for tool in ("anvil", "cast", "forge"):
        assert packages[f"node_modules/@foundry-rs/{tool}-linux-amd64"]["version"] == install.FOUNDRY
