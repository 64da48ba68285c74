"""Runs mutants: sorts out what does not compile, compiles the others many at a time, asks the tests about each."""

import fcntl
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from mutant_tests import Compiler, Tests, deployed, imports
from mutants import Mutant, combine, number_at

AT_ONCE = 200


class Run:
    """Results are kept in a file as they come."""

    def __init__(self, root: Path, compiler: Compiler, kept: Path, workers: int):
        self._root, self._compiler, self._kept, self._workers = root, compiler, kept, workers
        kept.parent.mkdir(parents=True, exist_ok=True)
        text = kept.read_text() if kept.is_file() else ""
        # a line that was cut off when a run was killed is not counted
        whole = text[: text.rfind("\n") + 1]
        kept.write_text(whole)
        self._known: dict[str, str] = dict(json.loads(line)[:2] for line in whole.splitlines())
        self._sources: dict[str, bytes] = {}
        self._asts: dict[str, dict] = {}
        self._optimized: dict[str, str | None] = {}

    def results(self, mutants: list[Mutant]) -> dict[Mutant, str]:
        waiting = [each for each in mutants if self._known.get(each.key, "survived") == "survived"]
        for mutant in waiting:
            if mutant.is_same(self._read(mutant.file)):
                self._keep(mutant, "equivalent")
        waiting = [each for each in waiting if self._known.get(each.key) != "equivalent"]
        homes = {file: deployed(self._root, file) for file in {each.file for each in waiting}}
        # what imports least first: a library is mostly of one contract, and small ones have few tests
        for home in sorted({home for found in homes.values() for home in found}, key=self._breadth):
            here = [each for each in waiting if home in homes[each.file]]
            self._run_at(home, [each for each in here if self._known.get(each.key, "survived") == "survived"])
        for mutant in waiting:
            if self._known[mutant.key] == "survived" and self._is_equivalent(mutant):
                self._keep(mutant, "equivalent")
        return {each: self._known[each.key] for each in mutants}

    def _breadth(self, home: str) -> tuple[int, str]:
        return len(imports(self._root, f"contracts/{home}.sol")), home

    def compiling(self, mutants: list[Mutant], count: int) -> list[Mutant]:
        """The first `count` that compile."""
        found: list[Mutant] = []
        while len(found) < count:
            some, mutants = mutants[: count - len(found)], mutants[count - len(found) :]
            homes = {each: deployed(self._root, each.file)[0] for each in some}
            for home in sorted(set(homes.values())):
                self._sort_out(home, [each for each in some if homes[each] == home])
            found += [each for each in some if self._known.get(each.key) != "not compiling"]
        return found

    def _keep(self, mutant: Mutant, result: str, by: str = "") -> None:
        self._known[mutant.key] = result
        with self._kept.open("a") as lines:
            lines.write(json.dumps([mutant.key, result, by, mutant.file, mutant.start, mutant.operator]) + "\n")

    def _sort_out(self, home: str, mutants: list[Mutant]) -> tuple[list[Mutant], list[Mutant]]:
        """Those that compile together, and those that compile alone; the others do not."""
        target, together, alone = f"contracts/{home}.sol", list(mutants), []
        for mutant in mutants:
            self._read(mutant.file)
        while True:
            texts, taken = combine(self._sources, self._asts, together)
            alone += [each for each in together if each not in taken]
            together = taken
            errors = self._compiler.errors(texts, target)
            if not errors:
                break
            places = [each["sourceLocation"] for each in errors if each.get("sourceLocation")]
            numbers = {
                number_at(texts[place["file"]], place["start"]) for place in places if place["file"] in texts
            } - {None}
            suspects = [taken[number - 1] for number in numbers] or [self._culprit(target, together)]
            together = [each for each in together if each not in suspects]
            alone += suspects
        return together, [each for each in alone if self._compiles(target, each)]

    def _culprit(self, target: str, mutants: list[Mutant]) -> Mutant:
        """One because of which these do not compile together."""
        while len(mutants) > 1:
            half = mutants[: len(mutants) // 2]
            fails = self._compiler.errors(combine(self._sources, self._asts, half)[0], target)
            mutants = half if fails else mutants[len(half) :]
        return mutants[0]

    def _compiles(self, target: str, mutant: Mutant) -> bool:
        if self._compiler.errors(self._alone(mutant), target):
            self._keep(mutant, "not compiling")
            return False
        return True

    def _alone(self, mutant: Mutant) -> dict[str, bytes]:
        return {mutant.file: mutant.apply(self._read(mutant.file))}

    def _read(self, file: str) -> bytes:
        if file not in self._sources:
            self._sources[file] = (self._root / file).read_bytes()
            self._asts[file] = self._compiler.ast(file)
        return self._sources[file]

    def _run_at(self, home: str, mutants: list[Mutant]) -> None:
        if not mutants:
            return
        workers: SimpleQueue[Tests] = SimpleQueue()
        folder = self._root / ".toolchain" / "mutants" / home
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            # parts of the proof run beside each other
            fcntl.flock(lock, fcntl.LOCK_EX)
            built = Tests(home, folder, self._root)
            unchanged = self._compiler.bytecode({}, f"contracts/{home}.sol")
            built.leave_out_gas(unchanged)
            for number in range(self._workers):
                workers.put(built.twin(folder.with_name(f"{home}-for-{self._kept.stem}-{number}")))
        while mutants:
            some, mutants = mutants[:AT_ONCE], mutants[AT_ONCE:]
            together, alone = self._sort_out(home, some)
            self._run_together(home, together, workers)
            for mutant in alone:
                code = self._compiler.bytecode(self._alone(mutant), f"contracts/{home}.sol")
                if code == unchanged and len(deployed(self._root, mutant.file)) == 1:
                    self._keep(mutant, "equivalent")
                else:
                    self._judge(mutant, code, 0, workers)

    def _run_together(self, home: str, mutants: list[Mutant], workers: SimpleQueue[Tests]) -> None:
        if not mutants:
            return
        texts, taken = combine(self._sources, self._asts, mutants)
        code = self._compiler.bytecode(texts, f"contracts/{home}.sol")
        if code is None and len(mutants) == 1:
            alone = self._compiler.bytecode(self._alone(mutants[0]), f"contracts/{home}.sol")
            self._judge(mutants[0], alone, 0, workers)
            return
        if code is None:
            # too deep a stack with one of them
            half = len(mutants) // 2
            self._run_together(home, mutants[:half], workers)
            self._run_together(home, mutants[half:], workers)
            return
        with ThreadPoolExecutor(self._workers) as pool:
            list(pool.map(lambda pair: self._judge(pair[1], code, pair[0], workers), enumerate(taken, 1)))

    def _judge(self, mutant: Mutant, code: str | None, number: int, workers: SimpleQueue[Tests]) -> None:
        if code is None:
            return self._keep(mutant, "not compiling")
        tests = workers.get()
        try:
            killer = tests.killer(code, number)
        finally:
            workers.put(tests)
        return self._keep(mutant, "killed" if killer else "survived", killer or "")

    def _is_equivalent(self, mutant: Mutant) -> bool:
        """Whether the release's compiler makes the same code of it."""
        for home in deployed(self._root, mutant.file):
            target = f"contracts/{home}.sol"
            if home not in self._optimized:
                self._optimized[home] = self._compiler.bytecode({}, target, optimized=True)
            if self._compiler.bytecode(self._alone(mutant), target, optimized=True) != self._optimized[home]:
                return False
        return True
