"""Tells mutants apart from their contract: by the compiler, and by the forge tests, in a copy of the project."""

import copy
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from mutants import NUMBER

ROOT = Path(__file__).resolve().parent.parent
REMAPPING = "@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/"
FOUNDRY = """[profile.test]
src = "tests/forge"
test = "tests/forge"
libs = ["node_modules"]
out = "built"
cache_path = "cache"
auto_detect_remappings = false
remappings = ["{remapping}"]
solc = "{folder}/solc"
offline = true
evm_version = "cancun"
fs_permissions = [{{ access = "read", path = "out" }}]
lint = {{ lint_on_build = false }}
fuzz = {{ runs = 16, seed = "0x0ac7" }}
invariant = {{ runs = 2, depth = 50 }}
"""
# forge asks for the version each time, for which npm's solc would be loaded.
SOLC = """#!/bin/sh
if [ "$1" = --version ]; then echo '{version}'; else exec '{solc}' "$@"; fi
"""
INVARIANTS = "*Invariants.t.sol"
OF_GAS = re.compile(r"gasleft\(\)|\{gas")
FAILED = re.compile(r"^\[FAIL.*\] (\w+)\(", re.MULTILINE)
# A mutant that loops runs into forge's limit of gas long before: later, the machine is slow, and nothing is seen.
SECONDS = 900


class Compiler:
    """One process with the compiler loaded."""

    def __init__(self, root: Path = ROOT):
        command = ["node", str(ROOT / "toolchain" / "mutants.js")]
        self._process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._root = root

    def close(self) -> None:
        self._process.communicate()

    def ask(self, sources: dict[str, bytes], target: str, output: str, optimized: bool = False) -> dict:
        """`output` of the contract that `target` is named after ("ast" of the file), or `errors`."""
        name = "" if output == "ast" else Path(target).stem
        given = {target: (self._root / target).read_bytes()} | sources
        question = {
            "language": "Solidity",
            "sources": {path: {"content": source.decode()} for path, source in given.items()},
            "settings": {
                "viaIR": True,
                "optimizer": {"enabled": optimized, "runs": 200},
                "evmVersion": "cancun",
                "remappings": [REMAPPING],
                "metadata": {"bytecodeHash": "none", "appendCBOR": False},
                "outputSelection": {target: {name: [output]}},
            },
        }
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def errors(self, sources: dict[str, bytes], target: str) -> list[dict]:
        answer = self.ask(sources, target, "abi")
        return [each for each in answer.get("errors", []) if each["severity"] == "error"]

    def ast(self, file: str) -> dict:
        return self.ask({}, file, "ast")["sources"][file]["ast"]

    def bytecode(self, sources: dict[str, bytes], target: str, optimized: bool = False) -> str | None:
        """None if it does not compile."""
        contracts = self.ask(sources, target, "evm.bytecode.object", optimized).get("contracts", {})
        return contracts.get(target, {}).get(Path(target).stem, {}).get("evm", {}).get("bytecode", {}).get("object")


class Tests:
    """The forge tests that deploy one contract, compiled once in a folder of their own."""

    def __init__(self, contract: str, folder: Path, root: Path = ROOT):
        self._folder, self._contract = folder, contract
        self._left_out: tuple[str, ...] = ()
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("contracts", "tests"):
            shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(root / "contracts", folder / "contracts")
        self._copy_tests(contract, root)
        if not (folder / "node_modules").exists():
            (folder / "node_modules").symlink_to(ROOT / "node_modules")
        (folder / "foundry.toml").write_text(FOUNDRY.format(folder=folder, remapping=REMAPPING))
        if not (folder / "solc").exists():
            solc = ROOT / ".toolchain" / "solcx" / "solc-v0.8.37"
            version = subprocess.run([solc, "--version"], check=True, capture_output=True, text=True).stdout
            (folder / "solc").write_text(SOLC.format(version=version, solc=solc))
            (folder / "solc").chmod(0o755)
        for artefact in (root / "out").glob("*.sol/*.json"):
            self._keep(artefact.relative_to(root / "out"), json.loads(artefact.read_text()))
        self._released = json.loads(self._artefact.read_text())
        built = self._forge("build")
        if built.returncode:
            raise RuntimeError(f"the tests do not compile:\n{built.stdout}{built.stderr}")

    def twin(self, folder: Path) -> "Tests":
        """The same in another folder, for another worker."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._folder, folder, symlinks=True)
        made = copy.copy(self)
        made._folder = folder
        return made

    @property
    def _artefact(self) -> Path:
        return self._folder / "out" / f"{self._contract}.sol" / f"{self._contract}.json"

    def _copy_tests(self, contract: str, root: Path) -> None:
        """All that tests share, and the tests of folders that deploy the contract."""
        for file in (root / "tests" / "forge").rglob("*.sol"):
            beside = (each.read_text() for each in file.parent.glob("*.sol"))
            if not file.name.endswith(".t.sol") or any(f"out/{contract}.sol/" in each for each in beside):
                kept = self._folder / file.relative_to(root)
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, kept)

    def _keep(self, path: Path, artefact: dict) -> None:
        """What forge deploys of an artefact: its syntax tree would be read for each test again."""
        kept = self._folder / "out" / path
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({part: artefact[part] for part in ("abi", "bytecode", "deployedBytecode")}))

    def leave_out_gas(self, bytecode: str) -> None:
        """The contract as it is has to pass, but for tests of gas: this is not the code that is released."""
        self._deploy(bytecode, 0)
        failing = set(FAILED.findall(self._forge("test", "--threads", "1", "--no-match-path", INVARIANTS).stdout))
        texts = "".join(path.read_text() for path in (self._folder / "tests").rglob("*.sol"))
        for name in failing:
            body = re.search(rf"function {name}\(.*?\n    }}", texts, re.DOTALL)
            if not body or not OF_GAS.search(body[0]):
                raise SystemExit(f"{self._contract} as it is fails {name} when it is compiled for mutants")
        self._left_out = ("--no-match-test", rf"^({'|'.join(sorted(failing))})\b") if failing else ()

    def killer(self, bytecode: str, number: int) -> str | None:
        """The test that fails on mutant `number` of this bytecode."""
        self._deploy(bytecode, number)
        return self._failing("--no-match-path", INVARIANTS) or self._failing("--match-path", INVARIANTS)

    def _deploy(self, bytecode: str, number: int) -> None:
        code = "0x" + bytecode.replace(NUMBER, f"{number:064x}")
        artefact = self._released | {"bytecode": self._released["bytecode"] | {"object": code}}
        self._artefact.write_text(json.dumps(artefact))

    def _failing(self, *which: str) -> str | None:
        try:
            done = self._forge("test", "--fail-fast", "--threads", "1", *which, *self._left_out)
        except subprocess.TimeoutExpired:
            said = f"forge tests had no end after {SECONDS} s: run the same again with less beside it"
            raise SystemExit(said) from None
        if done.returncode == 0:
            return None
        found = FAILED.search(done.stdout)
        if not found:
            raise RuntimeError(f"forge fails without a failing test:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return found[1]

    def _forge(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["forge", *arguments]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("FOUNDRY_")}
        environment |= {"FOUNDRY_PROFILE": "test"}
        return subprocess.run(
            command, cwd=self._folder, env=environment, capture_output=True, text=True, timeout=SECONDS
        )


def imports(root: Path, file: str) -> set[str]:
    """The file and all that it imports from contracts/."""
    found, waiting = set(), [file]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for name in re.findall(r'from "(\.[^"]+)"', (root / path).read_text()):
            waiting.append(os.path.relpath((root / path).parent / name, root))
    return found


def deployed(root: Path, file: str) -> list[str]:
    """The contracts that forge tests deploy and that have `file` in them, itself first."""
    sources = "".join(each.read_text() for each in (root / "tests" / "forge").rglob("*.sol"))
    names = sorted(set(re.findall(r'"out/(\w+)\.sol/', sources)))
    homes = [name for name in names if (root / "contracts" / f"{name}.sol").is_file()]
    return [name for name in homes if file in imports(root, f"contracts/{name}.sol")]
