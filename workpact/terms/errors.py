"""What can be wrong with an agreement file: one type per kind of mistake.

Every error says which file, line and field, what is wrong there, and what to write instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workpact import WorkpactError


@dataclass(frozen=True)
class Place:
    """Where in a file something stands; `line` counts from 1, 0 when unknown."""

    file: str
    line: int
    field: str

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}: {self.field}" if self.field else f"{self.file}{line}"


class TermsError(WorkpactError, ValueError):
    """A mistake in an agreement file. `advice` says what to write instead."""

    def __init__(self, place: Place, problem: str, advice: str = "") -> None:
        super().__init__(f"{place}: {problem}" + (f" → {advice}" if advice else ""))
        self.place = place
        self.file, self.line, self.field = place.file, place.line, place.field
        self.problem = problem
        self.advice = advice

    @property
    def errors(self) -> tuple[TermsError, ...]:
        """All mistakes found; just this one unless several were."""
        return (self,)


class SeveralErrors(TermsError):
    """More than one mistake; place, problem and advice are those of the first."""

    def __init__(self, errors: Sequence[TermsError]) -> None:
        first = errors[0]
        super().__init__(first.place, first.problem, first.advice)
        self._errors = tuple(errors)
        self.args = ("\n".join(str(error) for error in errors),)

    @property
    def errors(self) -> tuple[TermsError, ...]:
        """All mistakes found, in the order of the file's sections."""
        return self._errors


class YamlError(TermsError):
    """Not readable as plain YAML: syntax, duplicate key, anchor, tag, wrong kind of document."""


class UnknownKey(TermsError):
    """A key that the format does not have."""


class MissingField(TermsError):
    """A key that must be there."""


class BadValue(TermsError):
    """A value of another form than the field takes."""


class BadMoney(BadValue):
    """Not an exact amount of the document's token."""


class BadShare(BadValue):
    """Not an exact share in per cent or ppm."""


class BadDuration(BadValue):
    """Not a duration of fixed length."""


class BadDate(BadValue):
    """Not one instant in the document's time zone."""


class BadName(BadValue):
    """Free text where an identifier goes on chain."""


class BadAddress(BadValue):
    """Neither an address nor the name of one."""


class UnresolvedName(BadAddress):
    """A `${name}` that nobody gave an address for, in a place that needs it."""


class RoleConflict(TermsError):
    """One address in two roles that exclude each other."""


class AmountMismatch(TermsError):
    """Amounts that do not add up to what the document states."""


class LimitExceeded(TermsError):
    """Beyond what contracts keep, or what the SDK checks for them (SPEC.md 3.6)."""


class BadLevel(TermsError):
    """A service level that cannot be measured or credited as written."""


class BadPeriods(TermsError):
    """Service periods that overlap, go back, or do not fit the service levels."""


class BadChange(TermsError):
    """A change order or placed agreement that breaks SPEC.md 3.7 or 3.8."""


class NotInDocument(WorkpactError, ValueError):
    """A period, figures or quantities that the document does not know; says which ones there are."""


class UnsafeText(BadValue):
    """Control characters or line breaks that would change how the document reads."""
