"""Who may read what the parties share: by the document's section, or else by SPEC.md 14.7."""

from __future__ import annotations

import pytest

from tests.terms.example import CHAIN_ID, CONTRACT, NAMES, changed, example, line_of, loaded
from workpact.terms import TermsError, change_order, errors, loads
from workpact.terms.room import DEFAULT_READERS

USUAL = {
    0: ("other", {"client", "contractor", "arbiter"}),
    1: ("agreement", {"client", "contractor", "arbiter"}),
    2: ("deliverable", {"client", "contractor", "arbiter"}),
    3: ("evidence", {"client", "contractor", "arbiter"}),
    4: ("payslip", {"contractor", "worker"}),
    5: ("roster", {"contractor"}),
    6: ("recording", {"client", "contractor", "arbiter"}),
    7: ("credential", {"client", "contractor"}),
}
SECTION = "  room:\n    recording: [client, contractor]\n    other: [other, client, contractor, arbiter]\n"


def with_room(section: str) -> str:
    """The example's text with that section."""
    return changed(("\n  legal:\n", f"\n{section}  legal:\n"))


def test_without_the_section__readers_are_those_of_the_specification():
    assert {int(kind): (kind.word, set(roles)) for kind, roles in example().room.items()} == USUAL


def test_section__changes_the_kinds_it_names_alone():
    document = loads(with_room(SECTION), NAMES)
    expected = {kind: set(roles) for kind, (_, roles) in USUAL.items()}
    expected |= {6: {"client", "contractor"}, 0: {"client", "contractor", "arbiter", "other"}}
    assert {int(kind): set(roles) for kind, roles in document.room.items()} == expected


def test_section__is_signed_through_the_text_and_changes_nothing_else():
    document, plain = loads(with_room(SECTION), NAMES), example()
    text = document.document_markdown()
    assert "What the parties share, and who may read it" in text
    assert "What the parties share, and who may read it" not in plain.document_markdown()
    assert "| Recordings | recording | the client's side, the contractor's side |" in text
    assert "| Payslips | payslip | the contractor's side, the worker concerned |" in text
    everyone = "the client's side, the contractor's side, an arbiter, anyone else to whom the owner gives access"
    assert f"| Reasons, and what is none of these | other | {everyone} |" in text
    assert document.legal_text_hash != plain.legal_text_hash
    assert document.id(CHAIN_ID, CONTRACT) != plain.id(CHAIN_ID, CONTRACT)
    only = plain.message["annex"]["conditions"] | {"legalText": document.legal_text_hash}
    assert document.message == plain.message | {"annex": plain.message["annex"] | {"conditions": only}}


def test_section__is_written_back_and_kept_by_a_change_order():
    document = loads(with_room(SECTION), NAMES)
    again = loads(document.to_yaml())
    assert again == document
    assert again.room == document.room
    origin = document.id(CHAIN_ID, CONTRACT)
    order = change_order(
        document,
        origin=origin,
        replaces=origin,
        open_before="2016-05-31",
        offer_salt=b"\x01" * 32,
        legal_salt=b"\x02" * 32,
    )
    assert order.room == document.room


def test_example__has_no_section_and_says_nothing_of_it():
    assert "room" not in example().plain()[0]["spec"]
    assert loaded().room is DEFAULT_READERS


@pytest.mark.parametrize(
    ("section", "kind", "field", "at", "words"),
    [
        ("  room:\n    payslips: [worker]\n", errors.UnknownKey, "payslips", "payslips:", "did you mean 'payslip'?"),
        ("  room:\n    payslip: [worker, boss]\n", errors.BadValue, "payslip[1]", "payslip:", "'boss' is no role"),
        ("  room:\n    payslip: [works]\n", errors.BadValue, "payslip[0]", "payslip:", "did you mean 'worker'?"),
        ("  room:\n    payslip: [[worker]]\n", errors.BadValue, "payslip[0]", "payslip:", "is no role"),
        ("  room:\n    payslip: []\n", errors.BadValue, "payslip", "payslip:", "lets nobody read"),
        ("  room:\n    payslip: [worker, worker]\n", errors.BadValue, "payslip", "payslip:", "names worker twice"),
        ("  room:\n    payslip: worker\n", errors.BadValue, "payslip", "payslip:", "takes a list"),
        ("  room: {}\n", errors.BadValue, "", "room:", "names no kind of file"),
        ("  room: all\n", errors.BadValue, "", "room:", "a section with keys of its own"),
        (
            "  room:\n    roster: [client]\n    roster: [contractor]\n",
            errors.YamlError,
            "roster",
            "roster: [contractor]",
            "is there twice",
        ),
    ],
    ids=["kind", "role", "misspelt", "nested", "empty", "twice", "no list", "no kind", "no section", "kind twice"],
)
def test_section_that_says_something_else__is_refused_where_it_stands(section, kind, field, at, words):
    text = with_room(section)
    with pytest.raises(TermsError) as caught:
        loads(text, NAMES)
    error = caught.value
    assert type(error) is kind
    assert error.field == "spec.room" + (f".{field}" if field else "")
    assert error.line == line_of(text, at)
    assert words in str(error)
