"""Every seeded change of a deployment is found and named by its field; a clean one raises no alarm (SPEC.md 17.8)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.chain import seeds
from tests.chain.seeded import place
from tests.scripts.rehearsal import SEPOLIA
from tests.support import ROOT
from workpact import consents
from workpact.chain import deploying, deployments, release, verifying
from workpact.chain.deploying import Parameters
from workpact.chain.deployments import BadRecord, NotDeployed, WrongChain

pytestmark = pytest.mark.threat("T4", "T77", "T78", "T79")
SEEDS = [*seeds.record_seeds(), *seeds.code_seeds(), *seeds.package_seeds()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("deployments")


@pytest.fixture(scope="module")
def town(folder):
    with place(folder) as made:
        yield made


@pytest.fixture(scope="module")
def sepolia(folder):
    with place(folder, SEPOLIA) as made:
        yield made


def test_verify__as_deployed__no_difference_on_two_chains(town, sepolia):
    assert (town.verify(), sepolia.verify()) == (set(), set())
    assert town.address("Agreement") == sepolia.address("Agreement")
    assert town.get_code(town.address("Agreement")) != sepolia.get_code(sepolia.address("Agreement"))


def test_verify__says_which_block_it_looked_at(town):
    done = verifying.verify(town, town.parameters)
    head = town.web3.eth.get_block("latest")
    assert (done.block, done.block_hash) == (head["number"], "0x" + head["hash"].hex())
    assert done.final == town.web3.eth.get_block("finalized")["number"]
    assert (done.chain_id, done.genesis) == (31337, "0x" + town.web3.eth.get_block(0)["hash"].hex())
    assert done.addresses == {name: each.address for name, each in town.planned.items()}


def test_seeds__enough_and_each_by_its_own_name():
    assert len({each.name for each in SEEDS}) == len(SEEDS) >= 40


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_verify__seeded_change__named_by_its_fields_and_no_others(town, seed):
    with seed.act(town):
        assert town.verify() == seed.fields


def test_verify__after_all_seeds__clean_again(town):
    assert town.verify() == set()


def test_verify__other_parameters__named(town):
    for name, parameters, fields in seeds.parameter_seeds(town.parameters):
        assert town.verify(parameters) == fields, name


def test_verify__order_that_cannot_be__refused(town):
    backwards = dict(reversed(town.parameters.contracts.items()))
    with pytest.raises(deploying.BadParameters, match=r"Payroll.workerEquity: \$WorkerEquity is no contract earlier"):
        town.verify(Parameters(salt=town.parameters.salt, contracts=backwards))


def test_verify__node_that_lies_about_its_chain__named(town, monkeypatch):
    asked = town.make_request
    monkeypatch.setattr(
        town, "make_request", lambda method, given: hex(1) if method == "eth_call" else asked(method, given)
    )
    assert town.verify() == {("chain", "chain id")}


def test_verify__chain_that_took_another_id__its_old_domain_named(tmp_path):
    """At a fork the cached domain is not used any more, the record has to say so."""
    with place(tmp_path) as forked:
        content = json.loads(forked.record.read_text())
        forked.make_request("anvil_setChainId", [31338])
        with pytest.raises(WrongChain, match="answers for chain 31338, not 31337"):
            forked.verify()
        forked.network.chain_id = content["chainId"] = 31338
        forked.record.write_text(json.dumps(content))
        fields = ("immutable _CHAIN_ID", "immutable _DOMAIN", "runtime_code_hash")
        assert forked.verify() == {("Agreement", field) for field in fields}


def test_verify__record_of_another_chain__refused_by_name(town):
    """The trap of local networks: an old file, and another chain behind the same name."""
    with town.recorded(lambda content: content.update(chainId=1)), pytest.raises(WrongChain, match="records chain 1"):
        town.verify()
    with (
        town.recorded(lambda content: content["contracts"].clear()),
        pytest.raises(NotDeployed, match="ape run deploy"),
    ):
        town.verify()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda content: content.pop("genesis"), "genesis: Field required"),
        (lambda content: content.update(chainId="31337"), "chainId: Input should be a valid integer"),
        (lambda content: content["contracts"]["Payroll"].pop("salt"), "salt: Field required"),
        (lambda content: content["contracts"]["Payroll"].update(owner="0x"), "owner: Extra inputs are not permitted"),
        (
            lambda content: content["contracts"]["Payroll"].update(block="first"),
            "block: Input should be a valid integer",
        ),
    ],
)
def test_verify__record_of_another_form__refused_by_the_field(town, change, where):
    with town.recorded(change), pytest.raises(BadRecord, match=where):
        town.verify()


def test_deploy__record_of_a_local_chain_that_is_gone__written_anew(town):
    with town.recorded(lambda content: content.update(genesis=seeds.HASH)):
        deploying.deploy(town.planned["Payroll"], town, town)
        assert list(deployments.read(31337)) == ["Payroll"]
        assert deployments.genesis(31337) == "0x" + town.web3.eth.get_block(0)["hash"].hex()


def test_deploy__record_of_another_live_chain_with_this_id__refused(sepolia):
    with sepolia.recorded(lambda content: content.update(genesis=seeds.HASH)):
        before = sepolia.record.read_text()
        with pytest.raises(WrongChain, match=rf"its first block is {seeds.HASH}, here it is 0x"):
            deploying.deploy(sepolia.planned["Payroll"], sepolia, sepolia)
        assert sepolia.record.read_text() == before


def test_domains__are_those_that_the_package_signs():
    assert set(consents.DOMAINS.values()) | {"Workpact", "Workpact SLA"} == set(release.DOMAINS.values())


@pytest.mark.parametrize("name", release.IMMUTABLES)
def test_immutables__in_the_order_of_the_sources(name):
    made = release.release(name)
    assert len(made.immutables) == len(release.IMMUTABLES[name])
    declared = [
        word
        for source in json.loads(made.metadata)["sources"]
        for word in re.findall(r"(?m)^    \w+ (?:public|private) immutable (\w+)", _source(source).read_text())
    ]
    # What follows is of contracts that it creates.
    assert tuple(declared[: len(made.immutables)]) == release.IMMUTABLES[name]


def _source(path: str) -> Path:
    return ROOT / (path if path.startswith(("contracts/", "node_modules/")) else f"node_modules/{path}")
