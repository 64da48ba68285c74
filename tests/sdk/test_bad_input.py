"""What can be missing or wrong on a chain is named before anything is sent, with what to do about it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from eth_abi.abi import decode

from tests.sdk.conftest import UNIT
from workpact.agreement import Agreement, BadArgument, TooLittleAllowance, TooLittleBalance
from workpact.chain import deployments
from workpact.chain.errors import ContractError
from workpact.permits import LAYOUT, permit
from workpact.preflight import OtherToken


@pytest.fixture
def record(contract, chain):
    """Records the Agreement contract for the chain, with what is changed."""

    def write(**changes):
        from eth_utils import to_hex
        from eth_utils.crypto import keccak

        code = bytes(chain.provider.get_code(contract.address))
        entry = {
            "address": contract.address,
            "arguments": {},
            "salt": "0x" + "00" * 32,
            "init_code_hash": "0x" + "00" * 32,
            "runtime_code_hash": to_hex(keccak(code)),
            "compiler": {},
            "transaction": None,
            "block": None,
            "deployer": None,
        }
        file = deployments.path(chain.chain_id)
        file.parent.mkdir(exist_ok=True)
        content = {"chainId": chain.chain_id, "genesis": "0x00", "contracts": {"Agreement": entry | changes}}
        file.write_text(json.dumps(content))

    return write


def test_deployed__recorded_code__found(record, agreement, contract):
    record()
    assert Agreement.deployed(agreement.document) == agreement
    assert Agreement.deployed(agreement.document).contract.address == contract.address


def test_deployed__nothing_recorded__says_deploy(agreement):
    with pytest.raises(deployments.NotDeployed, match=r"records no Agreement\. Deploy it: ape run deploy"):
        Agreement.deployed(agreement.document)


def test_deployed__code_missing__named(record, agreement, stranger):
    record(address=stranger.address)
    with pytest.raises(deployments.ContractMissing, match=f"No code at {stranger.address} on chain 31337"):
        Agreement.deployed(agreement.document)


def test_send__code_missing__named_before_sending(create_document, contract, chain, client, stranger):
    elsewhere = Agreement(create_document(), type(contract)(stranger.address, contract.contract_type))
    height = chain.blocks.height
    with pytest.raises(deployments.ContractMissing, match=f"no contract at {stranger.address} on chain 31337"):
        elsewhere.withdraw_bid(sender=client)
    assert chain.blocks.height == height


def test_send__other_code_than_recorded__nothing_sent(record, agreement, chain, client):
    record(runtime_code_hash="0x" + "11" * 32)
    height = chain.blocks.height
    with pytest.raises(deployments.ContractDiffers, match="is not the Agreement"):
        agreement.withdraw_bid(sender=client)
    assert chain.blocks.height == height


def test_send__node_of_another_chain__refused(agreement, chain, client, monkeypatch):
    network = type(chain.provider.network)
    monkeypatch.setattr(network, "chain_id", property(lambda self: 1))  # noqa: ARG005
    with pytest.raises(deployments.WrongChain, match=r"The node answers for chain 31337, not 1\. Check --network"):
        agreement.withdraw_bid(sender=client)


def test_open__too_little_balance__says_how_much_is_missing(agreement, dollar, chain, client, contractor):
    dollar.mint(client, 2_999 * UNIT, sender=client)
    height = chain.blocks.height
    with pytest.raises(TooLittleBalance, match=r"is to pay 3,000 TUSD and has 2,999 TUSD: 1 TUSD are missing") as error:
        agreement.open(contractor_signature=agreement.sign(contractor), sender=client)
    assert error.value.missing == UNIT
    assert chain.blocks.height == height


def test_open__too_little_allowance__says_which_command_grants_it(agreement, dollar, chain, client, contractor):
    dollar.mint(client, 3_000 * UNIT, sender=client)
    agreement.approve("0.5 TUSD", sender=client)
    height = chain.blocks.height
    with pytest.raises(TooLittleAllowance) as error:
        agreement.open(contractor_signature=agreement.sign(contractor), sender=client)
    assert error.value.missing == 2_999_500_000
    assert '2,999.50 TUSD are missing. Grant it: ape run agreement approve FILE "3,000 TUSD"' in str(error.value)
    assert chain.blocks.height == height


VOID = r"3,000 TUSD are missing \(the permit was used, is past its deadline, or is not for this\)\. Grant it: ape run"


@pytest.mark.parametrize("fault", ["used", "late", "spender", "owner", "garbage"])
def test_open__permit_that_does_not_count__named_before_sending(
    agreement, dollar, chain, client, contractor, stranger, fault
):
    dollar.mint(client, 3_000 * UNIT, sender=client)
    deadline = chain.blocks.head.timestamp + 86_400
    owner = contractor if fault == "owner" else client
    spender = stranger.address if fault == "spender" else agreement.contract.address
    made = permit(dollar, owner, spender, 3_000 * UNIT, deadline, chain.chain_id)
    if fault == "used":
        dollar.permit(client, spender, *decode(LAYOUT, made), sender=stranger)
        dollar.approve(spender, 0, sender=client)
    elif fault == "late":
        chain.mine(deltatime=86_401)
    elif fault == "garbage":
        made = made[:40]
    height = chain.blocks.height

    with pytest.raises(TooLittleAllowance, match=VOID) as error:
        agreement.open(agreement.sign(client), agreement.sign(contractor), made, sender=stranger)

    assert error.value.missing == 3_000 * UNIT
    assert chain.blocks.height == height


def test_open__permit_for_less__takes_the_place_of_the_allowance(agreement, dollar, chain, client, contractor):
    dollar.mint(client, 3_000 * UNIT, sender=client)
    agreement.approve(3_000 * UNIT, sender=client)
    less = agreement.permit(client, "2,000 TUSD")
    height = chain.blocks.height

    with pytest.raises(TooLittleAllowance, match=r"allows 2,000 TUSD: 1,000 TUSD are missing\. Grant it"):
        agreement.open(agreement.sign(client), agreement.sign(contractor), less, sender=client)

    assert chain.blocks.height == height


def test_fund__too_little__names_the_difference_alone(live, client, contractor):
    with pytest.raises(TooLittleAllowance) as error:
        live.fund("3,400 TUSD", sender=client)
    assert error.value.missing == 400 * UNIT
    with pytest.raises(TooLittleBalance) as missing:
        live.fund("3,400 TUSD", sender=contractor)
    assert missing.value.missing == 400 * UNIT
    assert live.held_units == 3_000 * UNIT


def test_open__token_that_takes_a_fee__decoded(create_document, contract, deploy, client, contractor):
    token = deploy("HostileTokenMock")
    token.setFee(10_000, sender=client)
    document = create_document(("decimals: 6", "decimals: 18"), TUSD=token)
    agreement = Agreement(document, contract)
    deposit = 3_000 * 10**18
    token.mint(client, 2 * deposit, sender=client)
    agreement.approve(deposit, sender=client)

    with pytest.raises(ContractError) as refusal:
        agreement.open(contractor_signature=agreement.sign(contractor), sender=client)

    assert refusal.value.name == "Escrow_TokenMovedOtherAmount"
    assert refusal.value.arguments == {"token": token.address, "asked": deposit, "moved": deposit * 99 // 100}
    assert refusal.value.advice


def test_open__other_decimals_than_the_document_says__refused(create_document, contract, token, client, contractor):
    agreement = Agreement(create_document(TUSD=token), contract)
    with pytest.raises(OtherToken, match="has 18 decimals, the document says 6"):
        agreement.open(contractor_signature=agreement.sign(contractor), sender=client)


@pytest.mark.parametrize(
    ("amount", "units"),
    [(5, 5), (Decimal("5"), 5 * UNIT), (Decimal("0.000001"), 1), ("1,000.50 TUSD", 1_000_500_000)],
)
def test_units__read_exactly(agreement, amount, units):
    assert agreement.units(amount) == units


@pytest.mark.parametrize("amount", [Decimal("0.0000001"), "5", "5 USDC", "five TUSD", True, Decimal("-1"), 1.5])
def test_units__everything_else__refused_with_what_to_write(agreement, amount):
    with pytest.raises(BadArgument, match=r"TUSD|decimals"):
        agreement.units(amount)


def test_milestones_and_periods__unknown__names_those_there_are(agreement, client):
    with pytest.raises(BadArgument, match="no milestone 'plam': the document has plan, build, report"):
        agreement.accept("plam", sender=client)
    with pytest.raises(BadArgument, match="no milestone 3: the document has plan"):
        agreement.milestone(3)
    with pytest.raises(BadArgument, match="no period 'third': the document has first, second"):
        agreement.settle("third", sender=client)
