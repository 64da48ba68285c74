"""The whole life of an agreement in browsers: client, contractor, arbiter, worker, each with an own wallet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eth_utils.address import to_checksum_address
from playwright.sync_api import Page, expect

from tests.audit.long_life import DAY
from tests.support import free_port
from tests.web.acting import SEND, Desk, connect, press, send
from tests.web.relaying import relayer_of, relaying
from tests.web.served import served
from tests.web.test_proposal import drafted, linked, proposal
from tests.web.wallet import Wallet
from tests.web.workshop import Workshop
from workpact.terms.units import write_money

UNIT = 10**6
DEPOSIT = 3_000 * UNIT
PLAN, BUILD, REPORT, CAP = 500 * UNIT, 1_000_500_000, 250 * UNIT, 1_000 * UNIT


class Cast:
    """Everybody's browser, on one page at a time, and what the chain has of it."""

    def __init__(self, desk: Desk, browser_of: Any, screenshot: Any) -> None:
        self.desk, self.town = desk, desk.town
        self.screenshot = screenshot
        self.pages: dict[str, Page] = {}
        self.connected: set[str] = set()
        self.browser_of = browser_of
        self.before = {role: self.balance(role) for role in ("client", "contractor", "arbiter")}

    def page(self, role: str) -> Page:
        """Somebody's browser, connected."""
        if role not in self.pages:
            self.pages[role] = self.browser_of(self.desk.wallet(role), self.desk.url)
        return self.pages[role]

    def visit(self, role: str, path: str) -> Page:
        """Somebody looks at a page."""
        is_new = role not in self.connected
        page = self.page(role)
        page.goto(path)
        if is_new:
            connect(page)
            self.connected.add(role)
        expect(page.get_by_role("button", name="Disconnect")).to_be_visible()
        return page

    def act(self, role: str, label: str, **inputs: Any) -> list[tuple[str, dict[str, Any]]]:
        """A move on the agreement's page; the events of its transaction."""
        page = self.visit(role, self.town.page_of())
        before = self.desk.transactions(role)
        send(page, label, **inputs)
        expect(page.locator("#part")).to_have_attribute("data-block", str(self.town.node.height()))
        assert self.desk.transactions(role) == before + 1
        return self.desk.events(self.sent(role))

    def sent(self, role: str) -> str:
        """The hash of what somebody sent last."""
        address = self.town.address(role)
        nonce = self.desk.transactions(role) - 1
        for number in range(self.town.node.height(), -1, -1):
            for each in self.town.web3.eth.get_block(number, full_transactions=True)["transactions"]:
                if each["from"] == address and each["nonce"] == nonce:
                    return str(each["hash"].to_0x_hex())
        raise AssertionError(f"{role} sent nothing")

    def balance(self, role: str) -> int:
        """Of the agreement's token."""
        return int(self.town.contract("TokenMock").functions.balanceOf(self.town.address(role)).call())

    def gained(self, role: str) -> int:
        """Since the beginning."""
        return self.balance(role) - self.before[role]

    def same_for_both(self) -> None:
        """Both parties' pages have the same bytes, with the same hash below."""
        told = []
        for role in ("client", "contractor"):
            page = self.visit(role, self.town.page_of())
            told.append((page.inner_text("#hash"), page.inner_text("#block")))
        assert told[0] == told[1]


def test_a_whole_life__by_the_browsers_of_two_parties_an_arbiter_and_a_worker(
    own_town, browser_of, screenshot, tmp_path
):
    port = free_port()
    site = own_town.site(relayer=f"http://127.0.0.1:{port}")
    with served(site) as url, relaying(relayer_of(own_town), port, url):
        cast = Cast(Desk(own_town, site, url), browser_of, screenshot)
        agreed(cast)
        shop = granted(cast)
        worked(cast, tmp_path)
        disputed(cast, tmp_path)
        served_for(cast)
        claimed(cast, shop)
        ended(cast)


def agreed(cast: Cast) -> None:
    """Signed by both in their browsers, opened by a third, with the client's permit."""
    town = cast.town
    document = drafted(town)
    town.send("client", town.contract("TokenMock").functions.approve(town.agreement, 0))
    link = linked(cast.page("contractor"), proposal(town, document))
    page = cast.visit("contractor", link)
    page.get_by_role("button", name="Sign it").click()
    expect(page.locator("[data-seat=contractor] .tag")).to_have_text("signed")
    page = cast.visit("client", page.url)
    page.get_by_role("button", name="Sign it").click()
    expect(page.locator("[data-seat=client] .tag")).to_have_text("signed")
    page.get_by_role("button", name="Permit 3,000 TUSD").click()
    expect(page.get_by_text("The contract may take 3,000 TUSD from the client.")).to_be_visible()
    page = cast.visit("carrier", page.url)
    page.get_by_role("button", name="Open it").click()
    page.get_by_role("button", name="Send with your wallet").click()
    expect(page.locator("#state")).to_have_text("It is in force.")
    town.documents.append(document)
    cast.desk.site.follower.documents.add(document)
    opened = {"origin": town.id(), "client": town.address("client"), "contractor": town.address("contractor")}
    events = cast.desk.events(cast.sent("carrier"))
    assert ("Opened", {**opened, "token": to_checksum_address(town.token_address), "deposit": DEPOSIT}) in events
    assert cast.gained("client") == -DEPOSIT
    cast.same_for_both()


def granted(cast: Cast) -> Workshop:
    """A worker without ether holds 5,000 units that vest in a hundred days, in steps of ten."""
    shop = Workshop(cast.town, cast.town.document)
    shop.open_pool()
    shop.grant(shop.plan(), 5_000 * UNIT)
    return shop


def claimed(cast: Cast, shop: Workshop) -> None:
    """What has vested, by one press, with the relayer's gas."""
    steps = (cast.town.now - shop.equity.functions.planOf(1).call()[1]) // (10 * DAY)
    page = cast.browser_of(Wallet(shop.worker, cast.town.node), cast.desk.url)
    page.goto(f"/worker/{shop.wallet}")
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.locator("[data-claimed] .notice")).to_contain_text(f"Grant 1: {500 * steps:,} worker tokens minted")
    cast.screenshot(page, "life-worker")
    assert steps == 3
    assert shop.equity.functions.grantOf(1).call()[3] == 1_500 * UNIT
    assert cast.town.web3.eth.get_balance(shop.wallet) == 0


def worked(cast: Cast, folder: Path) -> None:
    """Handed over, rejected with a reason, handed over again, accepted."""
    plan = folder / "plan.pdf"
    plan.write_bytes(b"the plan")
    origin = cast.town.id()
    (event,) = cast.act("contractor", "Submit plan", deliverable=plan)
    assert (event[0], event[1]["origin"], event[1]["milestone"]) == ("Submitted", origin, 0)
    (event,) = cast.act("client", "Reject plan", reason="Page 2 is missing")
    assert (event[0], event[1]["milestone"]) == ("Rejected", 0)
    plan.write_bytes(b"the plan, with page 2")
    cast.act("contractor", "Submit plan", deliverable=plan)
    cast.same_for_both()
    events = cast.act("client", "Accept plan")
    held_back = PLAN // 10
    assert ("Accepted", {"origin": origin, "milestones": 1, "paid": PLAN - held_back, "retained": held_back}) in events
    assert cast.gained("contractor") == PLAN - held_back


def disputed(cast: Cast, folder: Path) -> None:
    """What the two cannot settle is ruled by the arbiter, who has signed that it serves."""
    code = folder / "code.zip"
    code.write_bytes(b"the code")
    cast.act("contractor", "Submit build", deliverable=code)
    (event,) = cast.act("client", "Dispute build", reason="It does not run")
    assert (event[0], event[1]["item"], event[1]["by"]) == ("Disputed", 1, cast.town.address("client"))
    cast.act("arbiter", "Serve as arbiter")
    before = cast.balance("contractor"), cast.balance("client")
    events = dict(cast.act("arbiter", "Rule on build", share="60"))
    fee, part = BUILD * 2 // 100, BUILD * 60 // 100
    borne = fee * (BUILD - part) // BUILD
    shares = {"toContractor": part - borne, "toClient": BUILD - part - (fee - borne), "fee": fee}
    assert events["Ruled"] == {
        "origin": cast.town.id(), "item": 1, "by": cast.town.address("arbiter"), "share": 600_000, **shares,
    }  # fmt: skip
    assert cast.balance("contractor") - before[0] == shares["toContractor"]
    assert cast.balance("client") - before[1] == shares["toClient"]
    assert "Withdrawn" in dict(cast.act("arbiter", "Withdraw what is booked for you", to=cast.town.address("arbiter")))
    assert cast.gained("arbiter") == fee
    cast.same_for_both()


def served_for(cast: Cast) -> None:
    """A month below its service level, settled by somebody else; cover is lacking then, and the client tops it up."""
    town = cast.town
    town.report(good=90)
    events = dict(cast.act("carrier", "Settle first"))
    charge, credit = 700 * UNIT, 700 * UNIT * 36 // 1000
    due = charge - credit
    assert events["Settled"] == {
        "origin": town.id(), "period": 0, "charge": charge, "credit": credit,
        "paid": due - due // 10, "retained": due // 10,
    }  # fmt: skip
    page = cast.visit("client", town.page_of())
    held = DEPOSIT - PLAN - BUILD - due
    lacking = REPORT + CAP - held
    expect(page.locator("#part")).to_contain_text(f"{write_money(lacking, 'TUSD', 6)} is lacking")
    cast.screenshot(page, "life-cover-is-lacking")
    dialog = press(page, "Fund")
    dialog.locator("#input-upTo").fill("1,250")
    dialog.get_by_role("button", name="Check").click()
    dialog.get_by_role("button", name="Step 1 of 2").click()
    dialog.get_by_role("button", name=SEND).click()
    expect(dialog).to_be_hidden()
    assert dict(cast.desk.events(cast.sent("client")))["Funded"]["amount"] == lacking
    cast.same_for_both()


def ended(cast: Cast) -> None:
    """Notice; a month that nobody measured; what is left goes to whom it belongs."""
    town = cast.town
    cast.act("client", "Give notice")
    end = int(town.contract("Agreement").functions.stateOf(town.id()).call()[3])
    town.mine(max(end, town.document.periods[1].end + 10 * DAY) + 1)
    cast.screenshot(cast.visit("contractor", town.page_of()), "life-after-the-notice")
    cast.act("carrier", "Apply the default to second")
    due = 600 * UNIT - 600 * UNIT * 72 // 1000
    assert dict(cast.act("carrier", "Settle second"))["Settled"]["paid"] == due - due // 10
    left = REPORT + CAP - due
    events = dict(cast.act("carrier", "Close the agreement"))
    assert (events["Ended"]["toContractor"], events["Ended"]["toClient"]) == (0, left)
    town.mine(town.document.spec.review.holdback_until + 1)
    cast.act("carrier", "Release the holdback")
    page = cast.visit("client", town.page_of())
    expect(page.locator("#part")).to_contain_text("How it ended")
    cast.screenshot(page, "life-ended")
    cast.same_for_both()
    assert cast.gained("contractor") == 2_323_896_000
    assert cast.gained("arbiter") == 20_010_000
    assert cast.gained("client") == -2_343_906_000
