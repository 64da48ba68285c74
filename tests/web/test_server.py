"""What the server answers: parts, names of states, errors as pages, files that it keeps."""

from __future__ import annotations

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import httpx
import pytest
from eth_utils.crypto import keccak

from tests.anvil import ask
from tests.audit.poor_node import PoorNode
from tests.web.served import Prompt, served
from workpact.audit.subject import DocumentMissing
from workpact.terms import loads
from workpact.web.app import NotListening, listening
from workpact.web.documents import Documents, NotKept
from workpact.web.feed import Feed, TooMany
from workpact.web.follower import Follower

SECRET = "0123456789abcdef-key"


def hung_up(*_: object) -> None:
    """What a node does that answers no more."""
    raise ConnectionAbortedError


def text_of(answer: httpx.Response) -> str:
    return " ".join(answer.text.split())


def test_a_part__has_its_hash_as_its_name_and_is_not_sent_twice(own_town, pages_of):
    own_town.open()
    url, page = pages_of(own_town.site()), own_town.page_of()
    with httpx.Client(base_url=url) as client:
        part = client.get(f"{page}?part")
        digest = sha256(part.content).hexdigest()
        assert part.headers["etag"] == f'W/"{digest}"'
        assert part.headers["workpact-block"] == str(own_town.node.height())
        again = client.get(f"{page}?part", headers={"If-None-Match": part.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        whole = client.get(page)
        assert f'<code id="hash">{digest}</code>' in whole.text
        assert part.text in whole.text
        with client.stream("GET", f"{page}?part", headers={"Accept-Encoding": "gzip"}) as packed:
            assert packed.headers["content-encoding"] == "gzip"
            assert gzip.decompress(b"".join(packed.iter_raw())) == part.content
        plain = client.get(f"{page}?part", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == part.content
        own_town.mine()
        later = client.get(f"{page}?part", headers={"If-None-Match": part.headers["etag"]})
        assert later.headers["workpact-block"] == str(own_town.node.height())


def test_every_page__tells_its_scripts_the_chain_and_its_contracts(own_town, pages_of):
    own_town.open()
    url = pages_of(own_town.site(relayer="http://127.0.0.1:1"))
    settings = {
        "chain": "31337",
        "agreement": own_town.agreement,
        "oracle": own_town.contracts["SLAOracle"],
        "equity": own_town.contracts["WorkerEquity"],
        "payroll": own_town.payroll,
        "relayer": "http://127.0.0.1:1",
    }
    for path in ("/", own_town.page_of(), f"{own_town.page_of()}/evidence", "/new", "/proposal", "/tenders"):
        text = httpx.get(url + path).text
        body = text[text.index("<body") : text.index(">", text.index("<body"))]
        for name, value in settings.items():
            assert f'data-{name}="{value}"' in body, path


def test_an_agreement_that_is_not_there__costs_the_node_nothing(own_town, pages_of):
    own_town.open()
    own_town.documents.clear()
    with PoorNode(own_town.url) as poor:
        poor.before = lambda *_: None
        url = pages_of(own_town.site(poor.url, following=Follower))
        httpx.get(url, timeout=60)  # the list, which is read ahead
        before = poor.asked["eth_getLogs"], poor.asked["eth_call"]
        answer = httpx.get(f"{url}/agreement/0x{'12' * 32}")
        assert answer.status_code == 404
        assert "No agreement 0x" + "12" * 32 in text_of(answer)
        assert "<nav" in answer.text
        assert 'id="wallet"' in answer.text
        assert (poor.asked["eth_getLogs"], poor.asked["eth_call"]) == before


def test_a_document_that_nobody_has__is_asked_for_and_found_once_it_is_given(own_town, pages_of):
    document = own_town.open()
    own_town.documents.clear()
    site = own_town.site()
    url, page = pages_of(site), own_town.page_of(document)
    answer = httpx.get(url + page)
    assert answer.status_code == 404
    assert "nobody has published the document that it goes by" in text_of(answer)
    with pytest.raises(DocumentMissing):
        site.follower.snapshot(own_town.id(document))
    site.follower.documents.add(document)
    assert document.title in httpx.get(url + page).text


@pytest.mark.threat("T68")
def test_a_node_that_leaves_a_log_out__is_said_in_red(own_town, pages_of):
    own_town.open()
    own_town.send(*own_town.act("contractor", "submit", 0, b"\x21" * 32))
    submitted = "0x" + keccak(text="Submitted(bytes32,uint256,bytes32)").hex()

    def without(method, _, found):
        return [each for each in found if each["topics"][0] != submitted] if method == "eth_getLogs" else found

    with PoorNode(own_town.url) as poor:
        poor.edit = without
        answer = httpx.get(pages_of(own_town.site(poor.url, "poor")) + own_town.page_of())
    assert answer.status_code == 502
    assert '<p class="notice bad">' in answer.text
    assert "the node leaves logs out or has edited them" in text_of(answer)


def test_a_silent_node__is_said_without_its_address_and_pages_stay(own_town, pages_of, capfd):
    own_town.open()
    with PoorNode(own_town.url) as poor:
        site = own_town.site(f"{poor.url}/{SECRET}", "silent", following=Follower)
        url, page = pages_of(site), own_town.page_of()
        shown = httpx.get(f"{url}{page}?part")
        other = own_town.open(salt=2)
        site.follower.documents.add(other)
        site.follower.look()
        poor.before = hung_up
        stayed = httpx.get(f"{url}{page}?part", timeout=60)
        assert (stayed.status_code, stayed.text) == (200, shown.text)
        silent = httpx.get(url + own_town.page_of(other), headers={"Accept": "text/html"}, timeout=60)
        assert silent.status_code == 503
        assert "Nothing can be read from the chain now." in text_of(silent)
        asked = {"Accept": "application/json"}
        told = httpx.get(url + own_town.page_of(other), headers=asked, timeout=60).json()
        assert told["error"].startswith("Nothing can be read from the chain now.")
    said = capfd.readouterr()
    for text in (silent.text, str(told), said.out, said.err):
        assert SECRET not in text
        assert "Traceback" not in text


def test_a_server_whose_node_was_never_there__says_so_and_finds_it_later(own_town):
    own_town.open()
    with PoorNode(own_town.url) as poor:
        site = own_town.site(poor.url, following=Follower)
        poor.lacks = {"eth_getBlockByNumber"}
        with served(site) as url:
            assert httpx.get(url + own_town.page_of()).status_code == 503
            poor.lacks = set()
            site.follower.look()
            assert httpx.get(url + own_town.page_of()).status_code == 200


def test_what_nobody_thought_of__is_a_page_without_a_traceback(own_town, pages_of, monkeypatch):
    own_town.open()
    site = own_town.site()
    url = pages_of(site)

    def broken(_: bytes) -> None:
        raise ZeroDivisionError("/secret/path")

    monkeypatch.setattr(site.follower, "snapshot", broken)
    answer = httpx.get(url + own_town.page_of())
    assert answer.status_code == 500
    assert "This is a mistake of the server, not yours." in text_of(answer)
    assert "ZeroDivisionError" not in answer.text
    assert "/secret" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_port_that_is_taken__is_said_by_name():
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NotListening, match=rf"127\.0\.0\.1 port {port}: .*Name another \(--port\)"):
            listening("127.0.0.1", port)


def test_files__are_kept_whole_and_there_after_a_new_start(own_town, tmp_path):
    document = own_town.open()
    folder = tmp_path / "documents"
    kept = Documents(31337, own_town.agreement, folder=folder)
    id_ = kept.keep(document)
    assert id_ == own_town.id(document)
    assert [each.name for each in folder.iterdir()] == [f"{id_.hex()}.yaml"]
    assert loads((folder / f"{id_.hex()}.yaml").read_text()) == document
    (folder / f"{'12' * 32}.yaml").write_text(document.to_yaml())
    (folder / "damaged.yaml").write_bytes(b"\xff\xfe{")
    again = Documents(31337, own_town.agreement, folder=folder)
    assert again.of(id_) == [document]
    assert again.passed_over == [f"{'12' * 32}.yaml", "damaged.yaml"]
    assert Documents(31337, own_town.payroll, folder=folder).passed_over == sorted(
        each.name for each in folder.iterdir()
    )


def test_files__are_kept_no_more_than_there_is_room_for(own_town, tmp_path, monkeypatch):
    document = own_town.open()
    with pytest.raises(NotKept, match="This server keeps no files"):
        Documents(31337, own_town.agreement).keep(document)
    full = Documents(31337, own_town.agreement, folder=tmp_path / "kept")
    full.keep(document)
    monkeypatch.setattr("workpact.web.documents.MOST", 1)
    with pytest.raises(NotKept, match="This server keeps 1 files"):
        full.keep(own_town.open(salt=2))
    assert [each.stem for each in (tmp_path / "kept").iterdir()] == [own_town.id(document).hex()]
    full.keep(document)
    monkeypatch.setattr("workpact.web.documents.MOST", 2)
    monkeypatch.setattr("workpact.web.documents.SIZE", 100)
    with pytest.raises(NotKept, match="100 are taken"):
        full.keep(own_town.documents[1])


def test_streams__are_bounded_in_all_and_of_one_address(monkeypatch):
    async def opened() -> None:
        monkeypatch.setattr("workpact.web.feed.MOST", 3)
        monkeypatch.setattr("workpact.web.feed.MOST_OF_PEER", 2)
        feed = Feed()
        first = feed.open("a")
        feed.open("a")
        with pytest.raises(TooMany):
            feed.open("a")
        feed.open("b")
        with pytest.raises(TooMany):
            feed.open("c")
        feed.close(first)
        feed.open("c")
        assert len(feed) == 3

    with ThreadPoolExecutor(1) as other:  # Playwright's loop runs in this thread
        other.submit(asyncio.run, opened()).result()


def test_a_chain_that_goes_back__is_followed_back(own_town, pages_of):
    own_town.open()
    url, page = pages_of(own_town.site()), own_town.page_of()
    kept = ask(own_town.url, "evm_snapshot")
    before = httpx.get(f"{url}{page}?part")
    own_town.send(*own_town.act("contractor", "submit", 0, b"\x21" * 32))
    after = httpx.get(f"{url}{page}?part")
    assert after.headers["workpact-block"] > before.headers["workpact-block"]
    assert after.text != before.text
    ask(own_town.url, "evm_revert", kept)
    back = httpx.get(f"{url}{page}?part")
    assert (back.headers["workpact-block"], back.text) == (before.headers["workpact-block"], before.text)
    own_town.send(*own_town.act("contractor", "submit", 0, b"\x22" * 32))
    fresh = httpx.get(pages_of(own_town.site(name="fresh")) + page + "?part")
    assert httpx.get(f"{url}{page}?part").text == fresh.text


def test_pages_of_one_process_and_another__share_an_index(own_town, pages_of):
    own_town.open()
    first, second = own_town.site(), own_town.site()
    urls = [pages_of(each) for each in (first, second)]
    for number in range(3):
        own_town.send(*own_town.act("client", "fund", 3_000_000_000 + number))
        parts = [httpx.get(url + own_town.page_of() + "?part").text for url in urls]
        assert parts[0] == parts[1]
    assert isinstance(first.follower, Prompt)
