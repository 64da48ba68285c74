"""`ape run market review`: sealed, then opened by the same command; withheld ones are shown (SPEC.md 15.9)."""

from __future__ import annotations

import json
from hashlib import sha256
from types import SimpleNamespace

import pytest
from eth_abi.abi import encode
from eth_utils import keccak

from tests.market.past import agreed
from tests.market.tender_desk import TenderDesk
from workpact.market.review import BadReview, OwnReview

MARKS = ("--overall", "5", "--quality", "4", "--communication", "3", "--punctuality", "2")


@pytest.fixture
def ended(tmp_path, monkeypatch, chain) -> SimpleNamespace:  # noqa: ARG001 - connected
    """An agreement of client and contractor in which the plan was accepted, ended by both; its file."""
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    desk = TenderDesk(tmp_path, monkeypatch)
    agreement = agreed(desk, "client", "contractor", salt=21)
    agreement.accept("plan", sender=desk.account("client"))
    file = tmp_path / "past.yaml"
    file.write_text(agreement.document.to_yaml())
    return SimpleNamespace(desk=desk, agreement=agreement, file=str(file), folder=tmp_path)


def end(ended) -> None:
    agreement, desk = ended.agreement, ended.desk
    closing = agreement.closing(0)
    signed = agreement.sign_closing(desk.account("contractor"), closing)
    agreement.end_by_both(closing, contractor_signature=signed, sender=desk.account("client"))


def review(ended, role: str, *options: str):
    return ended.desk.of(role).json("market", "review", ended.file, *options, account=role)


def events(ended) -> list[tuple]:
    registry = ended.desk.contracts["TalentRegistry"]
    book = keccak(encode(["address", "bytes32"], [ended.agreement.contract.address, ended.agreement.origin]))
    state = registry.reviewsOf(book)
    return [bytes(state.byClient), bytes(state.byContractor), state.clientRevealed, state.contractorRevealed]


def test_reviews__of_both__are_sealed_and_opened_by_the_same_command(ended):
    desk = ended.desk
    (ended.folder / "words.txt").write_text("Good work, late.\n")
    said = ("--text", str(ended.folder / "words.txt"))
    height = desk.height
    assert "still runs" in desk.of("client").fails("market", "review", ended.file, *MARKS, account="client")
    assert desk.height == height
    end(ended)

    first = review(ended, "client", *MARKS, *said)
    assert (first["stage"], first["sent"], first["text"]) == ("sealed", True, None)
    (kept,) = (ended.folder / "data" / "client" / "reviews").rglob("*.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    opening = json.loads(kept.read_text())
    words = [5, 4, 3, 2, sha256(b"Good work, late.\n").digest(), bytes.fromhex(opening["salt"][2:])]
    assert events(ended) == [keccak(encode(["uint256"] * 4 + ["bytes32"] * 2, words)), bytes(32), False, False]

    height = desk.height
    again = review(ended, "client")
    assert (again["stage"], again["sent"], desk.height) == ("sealed", False, height)
    assert again["until"] == first["until"]
    assert not (ended.folder / "place" / "review").exists()

    second = review(ended, "contractor", *MARKS)
    assert (second["stage"], second["sent"]) == ("can be opened", True)
    other = desk.of("client").fails("market", "review", ended.file, *MARKS[:-1], "1", *said, account="client")
    assert "cannot be changed" in other
    opened = review(ended, "client")
    assert (opened["stage"], opened["sent"]) == ("opened", True)
    (paper,) = (ended.folder / "place" / "review" / ended.agreement.origin.hex()).iterdir()
    assert paper.stem == opened["text"]
    height = desk.height
    assert (review(ended, "client")["sent"], desk.height) == (False, height)

    shown = desk.of("stranger").json("market", "review", ended.file, "--show")
    client, contractor = desk.address("client"), desk.address("contractor")
    assert [(each["author"], each["subject"], each["marks"], each["words"]) for each in shown] == [
        (
            client, contractor, {"overall": 5, "quality": 4, "communication": 3, "punctuality": 2},
            "Good work, late.\n",
        ),
        (contractor, client, None, None),
    ]  # fmt: skip
    told = desk.text("market", "review", contractor, "--show")
    assert "withheld" in told
    assert "Good work, late." in told


def test_review__without_an_answer__is_opened_after_fourteen_days(ended):
    end(ended)
    first = review(ended, "contractor", *MARKS)
    assert first["until"] == ended.desk.now + 14 * 86_400
    assert review(ended, "contractor")["stage"] == "sealed"
    ended.desk.warp(15)
    assert "was over at" in ended.desk.of("client").fails("market", "review", ended.file, *MARKS, account="client")
    assert review(ended, "contractor")["stage"] == "opened"
    assert events(ended)[2:] == [False, True]


def test_review__whose_opening_is_lost__says_where_it_should_be__and_a_stranger_reviews_nothing(ended):
    end(ended)
    review(ended, "client", *MARKS)
    review(ended, "contractor", *MARKS)
    (kept,) = (ended.folder / "data" / "client" / "reviews").rglob("*.json")
    kept.unlink()
    assert str(kept.parent) in ended.desk.of("client").fails("market", "review", ended.file, account="client")
    told = ended.desk.of("stranger").fails("market", "review", ended.file, *MARKS, account="stranger")
    assert "neither the client" in told


@pytest.mark.parametrize("marks", [(0, 1, 1, 1), (1, 1, 1, 6)])
def test_marks__are_one_to_five(marks):
    with pytest.raises(BadReview, match="1 to 5"):
        OwnReview.of(marks)


@pytest.mark.parametrize("text", [b"\xff", b"a" * 32_769])
def test_text__is_utf8_and_short(text):
    with pytest.raises(BadReview, match="text"):
        OwnReview.of((1, 2, 3, 4), text)


def test_review__shows_nothing_of_itself():
    own = OwnReview.of((1, 2, 3, 4), b"secret words")
    assert repr(own) == "<OwnReview>"
    assert own.sealed != OwnReview.of((1, 2, 3, 4), b"secret words").sealed
