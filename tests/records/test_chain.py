"""What is read from the chain's logs rebuilds what the contract answers (SPEC.md 9.2 to 9.12)."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.equity.conftest import DAY, ORIGIN
from workpact.chain.state import Status
from workpact.ocf import Source, export, validate
from workpact.records.cap_table import CapTable
from workpact.records.events import RecordsDiffer, arguments_of, equity_records, require_complete, roster_records
from workpact.vesting import Gate, Plan


@pytest.fixture
def contract(deploy):
    return deploy("WorkerEquity")


@pytest.fixture
def source(deploy):
    return deploy("ProgressMock")


@pytest.fixture
def currency(deploy):
    return deploy("TokenMock", "Dollar", "USDC", 6)


def leaf(contract, chain_id: int, *values) -> bytes:
    """A tree of one leaf has it as its root."""
    types = ["uint256", "address", *["uint256"] * 4, "address", "uint256", "bytes32"]
    return keccak(keccak(encode(types, [chain_id, contract.address, *values])))


def test_equity_records__rebuild_what_the_contract_answers(
    contract, source, currency, chain, compiled, client, contractor, carrier, worker, stranger, accounts
):
    start = chain.blocks.head.timestamp
    token = contract.createToken("Desk", "DESK", sender=client).events[0].token
    contract.openPool(token, contractor, 10**12, source, ORIGIN, currency, sender=client)
    contract.openPool(token, contractor, 10**9, "0x" + 40 * "0", bytes(32), "0x" + 40 * "0", sender=client)
    plans = [
        Plan(start=start, duration=360 * DAY, step=DAY, notice=30 * DAY, leave=20 * DAY, leaver=150_000),
        Plan(start=start, duration=100 * DAY, step=DAY, gate=Gate.MINIMUM, milestones=0b11),
    ]
    for plan in plans:
        contract.createPlan(1, plan.struct(), sender=client)
    contract.createPlan(2, Plan(start=start, duration=DAY, step=DAY).struct(), sender=client)
    contract.enrol([worker, stranger], sender=contractor)
    contract.grant(1, [(1, 100_000_001), (2, 200_000_000), (1, 7)], sender=contractor)
    contract.grant(2, [(2, 50_000_000)], sender=contractor)
    contract.grant(3, [(1, 1_000_000)], sender=contractor)

    now = chain.blocks.head.timestamp
    salt, owner = b"\x09" * 32, accounts[9]
    root = leaf(contract, chain.chain_id, 1, 1, 0, 3, owner.address, 30_000_000, salt)
    sent = contract.offer(1, root, 40_000_000, 2, now, now + 5 * DAY, 1, sender=contractor)
    offered = next(event for event in sent.events if event.event_name == "Offered").offer
    contract.accept(offered, [(0, 3, owner, 30_000_000, salt, [], b"")], sender=owner)
    currency.mint(carrier, 10**9, sender=carrier)
    currency.approve(contract, 10**9, sender=carrier)
    contract.distribute(1, 123_456_789, sender=carrier)

    chain.pending_timestamp = now + 10 * DAY
    contract.closeOffer(offered, sender=carrier)
    contract.grantLeave([2], sender=contractor)
    contract.claim([1, 2, 3, 4, 5], sender=carrier)
    chain.pending_timestamp = now + 15 * DAY
    contract.comeBack([2], sender=contractor)
    contract.accelerate([3], 250_000, sender=contractor)
    source.accept(ORIGIN, 0b01, sender=carrier)
    contract.sync(2, sender=carrier)
    contract.end([1], 4, sender=contractor)
    contract.distribute(1, 1_000, sender=carrier)
    contract.rotate(contractor, 2, carrier, 0, b"", sender=stranger)
    middle = chain.blocks.head
    chain.pending_timestamp = now + 50 * DAY
    source.setStatus(ORIGIN, Status.ENDED_BY_CLIENT, sender=carrier)
    contract.finish([1], sender=carrier)
    contract.withdraw(1, [1], sender=carrier)
    contract.raisePool(1, 2 * 10**12, sender=client)
    contract.claim([1, 2, 6], sender=carrier)

    records = equity_records(contract, client.address)
    head = chain.blocks.head
    require_complete(contract, records)
    table = CapTable.at(records, head.timestamp)
    table.check()
    table.require_supply(token, compiled("WorkerToken").at(token).totalSupply())
    assert len(table.grants) == 6
    for row in table.grants:
        held = contract.grantOf(row.grant)
        assert (row.worker, row.plan, row.claimed) == (held.worker, held.plan, held.claimed)
        assert row.units - row.forfeited == held.units
        assert row.vested == contract.vestedOf(row.grant)
        assert (row.claimable, row.revenue_pending) == contract.claimableOf(row.grant)
        assert table.holdings.revenue_owed[(row.pool, row.worker)] == contract.owed(row.pool, row.worker)
    for row in table.pools:
        pool = contract.poolOf(row.pool)
        held = table.holdings.pools[row.pool]
        assert (row.units, row.granted, row.forfeited) == (pool.units, pool.granted, pool.forfeited)
        shares = pool.granted - pool.forfeited
        assert (held.shares, held.remainder, len(held.earned) - 1) == (shares, pool.remainder, pool.round)
        assert held.earned[-1] == contract.earnedBy(row.pool, pool.round)
        assert row.offered == 0
    for line in table.workers():
        assert line.wallet == contract.walletOf(contractor, line.worker)
    paid = sum(line.revenue[currency.address].paid for line in table.workers() if currency.address in line.revenue)
    assert currency.balanceOf(contract) == 123_457_789 - paid

    before = equity_records(contract, client.address, middle.number)
    assert before == [record for record in records if record.block <= middle.number]
    require_complete(contract, before, middle.number)
    with pytest.raises(RecordsDiffer, match="are not those of its history"):
        require_complete(contract, before)
    for left_out in range(len(records)):
        with pytest.raises(RecordsDiffer):
            require_complete(contract, records[:left_out] + records[left_out + 1 :])
    assert len(CapTable.at(records, middle.timestamp).grants) == 6
    roster = roster_records(contract, contractor.address)
    assert {record.name for record in roster} == {"Enrolled", "Reserved", "WalletSet"}
    package = export(records, Source(chain.chain_id, head.number, head.timestamp))
    validate(package)
    issued = [each for each in package.items("Transactions") if each["object_type"].endswith("COMPENSATION_ISSUANCE")]
    # six grants, and what had vested of the one that ended
    assert len(issued) == 7
    assert {record.name for record in records} == {event.name for event in contract.contract_type.events} - {
        "Booked",
        "EndWithdrawn",
        "WalletProposed",
        "WalletVetoed",
    }


def test_arguments__structs_and_arrays(contract):
    kinds = {event.name: event for event in contract.contract_type.events}
    data = encode(["uint256", "(uint24,uint80)[]"], [7, [(1, 2), (3, 4)]])

    found = arguments_of(kinds["Granted"].inputs, [b"\x01" * 32, (5).to_bytes(32), (6).to_bytes(32)], data)

    lines = [{"worker": 1, "units": 2}, {"worker": 3, "units": 4}]
    assert found == {"book": b"\x01" * 32, "pool": 5, "plan": 6, "first": 7, "lines": lines}
