"""A client that is a Safe of two owners: it signs, opens and accepts; what it sends waits for its second owner."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.safes import SafeWallet, deployed
from tests.web.test_proposal import connect, drafted, linked, proposal, sign

UNIT = 10**6


def test_a_safe__signs_opens_and_accepts_once_both_owners_have_signed(own_town, pages_of, browser_of, screenshot):
    town, safe = own_town, deployed(own_town)
    token = town.contract("TokenMock")
    town.send("client", token.functions.mint(safe, 5_000 * UNIT))
    document = drafted(town, client=safe, backup=town.address("stranger"))
    site = town.site()
    url = pages_of(site)
    wallet = SafeWallet(town.accounts["client"], town.node, town=town, safe=safe)
    page = browser_of(wallet, url)
    page.goto(linked(page, proposal(town, document, "contractor")))
    connect(page)
    sign(page, "client")
    page.get_by_role("button", name="Open it").click()
    page.get_by_role("button", name="Step 1 of 2: Allow the contract to take 3,000 TUSD").click()
    expect(page.locator("[data-state=proposed]")).to_contain_text("2 of its 2 owners have to sign")
    assert [name for name, _ in wallet.asked].count("eth_sendTransaction") == 1
    wallet.execute()
    page.get_by_role("button", name="Send with your wallet").click()
    expect(page.locator("[data-sent^=open][data-state=proposed]")).to_be_visible()
    screenshot(page, "safe-proposed")
    assert site.follower.documents.of(town.id(document)) == []
    expect(page.locator("#state")).to_have_text("It is not in force.")
    wallet.execute()
    expect(page.locator("#state")).to_have_text("It is in force.")
    assert [token.functions.balanceOf(each).call() for each in (safe, town.agreement)] == [2_000 * UNIT, 3_000 * UNIT]

    keep = page.get_by_role("button", name="Keep this document on this server")
    keep.click()
    expect(keep).to_have_count(0)
    page.get_by_role("link", name="To the agreement's page").click()
    page.get_by_role("button", name="Accept plan").first.click()
    page.get_by_role("button", name="Send with your wallet").click()
    expect(page.locator("[data-sent^=accept][data-state=proposed]")).to_contain_text("Sign it in the Safe")
    wallet.execute()
    expect(page.locator("[data-sent^=accept]")).to_contain_text("Your Safe carried it out.")
    (accepted,) = town.contract("Agreement").events.Accepted().get_logs(from_block=0)
    assert dict(accepted["args"])["paid"] == 450 * UNIT
    screenshot(page, "safe-accepted")
