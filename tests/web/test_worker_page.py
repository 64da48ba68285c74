"""A worker without ether: what its page says is what the contracts answer, and one press each pays it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from tests.support import free_port
from tests.web.acting import connect
from tests.web.relaying import relayer_of, relaying
from tests.web.served import Town, served
from tests.web.wallet import Wallet
from tests.web.workshop import DAY, NOBODY, Workshop
from workpact.web.worker_books import Books
from workpact.web.worker_facts import worker_facts

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


def test_figures__are_those_of_the_contracts_views(own_town):
    shop = Workshop(own_town)
    shop.open_pool()
    plans = [shop.plan(cliff=20 * DAY), shop.plan(gate=2, milestones=0b1), shop.plan(gate=3, milestones=0b11, notice=0)]
    grants = [shop.grant(plan, 1_000_003 * (number + 1)) for number, plan in enumerate(plans)]
    shop.after(13 * DAY)
    shop.do("contractor", shop.equity.functions.grantLeave([grants[0]]))
    shop.distribute(12_345_678)
    book = shop.earn()
    shop.read_sources("carrier", shop.equity.functions.sync(plans[2]))
    shop.after(12 * DAY)
    shop.do("contractor", shop.equity.functions.comeBack([grants[0]]))
    shop.read_sources("contractor", shop.equity.functions.end([grants[2]], 3))
    shop.do("carrier", shop.equity.functions.claim([grants[1]]))
    shop.do("contractor", shop.equity.functions.accelerate([grants[0]], 250_000))
    shop.do("contractor", shop.equity.functions.end([grants[0]], 0))
    shop.after(3 * DAY)
    shop.post(book, 1, 70 * UNIT)
    site = own_town.site()
    books = Books(site.follower).of(shop.wallet)
    found = worker_facts(books, site.follower.node, site.follower.documents)
    at = books.head.number

    views = shop.equity.functions
    for grant in found.grants:
        claimable = views.claimableOf(grant.id).call(block_identifier=at)
        assert [grant.claimable, grant.revenue] == list(claimable)
        assert grant.vested == views.vestedOf(grant.id).call(block_identifier=at)
        assert grant.holding.claimed == views.grantOf(grant.id).call(block_identifier=at)[3]
    assert [grant.state.value for grant in found.grants] == ["ending", "live", "ended"]
    assert [(each.pool, each.worker) for each in found.revenue] == [(1, 1)]
    assert found.revenue[0].amount == views.owed(1, 1).call(block_identifier=at) > 0
    posting = shop.payroll.functions.postingOf(book, 1).call(block_identifier=at)
    ((run, root, left),) = [(each.run, each.root, each.left) for each in found.wages.posted]
    assert (run, root, left) == (1, posting[0], posting[1] - posting[2])


def test_the_next_vesting__is_the_first_second_at_which_the_contract_says_more(own_town):
    shop = Workshop(own_town)
    shop.open_pool()
    plan = shop.plan(cliff=30 * DAY, step=1)
    grant = shop.grant(plan, 777)
    shop.after(40 * DAY)
    site = own_town.site()
    ((found,),) = [worker_facts(Books(site.follower).of(shop.wallet), own_town.node, site.follower.documents).grants]
    assert found.next is not None
    said, vested = found.next, shop.equity.functions.vestedOf(grant)

    assert vested.call() == found.vested
    own_town.mine(said.at - 1)
    assert vested.call() == found.vested
    own_town.mine(said.at)
    assert vested.call() == found.vested + said.more == said.vested


def test_what_a_worker_signs__is_carried_by_the_relayer(own_town, browser_of, tmp_path, screenshot):
    shop = Workshop(own_town)
    shop.open_pool()
    proof = shop.offer(shop.plan(), 9 * UNIT)
    file = tmp_path / "1.grant.json"
    file.write_text(json.dumps(proof.to_json()))
    shop.do("contractor", shop.equity.functions.proposeWallet(1, own_town.address("stranger")))
    wallet, to = Wallet(shop.worker, own_town.node), own_town.address("backup")

    with pages(own_town) as url:
        page = browser_of(wallet, url, color_scheme="dark", viewport={"width": 360, "height": 800})
        page.goto(f"/worker/{shop.wallet}")
        claimed = page.locator("[data-claimed] .notice")
        page.get_by_role("button", name="Keep this wallet").click()
        expect(page.get_by_role("alert").filter(has_text="Connect that wallet")).to_be_visible()
        connect(page)
        page.get_by_role("button", name="Keep this wallet").click()
        expect(claimed.nth(0)).to_contain_text(f"The proposal of {own_town.address('stranger')} is void.")
        page.get_by_label("The worker's own file").set_input_files(file)
        page.get_by_role("button", name="Accept this grant").click()
        expect(claimed.nth(1)).to_contain_text("Grant 1 is accepted: 9 worker tokens for worker 1.")
        expect(page.get_by_role("heading", name="Grant 1: 9 DESK")).to_be_visible()
        screenshot(page, "worker-phone")
        page.get_by_text("Move to another wallet").click()
        page.get_by_label("New wallet of worker 1").fill(to)
        page.get_by_role("button", name="Move", exact=True).click()
        expect(claimed.nth(2)).to_contain_text(f"The wallet of worker 1 is {to} from now on.")

    assert shop.equity.functions.walletOf(shop.manager, 1).call() == to
    assert tuple(shop.equity.functions.grantOf(1).call()[:3]) == (1, 1, 9 * UNIT)
    assert shop.equity.functions.proposalOf(shop.manager, 1).call()[0] == NOBODY
    assert len(wallet.asked_for("eth_signTypedData_v4")) == 3
    assert (wallet.asked_for("eth_sendTransaction"), own_town.web3.eth.get_balance(shop.wallet)) == ([], 0)


def test_without_a_relayer__the_own_wallet_sends(own_town, pages_of, browser_of):
    shop = Workshop(own_town)
    shop.open_pool()
    shop.grant(shop.plan(), 5_000 * UNIT)
    shop.after(35 * DAY)
    carrier = Wallet(own_town.accounts["carrier"], own_town.node)
    page = browser_of(carrier, pages_of(own_town.site()))
    page.goto(f"/worker/{shop.wallet}")
    connect(page)
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.locator("[data-claimed] .notice")).to_contain_text("Grant 1: 1,500 DESK minted to")
    assert shop.equity.functions.claimableOf(1).call() == [0, 0]
    assert len(carrier.sent) == 1


def test_a_file_of_another__claims_nothing(own_town, pages_of, browser_of, tmp_path):
    shop = Workshop(own_town)
    proof = shop.post(shop.earn(), 1, 70 * UNIT)
    file = tmp_path / "1.wage.json"
    page = browser_of(None, pages_of(own_town.site()))
    page.goto(f"/worker/{shop.other.address}")
    error = page.locator(".field .error")
    changed = proof.to_json() | {"value": proof.to_json()["value"] | {"amount": "71000000"}}
    for content, said in (
        (proof.to_json(), "nothing open for worker 1 of this wallet"),
        (changed, "something in it was changed"),
        ({"kind": "<img src=x onerror=alert(1)>"}, "It is none."),
        ({"format": "workpact-proofs-1"}, "the employer's file of all proofs"),
        ([], "It is none."),
    ):
        file.write_text(json.dumps(content))
        page.get_by_label("The worker's own file").set_input_files(file)
        expect(error).to_contain_text(said)
        page.get_by_label("The worker's own file").set_input_files([])
        expect(error).to_be_empty()
    assert page.locator("[data-proof] button").count() == 0
