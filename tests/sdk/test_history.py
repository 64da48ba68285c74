"""Logs read from a node that answers for few blocks at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chain.fault_proxy import FaultProxy
from workpact.chain import deployments
from workpact.history import LogsRefused, read


@pytest.fixture
def proxy(chain, live, monkeypatch) -> Iterator[FaultProxy]:  # noqa: ARG001 - opened without faults
    """The connected node, with faults from now on."""
    connection = chain.provider.web3.provider
    with FaultProxy(connection.endpoint_uri) as proxy:
        monkeypatch.setattr(connection, "endpoint_uri", proxy.url)
        yield proxy


def test_read__narrow_node__every_event_once(proxy, chain, live, client, contractor):
    chain.mine(20)
    live.submit("plan", b"work", sender=contractor)
    chain.mine(5)
    live.accept("plan", sender=client)
    proxy.widest = 7

    events = live.verify_history()

    assert [event.name for event in events] == ["Opened", "Submitted", "Accepted"]
    answered = [(first, last) for first, last in proxy.spans if last - first < 7]
    assert [block for first, last in answered for block in range(first, last + 1)] == [*range(chain.blocks.height + 1)]


def test_read__deployment_recorded__nothing_before_it_asked(proxy, chain, live):
    events = read(live.contract, [live.origin])
    recorded = deployments.Deployment(
        name="Agreement",
        address=live.contract.address,
        arguments={},
        salt="",
        init_code_hash="",
        runtime_code_hash="",
        compiler={},
        transaction=None,
        block=events[0].block,
        deployer=None,
    )
    deployments.write(chain.chain_id, "0x", {"Agreement": recorded})

    assert live.verify_history() == events
    assert proxy.spans == [(0, chain.blocks.height), (events[0].block, chain.blocks.height)]


def test_verify_history__event_while_reading__word_of_the_block_that_was_read(live, contractor, monkeypatch):
    def read_and_submit(*arguments):
        events = read(*arguments)
        live.submit("plan", b"work", sender=contractor)
        return events

    with monkeypatch.context() as patched:
        patched.setattr("workpact.agreement_view.read", read_and_submit)
        assert [event.name for event in live.verify_history()] == ["Opened"]
    assert [event.name for event in live.verify_history()] == ["Opened", "Submitted"]


def test_read__not_even_one_block__names_it(proxy, live):
    proxy.widest = 0

    with pytest.raises(LogsRefused, match=r"The node gives no logs of block 0: range exceeds limit\. Ask another node"):
        live.events()
