"""Sealed bids, the roll and what each bid becomes, judged from papers alone (SPEC.md 15.4)."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from random import Random
from typing import Any

import pytest

from tests.market import asked
from tests.market.papers import CHAIN, REGISTRY, account
from tests.market.spoiling import spoil
from workpact.data_room.keys import EncryptionKey
from workpact.data_room.stream import Heading, seal
from workpact.data_room.wraps import wrap
from workpact.market.bid import BadBid, Bid
from workpact.market.bid_file import FileTooLong, NoFile, clear_file, file_of, sealed_file, version_of
from workpact.market.kept_bid import BadKeptBid, KeptBid, keep_bid, kept_bid, kept_path
from workpact.market.kept_roll import keep_roll, kept_roll
from workpact.market.paper import Paper
from workpact.market.place import market_place
from workpact.market.sealed_bid import Roll
from workpact.market.tender import NoRoll, State, Tender, countable, read_tender, tender

BEFORE, OPENING, OVER = asked.DEADLINE, asked.DEADLINE + 1, asked.REVEAL + 1
BIDDERS = (2, 3, 4)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def sealed_bids() -> tuple[dict[int, Paper], dict[int, Paper]]:
    """Three valid bids and their sealed ones, by bidder."""
    bids = {number: asked.good_bid(number) for number in BIDDERS}
    return bids, {number: asked.seal_of(bid, number) for number, bid in bids.items()}


def judged(
    rolls: tuple[Paper, ...] = (),
    seals: tuple[Paper, ...] = (),
    bids: tuple[Paper, ...] = (),
    now: int = OPENING,
    anchored: dict[bytes, int] | None = None,
) -> Tender:
    return tender(asked.request(), rolls, seals, bids, now, anchored or {})


def states(found: Tender) -> dict[str, tuple[State, tuple[str, ...]]]:
    """State and reasons by bidder."""
    return {entry.bidder: (entry.state, entry.why) for entry in found.entries}


def only(found: Tender) -> tuple[State, tuple[str, ...]]:
    """State and reasons of the one entry."""
    (entry,) = found.entries
    return entry.state, entry.why


def test_bids__before_the_roll__are_sealed(sealed_bids):
    _, seals = sealed_bids

    found = judged(seals=tuple(seals.values()), now=BEFORE)

    assert states(found) == {account(number).address: (State.SEALED, ()) for number in BIDDERS}
    with pytest.raises(NoRoll, match="There is no roll of the request"):
        _ = found.roll


def test_bids__opened_to_the_roll__count_in_order_of_their_ids(sealed_bids):
    bids, seals = sealed_bids
    roll = asked.roll_of(*seals.values())

    found = judged((roll,), tuple(seals.values()), (bids[2], bids[3]))

    assert [bid.id for bid in found.bids] == sorted([bids[2].id, bids[3].id])
    assert states(found) == {
        account(2).address: (State.OPEN, ()),
        account(3).address: (State.OPEN, ()),
        account(4).address: (State.SEALED, ()),
    }
    assert states(judged((roll,), (seals[4],), now=OVER))[account(4).address] == (
        State.UNOPENED,
        ("it was not opened until reveal",),
    )


def test_tender__in_any_order_of_papers__is_the_same(sealed_bids):
    bids, seals = sealed_bids
    roll = asked.roll_of(*seals.values())

    forth = judged((roll,), tuple(seals.values()), tuple(bids.values()))
    back = judged((roll,), tuple(reversed(seals.values())), tuple(reversed(bids.values())))

    assert forth == back


@pytest.mark.threat("T56")
def test_two_rolls__are_equivocation_and_no_bid_counts(sealed_bids):
    bids, seals = sealed_bids
    rolls = (asked.roll_of(*seals.values()), asked.roll_of(seals[2]))

    found = judged(rolls, tuple(seals.values()), tuple(bids.values()))

    assert found.is_equivocal
    assert found.bids == ()
    assert {entry.state for entry in found.entries} == {State.VOID}
    with pytest.raises(NoRoll) as info:
        _ = found.roll
    first, second = sorted(roll.id for roll in rolls)
    client = account(asked.CLIENT).address
    assert str(info.value) == (
        f"The client {client} has signed 2 rolls, {first} and {second}: no bid of the request {asked.request().id} "
        "counts. Keep both as proof; the client has to post another request."
    )


def test_roll__by_another_than_the_client__is_passed_over(sealed_bids):
    _, seals = sealed_bids
    false = asked.roll_of(seals[2], signer=2)

    found = judged((asked.roll_of(*seals.values()), false), tuple(seals.values()))

    assert not found.is_equivocal
    assert found.ignored == (
        f"The roll {false.id} is by {account(2).address}, not by the client {account(asked.CLIENT).address}.",
    )


@pytest.mark.threat("T57")
def test_sealed_bid__that_the_roll_lacks__is_late_unless_anchored_in_time(sealed_bids):
    bids, seals = sealed_bids
    roll, content = asked.roll_of(seals[3]), seals[2].content

    late = only(judged((asked.roll_of(),), (seals[2],)))
    in_time = only(judged((asked.roll_of(),), (seals[2],), anchored={content: asked.DEADLINE}))
    too_late = only(judged((asked.roll_of(),), (seals[2],), anchored={content: asked.DEADLINE + 1}))

    assert late == (State.LATE, ("the roll does not have it, and no anchor shows that it was there in time",))
    assert in_time == (State.LEFT_OUT, ("it was anchored in time, and the roll does not have it",))
    assert too_late == late
    assert states(judged((roll,), tuple(seals.values()), (bids[2],)))[account(2).address][0] is State.LATE


def test_bidder__with_two_sealed_bids__has_none(sealed_bids):
    _, seals = sealed_bids
    cheaper = asked.seal_of(asked.good_bid(2, ("rate: 2.50 TUSD", "rate: 2 TUSD")), 2)
    both = (seals[2], cheaper, seals[3])

    before, after = judged(seals=both, now=BEFORE), judged((asked.roll_of(*both),), both, (asked.good_bid(2),))

    assert [entry.state for entry in before.entries if entry.bidder == account(2).address] == [State.DOUBLED] * 2
    assert countable(before, {}) == [seals[3].id]
    assert after.bids == ()
    assert {entry.why for entry in after.entries if entry.state is State.DOUBLED} == {
        ("the roll has several sealed bids of this bidder: none counts",)
    }


def test_roll__of_many__prefers_those_that_were_anchored(sealed_bids, monkeypatch):
    _, seals = sealed_bids
    monkeypatch.setattr("workpact.market.tender.MAX_SEALS", 2)
    last = max(seals.values(), key=lambda paper: paper.id)
    known = judged(seals=tuple(seals.values()), now=BEFORE)

    chosen = countable(known, {last.content: asked.DEADLINE})

    assert chosen == sorted([last.id, min(paper.id for paper in seals.values())])
    assert last.id not in countable(known, {last.content: asked.DEADLINE + 1})


def test_bid__that_is_not_what_was_sealed__is_invalid(sealed_bids):
    _, seals = sealed_bids
    cheaper = asked.good_bid(2, ("rate: 2.50 TUSD", "rate: 2 TUSD"))

    found = judged((asked.roll_of(seals[2]),), (seals[2],), (cheaper,))

    assert (only(found), found.bids) == ((State.INVALID, ("its bid is not what was sealed",)), ())


@pytest.mark.threat("T57")
def test_bid__of_nobody_on_the_roll__is_late(sealed_bids):
    bids, seals = sealed_bids

    found = judged((asked.roll_of(seals[3]),), (seals[3],), (bids[2],))

    assert states(found)[account(2).address] == (State.LATE, ("it opens no sealed bid that is on the roll",))


def test_bid__against_the_request__is_invalid_with_all_reasons():
    bad = asked.bid_of(asked.answer(("atRisk: 12 %", "atRisk: 11 %")))
    sealed = asked.seal_of(bad)

    found = judged((asked.roll_of(sealed),), (sealed,), (bad,))

    assert only(found) == (
        State.INVALID,
        ("levels.credits.atRisk: the request asks for 12 %, the bid has 11 %: not less",),
    )


@pytest.mark.threat("T57")
def test_commitment__of_another__cannot_be_opened_by_who_copies_it(sealed_bids):
    bids, seals = sealed_bids
    copied = Paper.signed(account(5), "seal", seals[2].body, CHAIN, REGISTRY)
    stolen = Paper.signed(account(5), "bid", bids[2].body, CHAIN, REGISTRY)

    found = judged((asked.roll_of(seals[2], copied),), (seals[2], copied), (bids[2], stolen))

    assert states(found)[account(5).address] == (State.INVALID, ("its bid is not what was sealed",))
    assert [bid.bidder for bid in found.bids] == [account(2).address]


def test_roll__that_names_what_the_place_hides__says_so(sealed_bids):
    _, seals = sealed_bids

    found = judged((asked.roll_of(seals[2], seals[3]),), (seals[2],))

    assert [(entry.state, entry.seal) for entry in found.entries if not entry.bidder] == [(State.MISSING, seals[3].id)]


BODIES: dict[str, tuple[str, Any]] = {
    "seal_short": ("seal", {"commitment": "0x00"}),
    "seal_more": ("seal", {"commitment": "0x" + "00" * 32, "more": "of it"}),
    "roll_unsorted": ("roll", {"seals": ["b", "a"]}),
    "roll_no_list": ("roll", {"seals": "all"}),
    "roll_more": ("roll", {"seals": [], "more": "of it"}),
}


@pytest.mark.parametrize("name", BODIES)
def test_paper__of_another_form__is_passed_over_and_named(name):
    kind, body = BODIES[name]
    paper = Paper.signed(account(asked.CLIENT), kind, {"request": asked.request().id} | body, CHAIN, REGISTRY)

    found = judged((paper,), ()) if kind == "roll" else judged((), (paper,))

    assert (found.entries, found.rolls, len(found.ignored)) == ((), (), 1)
    assert paper.id in found.ignored[0]


@pytest.mark.threat("T62")
def test_strangers_papers__of_any_form__never_keep_good_bids_from_counting(sealed_bids):
    bids, seals = sealed_bids
    rest = Random(17)
    hostile = [asked.spoilt(bids[3], lambda body: spoil(body, rest), signer=9) for _ in range(40)]
    hostile = [paper for paper in hostile if paper.subject]
    bad_seals = [
        Paper.signed(account(9), "seal", {"request": asked.request().id, "x": str(i)}, CHAIN, REGISTRY)
        for i in range(5)
    ]
    roll = asked.roll_of(*seals.values(), *bad_seals)

    found = judged((roll,), (*seals.values(), *bad_seals), (*hostile, *bids.values()))

    assert [bid.id for bid in found.bids] == sorted(bid.id for bid in bids.values())


def test_read_tender__from_a_place__is_the_same_as_from_papers(sealed_bids, tmp_path):
    bids, seals = sealed_bids
    roll = asked.roll_of(*seals.values())
    place = market_place(str(tmp_path / "place"))
    for paper in (roll, *seals.values(), *bids.values()):
        place.lay(paper)

    assert read_tender(place, asked.request(), OPENING) == judged((roll,), tuple(seals.values()), tuple(bids.values()))


# The bidder's and the client's own files


def test_kept_bid__is_private_and_the_same_when_read_again(sealed_bids):
    bids, seals = sealed_bids
    kept = KeptBid(bids[2], seals[2])

    path = keep_bid(asked.request(), kept)

    assert path == kept_path(asked.request(), account(2).address)
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_bid(asked.request(), account(2).address) == kept
    assert asked.SALT.hex() not in repr(kept)
    with pytest.raises(FileExistsError):
        keep_bid(asked.request(), kept)


def test_kept_bid__that_is_damaged__is_named(sealed_bids):
    bids, seals = sealed_bids
    path = keep_bid(asked.request(), KeptBid(bids[2], seals[2]))
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(BadKeptBid) as info:
        kept_bid(asked.request(), account(2).address)

    assert str(info.value) == (f"{path} is no kept bid: restore it from a copy. Without it the bid cannot be opened.")


def test_kept_roll__is_read_again(sealed_bids):
    _, seals = sealed_bids
    assert kept_roll(asked.request()) is None

    keep_roll(asked.request(), asked.roll_of(*seals.values()))

    assert kept_roll(asked.request()) == Roll.of(asked.roll_of(*seals.values()), asked.request())


# The agreement file that goes with a bid


def with_file(file: Any, *edits: tuple[str, str]) -> Bid:
    """A bid with a file, or with what a function makes of it."""
    document = asked.answer(*edits)
    return asked.read(asked.bid_of(document, file=file(document) if callable(file) else file))


def no_key(_: int) -> EncryptionKey:
    raise AssertionError("nobody should ask for a key")


def test_file__in_clear__is_read_from_the_paper():
    bid = with_file(clear_file)

    assert file_of(asked.request(), bid, no_key) == asked.answer()


def test_file__sealed_for_the_client__opens_with_its_key_alone():
    own, other = EncryptionKey.generate(3), EncryptionKey.generate(3)
    bidder = account(asked.BIDDER).address
    bid = with_file(lambda document: sealed_file(asked.request(), bidder, document, own.public, 3))

    assert b"Contractor Ltd." not in bid.paper.to_bytes()
    assert file_of(asked.request(), bid, lambda version: own if version == 3 else other) == asked.answer()
    with pytest.raises(NoFile, match="does not open"):
        file_of(asked.request(), bid, lambda _: other)


def test_file__sealed_for_another_bid__does_not_open_in_this_one():
    own = EncryptionKey.generate(1)
    other = account(asked.OTHER).address
    bid = with_file(lambda document: sealed_file(asked.request(), other, document, own.public, 1))

    with pytest.raises(NoFile, match="does not open"):
        file_of(asked.request(), bid, lambda _: own)


def test_file__that_is_not_what_was_signed__is_refused():
    other = asked.answer(("rate: 2.50 TUSD", "rate: 2.40 TUSD"))
    bid = with_file(clear_file(other))

    with pytest.raises(BadBid) as info:
        file_of(asked.request(), bid, no_key)

    assert info.value.problems == ("it is not what the bidder signed: its message is another",)


def test_file__with_other_words_than_asked_for__is_refused_though_it_is_signed():
    bid = with_file(clear_file, ("description: It runs.", "description: It walks."))

    with pytest.raises(BadBid) as info:
        file_of(asked.request(), bid, no_key)

    assert info.value.problems == (
        "spec.milestones[1].description: the request's file has It runs., the bid's has It walks.",
    )


FILES: dict[str, tuple[Any, type[Exception], str]] = {
    "none": ({}, NoFile, "does not go with it"),
    "list": ([], NoFile, "does not go with it"),
    "other": ({"text": "", "more": ""}, NoFile, "is neither text nor sealed bytes"),
    "no_yaml": ({"text": "{"}, BadBid, "it is no agreement file"),
    "no_version": (
        {"keyVersion": "0", "wrap": "", "sealed": "", "commitment": ""},
        NoFile,
        "is for no version of a key",
    ),
    "no_base64": (
        {"keyVersion": "1", "wrap": "0x", "sealed": "!", "commitment": "0x"},
        NoFile,
        "is not in hex digits and base64",
    ),
    "empty": ({"keyVersion": "1", "wrap": "0x", "sealed": "", "commitment": "0x"}, NoFile, "does not open"),
}


@pytest.mark.parametrize("name", FILES)
def test_file__of_another_form__is_refused_by_name(name):
    file, error, expected = FILES[name]
    own = EncryptionKey.generate(1)

    with pytest.raises(error, match=expected):
        file_of(asked.request(), with_file(file), lambda _: own)


def test_file__sealed_with_no_text_in_it__is_refused_by_name():
    own, out, key = EncryptionKey.generate(1), BytesIO(), bytes(32)
    version = version_of(asked.request(), account(asked.BIDDER).address)
    made = seal(BytesIO(b"\xff\xfe"), out, key, version, Heading("agreement.yaml", "application/yaml"))
    wrapped = wrap(key, own.public, version, asked.request().client, 1)
    file = {
        "keyVersion": "1",
        "wrap": "0x" + wrapped.hex(),
        "sealed": b64encode(out.getvalue()).decode(),
        "commitment": "0x" + made.commitment.hex(),
    }

    with pytest.raises(NoFile, match="does not open"):
        file_of(asked.request(), with_file(file), lambda _: own)


def test_file__over_the_size__is_refused_before_it_is_signed():
    long = asked.answer(("description: It runs.", f"description: {'long ' * 40_000}"))

    with pytest.raises(FileTooLong) as info:
        clear_file(long)

    assert str(info.value).endswith(
        "bytes, and 163,840 is the most that a bid has: move long texts into attachments, which are named by their "
        "hash."
    )
