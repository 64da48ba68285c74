"""Proposals: what is read of a link, and the way from a draft to an agreement in force by several browsers."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sdk import paper
from tests.web.served import Town
from workpact.terms import AgreementDocument

DEPOSIT = 3_000 * 10**6


def drafted(town: Town, *edits: tuple[str, str], salt: int = 1, **names: str) -> AgreementDocument:
    """A document of the town's people that nobody has signed."""
    roles = ("client", "contractor", "arbiter", "backup", "client-operator", "contractor-operator")
    people = {role: town.address(role) for role in (*roles, "client-reporter", "contractor-reporter")}
    contracts = {name: each.address for name, each in town.planned.items()}
    return paper.document(town.now, people | contracts | {"TUSD": town.token_address} | names, *edits, salt=salt)


def proposal(town: Town, document: AgreementDocument, *signers: str, **more: Any) -> dict[str, Any]:
    """As a link carries it."""
    typed = document.typed_data(31337, town.agreement)
    signatures = [{"signer": town.address(each), "signature": "0x" + town.sign(each, typed).hex()} for each in signers]
    return {"document": document.to_yaml(), "signatures": signatures} | more


def posted(url: str, path: str, content: Any) -> httpx.Response:
    return httpx.post(url + path, json=content, headers={"Origin": url}, timeout=60)


def test_a_proposal__is_read_with_who_has_signed_and_what_is_missing(own_town, pages_of):
    url = pages_of(own_town.site())
    document = drafted(own_town)
    answer = posted(url, "/proposal/read", proposal(own_town, document, "contractor"))
    assert answer.status_code == 200, answer.text
    read = answer.json()
    assert read["id"] == "0x" + own_town.id(document).hex()
    assert [each["signed"] for each in read["signers"]] == ["", "key"]
