"""Signatures by tools and accounts of all kinds open an agreement; others are named before anything is sent (2.6)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from ape_accounts import KeyfileAccount
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak

from tests.sdk.conftest import UNIT
from tests.support import ROOT
from workpact.agreement import Agreement, Expired, ForeignSignature, SignatureMissing, Status
from workpact.chain.errors import ContractError
from workpact.signing import digest, hashes, normalised, recovered

KEY = "0x" + f"{0xB0B:064x}"
ADDRESS = Account.from_key(KEY).address


def by_sdk(agreement: Agreement) -> bytes:
    return agreement.sign(Account.from_key(KEY))


def by_cast(agreement: Agreement) -> bytes:
    text = json.dumps(agreement.typed_data())
    command = ["cast", "wallet", "sign", "--private-key", KEY, "--data", text]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return bytes.fromhex(done.stdout.strip()[2:])


def by_viem(agreement: Agreement) -> bytes:
    script = str(Path(__file__).with_name("sign_typed_data.mjs").relative_to(ROOT))
    text = json.dumps(agreement.typed_data())
    done = subprocess.run(["node", script, KEY], input=text, capture_output=True, text=True, check=True, cwd=ROOT)
    return bytes.fromhex(done.stdout[2:])


def by_keystore(agreement: Agreement) -> bytes:
    folder = Path(mkdtemp())
    path = folder / "contractor.json"
    path.write_text(json.dumps(Account.encrypt(KEY, "secret", kdf="pbkdf2", iterations=1)))
    account = KeyfileAccount(keyfile_path=path)
    account.set_autosign(True, passphrase="secret")
    return agreement.sign(account)


@pytest.fixture
def bid(create_document, contract, client, dollar) -> Agreement:
    """With a contractor whose key every tool has; the client has approved the deposit."""
    agreement = Agreement(create_document(contractor=ADDRESS), contract)
    dollar.mint(client, 10_000 * UNIT, sender=client)
    agreement.approve("3,000 TUSD", sender=client)
    return agreement


@pytest.mark.threat("T28")
@pytest.mark.parametrize("tool", [by_sdk, by_cast, by_viem, by_keystore])
def test_open__signed_by_any_tool__same_digest_and_open(bid, client, tool):
    signature = tool(bid)

    assert recovered(bid.id, signature) == ADDRESS
    assert signature == by_sdk(bid)
    assert bid.signer_of(signature) == "contractor"
    bid.open(contractor_signature=signature, sender=client)
    assert bid.status is Status.LIVE


def test_digest__eth_account_and_contract_and_own_encoder__agree(bid):
    signed = encode_typed_data(full_message=bid.typed_data())
    assert digest(bid.typed_data()) == keccak(b"\x19" + signed.version + signed.header + signed.body) == bid.id
    assert hashes(bid.typed_data()) == (signed.header, signed.body)


def test_open__erc1271_wallet__asked_for_its_approval(create_document, contract, deploy_mock, dollar, client, stranger):
    wallet = deploy_mock("AccountMocks", "WalletMock")
    agreement = Agreement(create_document(contractor=wallet), contract)
    dollar.mint(client, 3_000 * UNIT, sender=client)
    agreement.approve("3,000 TUSD", sender=client)

    with pytest.raises(ForeignSignature, match=f"is not the contractor's, {wallet.address}"):
        agreement.open(contractor_signature=b"\x01", sender=client)
    wallet.approve(agreement.id, sender=stranger)
    assert agreement.signer_of(b"\x01") == "contractor"
    agreement.open(contractor_signature=b"\x01", sender=client)

    assert agreement.status is Status.LIVE


@pytest.mark.parametrize("code", ["AccountMock", "WalletMock"])
def test_open__account_with_delegated_code__its_key_still_signs(bid, chain, client, deploy_mock, code):
    """EIP-7702, with and without ERC-1271 in the code: the key comes first."""
    delegate(chain, client, deploy_mock("AccountMocks", code).address)
    assert bytes(chain.provider.get_code(ADDRESS)).startswith(bytes.fromhex("ef0100"))

    bid.open(contractor_signature=by_sdk(bid), sender=client)

    assert bid.status is Status.LIVE


def test_open__delegated_code_with_erc1271__its_word_counts_too(bid, chain, client, deploy_mock):
    delegate(chain, client, deploy_mock("AccountMocks", "WalletMock").address)
    wallet = deploy_mock("AccountMocks", "WalletMock")
    data = wallet.approve.encode_input(bid.id)
    client.transfer(ADDRESS, 0, data=data)

    bid.open(contractor_signature=b"as approved", sender=client)

    assert bid.status is Status.LIVE


def delegate(chain: Any, payer: Any, code: str) -> None:
    """Puts code on the contractor's account, carried by the contractor itself."""
    payer.transfer(ADDRESS, 10**18)
    web3 = chain.provider.web3
    nonce = web3.eth.get_transaction_count(ADDRESS)
    authorization = {"chainId": chain.chain_id, "address": code, "nonce": nonce + 1}
    transaction = {
        "type": 4,
        "chainId": chain.chain_id,
        "nonce": nonce,
        "to": payer.address,
        "value": 0,
        "gas": 200_000,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 10**9,
        "authorizationList": [Account.sign_authorization(authorization, KEY)],
    }
    signed = Account.sign_transaction(transaction, KEY)
    receipt = web3.eth.wait_for_transaction_receipt(web3.eth.send_raw_transaction(signed.raw_transaction))
    assert receipt["status"] == 1


def test_open__signed_for_another_chain_contract_or_terms__foreign_and_nothing_sent(
    bid, chain, client, create_document, contract, stranger
):
    account = Account.from_key(KEY)
    elsewhere = bid.document.typed_data(1, contract.address)
    copy = bid.document.typed_data(chain.chain_id, stranger.address)
    other = Agreement(create_document(contractor=ADDRESS, salt=2), contract)
    height = chain.blocks.height
    for typed in (elsewhere, copy, other.typed_data()):
        signature = bytes(account.sign_message(encode_typed_data(full_message=typed)).signature)
        with pytest.raises(ForeignSignature, match=r"Another file, chain or deployment was signed"):
            bid.open(contractor_signature=signature, sender=client)
        with pytest.raises(ForeignSignature, match="neither the client's"):
            bid.signer_of(signature)
    with pytest.raises(SignatureMissing, match=f"The contractor {ADDRESS} has not signed"):
        bid.open(sender=client)
    assert chain.blocks.height == height


@pytest.mark.threat("T5")
def test_open__signature_with_high_s_or_wrong_length__no_key_of_anybody(bid, client):
    good = by_sdk(bid)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    twin = good[:32] + (order - int.from_bytes(good[32:64])).to_bytes(32) + bytes([55 - good[64]])
    for bad in (twin, good[:64], good + b"\x00", bytes(65)):
        assert recovered(bid.id, bad) is None
        with pytest.raises(ForeignSignature):
            bid.open(contractor_signature=bad, sender=client)


def test_open__v_of_zero_or_one__taken_as_devices_write_it(bid):
    good = by_sdk(bid)
    assert normalised(good[:64] + bytes([good[64] - 27])) == good


def test_open__expired__named_with_the_date(bid, chain, client):
    signature = by_sdk(bid)
    chain.mine(deltatime=22 * 86_400)
    height = chain.blocks.height
    with pytest.raises(Expired, match=r"could be opened until \d{4}-\d\d-\d\d \(UTC\): agree on a later openBefore"):
        bid.open(contractor_signature=signature, sender=client)
    assert chain.blocks.height == height


def test_open__withdrawn_bid__refused_but_equal_terms_with_another_salt_open(bid, client, create_document, contract):
    bid.withdraw_bid(sender=client)
    assert bid.status is Status.WITHDRAWN
    with pytest.raises(ContractError) as refusal:
        bid.open(contractor_signature=by_sdk(bid), sender=client)
    assert refusal.value.name == "Agreement_NotOpenable"
    assert refusal.value.arguments == {"id": bid.id, "status": int(Status.WITHDRAWN)}

    renewal = Agreement(create_document(contractor=ADDRESS, salt=2), contract)
    assert renewal.id != bid.id
    renewal.open(contractor_signature=by_sdk(renewal), sender=client)
    assert renewal.status is Status.LIVE
