"""What can be wrong with a roster, a batch or a proof: one type per kind of mistake.

Every error says which file and line, what is wrong there, and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from workpact import WorkpactError
from workpact.chain.keys import is_like_a_key

SHOWN = 20
PLAIN = "{:,}".format


class BatchError(WorkpactError, ValueError):
    """Base of all errors here."""


class FileError(BatchError):
    """A file cannot be used. `line` counts from 1, 0 where the whole file is meant; `advice` says what to do."""

    def __init__(self, path: Path | str, line: int, problem: str, advice: str) -> None:
        self.path = path
        self.line = line
        self.problem = problem
        self.advice = advice
        super().__init__(f"{path}{f':{line}' if line else ''}: {problem} → {advice}")

    @property
    def errors(self) -> tuple[FileError, ...]:
        """All mistakes found; just this one unless several were."""
        return (self,)


class SeveralErrors(FileError):
    """More than one mistake; path, line, problem and advice are those of the first."""

    def __init__(self, errors: Sequence[FileError]) -> None:
        first = errors[0]
        super().__init__(first.path, first.line, first.problem, first.advice)
        self._errors = tuple(errors)
        more = [f"… and {len(errors) - SHOWN:,} more"] if len(errors) > SHOWN else []
        self.args = ("\n".join([*(str(error) for error in errors[:SHOWN]), *more]),)

    @property
    def errors(self) -> tuple[FileError, ...]:
        """All mistakes found, in the order of lines."""
        return self._errors


class UnreadableFile(FileError):
    """No file, not text in UTF-8, open to others, or not the table that it should be."""


class BadColumns(FileError):
    """The header lacks columns, or has some that nobody would read."""

    def __init__(self, path: Path | str, missing: Iterable[str], unknown: Iterable[str], wanted: Sequence[str]) -> None:
        self.missing, self.unknown = tuple(missing), tuple(unknown)
        parts = []
        if self.missing:
            parts.append(f"has no column {', '.join(self.missing)}")
        if self.unknown:
            parts.append(f"has the column {', '.join(map(repr, self.unknown))}, which nothing here reads")
        super().__init__(path, 1, " and ".join(parts), f"write the header {','.join(wanted)}")


class BadRow(FileError):
    """A line with another number of values than the header, or one that goes over several lines."""


class BadValue(FileError):
    """One value of a line is not what its column holds."""

    def __init__(self, path: Path | str, line: int, column: str, value: str, problem: str, advice: str) -> None:
        self.column = column
        self.value = value
        shown = repr(value if len(value) <= 60 else value[:60] + "…")
        if is_like_a_key(value):
            shown = "(not repeated: it looks like a private key)"
        super().__init__(path, line, f"{column} {shown} {problem}", advice)


class RepeatedWorker(FileError):
    """A worker on two lines."""

    def __init__(self, path: Path | str, line: int, worker: int, first: int) -> None:
        self.worker = worker
        self.first = first
        super().__init__(path, line, f"worker {worker} is on line {first} already", "leave one line for each worker")


class RepeatedWallet(FileError):
    """Two workers with one wallet."""

    def __init__(self, path: Path | str, line: int, wallet: str, first: int) -> None:
        self.wallet = wallet
        self.first = first
        super().__init__(
            path, line, f"wallet {wallet} is the one of line {first} already", "give each worker a wallet of their own"
        )


class UnknownWorker(FileError):
    """A worker who is not on the roster."""

    def __init__(self, path: Path | str, line: int, worker: int) -> None:
        self.worker = worker
        super().__init__(
            path,
            line,
            f"worker {worker} is not on the roster",
            "mend the number, or add the worker to the roster first",
        )


class ZeroAmount(FileError):
    """A line of nothing."""

    def __init__(self, path: Path | str, line: int, worker: int, column: str) -> None:
        self.worker = worker
        self.column = column
        super().__init__(path, line, f"{column} of worker {worker} is zero", "write an amount, or remove the line")


class AmountTooLarge(FileError):
    """More in one line than a contract keeps."""

    def __init__(
        self, path: Path | str, line: int, worker: int, amount: int, limit: int, write: Callable[[int], str] = PLAIN
    ) -> None:
        self.worker, self.amount, self.limit = worker, amount, limit
        problem = f"worker {worker} would get {write(amount)}, at most {write(limit)} fit into a line"
        super().__init__(path, line, problem, "mend the amount")


class SumTooLarge(FileError):
    """The file hands out more than there is; `line` is the first that does not fit."""

    def __init__(
        self, path: Path | str, line: int, total: int, limit: int, source: str, write: Callable[[int], str] = PLAIN
    ) -> None:
        self.total, self.limit, self.source = total, limit, source
        problem = f"here the sum passes {source}: the file hands out {write(total)} of {write(limit)}"
        advice = f"lower the amounts by {write(total - limit)} in all, or add as much first"
        super().__init__(path, line, problem, advice)


class ForbiddenPayee(FileError):
    """A wallet to which no wage can go: the token, the payroll or the zero address."""

    def __init__(self, path: Path | str, line: int, worker: int, wallet: str, what: str) -> None:
        self.worker, self.wallet, self.what = worker, wallet, what
        super().__init__(
            path,
            line,
            f"the wallet of worker {worker}, {wallet}, is {what}",
            "correct the worker's wallet in the roster",
        )


class NetMismatch(FileError):
    """Gross less deductions is not net."""

    def __init__(
        self,
        path: Path | str,
        line: int,
        worker: int,
        amounts: tuple[int, int, int],
        write: Callable[[int], str] = PLAIN,
    ) -> None:
        self.worker = worker
        self.gross, self.deductions, self.net = amounts
        gross, deductions, net = map(write, amounts)
        found = write(max(self.gross - self.deductions, 0))
        problem = f"worker {worker}: gross {gross} − deductions {deductions} is {found}, not {net}"
        if self.deductions > self.gross:
            problem = f"worker {worker}: deductions {deductions} are more than gross {gross}"
        super().__init__(path, line, problem, "mend one of the three")


class RosterError(BatchError):
    """A change of the roster that would break it: a number or wallet taken, a worker not there, a bad name."""


class WalletsDiffer(BatchError):
    """The roster names other wallets than the chain. `differences` maps a worker to (roster's, chain's or None)."""

    def __init__(self, differences: dict[int, tuple[str, str | None]]) -> None:
        self.differences = differences
        shown = [
            f"worker {worker}: {ours} here, {theirs or 'not enrolled'} on chain"
            for worker, (ours, theirs) in list(differences.items())[:SHOWN]
        ]
        more = f"; and {len(differences) - SHOWN:,} more" if len(differences) > SHOWN else ""
        super().__init__("; ".join(shown) + more + ". Enrol who is new, and take over wallets that workers changed.")


class ProofError(BatchError):
    """A proof, or a file of them, does not show what it should."""


class BadProofFile(ProofError):
    """A file of proofs, or one of them, is not written as it should be."""


class WrongProof(ProofError):
    """The proof does not lead from its leaf to the root."""


class ForeignLeaf(ProofError):
    """The leaf is of another chain, contract, plan, book, offer or run; `field` says what differs first."""

    def __init__(self, kind: str, field: str, found: object, expected: object) -> None:
        self.field, self.found, self.expected = field, found, expected
        super().__init__(f"This {kind} is of {field} {found}, expected {expected}: it counts nothing here.")


class ProofOfAnother(ForeignLeaf):
    """The leaf is another worker's, or of another wallet."""


class RootMismatch(ProofError):
    """The leaves of a file do not make the root that was posted, or do not add up to what was."""


class TooDear(BatchError):
    """Not even one line fits into a transaction."""
