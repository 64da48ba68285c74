"""Ten thousand grants by one transaction, and wages for two thousand, with the limit of gas that a transaction has."""

from __future__ import annotations

import csv
from math import ceil

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

from tests.equity.conftest import DAY
from tests.sdk.conftest import UNIT
from workpact.batches.grants import grant_leaves, read_grants
from workpact.batches.proofs import Leaves
from workpact.batches.roster import Roster
from workpact.batches.transactions import COSTS, GAS_CAP, split
from workpact.batches.wages import Token, read_run
from workpact.payroll import Payroll
from workpact.records.cap_table import CapTable
from workpact.records.events import equity_records, payroll_records
from workpact.records.register import Register

WORKERS = 10_000
ACTIVE = 500


def key_of(worker):
    """A key of the worker's own, without ETH."""
    return Account.from_key(keccak(text=f"worker {worker}"))


def wallets_of(count):
    return [key_of(worker).address for worker in range(1, count + 1)]


def write_csv(path, *rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def units_of(worker):
    return 1_000_000 + 12_347 * worker


def test_ten_thousand_grants__offered_at_once__accepted_and_claimed_by_a_carrier(
    equity,
    pool,
    plan,
    client,
    contractor,
    carrier,
    chain,
    start,
    compiled,
    tmp_path,
):
    wallets = wallets_of(WORKERS)
    roster = Roster().enrol(1, [(f"Worker {number}", wallet) for number, wallet in enumerate(wallets, 1)])
    lines = [(number, units_of(number)) for number in range(1, WORKERS + 1)]
    file = write_csv(tmp_path / "grants.csv", ("worker", "units"), *lines)
    total = sum(units for _, units in lines)
    pool.raise_to(total + 5, sender=client)
    grants = read_grants(file, roster, left=pool.left_units)
    grant_leaves(plan.next_offer, grants, roster).write(tmp_path / "proofs.json")
    leaves = Leaves.read(tmp_path / "proofs.json")

    sent = plan.offer(leaves, start, start + 60 * DAY, new_workers=WORKERS, sender=contractor)
    offer = equity.offer_in(sent)
    assert (sent.gas_used < 200_000, offer.count, pool.left_units) == (True, WORKERS, 5)

    accepted = []
    chosen = range(1, WORKERS + 1, WORKERS // ACTIVE)
    for part in split(ACTIVE, COSTS["accept"]):
        proofs = {leaves.of(worker): key_of(worker) for worker in chosen[part.start : part.stop]}
        signed = {proof: offer.consent(proof).sign(key) for proof, key in proofs.items()}
        accepted += equity.accepted_in(offer.accept(signed, sender=carrier))
    assert [grant.id for grant in accepted] == [offer.first + worker - 1 for worker in chosen]

    chain.pending_timestamp = start + 130 * DAY
    chain.mine()
    for part in split(ACTIVE, COSTS["claim"]):
        equity.claim(accepted[part.start : part.stop], sender=carrier)

    token = compiled("WorkerToken").at(pool.token)
    expected = {worker: units_of(worker) * 120 // 360 for worker in chosen}
    assert {worker: token.balanceOf(wallets[worker - 1]) for worker in chosen} == expected
    head = chain.blocks.head
    table = CapTable.at(equity_records(equity.contract, client.address), head.timestamp)
    table.check()
    table.require_supply(pool.token, token.totalSupply())
    assert {row.worker: (row.units, row.claimed, row.claimable) for row in table.grants} == {
        worker: (units_of(worker), expected[worker], 0) for worker in chosen
    }
    (row,) = table.pools
    claimed = sum(expected.values())
    active = sum(map(units_of, chosen))
    assert (row.granted, row.offered, row.claimed, row.unvested, row.left) == (
        total,
        total - active,
        claimed,
        active - claimed,
        5,
    )


@pytest.mark.usefixtures("module_folders")
def test_wages_of_two_thousand__in_the_fewest_transactions(
    live,
    deploy,
    client,
    contractor,
    carrier,
    dollar,
    tmp_path,
):
    count = 2_000
    payroll = Payroll(deploy("Payroll", deploy("WorkerEquity"))).of(live)
    live.set_payee(payroll.contract, pulled=True, sender=contractor)
    live.accept("plan", sender=client)
    payroll.collect(sender=carrier)
    wallets = wallets_of(count)
    roster = Roster().enrol(1, [(f"Worker {number}", wallet) for number, wallet in enumerate(wallets, 1)])
    rows = [(number, 30_000 + number, 1_000, 29_000 + number) for number in range(1, count + 1)]
    file = write_csv(tmp_path / "wages.csv", ("worker", "gross", "deductions", "net"), *rows)
    token = Token(dollar.address, "TUSD", 6)

    for month in (1, 2):
        run = read_run(file, payroll.next_run, roster, token, free=payroll.free_units)
        parts = payroll.split(run)
        used = [payroll.pay(part, sender=contractor).gas_used for part in parts]
        assert max(used) <= GAS_CAP
        assert len(parts) == ceil(sum(used) / GAS_CAP), used
        assert [dollar.balanceOf(wallets[n]) for n in (0, 999, 1999)] == [month * rows[n][3] for n in (0, 999, 1999)]

    total = sum(row[3] for row in rows)
    register = Register.of(payroll_records(payroll.contract, payroll.book), payroll.book)
    register.check()
    assert (register.wages, register.paid, register.free) == (2 * total, 2 * total, 450 * UNIT - 2 * total)
    assert len(list(register.lines)) == 2 * count
    assert dollar.balanceOf(payroll.contract) == payroll.free_units == 450 * UNIT - 2 * total
