"""The launcher answers like the native compiler, as far as Ape, forge and slither ask it."""

import json

from .support import ROOT, load, run

SOLC = ROOT / ".toolchain" / "solcx" / f"solc-v{load('install').SOLC}"
PRAGMA = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n"


def test_version():
    done = run(SOLC, "--version")

    assert done.returncode == 0
    assert "\nVersion: 0.8.37+commit." in done.stdout


def test_standard_json__imports_below_the_base_path(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "Base.sol").write_text(PRAGMA + "contract Base {}")
    source = PRAGMA + 'import {Base} from "lib/Base.sol"; contract Top is Base {}'
    request = {
        "language": "Solidity",
        "sources": {"Top.sol": {"content": source}},
        "settings": {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
    }

    done = run(SOLC, "--standard-json", "--base-path", tmp_path, input=json.dumps(request))

    answer = json.loads(done.stdout)
    assert "errors" not in answer
    assert answer["contracts"]["Top.sol"]["Top"]["evm"]["bytecode"]["object"]


def test_combined_json__what_slither_asks_for(tmp_path):
    path = tmp_path / "Top.sol"
    path.write_text(PRAGMA + "contract Top { function f() external {} }")

    done = run(SOLC, path, "--combined-json", "abi,ast,bin,bin-runtime,srcmap,srcmap-runtime,hashes")

    answer = json.loads(done.stdout)
    contract = answer["contracts"][f"{path}:Top"]
    assert set(contract) == {"abi", "bin", "bin-runtime", "srcmap", "srcmap-runtime", "hashes"}
    assert contract["hashes"] == {"f()": "26121ff0"}
    assert answer["sources"][str(path)]["AST"]["nodeType"] == "SourceUnit"


def test_combined_json__source_with_an_error__fails_and_says_why(tmp_path):
    path = tmp_path / "Top.sol"
    path.write_text(PRAGMA + "contract Top { nonsense }")

    done = run(SOLC, path, "--combined-json", "abi")

    assert done.returncode == 1
    assert "ParserError" in done.stderr
