"""A relayer that dies while a call waits to be mined, and is asked for it again, has sent it once."""

from __future__ import annotations

import httpx
import pytest

from tests.anvil import ask
from tests.web.relaying import call_of, record, relayer_process, settled
from tests.web.served import town
from tests.web.workshop import DAY, Workshop

UNIT = 10**6


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_relayer_that_dies__has_sent_each_call_once(tmp_path, monkeypatch, deaths):
    with town(tmp_path) as made:
        record(made, monkeypatch)
        shop = Workshop(made)
        shop.open_pool()
        grant = shop.grant(shop.plan(), 5_000 * UNIT)
        shop.after(35 * DAY)
        call = call_of(shop.equity, "claim", [grant])
        gas = made.address("contractor-reporter")
        before = made.web3.eth.get_transaction_count(gas)
        ask(made.url, "evm_setAutomine", False)
        for _ in range(deaths):
            with relayer_process(made) as process:
                assert httpx.post(process.url + "/relay", json=call).status_code == 202
                while made.web3.eth.get_transaction_count(gas, "pending") == before:
                    pass
                process.kill()
        with relayer_process(made) as process, httpx.Client(base_url=process.url) as client:
            again = client.post("/relay", json=call).json()
            made.mine()
            (found,) = settled(client, [again])
        assert (found["state"], made.web3.eth.get_transaction_count(gas, "pending")) == ("mined", before + 1)
        assert len(shop.equity.events.Claimed().get_logs(from_block=0)) == 1
        assert shop.equity.functions.claimableOf(grant).call() == [0, 0]
