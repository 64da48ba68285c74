"""An agreement on Ape's local Anvil, driven through the SDK alone."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.sdk import paper
from tests.sdk.contest import Desk
from workpact.agreement import Agreement
from workpact.service_levels import ServiceLevels
from workpact.terms import AgreementDocument

UNIT = 10**6


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Journals, salts and records of a test are its own."""
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))


@pytest.fixture
def contract(deploy):
    return deploy("Agreement")


@pytest.fixture
def oracle(deploy):
    return deploy("SLAOracle")


@pytest.fixture(scope="session")
def roles(
    client, contractor, arbiter, backup, client_operator, contractor_operator, client_reporters, contractor_reporters
) -> dict[str, Any]:
    """Who is who in the file."""
    return {
        "client": client,
        "contractor": contractor,
        "arbiter": arbiter,
        "backup": backup,
        "client-operator": client_operator,
        "contractor-operator": contractor_operator,
        "client-reporter": client_reporters[0],
        "contractor-reporter": contractor_reporters[0],
    }


@pytest.fixture
def create_document(chain, roles, dollar, oracle) -> Callable[..., AgreementDocument]:
    """The file with edits, and other addresses for its names."""

    def create(*edits: tuple[str, str], salt: int = 1, **names: Any) -> AgreementDocument:
        named = roles | {"TUSD": dollar, "SLAOracle": oracle} | names
        return paper.document(chain.blocks.head.timestamp, named, *edits, salt=salt)

    return create


@pytest.fixture
def agreement(create_document, contract) -> Agreement:
    """Signed by nobody yet."""
    return Agreement(create_document(), contract)


@pytest.fixture
def funded(agreement, client, dollar) -> SimpleNamespace:
    """The client has the deposit and has approved it."""
    dollar.mint(client, 10_000 * UNIT, sender=client)
    agreement.approve(3_000 * UNIT, sender=client)
    return SimpleNamespace(agreement=agreement, balance=dollar.balanceOf(client))


@pytest.fixture
def live(funded, client, contractor) -> Agreement:
    """Opened by the client with the contractor's signature."""
    agreement = funded.agreement
    agreement.open(contractor_signature=agreement.sign(contractor), sender=client)
    return agreement


@pytest.fixture(scope="session")
def deploy_mock(compiled, deployer) -> Callable[..., Any]:
    """Deploys a contract of a file of mocks that holds several."""

    def deploy(file: str, name: str, *arguments: Any) -> Any:
        return deployer.deploy(compiled(name, file), *arguments)

    return deploy


@pytest.fixture
def desk(live, roles, carrier, chain) -> Desk:
    levels = ServiceLevels.of(live)
    chain.mine(1, timestamp=live.document.periods[0].end + 1)
    return Desk(levels, roles, carrier, chain)
