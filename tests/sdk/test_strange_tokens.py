"""Tokens with odd metadata, permits and allowances: named before anything is sent, never a crash (SPEC.md 17.2)."""

import json

import pytest
from eth_abi.abi import encode

from tests.sdk.conftest import UNIT
from tests.sdk.strange_tokens import allowance_slot, estrange
from workpact.agreement import TooLittleAllowance
from workpact.audit.history import Head
from workpact.audit.node import Node
from workpact.chain.errors import ContractError
from workpact.permits import NoPermit
from workpact.preflight import OtherToken
from workpact.web.asking import Chain
from workpact.web.deposits import deposit_of, token_fault

SCRIPT = "<script>alert(1)</script>\x1b[2J\u202e"
BYTES32 = b"Maker of weird".ljust(32, b"\0")
NO_DECIMALS = {
    "revert": None,
    "more than 8 bits": encode(["uint256"], [2**200]),
    "a negative number": encode(["int256"], [-6]),
}
NAMES = {
    "revert": None,
    "nothing": b"",
    "32 bytes": BYTES32,
    "a cut string": encode(["string"], ["TUSD"])[:64],
    "an endless string": encode(["uint256", "uint256"], [32, 2**255]),
    "no UTF-8": encode(["bytes"], [b"\xff\xfe"]),
    "a script": encode(["string"], [SCRIPT]),
}
PERMITS = {
    "another permit (DAI)": {"permit(address,address,uint256,uint256,uint8,bytes32,bytes32)": None},
    "takes any call (WETH)": {"nonces(address)": b"", "DOMAIN_SEPARATOR()": b""},
}


@pytest.fixture
def pages(chain, contract):
    """The chain as the pages ask it."""
    block = chain.provider.get_block("latest")
    return Chain(Node.connected(), chain.chain_id, contract.address, Head(block.number, bytes(block.hash), 0))


@pytest.mark.parametrize("answer", NO_DECIMALS.values(), ids=NO_DECIMALS)
def test_decimals__not_said__named_and_nothing_sent(agreement, dollar, chain, pages, client, answer):
    estrange(chain.provider, dollar, {"decimals()": answer})
    nonce = client.nonce

    with pytest.raises(OtherToken, match=rf"{dollar.address} does not say how many decimals it has"):
        agreement.approve(1, sender=client)

    assert client.nonce == nonce
    assert token_fault(pages, agreement.document).startswith(
        f"The token {dollar.address} does not say how many decimals it has"
    )


@pytest.mark.parametrize("decimals", [0, 24, 255])
def test_decimals__others_than_the_file_says__named(agreement, dollar, chain, pages, client, decimals):
    estrange(chain.provider, dollar, {"decimals()": encode(["uint8"], [decimals])})

    with pytest.raises(OtherToken, match=f"has {decimals} decimals, the document says 6"):
        agreement.approve(1, sender=client)

    assert f"has {decimals} decimals, the document says 6" in token_fault(pages, agreement.document)


@pytest.mark.parametrize("answer", NAMES.values(), ids=NAMES)
def test_name__odd__no_permit(agreement, dollar, chain, pages, client, answer):
    """A name counts for the permit's domain alone; nothing shows it."""
    estrange(chain.provider, dollar, {"name()": answer, "symbol()": answer})

    with pytest.raises(NoPermit, match="ape run agreement approve"):
        agreement.permit(client)

    deposit = deposit_of(pages, agreement.document, b"")
    assert deposit.permit is None
    assert "alert" not in json.dumps(deposit.to_json(agreement.document))


def test_name__reverts__money_comes_in_all_the_same(live, dollar, chain, client):
    estrange(chain.provider, dollar, {"name()": None, "symbol()": None})
    live.approve(UNIT, sender=client)
    live.fund(live.held_units + UNIT, sender=client)
    assert live.held_units == 3_001 * UNIT


def test_approve__token_that_changes_no_allowance__goes_by_zero(agreement, dollar, chain, client):
    """USDT's way against the race of two approvals."""
    spender = agreement.contract.address
    agreement.approve(5 * UNIT, sender=client)
    estrange(chain.provider, dollar, {"approve(address,uint256)": allowance_slot(client.address, spender)})
    nonce = client.nonce

    agreement.approve(7 * UNIT, sender=client)

    assert dollar.allowance(client, spender) == 7 * UNIT
    assert client.nonce == nonce + 2
    # one transaction where that is enough
    agreement.approve(0, sender=client)
    agreement.approve(3 * UNIT, sender=client)
    assert dollar.allowance(client, spender) == 3 * UNIT
    assert client.nonce == nonce + 4


def test_approve__token_that_answers_nothing__is_sent(agreement, dollar, chain, client):
    agreement.approve(5 * UNIT, sender=client)
    estrange(chain.provider, dollar, {"approve(address,uint256)": b""})
    nonce = client.nonce

    agreement.approve(7 * UNIT, sender=client)

    assert client.nonce == nonce + 1


def test_approve__refused_for_good__says_what_the_token_says(agreement, dollar, chain, client):
    estrange(chain.provider, dollar, {"approve(address,uint256)": None})

    with pytest.raises(ContractError):
        agreement.approve(7 * UNIT, sender=client)

    assert dollar.allowance(client, agreement.contract.address) == 0


@pytest.mark.threat("T7")
@pytest.mark.parametrize("answers", PERMITS.values(), ids=PERMITS)
def test_permit__that_gives_nothing__said_when_signing(agreement, dollar, chain, client, contractor, answers):
    dollar.mint(client, 10_000 * UNIT, sender=client)
    estrange(chain.provider, dollar, answers)

    with pytest.raises(NoPermit, match="ape run agreement approve"):
        agreement.permit(client)

    # one that was made elsewhere says nothing either
    junk = encode(["uint256", "uint256", "uint8", "bytes32", "bytes32"], [2**256 - 1, 2**256 - 1, 27, b"r", b"s"])
    with pytest.raises(TooLittleAllowance):
        agreement.open(contractor_signature=agreement.sign(contractor), permit=junk, sender=client)
