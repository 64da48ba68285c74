"""Papers: one form in bytes, named by its hash, signed by its author; everything else is refused (SPEC.md 15.1)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from types import SimpleNamespace

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.papers import CHAIN, REGISTRY, account, dumped, raw, request_paper, seal_paper
from tests.support import ROOT
from workpact.market.canonical import DEPTH, canonical, parse
from workpact.market.errors import BadPaper, NotVerifiable, shown
from workpact.market.paper import SIZES, Paper, content_of, id_of, is_id
from workpact.signing import digest

AUTHOR = account(1)


def profile(**body):
    return Paper.signed(AUTHOR, "profile", body or {"name": "Ada"}, CHAIN, REGISTRY)


def inner(paper: Paper, **changes) -> bytes:
    """The file with other members in the paper."""
    value = raw(paper)
    value["paper"] |= changes
    return dumped(value)


def test_bytes__canonical_json_of_the_six_members_beside_the_signature():
    paper = profile(name="Zoë", number=12, flag=True, list=(1, b"\xab"))

    says = (
        f'{{"author":"{AUTHOR.address}","body":{{"flag":true,"list":["1","0xab"],"name":"Zoë","number":"12"}},'
        f'"chainId":"31337","format":"workpact-paper-1","kind":"profile","registry":"{REGISTRY}"}}'
    ).encode()
    assert paper.signed_bytes == says
    assert paper.to_bytes() == b'{"paper":' + says + b',"signature":"0x' + paper.signature.hex().encode() + b'"}'
    assert paper.content == hashlib.sha256(says).digest()
    cid = b"\x01\x55\x12\x20" + paper.content
    assert paper.id == "b" + base64.b32encode(cid).decode().lower().rstrip("=")
    assert paper.address == f"profile/{AUTHOR.address.lower()}/{paper.id}"


def test_id__as_every_tool_of_ipfs_names_it():
    # What `ipfs add --raw-leaves --cid-version=1` says of the nine bytes "workpact\n" needs no library: the empty one's
    # is known everywhere.
    assert id_of(hashlib.sha256(b"").digest()) == "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    assert content_of("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku") == hashlib.sha256(b"").digest()


@pytest.mark.parametrize(
    "text",
    ["", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykv", "BAFKREI" + "A" * 52, "b" + "a" * 58, "../x"],
    ids=["empty", "loose last bits", "capitals", "another codec", "path"],
)
def test_id__any_other_text_is_refused(text):
    assert not is_id(text)
    with pytest.raises(BadPaper, match="is no paper's id"):
        content_of(text)


def test_signature__the_typed_data_that_any_wallet_signs():
    paper = profile()
    domain = {"name": "Workpact Market", "version": "1", "chainId": CHAIN, "verifyingContract": REGISTRY}
    types = {
        "Paper": [
            {"name": "author", "type": "address"},
            {"name": "kind", "type": "string"},
            {"name": "content", "type": "bytes32"},
        ]
    }
    message = {"author": AUTHOR.address, "kind": "profile", "content": paper.content}
    signable = encode_typed_data(domain, types, message)
    assert paper.signature == bytes(AUTHOR.sign_message(signable).signature)
    assert Account.recover_message(signable, signature=paper.signature) == AUTHOR.address


def test_read__gives_what_was_signed():
    paper = profile(name="Ada", deep=[{"a": ["b"]}])
    read = Paper.read(paper.to_bytes(), kind="profile")
    assert read == paper
    assert hash(read) == hash(paper)
    assert (read.kind, read.chain_id, read.registry, read.author) == ("profile", CHAIN, REGISTRY, AUTHOR.address)
    assert read.body == {"name": "Ada", "deep": [{"a": ["b"]}]}
    assert repr(read) == f"<Paper {paper.address}>"


def test_subject__author_request_or_origin():
    request = request_paper()
    assert request.subject == AUTHOR.address.lower()
    assert seal_paper(request).subject == request.id
    origin = "0x" + "ab" * 32
    review = Paper.signed(AUTHOR, "review", {"origin": origin}, CHAIN, REGISTRY)
    assert review.subject == "ab" * 32


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("seal", {"request": "bafk"}, "does not name its request"),
        ("bid", {}, "does not name its request"),
        ("review", {"origin": "0x" + "AB" * 32}, "does not name its origin"),
        ("order", {}, "of kind 'order': there are profile, request, seal, roll, bid, review"),
        ("profile", {"n": 1.5}, "has float in it"),
        ("profile", {"n": None}, "has NoneType in it"),
        ("profile", {"n": "\x1b[2J"}, "control or invisible character U\\+001B"),
        ("profile", {"n": "\ud800"}, "half of a character|U\\+D800"),
        ("profile", {"n": "x" * SIZES["profile"]}, "a profile has at most 65,536"),
    ],
)
def test_signed__refuses_before_anything_is_signed(kind, body, why):
    asked = []
    signer = SimpleNamespace(address=AUTHOR.address, sign_message=asked.append)
    with pytest.raises(BadPaper, match=why):
        Paper.signed(signer, kind, body, CHAIN, REGISTRY)
    assert asked == []


GOOD = profile()
DEEP = '{"paper":' + "[" * 40 + "]" * 40 + ',"signature":"0x00"}'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[]", "is no section where a paper's file goes"),
        (GOOD.to_bytes() + b"\n", "not in the one form"),
        (GOOD.to_bytes() + b"{}", "is not JSON"),
        (b" " + GOOD.to_bytes(), "not in the one form"),
        (json.dumps(raw(GOOD), sort_keys=True).encode(), "not in the one form"),
        (json.dumps(dict(reversed(raw(GOOD).items())), separators=(",", ":")).encode(), "not in the one form"),
        (GOOD.to_bytes().replace(b"Ada", b"\\u0041da"), "not in the one form"),
        (GOOD.to_bytes().replace(b'{"name"', b'{"name":"Eve","name"'), "has the key 'name' twice"),
        (GOOD.to_bytes().replace(b'"Ada"', b"NaN"), "has the number NaN"),
        (GOOD.to_bytes().replace(b'"Ada"', b"-Infinity"), "has the number -Infinity"),
        (GOOD.to_bytes().replace(b'"Ada"', b"1"), "has the number 1:"),
        (GOOD.to_bytes().replace(b'"Ada"', b"1" * 5000), "has the number 1111"),
        (GOOD.to_bytes().replace(b'"Ada"', b"1e400"), "has the number 1e400"),
        (GOOD.to_bytes().replace(b'"Ada"', b"null"), "has null in it"),
        (GOOD.to_bytes().replace(b"Ada", b'\\ud800"'), "is not JSON"),
        (GOOD.to_bytes().replace(b"Ada", b"\\ud800"), "U\\+D800"),
        (GOOD.to_bytes().replace(b"Ada", "\u202ecod".encode()), "invisible character U\\+202E"),
        (GOOD.to_bytes().replace(b"Ada", b"\\u001b[2J"), "invisible character U\\+001B"),
        (GOOD.to_bytes().replace(b"name", "na\u200bme".encode()), "invisible character U\\+200B"),
        (DEEP.encode(), "is nested more than 32 deep"),
        (b"[" * 200_000, "is nested more than 32 deep"),
        (b'{"a":' * 40_000, "is nested more than 32 deep"),
        (b"x" * (256 * 1024 + 1), "has more than 262,144 bytes"),
        (inner(GOOD, more="x"), "has 'more', which a paper does not have"),
        (inner(GOOD, format="workpact-paper-2"), "of format 'workpact-paper-2'"),
        (inner(GOOD, kind="order"), "of kind 'order'"),
        (inner(GOOD, kind=["profile"]), "of kind"),
        (inner(GOOD, body=["x"]), "body that is no section"),
        (inner(GOOD, chainId="031337"), "chainId that is no whole number"),
        (inner(GOOD, chainId="-1"), "chainId that is no whole number"),
        (inner(GOOD, chainId="١"), "chainId that is no whole number"),
        (inner(GOOD, registry=REGISTRY[:-1]), "registry that is no address"),
        (inner(GOOD, author=AUTHOR.address.lower()), "author that is no address in its checksummed form"),
        (dumped(raw(GOOD) | {"x": "y"}), "has 'x', which a paper's file does not have"),
        (dumped({"paper": raw(GOOD)["paper"]}), "has no 'signature'"),
        (dumped(raw(GOOD) | {"signature": "0x"}), "signature that is not 0x and hex digits"),
        (dumped(raw(GOOD) | {"signature": "0X" + GOOD.signature.hex()}), "signature that is not 0x"),
        (dumped(raw(GOOD) | {"signature": True}), "signature that is not 0x"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)  # fmt: skip
def test_read__says_what_is_wrong(content, why):
    with pytest.raises(BadPaper, match=why):
        Paper.read(content)


@pytest.mark.parametrize(
    "changes",
    [
        {"author": account(2).address},
        {"body": {"name": "Eve"}},
        {"chainId": "1"},
        {"registry": "0x2222222222222222222222222222222222222222"},
        {"kind": "request"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_read__nothing_signed_can_be_changed(changes):
    with pytest.raises(NotVerifiable, match="is not signed by the key of its author 0x"):
        Paper.unchecked(inner(GOOD, **changes)).require_signature(keys_only=True)


def test_read__high_s_of_the_same_signature_is_no_keys():
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    r, s, v = GOOD.signature[:32], int.from_bytes(GOOD.signature[32:64]), GOOD.signature[64]
    other = r + (order - s).to_bytes(32) + bytes([55 - v])
    with pytest.raises(NotVerifiable):
        Paper.unchecked(dumped(raw(GOOD) | {"signature": "0x" + other.hex()})).require_signature(keys_only=True)


def test_read__another_kind_than_asked():
    with pytest.raises(BadPaper, match="is a profile, where a bid belongs"):
        Paper.read(GOOD.to_bytes(), kind="bid")


def test_read__bids_alone_may_be_longer():
    request = request_paper()
    long = {"request": request.id, "file": "x" * 100_000}
    bid = Paper.signed(AUTHOR, "bid", long, CHAIN, REGISTRY)
    assert len(Paper.read(bid.to_bytes()).to_bytes()) > SIZES["request"]
    with pytest.raises(BadPaper, match="a seal has at most 65,536"):
        Paper.signed(AUTHOR, "seal", long, CHAIN, REGISTRY)


VALUES = st.recursive(
    st.text(st.characters(blacklist_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=8) | st.booleans(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text("abÄ中", max_size=3), inside, max_size=3),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_canonical__what_is_written_is_read_and_nothing_else_has_its_bytes(value):
    written = canonical(value)
    assert parse(written) == value
    assert written == dumped(value)


@pytest.mark.threat("T62")
@pytest.mark.parametrize("content", [b"[" * 262_144, b'{"a":' * 50_000, b'["' + b"[" * 260_000], ids=["[", "{", "text"])
def test_canonical__no_depth_reaches_the_parser_wherever_python_is_told_to_allow_it(content, monkeypatch):
    monkeypatch.setattr("workpact.market.canonical.json.loads", lambda *_, **__: pytest.fail("it was asked"))
    if content.startswith(b'["'):
        monkeypatch.undo()  # brackets in a text are none
    with pytest.raises(BadPaper, match=r"nested more than 32 deep|Unterminated string"):
        parse(content)


def test_canonical__the_depth_that_is_allowed_and_one_more():
    def nested(deep):
        return canonical([]) if not deep else b"[" * deep + b'"x"' + b"]" * deep

    parse(nested(DEPTH))
    with pytest.raises(BadPaper, match="nested"):
        parse(nested(DEPTH + 1))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD.to_bytes()) - 1), st.integers(1, 255))
def test_read__no_flipped_byte_reads_as_another_paper(place, flip):
    spoilt = bytearray(GOOD.to_bytes())
    spoilt[place] ^= flip
    with pytest.raises(BadPaper):
        Paper.unchecked(bytes(spoilt)).require_signature(keys_only=True)


@pytest.mark.threat("T62")
def test_shown__nothing_of_a_stranger_steers_a_terminal():
    assert shown("a\x1b[31m\u202eb\nc") == "a\\x1b[31m\\u202eb\\nc"
    assert shown("x" * 500) == "x" * 160 + "…"


DOCUMENT = (ROOT / "docs" / "market-papers.md").read_text()


def test_document__its_example_is_what_it_says():
    (example,) = re.findall(r"```json paper\n(.+?)\n```", DOCUMENT)
    paper = Paper.read(example.encode())
    assert f"`{paper.address}.json`" in DOCUMENT
    # Of the main network, for which the package signs with no key in the open.
    signature = AUTHOR.sign_message(encode_typed_data(full_message=paper.typed_data)).signature
    assert paper == Paper("profile", 1, REGISTRY, AUTHOR.address, paper.body, bytes(signature))


# Of contracts (ERC-1271)


@pytest.fixture
def wallet(deployer, compiled):
    """A contract that signs by approving."""
    return deployer.deploy(compiled("WalletMock", "AccountMocks"))


def test_read__signed_by_a_contract_that_the_connected_chain_has(wallet, deployer):
    paper = Paper("profile", CHAIN, REGISTRY, wallet.address, {"name": "Safe"}, b"\1")
    with pytest.raises(BadPaper, match=f"is not signed by its author {wallet.address}"):
        Paper.read(paper.to_bytes())
    wallet.approve(digest(paper.typed_data), sender=deployer)
    assert Paper.read(paper.to_bytes()) == paper
    with pytest.raises(NotVerifiable, match="only a node of chain 31337"):
        Paper.unchecked(paper.to_bytes()).require_signature(keys_only=True)

    elsewhere = Paper("profile", 1, REGISTRY, wallet.address, {"name": "Safe"}, b"\1")
    with pytest.raises(NotVerifiable, match="only a node of chain 1 could"):
        Paper.read(elsewhere.to_bytes())
