"""Worker equity on Ape's local Anvil: an issuer's pool with one plan, and the roster of its manager."""

from __future__ import annotations

import pytest

from workpact.equity import Plan, WorkerEquity

DAY = 86_400
ORIGIN = bytes(range(1, 33))


@pytest.fixture
def source(deploy):
    return deploy("ProgressMock")


@pytest.fixture
def equity(deploy, module_folders):  # noqa: ARG001 - where it keeps what it sends
    return WorkerEquity(deploy("WorkerEquity"))


@pytest.fixture
def units_token(equity, client):
    return equity.token_in(equity.create_token("Desk Units", "DESK", sender=client))


@pytest.fixture
def pool(equity, client, contractor, source, units_token, dollar):
    place = (source, ORIGIN, dollar)
    return equity.pool_in(equity.open_pool(units_token, contractor, 1_000_000_000, *place, sender=client))


@pytest.fixture
def start(chain):
    return chain.blocks.head.timestamp


@pytest.fixture
def plan(equity, client, pool, start):
    terms = Plan(start=start, cliff=90 * DAY, duration=360 * DAY, step=30 * DAY, notice=30 * DAY, leave=60 * DAY)
    return equity.plan_in(pool.create_plan(terms, sender=client))


@pytest.fixture
def workers(equity, contractor, worker, stranger):
    return equity.workers_in(equity.enrol([worker, stranger], sender=contractor))
