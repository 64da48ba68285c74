"""Deploying and the record of it, in one process: what is there, what is missing, what is another thing."""

from __future__ import annotations

import json
import os

import pytest
from eth_utils import keccak

from tests.support import compile_contract
from workpact.chain import contracts, deploying, deployments, errors
from workpact.chain.contracts import Artefact
from workpact.chain.deploying import BadParameters, NotThereYet, Parameters, ProxyMissing, StaleArtefact
from workpact.chain.deployments import ContractDiffers, ContractMissing, NotDeployed, WrongChain
from workpact.chain.sender import Sender

COIN = {"name_": "Coin", "symbol_": "COIN", "decimals_": 6}
CACHES = (contracts.names, contracts.artefact, contracts.contract_type, errors._errors)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The package's artefacts replaced by the test token's, the user's folders by empty ones."""
    made = compile_contract("TokenMock").contract_type
    artefact = Artefact(
        name="TokenMock",
        abi=[each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in made.abi],
        bytecode=str(made.deployment_bytecode.bytecode),
        compiler={"version": "0.8.37"},
        errors={},
        sources={"contracts/mocks/TokenMock.sol": "0x00"},
    )
    (tmp_path / "abi").mkdir()
    (tmp_path / "abi" / "TokenMock.json").write_text(artefact.model_dump_json())
    monkeypatch.setattr(contracts, "FOLDER", tmp_path / "abi")
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    for cache in CACHES:
        cache.cache_clear()
    yield tmp_path
    for cache in CACHES:
        cache.cache_clear()


@pytest.fixture
def planned(folder):  # noqa: ARG001
    (planned,) = deploying.plan(_parameters(COIN))
    return planned


@pytest.fixture
def deploy(chain, deployer):
    return lambda planned: deploying.deploy(planned, Sender(deployer), chain.provider)


def _parameters(arguments):
    return Parameters.model_validate({"salt": "test", "contracts": {"TokenMock": dict(arguments)}})


def test_deploy__nothing_there__recorded_whole_and_usable(chain, deploy, deployer, planned, folder):
    nonce = deployer.nonce

    made = deploy(planned)

    code = bytes(chain.provider.get_code(planned.address))
    assert json.loads((folder / "deployments" / "31337.json").read_text()) == {
        "chainId": 31337,
        "genesis": "0x" + bytes(chain.provider.web3.eth.get_block(0)["hash"]).hex(),
        "contracts": {
            "TokenMock": {
                "address": planned.address,
                "arguments": COIN,
                "salt": "0x" + keccak(text="test").hex(),
                "init_code_hash": "0x" + keccak(planned.init_code).hex(),
                "runtime_code_hash": "0x" + keccak(code).hex(),
                "compiler": {"version": "0.8.37"},
                "transaction": made.transaction,
                "block": chain.blocks.height,
                "deployer": deployer.address,
            }
        },
    }
    coin = deployments.contract("TokenMock")
    assert (coin.address, coin.name(), coin.symbol(), coin.decimals()) == (planned.address, "Coin", "COIN", 6)
    assert deployer.nonce == nonce + 1


def test_deploy__second_run__nothing_sent_and_nothing_written(deploy, deployer, planned, folder):
    first = deploy(planned)
    record = folder / "deployments" / "31337.json"
    stamp, nonce = record.stat().st_mtime_ns, deployer.nonce

    assert deploy(planned) == first
    assert (record.stat().st_mtime_ns, deployer.nonce) == (stamp, nonce)


@pytest.mark.threat("T77")
def test_deploy__deployed_by_another__recorded_without_a_transaction(deploy, deployer, stranger, planned):
    stranger.transfer(deploying.PROXY, 0, data=planned.salt + planned.init_code)
    nonce = deployer.nonce

    made = deploy(planned)

    assert (made.address, made.transaction, made.block, made.deployer) == (planned.address, None, None, None)
    assert deployer.nonce == nonce


def test_deploy__account_that_only_proposes__nothing_recorded(chain, planned, folder):
    class Proposer:
        def send(self, *_):
            return None

    with pytest.raises(NotThereYet, match="TokenMock is proposed"):
        deploying.deploy(planned, Proposer(), chain.provider)
    assert not (folder / "deployments").exists()


@pytest.mark.threat("T77")
def test_deploy__other_arguments_or_salt__another_address(planned):
    salted = Parameters.model_validate({"salt": "other", "contracts": {"TokenMock": COIN}})
    (other,) = deploying.plan(_parameters(COIN | {"decimals_": 7}))
    (elsewhere,) = deploying.plan(salted)
    assert len({planned.address, other.address, elsewhere.address}) == 3


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "TokenMock takes name_, symbol_, decimals_, the parameters name nothing."),
        (COIN | {"owner": 1}, "the parameters name name_, symbol_, decimals_, owner."),
        (COIN | {"decimals_": 256}, "TokenMock.decimals_: 256 is no uint8."),
        (COIN | {"decimals_": 6.0}, "TokenMock.decimals_: 6.0 is no uint8."),
        (COIN | {"decimals_": "6"}, "TokenMock.decimals_: '6' is no uint8."),
        (COIN | {"name_": "$Agreement"}, "TokenMock.name_: $Agreement is no contract earlier in the file."),
    ],
)
def test_plan__arguments_that_do_not_fit__refused_by_name(arguments, message):
    with pytest.raises(BadParameters) as info:
        deploying.plan(_parameters(arguments))
    assert message in str(info.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("salt: [", "is no YAML"),
        ("contracts: {}", "salt: Field required"),
        ("salt: a\ncontracts: {}\nowner: 1", "owner: Extra inputs are not permitted"),
        ("salt: a\ncontracts:\n  A: {}\n  A: {}", "duplicate key"),
    ],
)
def test_load__bad_file__refused_with_its_name(tmp_path, text, message):
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(BadParameters) as info:
        deploying.load(file)
    assert str(file) in str(info.value)
    assert message in str(info.value)


def test_check_network__no_proxy__its_advice_makes_one(chain, deploy, deployer, planned):
    chain.provider.set_code(deploying.PROXY, "0x")
    with pytest.raises(ProxyMissing) as info:
        deploying.check_network(chain.provider)
    assert f"Send 0.01 ETH to {deploying.PROXY_SIGNER}" in str(info.value)
    deployer.transfer(deploying.PROXY_SIGNER, "0.01 ETH")

    chain.provider.make_request("eth_sendRawTransactionSync", [deploying.PROXY_TRANSACTION])

    deploying.check_network(chain.provider)
    assert deploy(planned).address == planned.address


@pytest.mark.usefixtures("folder")
def test_check_sources__changed_since_compiled__refused():
    with pytest.raises(StaleArtefact, match=r"contracts/mocks/TokenMock.sol is not what TokenMock was compiled from"):
        deploying.check_sources(["TokenMock"])


@pytest.mark.usefixtures("folder")
def test_contract__never_deployed__says_so():
    with pytest.raises(NotDeployed, match="records no TokenMock"):
        deployments.contract("TokenMock")


def test_contract__no_code_there__says_so(chain, deploy, planned):
    deploy(planned)
    chain.provider.set_code(planned.address, "0x")
    with pytest.raises(ContractMissing, match=planned.address):
        deployments.contract("TokenMock")


@pytest.mark.threat("T74", "T78")
def test_contract__other_code_there__says_so(chain, deploy, planned):
    deploy(planned)
    chain.provider.set_code(planned.address, "0x00")
    with pytest.raises(ContractDiffers, match=planned.address):
        deployments.contract("TokenMock")


@pytest.mark.threat("T79")
def test_read__record_of_another_chain__refused(deploy, planned, folder):
    deploy(planned)
    os.rename(folder / "deployments" / "31337.json", folder / "deployments" / "1.json")
    with pytest.raises(WrongChain, match="records chain 31337, not 1"):
        deployments.read(1)


@pytest.mark.threat("T79")
def test_contract__node_of_another_chain__refused(chain, deploy, planned, monkeypatch):
    deploy(planned)
    monkeypatch.setattr(type(chain.provider.web3.eth), "chain_id", 5)
    with pytest.raises(WrongChain, match="answers for chain 5, not 31337"):
        deployments.contract("TokenMock")


def test_write__crash_before_the_end__old_record_whole(deploy, planned, folder, monkeypatch):
    deploy(planned)
    before = (folder / "deployments" / "31337.json").read_bytes()

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        deployments.write(31337, "0x", {})
    assert (folder / "deployments" / "31337.json").read_bytes() == before
    assert list(deployments.read(31337)) == ["TokenMock"]
