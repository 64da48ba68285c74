"""What the SDK says of a milestone is what the contract does, at the very second (SPEC.md 2.5, §5, §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.sdk.conftest import UNIT
from tests.support import ROOT
from workpact import service_results
from workpact.agreement import HOLDBACK, Agreement, Phase, Status
from workpact.chain.errors import ContractError

DAY = 86_400


def constants(file: str, library: str) -> dict[str, int]:
    """The constants of a Solidity library."""
    text = (ROOT / "contracts" / "types" / file).read_text()
    body = text[text.index(f"library {library} {{") :].split("\n}")[0]
    return {name: int(value) for name, value in re.findall(r"constant (\w+) = (\d+);", body)}


def members(file: str, enum: str) -> list[str]:
    """The members of a Solidity enum, in order."""
    text = (ROOT / "contracts" / "types" / file).read_text()
    body = text[text.index(f"enum {enum} {{") :].split("}")[0]
    return re.findall(r"^    (\w+),?$", body, re.MULTILINE)


@pytest.mark.parametrize(("library", "mirror"), [("Status", Status), ("Phase", Phase)])
def test_mirror__numbers_of_state_sol(library, mirror):
    assert {each.name: each.value for each in mirror} == constants("State.sol", library)


def test_mirror__stages_and_holdback():
    assert [each.name.replace("_", "").lower() for each in service_results.Stage] == [
        name.lower() for name in members("ServicePeriods.sol", "Stage")
    ]
    # HOLDBACK stands in one of the contract's own files.
    text = "".join(file.read_text() for file in (ROOT / "contracts").glob("*.sol"))
    assert re.search(rf"uint256 internal constant HOLDBACK = {HOLDBACK};", text)


@contextmanager
def refuses(name: str) -> Iterator[None]:
    """The contract refuses with this error."""
    with pytest.raises(ContractError) as refusal:
        yield
    assert refusal.value.name == name


def at(chain, moment: int) -> None:
    """The next transaction is mined at this second."""
    chain.pending_timestamp = moment


def test_open_milestone__deadline_is_the_last_second_to_submit(live, chain, contractor, carrier):
    plan = live.milestone("plan")
    assert (plan.phase, plan.turn, plan.rest_units) == (Phase.OPEN, "contractor", 500 * UNIT)
    assert plan.deadline_at == live.document.milestones[0].due + 7 * DAY
    assert plan.silence is not None
    assert (plan.silence.until_at, plan.silence.outcome) == (plan.deadline_at, "goes back to the client")

    with chain.isolate():
        at(chain, plan.deadline_at)
        live.submit("plan", b"last second", sender=contractor)
        assert live.milestone("plan").phase is Phase.SUBMITTED
    chain.mine(1, timestamp=plan.deadline_at + 1)
    with refuses("Agreement_TooLate"):
        live.submit("plan", b"too late", sender=contractor)
    assert live.milestone("plan").turn == "anyone"
    live.reclaim("plan", sender=carrier)
    gone = live.milestone("plan")
    assert (gone.is_settled, gone.is_accepted, gone.lapsed, gone.silence) == (True, False, True, None)


def test_submitted_milestone__review_until_is_the_clients_last_second(live, chain, client, contractor, carrier, dollar):
    live.submit("plan", b"work", sender=contractor)
    plan = live.milestone("plan")
    assert (plan.turn, plan.deadline_at, plan.review_until_at) == (
        "client",
        None,
        chain.blocks.head.timestamp + 14 * DAY,
    )
    assert plan.silence is not None
    assert (plan.silence.until_at, plan.silence.outcome) == (plan.review_until_at, "is paid to the contractor")

    with chain.isolate():
        at(chain, plan.review_until_at)
        live.reject("plan", "no", sender=client)
        assert live.milestone("plan").phase is Phase.REJECTED
    chain.mine(1, timestamp=plan.review_until_at + 1)
    assert live.milestone("plan").turn == "anyone"
    with refuses("Agreement_TooLate"):
        live.reject("plan", "no", sender=client)
    live.release("plan", sender=carrier)
    assert dollar.balanceOf(contractor) == 450 * UNIT
    assert live.retained == 50


def test_rejected_milestone__extended_by_a_review_and_rounds_run_out(live, chain, client, contractor):
    chain.mine(1, timestamp=live.document.milestones[0].due)
    live.submit("plan", b"work", sender=contractor)
    chain.mine(deltatime=10 * DAY)
    live.reject("plan", "no", sender=client)
    plan = live.milestone("plan")
    rejected_at = chain.blocks.head.timestamp
    assert (plan.phase, plan.turn, plan.rounds_left) == (Phase.REJECTED, "contractor", 0)
    # 5.3: later than due + grace, which was 7 days after the due date
    assert plan.deadline_at == rejected_at + 14 * DAY
    live.submit("plan", b"better", sender=contractor)
    with refuses("Agreement_NoRoundLeft"):
        live.reject("plan", "no", sender=client)


def test_disputed_milestone__arbiter_then_backup_then_anyone_by_the_split(live, chain, contractor, carrier, dollar):
    live.submit("plan", b"work", sender=contractor)
    live.dispute("plan", "stuck", sender=contractor)
    disputed_at = chain.blocks.head.timestamp
    turns = []
    for moment in (
        disputed_at + 14 * DAY,
        disputed_at + 14 * DAY + 1,
        disputed_at + 28 * DAY,
        disputed_at + 28 * DAY + 1,
    ):
        chain.mine(1, timestamp=moment)
        turns.append(live.milestone("plan").turn)
    assert turns == ["arbiter", "backup", "backup", "anyone"]
    plan = live.milestone("plan")
    assert plan.silence is not None
    assert plan.silence.until_at == disputed_at + 28 * DAY
    live.rule("plan", 500_000, sender=carrier)
    assert dollar.balanceOf(contractor) == 250 * UNIT
    assert live.milestone("plan").is_accepted


def test_owed_milestone__waits_for_money_and_is_paid_as_it_comes(
    create_document, contract, chain, dollar, client, contractor, carrier
):
    agreement = Agreement(create_document(("deposit: 3,000 TUSD", "deposit: 100 TUSD")), contract)
    dollar.mint(client, 1_000 * UNIT, sender=client)
    agreement.approve("1,000 TUSD", sender=client)
    agreement.open(contractor_signature=agreement.sign(contractor), sender=client)
    assert not agreement.is_covered
    assert agreement.surplus_units == -2_650_500_000
    agreement.submit("plan", b"work", sender=contractor)
    chain.mine(deltatime=15 * DAY)

    agreement.release("plan", sender=carrier)
    owed = agreement.milestone("plan")
    assert (owed.phase, owed.turn, owed.accepted_units, owed.rest_units) == (
        Phase.OWED,
        "client",
        100 * UNIT,
        400 * UNIT,
    )
    assert owed.silence is None
    agreement.fund("400 TUSD", sender=client)
    agreement.release("plan", sender=carrier)
    assert agreement.milestone("plan").is_accepted
    assert dollar.balanceOf(contractor) == 450 * UNIT
    assert agreement.ledger().milestones == {0: 500 * UNIT}


def test_ending__lapses_what_is_open_at_its_date(live, chain, client):
    live.give_notice(sender=client)
    assert live.ends_at == live.document.periods[0].end
    for milestone in live.milestones[1:]:
        assert milestone.deadline_at == live.ends_at
        assert milestone.silence is not None
        assert (milestone.silence.until_at, milestone.silence.outcome) == (
            live.ends_at,
            "lapses with the agreement, back to the client",
        )
    assert chain.blocks.head.timestamp < live.ends_at


def test_ended__nobody_acts_on_a_milestone_any_more(live, chain, client, contractor, carrier):
    live.submit("build", b"work", sender=contractor)
    live.reject("build", "no", sender=client)
    live.give_notice(sender=client)
    chain.mine(1, timestamp=live.ends_at + 1)
    plan, build, _ = live.milestones
    assert (plan.turn, plan.step) == ("anyone", "close the agreement")
    assert (build.turn, build.step) == ("contractor", "dispute it")
    with refuses("Agreement_TooLate"):
        live.submit("build", b"better", sender=contractor)

    chain.mine(deltatime=45 * DAY)
    live.settle("first", sender=carrier)
    live.close(sender=carrier)

    assert live.status is Status.ENDED_BY_CLIENT
    over = [(each.turn, each.silence, each.phase, each.lapsed) for each in live.milestones]
    assert over == [("", None, None, True)] * 3
    assert live.ledger().held == 0


def test_unopened__nobody_acts_on_a_milestone_yet(agreement, client):
    unopened = [("", None, Phase.OPEN)] * 3
    assert [(each.turn, each.silence, each.phase) for each in agreement.milestones] == unopened
    agreement.withdraw_bid(sender=client)
    assert [(each.turn, each.silence, each.phase) for each in agreement.milestones] == unopened


def test_disputed_milestone__without_an_arbiter__waits_for_the_backup(
    create_document, contract, chain, dollar, client, contractor
):
    edit = ('arbiter: {wallet: "${arbiter}", legalName: An Arbiter, country: Germany}', "# none")
    agreement = Agreement(create_document(edit), contract)
    dollar.mint(client, 3_000 * UNIT, sender=client)
    agreement.approve("3,000 TUSD", sender=client)
    agreement.open(contractor_signature=agreement.sign(contractor), sender=client)
    agreement.submit("plan", b"work", sender=contractor)
    agreement.dispute("plan", "stuck", sender=contractor)
    assert agreement.milestone("plan").turn == "anyone"
    with refuses("Agreement_NotArbiter"):
        agreement.rule("plan", 1, sender=client)
    chain.mine(deltatime=14 * DAY + 1)
    assert agreement.milestone("plan").turn == "backup"


def test_status__every_word_of_it():
    assert [status.words for status in Status] == [
        "not open",
        "live",
        "done",
        "ended by both",
        "ended by client",
        "ended by contractor",
        "ended for cause",
        "ended for non payment",
        "withdrawn",
    ]


def test_view__facts_and_repr(live, agreement):
    assert live == agreement
    assert len({live, agreement}) == 1
    assert repr(live).startswith("<Agreement desk 0x")
    assert (live.held, live.needed_units, live.surplus_units) == (3_000, 2_750_500_000, 249_500_000)
    assert (str(live.held), str(live.surplus)) == ("3000.000000", "249.500000")
    assert live.settled_periods == ()
    assert isinstance(live, Agreement)
