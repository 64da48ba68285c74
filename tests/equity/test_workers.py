"""What workers do from Python with keys of their own and no ETH (SPEC.md 9.8 to 9.12)."""

from datetime import UTC, datetime

import pytest

from tests.equity.conftest import DAY, ORIGIN
from tests.support import events_of, reverts
from workpact.batches.errors import ForeignLeaf, ProofOfAnother
from workpact.batches.grants import OfferId, grant_leaves
from workpact.batches.roster import Roster
from workpact.equity import Reason
from workpact.offers import NotOpen
from workpact.preflight import Expired, ForeignSignature, SignatureMissing
from workpact.roster import NoWallet


@pytest.fixture
def keys(accounts):
    """Three workers who hold no ETH."""
    return [accounts.generate_test_account() for _ in range(3)]


@pytest.fixture
def leaves(plan, keys):
    roster = Roster()
    for number, key in enumerate(keys, 1):
        roster = roster.add(number, f"Name {number}", key.address)
    return grant_leaves(plan.next_offer, {1: 100_000_000, 2: 7, 3: 200_000_000}, roster)


@pytest.fixture
def offer(equity, plan, leaves, contractor, start):
    """Open from the 10th to the 40th day; the roster's three numbers have no wallet yet."""
    sent = plan.offer(leaves, start + 10 * DAY, start + 40 * DAY, new_workers=3, sender=contractor)
    return equity.offer_in(sent)


def test_a_worker_without_eth__accepts_claims_and_moves__all_carried(
    equity, chain, pool, offer, leaves, keys, carrier, contractor, client, dollar, compiled, start, accounts
):
    key, fresh = keys[0], accounts.generate_test_account()
    worker = equity.worker(contractor, 1)
    chain.pending_timestamp = start + 10 * DAY
    chain.mine()
    sent = offer.accept({leaves.of(1): offer.consent(leaves.of(1)).sign(key)}, sender=carrier)

    (grant,) = equity.accepted_in(sent)
    assert grant.id == offer.first
    book = equity.contract.bookOf("0x" + 40 * "0", bytes(32), contractor)
    assert events_of(sent) == [
        (
            "WalletSet",
            {"book": book, "manager": contractor, "worker": 1, "previous": "0x" + 40 * "0", "wallet": key.address},
        ),
        (
            "GrantAccepted",
            {
                "book": pool.book,
                "plan": offer.plan,
                "grant": grant.id,
                "number": 1,
                "worker": 1,
                "units": 100_000_000,
            },
        ),
    ]
    dollar.mint(client, 300_000_007, sender=client)
    dollar.approve(equity.contract, 300_000_007, sender=client)
    pool.distribute(300_000_007, sender=client)
    chain.pending_timestamp = start + 100 * DAY
    assert equity.claimed_in(equity.claim([grant], sender=carrier)) == {grant.id: (25_000_000, 100_000_000)}

    deadline = start + 101 * DAY
    signature = worker.rotation(fresh, deadline).sign(key)
    worker.rotate(fresh, deadline=deadline, signature=signature, sender=carrier)
    chain.pending_timestamp = start + 121 * DAY
    equity.claim([grant], sender=carrier)

    token = compiled("WorkerToken").at(pool.token)
    assert (token.balanceOf(key), token.balanceOf(fresh)) == (25_000_000, 8_333_333)
    assert (dollar.balanceOf(key), dollar.balanceOf(fresh)) == (100_000_000, 0)
    assert worker.wallet == fresh.address
    assert key.balance == fresh.balance == 0
    with pytest.raises(ForeignSignature, match="registered wallet"):
        worker.rotate(key, deadline=deadline + 60 * DAY, signature=signature, sender=carrier)


def test_accept__wrong__named_before_anything_is_sent(offer, leaves, keys, carrier, chain, plan, start):
    with pytest.raises(NotOpen, match="not open yet"):
        offer.accept({leaves.of(1): b""}, sender=carrier)
    chain.pending_timestamp = start + 10 * DAY
    chain.mine()
    with pytest.raises(SignatureMissing, match="has not signed"):
        offer.accept({leaves.of(1): b""}, sender=carrier)
    with pytest.raises(ForeignSignature, match=keys[1].address):
        offer.consent(leaves.of(1)).sign(keys[1])
    other = OfferId(plan.next_offer.chain_id, plan.next_offer.equity, plan.id, 2)
    assert plan.next_offer == other
    roster = Roster().add(1, "Name", keys[0].address)
    with pytest.raises(ForeignLeaf):
        offer.consent(grant_leaves(other, {1: 5}, roster).of(1))
    foreign = OfferId(1, plan.next_offer.equity, plan.id, 1)
    with pytest.raises(ForeignLeaf):
        offer.consent(grant_leaves(foreign, {1: 5}, roster).of(1))
    same = OfferId(other.chain_id, other.equity, plan.id, 1)
    with pytest.raises(ForeignLeaf, match="root"):
        offer.consent(grant_leaves(same, {1: 5}, roster).of(1))
    with pytest.raises(ProofOfAnother):
        leaves.of(1).check(offer.root, worker=2)


def test_offer__corrected_before_it_binds__rest_returns(equity, offer, client, contractor, pool):
    assert pool.left_units == 1_000_000_000 - 300_000_007
    assert offer.is_open
    with reverts(equity.contract.WorkerEquity_Binding, **{"from": offer.opens_at, "until": offer.until}):
        offer.close(sender=client)
    offer.close(sender=contractor)
    assert (offer.is_open, offer.accepted_units, pool.left_units) == (False, 0, 1_000_000_000)
    assert [each.id for each in pool.offers()] == [offer.id]


def test_grants__of_both_kinds__in_order(equity, plan, pool, offer, leaves, keys, chain, start, contractor, carrier):
    (pushed,) = equity.grants_in(plan.grant({1: 5}, sender=contractor))
    chain.pending_timestamp = start + 10 * DAY
    chain.mine()
    offer.accept({leaves.of(3): offer.consent(leaves.of(3)).sign(keys[2])}, sender=carrier)

    assert pool.grants() == [equity.grant(offer.first + 2), pushed]


def test_leave_notice_and_acceleration(equity, plan, pool, workers, contractor, worker, carrier, chain, start):
    (grant,) = equity.grants_in(plan.grant({workers[0]: 360_000}, sender=contractor))
    chain.pending_timestamp = start + 100 * DAY
    equity.grant_leave([grant], sender=contractor)
    assert grant.on_leave_since == datetime.fromtimestamp(start + 100 * DAY, UTC)
    chain.pending_timestamp = start + 120 * DAY
    equity.come_back([grant], sender=worker)
    assert (grant.on_leave_since, grant.away.days) == (None, 20)

    chain.pending_timestamp = start + 140 * DAY
    chain.mine()
    assert grant.vested_units == 120_000
    equity.accelerate([grant], 500_000, sender=contractor)
    assert (grant.acceleration, grant.vested_units) == (500_000, 240_000)

    chain.pending_timestamp = start + 141 * DAY
    equity.end([grant], Reason.VOLUNTARY_GOOD_CAUSE, sender=contractor)
    assert grant.ends_at == datetime.fromtimestamp(start + 171 * DAY, UTC)
    equity.keep([grant], sender=contractor)
    assert (grant.ends_at, grant.reason) == (None, None)
    with reverts(equity.contract.WorkerEquity_NotEnding, grant=grant.id):
        equity.finish([grant], sender=carrier)
    assert pool.shares == 360_000


def test_a_lost_wallet__proposed_vetoed_and_carried_out(equity, workers, contractor, worker, carrier, chain, accounts):
    fresh = accounts.generate_test_account()
    seat = equity.worker(contractor, workers[0])
    with pytest.raises(NoWallet, match="No change of wallet"):
        seat.set_wallet(sender=carrier)
    seat.propose(fresh, sender=contractor)
    assert seat.proposal.wallet == fresh.address
    seat.veto(signature=seat.objection().sign(worker), sender=carrier)
    assert seat.proposal is None

    chain.pending_timestamp = chain.blocks.head.timestamp + 90 * DAY
    seat.propose(fresh, sender=contractor)
    proposed = chain.blocks.head.timestamp
    with reverts(equity.contract.WorkerEquity_NotRipe, **{"from": proposed + 14 * DAY}):
        seat.set_wallet(sender=carrier)
    chain.pending_timestamp = proposed + 14 * DAY
    seat.set_wallet(sender=carrier)
    assert seat.wallet == fresh.address


def test_rotate__too_late_or_without_a_wallet__named(equity, workers, contractor, worker, carrier, stranger):
    seat = equity.worker(contractor, workers[0])
    signature = seat.rotation(stranger, 1).sign(worker)
    with pytest.raises(Expired, match="1970-01-01 00:00:01 UTC"):
        seat.rotate(stranger, deadline=1, signature=signature, sender=carrier)
    with pytest.raises(NoWallet, match="has no wallet yet"):
        equity.worker(contractor, 99).rotation(stranger, 1)


def test_refuses__as_the_contract_takes_what_tokens_answer(
    equity, deploy, source, units_token, client, contractor, worker, stranger
):
    token = deploy("HostileTokenMock")
    place = (source, ORIGIN, token)
    pool = equity.pool_in(equity.open_pool(units_token, contractor, 1_000_000_000, *place, sender=client))
    equity.enrol([worker, stranger], sender=contractor)
    token.mint(equity.contract, 100, sender=stranger)

    for answer, refused in (("true", False), ("false", True), ("nothing", False)):
        token.setAnswer(("true", "false", "nothing").index(answer), sender=stranger)
        assert pool.refuses(1, 100) is refused, answer
    token.setAnswer(0, sender=stranger)
    assert pool.refuses(1, 101), "more than there is"
    assert pool.refuses(3, 1), "no wallet"
    for refusal in (1, 2):
        token.refuse(worker, refusal, sender=stranger)
        assert [pool.refuses(number, 100) for number in (1, 2)] == [True, False], refusal
    assert token.balanceOf(equity.contract) == 100
