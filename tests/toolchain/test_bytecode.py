"""Ape's full compile and forge's cached one give the same bytecode, in any folder, below the size limit."""

import json
import shutil

import pytest

from .support import ROOT, plain_shell, run

SIZE_LIMIT = 24_576 * 9 // 10


def is_main(source: str) -> bool:
    return source.startswith("contracts/") and not source.startswith("contracts/mocks/")


@pytest.fixture(scope="module")
def forge_contracts():
    # The contracts alone: forge's tests take minutes more.
    done = run("forge", "build", *sorted((ROOT / "contracts").rglob("*.sol")), cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for path in (ROOT / "out").glob("*.sol/*.json"):
        artifact = json.loads(path.read_text())
        if "metadata" not in artifact:
            continue
        ((source, name),) = artifact["metadata"]["settings"]["compilationTarget"].items()
        # What was renamed or removed stays in the folder.
        if is_main(source) and (ROOT / source).is_file() and artifact["bytecode"]["object"] != "0x":
            found[name] = artifact
    return found


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
def test_same_contracts_and_same_bytecode(forge_contracts, ape_contracts):
    assert forge_contracts, "forge built no contract"
    assert sorted(ape_contracts) == sorted(forge_contracts)

    different = [name for name in ape_contracts if ape_contracts[name] != forge_contracts[name]["bytecode"]["object"]]
    assert different == []


def test_every_contract_stays_below_nine_tenths_of_the_size_limit(forge_contracts):
    sizes = {name: len(artifact["deployedBytecode"]["object"]) // 2 - 1 for name, artifact in forge_contracts.items()}

    assert {name: size for name, size in sizes.items() if size > SIZE_LIMIT} == {}
