"""Ape's full compile, in any folder, gives the bytecode of forge's."""

import json
import shutil

import pytest

from tests.toolchain.support import ROOT, built, is_main, plain_shell, run


@pytest.fixture(scope="module")
def ape_contracts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(ROOT / "ape-config.yaml", folder)
    shutil.copytree(ROOT / "contracts", folder / "contracts")
    openzeppelin = "node_modules/@openzeppelin/contracts"
    shutil.copytree(ROOT / openzeppelin, folder / openzeppelin)
    done = run("ape", "compile", "--force", cwd=folder, env=plain_shell(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((folder / ".build" / "__local__.json").read_text())
    found = {}
    for name, contract in manifest["contractTypes"].items():
        bytecode = contract.get("deploymentBytecode", {}).get("bytecode", "0x")
        if is_main(contract["sourceId"]) and bytecode != "0x":
            found[name] = bytecode
    return found


@pytest.mark.threat("T78")
def test_same_contracts_and_same_bytecode(ape_contracts):
    forge_contracts = built()
    assert forge_contracts, "forge built no contract"
    assert sorted(ape_contracts) == sorted(forge_contracts)

    different = [name for name in ape_contracts if ape_contracts[name] != forge_contracts[name]["bytecode"]["object"]]
    assert different == []
