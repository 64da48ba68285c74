"""A worker without ether: what its page says is what the contracts answer, and one press each pays it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect
from starlette.testclient import TestClient

from tests.web.relaying import free_port, relayer_of, relaying
from tests.web.served import Town, served
from tests.web.wallet import Wallet
from tests.web.workshop import DAY, Workshop
from workpact.web.app import create_app

UNIT = 10**6


@contextmanager
def pages(town: Town, **limits: int) -> Iterator[str]:
    """The town's pages with a relayer that the carrier pays; their address."""
    port = free_port()
    with (
        served(town.site(relayer=f"http://127.0.0.1:{port}")) as url,
        relaying(relayer_of(town, **limits), port, url),
    ):
        yield url


def facts(town: Town, wallet: str) -> str:
    """The server's part of a worker's page."""
    return str(TestClient(create_app(town.site()), base_url="http://127.0.0.1").get(f"/worker/{wallet}?part").text)


def test_claims__of_a_worker_without_ether__pay_units_revenue_and_a_posted_wage_in_one_press_each(
    own_town, browser_of, screenshot, tmp_path
):
    shop = Workshop(own_town)
    units = own_town.web3.eth.contract(address=shop.open_pool(), abi=shop.token.abi)
    plan, gated = shop.plan(), shop.plan(gate=1, milestones=0b11)
    shop.grant(plan, 5_000 * UNIT)
    shop.grant(gated, 1_000 * UNIT)
    shop.after(35 * DAY)
    shop.distribute(750 * UNIT)  # an eighth of a dollar for each share
    book = shop.earn()
    shop.pay(book, 1, 50 * UNIT)
    proof = shop.post(book, 2, 70 * UNIT)
    file = tmp_path / "1.wage.json"
    file.write_text(json.dumps(proof.to_json()))
    wallet = Wallet(shop.worker, own_town.node)
    assert (own_town.web3.eth.get_balance(shop.wallet), shop.token.functions.balanceOf(shop.wallet).call()) == (
        0,
        50 * UNIT,
    )

    with pages(own_town) as url:
        page = browser_of(wallet, url)
        page.goto(f"/worker/{shop.wallet}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Units and wages")
        screenshot(page, "worker")
        page.get_by_role("button", name="Claim", exact=True).click()
        claimed = page.locator("[data-claimed] .notice")
        # 35 days are three steps of ten of a hundred: 30 % of 5,000, and of 1,000, one of two milestones reached.
        expect(claimed).to_have_count(2)
        expect(claimed.nth(0)).to_contain_text("Counted for plan 2: 1 milestones and 0 periods.")
        expect(claimed.nth(1)).to_contain_text("Grant 1: 1,500 DESK minted and 625 TUSD of revenue paid")
        expect(claimed.nth(1)).to_contain_text("Grant 2: 300 DESK minted and 125 TUSD of revenue paid")
        page.get_by_label("The worker's own file").set_input_files(file)
        expect(page.locator("[data-proof]")).to_contain_text("70 TUSD for worker 1, run 2")
        page.get_by_role("button", name="Claim this wage").click()
        expect(claimed).to_have_count(3)
        expect(claimed.nth(2)).to_contain_text("Run 2: 70 TUSD paid to")
        expect(page.locator("#wages")).to_be_visible()
        expect(page.get_by_role("cell", name="claimed by proof")).to_be_visible()
        screenshot(page, "worker-paid")

    assert units.functions.balanceOf(shop.wallet).call() == 1_800 * UNIT
    assert shop.token.functions.balanceOf(shop.wallet).call() == (50 + 750 + 70) * UNIT
    assert own_town.web3.eth.get_balance(shop.wallet) == 0
    assert (wallet.asked_for("eth_sendTransaction"), wallet.asked_for("eth_signTypedData_v4")) == ([], [])
    assert shop.equity.functions.claimableOf(1).call() == [0, 0]
    assert shop.payroll.functions.isClaimed(book, 2, 1).call()
