"""What slither's mutators would change in a contract and all that it imports from contracts/, as JSON.

Runs in the tools' own environment: .toolchain/analysis/bin/python toolchain/slither_mutants.py contracts/Agreement.sol
"""

import inspect
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from slither import Slither
from slither.core.declarations import Contract
from slither.slithir.operations import Binary
from slither.tools.mutator.mutators import LIR, all_mutators
from slither.tools.mutator.mutators.abstract_mutator import AbstractMutator
from slither.tools.mutator.mutators.ROR import relational_operators
from slither.tools.mutator.utils.patch import create_patch_with_line

# By Relations below; and CR, which comments one line out, by deletions of whole statements in mutants.py.
REPLACED = ("ROR", "CR")
REMAPPINGS = ["@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/"]


class Relations(AbstractMutator):
    """slither's own writes the whole statement where the comparison stood, so that most do not compile."""

    NAME = "ROR"
    HELP = "Relational operator replacement"

    def _mutate(self) -> dict:
        result: dict = {}
        for function in self.contract.functions_and_modifiers_declared:
            for node in function.nodes:
                for ir in node.irs:
                    if not isinstance(ir, Binary) or ir.type not in relational_operators:
                        continue
                    source = ir.expression.source_mapping
                    halves = source.content.split(f" {ir.type.value} ")
                    if len(halves) != 2:
                        continue
                    for other in relational_operators:
                        if other != ir.type:
                            new = f" {other.value} ".join(halves)
                            create_patch_with_line(
                                result, self.in_file, source.start, source.end, source.content, new, source.lines[0]
                            )
        return result


def main(path: str) -> None:
    # what a mutator cannot handle it says to the log
    logging.disable(logging.CRITICAL)
    root = Path.cwd()
    slither = Slither(
        path,
        compile_force_framework="solc",
        solc=".toolchain/solcx/solc-v0.8.37",
        solc_remaps=REMAPPINGS,
        solc_args="--via-ir --evm-version cancun",
    )
    mutators = [each for _, each in inspect.getmembers(all_mutators, inspect.isclass) if each.NAME not in REPLACED]
    found: dict[str, list] = {}
    for contract in slither.compilation_units[0].contracts:
        file = Path(contract.source_mapping.filename.absolute)
        if not file.is_relative_to(root / "contracts") or contract.is_interface:
            continue
        for mutator in [*mutators, Relations]:
            found.setdefault(str(file.relative_to(root)), []).extend(patches(mutator, contract))
    print(json.dumps(found))


def patches(mutator: type[AbstractMutator], contract: Contract) -> Iterator[tuple[str, int, int, str]]:
    # a list that slither never empties
    LIR.literal_replacements.clear()
    made = mutator(contract.compilation_unit, 0, "", "", contract, None, False, Path(), [])
    try:
        result = made._mutate()
    except Exception as error:
        # as in slither-mutate itself, which goes on without that operator for this contract
        print(f"{contract.name}: {mutator.NAME}: {error}", file=sys.stderr)
        return
    for listed in result.get("patches", {}).values():
        for patch in listed:
            yield mutator.NAME, patch["start"], patch["end"], patch["new_string"]


if __name__ == "__main__":
    main(sys.argv[1])
