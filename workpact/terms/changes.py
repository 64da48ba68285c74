"""Documents made from documents: change orders and agreements placed under a master."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from workpact.terms.agreement import AgreementDocument
from workpact.terms.contents import write_yaml
from workpact.terms.loading import loads

Plain = list[dict[str, Any]]


def change_order(
    document: AgreementDocument,
    *,
    origin: bytes,
    replaces: bytes,
    open_before: str,
    offer_salt: bytes,
    legal_salt: bytes,
    edit: Callable[[Plain], None] | None = None,
) -> AgreementDocument:
    """The document that amends `document` (SPEC.md 3.7).

    `origin` is the first document's id, `replaces` the id in force. `edit` changes the plain documents, which are as
    in the file: dicts of text, the Agreement first. Salts are 32 fresh random bytes each. Raises TermsError.
    """

    def change(plain: Plain) -> None:
        spec = plain[0]["spec"]
        spec["origin"], spec["replaces"] = "0x" + origin.hex(), "0x" + replaces.hex()
        spec.pop("under", None)
        spec["offer"]["deposit"] = f"0 {document.token.symbol}"

    return _renewed(document, open_before, offer_salt, legal_salt, change, edit)


def placed_under(
    document: AgreementDocument,
    *,
    master: bytes,
    open_before: str,
    offer_salt: bytes,
    legal_salt: bytes,
    edit: Callable[[Plain], None] | None = None,
) -> AgreementDocument:
    """A new agreement made from `document`, placed under the master agreement whose id in force is `master` (3.8)."""

    def change(plain: Plain) -> None:
        spec = plain[0]["spec"]
        spec["under"] = "0x" + master.hex()
        spec.pop("origin", None)
        spec.pop("replaces", None)

    return _renewed(document, open_before, offer_salt, legal_salt, change, edit)


def _renewed(
    document: AgreementDocument,
    open_before: str,
    offer_salt: bytes,
    legal_salt: bytes,
    change: Callable[[Plain], None],
    edit: Callable[[Plain], None] | None,
) -> AgreementDocument:
    plain = deepcopy(document.plain())
    spec = plain[0]["spec"]
    change(plain)
    spec["offer"]["openBefore"] = open_before
    spec["offer"]["salt"] = "0x" + offer_salt.hex()
    spec["legal"]["salt"] = "0x" + legal_salt.hex()
    if edit:
        edit(plain)
    return loads(write_yaml(plain), file=f"{document.name} (changed)")
