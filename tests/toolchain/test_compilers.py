"""Ape and forge are told the same of the compiler, and what it makes stays below the size limit.

`make prove PART=bytecode` compares what they make.
"""

import tomllib

from ruamel.yaml import YAML

from .support import ROOT, built

SIZE_LIMIT = 24_576 * 9 // 10


def test_settings__of_ape_and_forge__are_the_same():
    ape = YAML(typ="safe").load(ROOT / "ape-config.yaml")["solidity"]
    forge = tomllib.loads((ROOT / "foundry.toml").read_text())["profile"]["default"]

    told = {
        "version": forge["solc"].rpartition("-v")[2],
        "evm_version": forge["evm_version"],
        "via_ir": forge["via_ir"],
        "optimize": forge["optimizer"],
        "optimization_runs": forge["optimizer_runs"],
        "import_remapping": forge["remappings"],
    }
    assert ape == told


def test_every_contract__stays_below_nine_tenths_of_the_size_limit():
    sizes = {name: len(artifact["deployedBytecode"]["object"]) // 2 - 1 for name, artifact in built().items()}

    assert sizes, "forge built no contract"
    assert {name: size for name, size in sizes.items() if size > SIZE_LIMIT} == {}
