"""Two people with two nodes and two servers see the same bytes (SPEC.md 16.1)."""

from __future__ import annotations

from hashlib import sha256

import httpx
import pytest

from tests.anvil import anvil, ask
from tests.audit.poor_node import PoorNode
from tests.web.served import Town
from workpact.web.follower import Follower


def paths(town: Town) -> list[str]:
    """Pages whose server's part is of the chain alone."""
    agreement = town.page_of()
    return [
        agreement,
        f"{agreement}/evidence",
        "/",
        f"/worker/{town.address('stranger')}",
        "/tenders",
        "/new",
        "/proposal",
    ]


def parts(url: str, town: Town) -> dict[str, bytes]:
    """The parts of all pages; what each page prints as its hash is that of its part."""
    found = {}
    with httpx.Client(base_url=url, timeout=60) as client:
        for path in paths(town):
            part, page = client.get(f"{path}?part"), client.get(path)
            assert (part.status_code, page.status_code) == (200, 200), path
            assert f'<code id="hash">{sha256(part.content).hexdigest()}</code>' in page.text
            found[path] = part.content
    return found


@pytest.fixture
def lived(own_town) -> Town:
    """An agreement with work, workers, a wage and reports."""
    own_town.open()
    ask(own_town.url, "evm_setAutomine", False)
    own_town.work()
    own_town.report()
    return own_town


def test_two_servers_with_an_index_each__the_same_parts(lived, pages_of):
    """One follows from the start of its server, through a node with limits; the other begins after it all."""
    with PoorNode(lived.url) as poor:
        poor.widest, poor.largest_batch, poor.has_finalized = 7, 3, False
        poor.lacks = {"eth_getBlockReceipts"}
        early = pages_of(lived.site(poor.url, "early", hosts=("127.0.0.1", "desk.example")))
        parts(early, lived)
        for number in range(3):
            lived.fund(1, first=number)
            parts(early, lived)
        late = pages_of(lived.site(name="late"))
        theirs, ours = parts(early, lived), parts(late, lived)
        assert poor.asked
    assert theirs == ours


def test_another_node_of_the_same_chain__the_same_parts(lived, pages_of):
    """A second Anvil, which answers from a state of its own that it forked from the first's last block."""
    with anvil("--fork-url", lived.url, "--no-mining") as url:
        heads = [ask(each, "eth_getBlockByNumber", "latest", False) for each in (url, lived.url)]
        assert heads[0]["hash"] == heads[1]["hash"]
        first = pages_of(lived.site(name="first"))
        second = pages_of(lived.site(url, "second", following=Follower))
        assert parts(first, lived) == parts(second, lived)


def test_a_part__has_nothing_of_the_viewer_or_the_host(lived, pages_of):
    url = pages_of(lived.site(hosts=("127.0.0.1", "desk.example")))
    for path in paths(lived):
        plain = httpx.get(f"{url}{path}?part").content
        viewed = {"Host": "desk.example", "Accept-Language": "de", "User-Agent": "other", "Cookie": "a=b"}
        assert httpx.get(f"{url}{path}?part", headers=viewed).content == plain
        assert url.encode() not in plain
        assert b"desk.example" not in plain
