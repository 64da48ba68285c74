"""What keeps an agent from starting or from going on."""

from __future__ import annotations

from pathlib import Path

from workpact import WorkpactError


class AgentError(WorkpactError):
    """Base of all errors here. `str(error)` says what is wrong, where, and what to do."""


class AlreadyRunning(AgentError):
    """Another agent of this machine has the same journal open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path}: an agent is running with this key for this agreement. Two would sign twice: stop that one first."
        )


class JournalDamaged(AgentError):
    """The journal of signed reports cannot be read, so that nobody knows what was signed."""

    def __init__(self, path: Path, line: int) -> None:
        self.path = path
        self.line = line
        super().__init__(
            f"{path}: line {line} cannot be read. Restore the file: without it a report could be signed twice."
        )


class SignedOtherwise(AgentError):
    """The key has signed another report of this period before; a second one would remove it as a reporter."""

    def __init__(self, period: str, where: str) -> None:
        self.period = period
        self.where = where
        super().__init__(
            f"period {period}: another report was signed with this key ({where}). It signs no second one, which would "
            "prove equivocation. If the first one is wrong, let the party itself sign the right figures."
        )


class NotReporting(AgentError):
    """The account is neither a reporter nor the party of the side that it is to report for."""


class OtherDocument(AgentError):
    """Another document of the agreement is in force than the one that is watched."""


class NoFinality(AgentError):
    """The node does not say which blocks can no longer be undone."""


class ExchangeUnavailable(AgentError):
    """The place where the sides exchange reports cannot be listed, read or written."""


class LogUnavailable(AgentError):
    """The log cannot be fetched."""
