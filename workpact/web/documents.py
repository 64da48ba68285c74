"""The agreement files that a server knows, by the id of what they say (SPEC.md 16.1)."""

from __future__ import annotations

from collections.abc import Iterable

from workpact.terms import AgreementDocument


class Documents:
    """Files of agreements on one chain and contract."""

    def __init__(self, chain_id: int, agreement: str, given: Iterable[AgreementDocument] = ()) -> None:
        self._place = (chain_id, agreement)
        self._known: dict[bytes, AgreementDocument] = {}
        for each in given:
            self.add(each)

    def add(self, document: AgreementDocument) -> bytes:
        """Adds a file; its id."""
        id_ = document.id(*self._place)
        self._known[id_] = document
        return id_

    def of(self, origin: bytes) -> list[AgreementDocument]:
        """All files of one agreement."""
        return [each for each in self._known.values() if each.origin(*self._place) == origin]
