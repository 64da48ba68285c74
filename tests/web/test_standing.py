"""Whose turn it is, and what silence does, for each kind of item; amounts by hand (SPEC.md 16.2, 16.3).

The paper: milestones of 500, 1,000.50 and 250, review 14 days, grace 7, holdback 10 %, split 50 %, windows of 14 days;
periods of 600, at most 1,000, one ahead to be covered; a missed level costs 3.6 %, at most 12 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.anvil import ask
from tests.audit.long_life import DAY, UNIT
from tests.web.served import Town, town
from workpact.audit.history import head, verified
from workpact.audit.reports import calls_of, reports_of
from workpact.terms import structs
from workpact.web.snapshot import Snapshot
from workpact.web.standing import Item, Standing, standing


@pytest.fixture(scope="module")
def chain(tmp_path_factory) -> Iterator[Town]:
    """One chain; each test goes back to its start."""
    with town(tmp_path_factory.mktemp("standing")) as made:
        yield made


@pytest.fixture
def life(chain) -> Iterator[Town]:
    kept = ask(chain.url, "evm_snapshot")
    chain.documents.clear()
    yield chain
    assert ask(chain.url, "evm_revert", kept)


def look(life: Town) -> Standing:
    """The standing at the last block."""
    history = verified(life.node, life.subject(), head(life.node))
    entries = [each for each in history.entries if each.contract == "SLAOracle"]
    return standing(Snapshot(history, reports_of(entries, calls_of(life.node, entries))))


def item(life: Town, kind: str, index: int | None = None) -> Item:
    """The one of that kind."""
    (found,) = (each for each in look(life).items if (each.kind, each.index) == (kind, index))
    return found


def turn(each: Item) -> tuple[Any, ...]:
    return each.turn, each.step, each.until


def outcome(each: Item) -> tuple[Any, ...]:
    """Second, calls, and in cents: to the contractor, held back, to the client, still owed; fees are none."""
    made = each.silence
    assert made is not None
    assert made.fee == 0
    amounts = (made.to_contractor, made.held_back, made.to_client, made.still_owed)
    assert all(amount % (UNIT // 100) == 0 for amount in amounts)
    return made.at, made.calls, *(amount // (UNIT // 100) for amount in amounts)


def act(life: Town, role: str, name: str, *arguments: Any) -> int:
    """Its second."""
    return second_of(life, life.send(*life.act(role, name, *arguments)))


def second_of(life: Town, sent: str) -> int:
    receipt = life.node.ask("eth_getTransactionReceipt", sent)
    return int(life.node.block(int(receipt["blockNumber"], 16))["timestamp"], 16)


def deposit(amount: str) -> tuple[str, str]:
    return "deposit: 3,000 TUSD", f"deposit: {amount} TUSD"


def due(life: Town, index: int) -> int:
    return life.document.milestones[index].due


def periods(life: Town) -> tuple[int, int]:
    first, second = life.document.periods
    return first.end, second.end


# Milestones


def test_open_milestone__goes_back_to_the_client_up_to_the_surplus(life):
    life.open()
    act(life, "client", "fund", 3_500 * UNIT)
    each = item(life, "milestone", 0)
    until = due(life, 0) + 7 * DAY
    assert turn(each) == ("contractor", "submit it", until)
    assert each.who == (life.address("contractor"),)
    # Then 1,250.50 of milestones stay open, the first period has ended, and the second is to be covered.
    assert outcome(each) == (until + 1, ("reclaim",), 0, 0, 249_50, 0)
    assert each.silence.words == (
        "Then anyone can reclaim it for the client: 249.50 TUSD go back to the client. The rest stays held for what is "
        "still open."
    )


def test_overdue_milestone__is_anyones_to_reclaim(life):
    life.open()
    act(life, "client", "fund", 10_000 * UNIT)
    until = due(life, 0) + 7 * DAY
    life.mine(until + 1)
    each = item(life, "milestone", 0)
    assert turn(each) == ("anyone", "reclaim it for the client", until)
    assert each.who == ()
    assert outcome(each) == (until + 1, ("reclaim",), 0, 0, 500_00, 0)
    assert each.silence.words == "Now anyone can reclaim it for the client: 500 TUSD go back to the client."


def test_submitted_milestone__is_paid_less_holdback_after_the_review(life):
    life.open()
    at = act(life, "contractor", "submit", 1, b"\1" * 32)
    each = item(life, "milestone", 1)
    assert turn(each) == ("client", "accept, reject or dispute it", at + 14 * DAY)
    assert outcome(each) == (at + 14 * DAY + 1, ("release",), 900_45, 100_05, 0, 0)
    assert each.silence.words == (
        "Then anyone can release it: 900.45 TUSD go to the contractor, 100.05 TUSD are held back."
    )


def test_submitted_milestone_past_the_review__is_anyones_to_release(life):
    life.open()
    at = act(life, "contractor", "submit", 0, b"\1" * 32)
    life.mine(at + 14 * DAY + 1)
    each = item(life, "milestone", 0)
    assert turn(each) == ("anyone", "release it to the contractor", at + 14 * DAY)
    assert outcome(each) == (at + 14 * DAY + 1, ("release",), 450_00, 50_00, 0, 0)


def test_rejected_milestone__has_a_review_more_when_it_was_rejected_late(life):
    life.open()
    act(life, "client", "fund", 9_000 * UNIT)
    life.mine(due(life, 0) + 5 * DAY)
    act(life, "contractor", "submit", 0, b"\1" * 32)
    at = act(life, "client", "reject", 0, b"\2" * 32)
    each = item(life, "milestone", 0)
    assert turn(each) == ("contractor", "submit it", at + 14 * DAY)
    assert outcome(each) == (at + 14 * DAY + 1, ("reclaim",), 0, 0, 500_00, 0)


def test_part_accepted_milestone__counts_with_its_rest(life):
    life.open()
    act(life, "contractor", "submit", 0, b"\1" * 32)
    act(life, "client", "acceptUpTo", 0, 200 * UNIT)
    assert outcome(item(life, "milestone", 0))[1:] == (("release",), 270_00, 30_00, 0, 0)


def test_disputed_milestone__is_the_arbiters__then_the_backups__then_divided(life):
    life.open()
    act(life, "contractor", "submit", 0, b"\1" * 32)
    at = act(life, "client", "dispute", 0, b"\2" * 32)
    divided = (at + 28 * DAY + 1, ("rule",), 250_00, 0, 250_00, 0)
    for role, until in (("arbiter", at + 14 * DAY), ("backup", at + 28 * DAY)):
        each = item(life, "milestone", 0)
        assert turn(each) == (role, "rule", until)
        assert each.who == (life.address(role),)
        assert outcome(each) == divided
        life.mine(until + 1)
    each = item(life, "milestone", 0)
    assert turn(each) == ("anyone", "rule by the split of the terms", at + 28 * DAY)
    assert outcome(each) == divided


def test_disputed_milestone_with_too_little_held__leaves_the_contractors_share_owed(life):
    life.open(deposit("100"))
    act(life, "contractor", "submit", 0, b"\1" * 32)
    at = act(life, "contractor", "dispute", 0, b"\2" * 32)
    # Half of the 100 that are there, and half of the 400 that are not.
    assert outcome(item(life, "milestone", 0)) == (at + 28 * DAY + 1, ("rule",), 50_00, 0, 50_00, 200_00)


def test_owed_milestone__has_no_date__and_is_paid_as_money_comes(life):
    life.open(deposit("100"))
    at = act(life, "contractor", "submit", 0, b"\1" * 32)
    assert outcome(item(life, "milestone", 0)) == (at + 14 * DAY + 1, ("release",), 90_00, 10_00, 0, 400_00)
    life.mine(at + 14 * DAY + 1)
    act(life, "stranger", "release", 0)
    each = item(life, "milestone", 0)
    assert turn(each) == ("client", "fund what is owed, then anyone releases it", None)
    assert each.silence is None
    act(life, "client", "fund", 150 * UNIT)
    each = item(life, "milestone", 0)
    assert turn(each) == ("anyone", "release it to the contractor", None)
    assert outcome(each) == (at + 14 * DAY + 1, ("release",), 135_00, 15_00, 0, 250_00)


def test_submitted_milestone_with_nothing_held__cannot_be_released(life):
    life.open(deposit("0"))
    at = act(life, "contractor", "submit", 0, b"\1" * 32)
    each = item(life, "milestone", 0)
    assert outcome(each) == (at + 14 * DAY + 1, (), 0, 0, 0, 500_00)
    assert each.silence.words == "Then 500 TUSD are due to the contractor, and nothing is held: they stay owed."


def test_operators__have_the_turn_once_appointed__within_their_limit(life):
    life.open()
    operators = structs.calldata("Operators", life.document.message["annex"]["conditions"]["operators"])
    act(life, "stranger", "appoint", life.document.conditions(), operators)
    both = (life.address("contractor"), life.address("contractor-operator"))
    # The limit is 600.
    assert [item(life, "milestone", index).who for index in range(3)] == [both, both[:1], both]


# Holdback


def test_holdback__waits_for_its_date__and_is_the_contractors_then(life):
    life.open()
    act(life, "client", "accept", 1)
    until = life.document.message["deal"]["holdbackUntil"]
    each = item(life, "holdback")
    assert turn(each) == ("", "wait for its date; the client may dispute it until then", until)
    assert outcome(each) == (until + 1, ("releaseHoldback",), 50_00, 0, 0, 0)
    life.mine(until + 1)
    each = item(life, "holdback")
    assert turn(each) == ("anyone", "release it to the contractor", until)
    assert outcome(each) == (until + 1, ("releaseHoldback",), 50_00, 0, 0, 0)


def test_disputed_holdback__is_divided_after_both_windows(life):
    life.open()
    act(life, "client", "accept", 1)
    at = act(life, "client", "dispute", 64, b"\2" * 32)
    each = item(life, "holdback")
    assert turn(each) == ("arbiter", "rule", at + 14 * DAY)
    assert outcome(each) == (at + 28 * DAY + 1, ("rule",), 25_00, 0, 25_00, 0)


# Service periods


def test_running_period__ends__is_reported__or_falls_to_the_default(life):
    life.open()
    end, _ = periods(life)
    # Missed by the contractor: 12 % at risk, 30 % of it: 21.60 of 600.
    missed = (end + 10 * DAY + 1, ("applyDefault", "settle"), 520_56, 57_84, 0, 0)
    each = item(life, "period", 0)
    assert turn(each) == ("", "wait: it runs until then", end)
    assert outcome(each) == missed
    life.mine(end + 1)
    each = item(life, "period", 0)
    assert turn(each) == ("contractor", "report it", end + 10 * DAY)
    assert each.who == (life.address("contractor"), life.address("contractor-reporter"))
    assert outcome(each) == missed
    life.mine(end + 10 * DAY + 1)
    each = item(life, "period", 0)
    assert turn(each) == ("anyone", "apply the default of the terms and settle it", end + 10 * DAY)
    assert outcome(each) == missed
    assert each.silence.words == (
        "Now anyone can apply the default of the terms and settle it: 520.56 TUSD go to the contractor, 57.84 TUSD are "
        "held back. The charge is 600 TUSD, the service credit 21.60 TUSD."
    )


def test_period_without_final_figures_for_long__settles_without_credit(life):
    life.open()
    end, _ = periods(life)
    life.mine(end + 40 * DAY + 1)
    each = item(life, "period", 0)
    assert turn(each) == ("anyone", "settle it", end + 40 * DAY)
    assert outcome(each) == (end + 40 * DAY + 1, ("settle",), 540_00, 60_00, 0, 0)


def test_period_after_an_open_one__is_paid_in_the_interim_at_the_worst_rate(life):
    life.open()
    _, end = periods(life)
    # 12 % of 600 is the most that the credit can be, while the first is not assessed.
    made = (end + 10 * DAY + 1, ("applyDefault", "settle"), 475_20, 52_80, 0, 0)
    assert outcome(item(life, "period", 1)) == made


def one_side(life: Town, side: str, good: int, tickets: int | None = 40, pending: Any = None) -> tuple[int, Any]:
    """The first period as one side reports it, or answers; without tickets a notice. Its second, and the report."""
    of = life.document
    figures, quantities = ([], []) if tickets is None else ([(good, 100, 0)], [tickets])
    evidence = bytes(32) if tickets is None else bytes([9]) * 32
    message = of.report_message(31337, life.agreement, 0, figures, quantities, evidence)
    signature = life.sign(f"{side}-reporter", of.report_typed_data(31337, message))
    struct = structs.calldata("Report", message)
    call, given = ("counter", [pending, struct]) if pending else ("reportBySide", [struct])
    signed = [(life.address(f"{side}-reporter"), signature)]
    contest = of.message["annex"]["conditions"]["service"]["schedule"]["contest"]
    terms = (of.schedule(), structs.calldata("Contest", contest))
    function = life.contract("SLAOracle").functions[call]
    return second_of(life, life.send("stranger", function(*given, *terms, of.levels_struct(), signed))), struct


def test_pending_report__stands_when_the_other_side_is_silent(life):
    life.open()
    end, _ = periods(life)
    life.mine(end + 1)
    at, _ = one_side(life, "contractor", 40)
    each = item(life, "period", 0)
    assert turn(each) == ("client", "answer the report, or accept it", at + 5 * DAY)
    assert each.who == (life.address("client"), life.address("client-reporter"))
    # 600 + 40 · 2.50; 40 of 100 fails the second band: 12 % · 80 % of 700 are 67.20.
    stands = (at + 5 * DAY + 1, ("finalise", "settle"), 569_52, 63_28, 0, 0)
    assert outcome(each) == stands
    life.mine(at + 5 * DAY + 1)
    each = item(life, "period", 0)
    assert turn(each) == ("anyone", "make the report final and settle it", at + 5 * DAY)
    assert outcome(each) == stands


@pytest.mark.parametrize(("side", "paid", "back"), [("client", 520_56, 57_84), ("contractor", 540_00, 60_00)])
def test_notice__is_missed_for_the_client_and_met_for_the_contractor(life, side, paid, back):
    life.open()
    end, _ = periods(life)
    life.mine(end + 1)
    at, _ = one_side(life, side, 0, None)
    each = item(life, "period", 0)
    other = {"client": "contractor", "contractor": "client"}[side]
    assert turn(each) == (other, "answer the notice", at + 5 * DAY)
    assert outcome(each) == (at + 5 * DAY + 1, ("finalise", "settle"), paid, back, 0, 0)


def test_contested_period__is_the_arbiters__then_the_backups__then_as_the_terms_say(life):
    life.open()
    end, _ = periods(life)
    life.mine(end + 1)
    _, pending = one_side(life, "client", 40, 20)
    at, _ = one_side(life, "contractor", 96, 40, pending)
    # The contractor's report stands: 700, met. Whatever follows: 650 less 12 %.
    stands = (at + 14 * DAY + 1, ("rule", "settle"), 630_00, 70_00, 0, 0)
    step = "choose between the two reports; meanwhile anyone can have 572 TUSD paid, which are due whatever follows"
    for role, until in (("arbiter", at + 7 * DAY), ("backup", at + 14 * DAY)):
        each = item(life, "period", 0)
        assert turn(each) == (role, step, until)
        assert each.who == (life.address(role),)
        assert outcome(each) == stands
        life.mine(until + 1)
    each = item(life, "period", 0)
    assert turn(each) == (
        "anyone",
        "make the report final that stands by the terms and settle it",
        at + 14 * DAY,
    )
    assert outcome(each) == stands


def test_assessed_period__is_anyones_to_settle(life):
    life.open()
    life.report(good=93)
    each = item(life, "period", 0)
    at = int(life.node.block(life.node.height() - 1)["timestamp"], 16)
    assert turn(each) == ("anyone", "settle it", at - 1)
    # 700 less 3.6 %.
    assert outcome(each) == (at, ("settle",), 607_32, 67_48, 0, 0)


def test_settled_period__is_no_item(life):
    life.open()
    life.report()
    act(life, "stranger", "settle", life.document.conditions(), 0)
    assert [each.index for each in look(life).items if each.kind == "period"] == [1]


def test_due_period_with_too_little_held__is_the_clients_to_fund__until_after_the_end(life):
    life.open(deposit("100"))
    life.report(good=96)
    each = item(life, "period", 0)
    assert turn(each) == ("client", "fund what is due, then anyone settles it", None)
    assert each.silence is None
    ends_at = _notice(life)
    each = item(life, "period", 0)
    # After the cure it settles for what is there.
    assert outcome(each) == (ends_at + 14 * DAY + 1, ("settle",), 90_00, 10_00, 0, 0)
    assert "600 TUSD are not paid, as too little is held, and not owed any more." in each.silence.words


def test_default_with_too_little_held__leaves_the_charge_owed(life):
    life.open(deposit("100"))
    end, _ = periods(life)
    assert outcome(item(life, "period", 0)) == (end + 10 * DAY + 1, ("applyDefault",), 0, 0, 0, 578_40)


# Endings


def _notice(life: Town) -> int:
    """The client's; when it takes effect."""
    act(life, "client", "giveNotice", life.document.conditions())
    return int(life.contract("Agreement").functions.stateOf(life.id()).call()[12])


def test_announced_ending__waits_for_what_falls_due_until_then(life):
    life.open()
    ends_at = _notice(life)
    assert ends_at == periods(life)[0]
    each = item(life, "ending")
    step = "wait: anyone closes it once it has ended and this is decided: first"
    assert turn(each) == ("", step, ends_at)
    assert each.silence is None
    assert turn(item(life, "period", 1)) == ("", "wait: it ends after the agreement and lapses with it", ends_at)


def test_ending_with_nothing_in_flight__closes_and_open_milestones_lapse(life):
    life.open()
    ends_at = _notice(life)
    life.report()
    act(life, "stranger", "settle", life.document.conditions(), 0)
    closed = (ends_at + 1, ("close",), 0, 0, 2_300_00, 0)
    assert outcome(item(life, "ending")) == closed
    # Open until later than the ending, so that it lapses with it.
    assert outcome(item(life, "milestone", 0)) == closed
    assert outcome(item(life, "period", 1)) == closed
    assert item(life, "milestone", 0).silence.words == (
        "Now anyone can close the agreement: 2,300 TUSD go back to the client. "
        "What is open lapses: plan, build, report."
    )
    assert turn(item(life, "ending")) == ("anyone", "close the agreement", ends_at)


def test_agreement_with_nothing_open__is_anyones_to_close(life):
    life.open()
    _, end = periods(life)
    act(life, "client", "accept", 7)
    life.mine(end + 40 * DAY + 1)
    act(life, "client", "fund", 5_000 * UNIT)
    _, at = (act(life, "stranger", "settle", life.document.conditions(), period) for period in (0, 1))
    each = item(life, "ending")
    assert turn(each) == ("anyone", "close the agreement", at - 1)
    assert outcome(each) == (at, ("close",), 0, 0, 3_800_00, 0)


# All of them


def test_items__stand_by_time__and_the_first_turn_heads_the_page(life):
    life.open()
    end, second = periods(life)
    act(life, "client", "accept", 4)
    stands = look(life)
    assert [(each.kind, each.index) for each in stands.items] == [
        ("period", 0),
        ("milestone", 0),
        ("period", 1),
        ("milestone", 1),
        ("holdback", None),
    ]
    assert [each.until for each in stands.items[:4]] == [
        end,
        due(life, 0) + 7 * DAY,
        second,
        due(life, 1) + 7 * DAY,
    ]
    # Nobody is to act on a period that runs.
    assert stands.next == stands.items[1]


def test_items_that_compete__say_so(life):
    life.open(deposit("700"))
    act(life, "contractor", "submit", 0, b"\1" * 32)
    act(life, "contractor", "submit", 2, b"\1" * 32)
    stands = look(life)
    first, second = (each.silence for each in stands.items if each.kind == "milestone" and each.index in (0, 2))
    # 500 are there for the first; 250 for the second are not, once that is paid.
    assert (first.competes, second.competes) == (False, True)
    assert second.words.endswith("Others claim the same money and too little is held for all: the first takes it.")


def test_cover_and_what_is_owed__stand_beside(life):
    life.open(deposit("1,000"))
    cover = look(life).cover
    # All milestones and the running period.
    assert (cover.needed, cover.held, cover.lacking) == (2_750_500_000, 1_000 * UNIT, 1_750_500_000)
    act(life, "contractor", "setPayee", life.payroll, True)
    act(life, "client", "accept", 1)
    assert look(life).owed == {life.payroll: 450 * UNIT}


def test_ended_agreement__has_its_holdback_alone(life):
    life.open()
    act(life, "client", "accept", 1)
    ends_at = _notice(life)
    life.report()
    act(life, "stranger", "settle", life.document.conditions(), 0)
    life.mine(max(ends_at, life.now) + 1)
    act(life, "stranger", "close", life.document.conditions())
    stands = look(life)
    assert [each.kind for each in stands.items] == ["holdback"]
    assert stands.cover is None
    assert outcome(stands.items[0])[1:] == (("releaseHoldback",), 120_00, 0, 0, 0)
