"""Actors by role, tokens, and the contracts on Ape's local Anvil.

Test modules name what they need: a test that names no fixture of a chain needs none. What is deployed is a test's own:
what Ape deploys for a session can be gone from its chain when files run in another order. Ape tells fixtures by name
alone: a name that is a module's or a session's in one file, and a test's in another, leaves the chain as it was used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from tests.support import compile_contract, free_port

# Nodes in tests are this machine's: no request may look for a proxy, of which there are ten thousand.
os.environ["NO_PROXY"] = "127.0.0.1,localhost"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_finish() -> Iterator[None]:
    """Ape starts its Anvil here, at a port that it draws, and fails if that is taken, as where connections are many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APE_FOUNDRY_HOST", f"http://127.0.0.1:{free_port()}")
        yield


@pytest.fixture(scope="module")
def module_folders(tmp_path_factory) -> Iterator[None]:
    """Journals and records are the module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKPACT_DATA", str(tmp_path_factory.mktemp("data")))
        patch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path_factory.mktemp("deployments")))
        yield


@pytest.fixture(scope="session")
def client(accounts):
    return accounts[0]


@pytest.fixture(scope="session")
def contractor(accounts):
    return accounts[1]


@pytest.fixture(scope="session")
def worker(accounts):
    return accounts[2]


@pytest.fixture(scope="session")
def arbiter(accounts):
    return accounts[3]


@pytest.fixture(scope="session")
def backup(accounts):
    return accounts[4]


@pytest.fixture(scope="session")
def client_operator(accounts):
    return accounts[5]


@pytest.fixture(scope="session")
def contractor_operator(accounts):
    return accounts[6]


@pytest.fixture(scope="session")
def carrier(accounts):
    """Carries what others signed; no party to anything."""
    return accounts[7]


@pytest.fixture(scope="session")
def stranger(accounts):
    return accounts[8]


@pytest.fixture(scope="session")
def deployer(accounts):
    return accounts[9]


@pytest.fixture(scope="session")
def client_reporters(accounts):
    """Three keys that sign reports for the client, in rising order of address; they hold no ETH."""
    return _reporters(accounts, 3)


@pytest.fixture(scope="session")
def contractor_reporters(accounts, client_reporters):  # noqa: ARG001 - generated after the client's
    """Three keys that sign reports for the contractor, in rising order of address; they hold no ETH."""
    return _reporters(accounts, 3)


def _reporters(accounts: Any, count: int) -> list[Any]:
    return sorted((accounts.generate_test_account() for _ in range(count)), key=lambda key: int(key.address, 16))


@pytest.fixture(scope="session")
def compiled() -> Callable[..., Any]:
    """A contract of contracts/ by name, as forge compiles it now; another test compares Ape's full compile."""
    return cache(compile_contract)


@pytest.fixture(scope="session")
def deploy(compiled, deployer) -> Callable[..., Any]:
    """Deploys a contract of contracts/ by name, with its constructor's arguments."""

    def deploy(name: str, *arguments: Any) -> Any:
        return deployer.deploy(compiled(name), *arguments)

    return deploy


@pytest.fixture(scope="session")
def create_token(deploy) -> Callable[..., Any]:
    """A factory of plain OpenZeppelin tokens with permit, which anyone mints."""

    def create(name: str = "Test Dollar", symbol: str = "TUSD", decimals: int = 18) -> Any:
        return deploy("TokenMock", name, symbol, decimals)

    return create


@pytest.fixture
def token(create_token):
    """A token of 18 decimals."""
    return create_token()


@pytest.fixture
def dollar(create_token):
    """A token of 6 decimals, as the large dollar tokens are."""
    return create_token("Six Dollar", "USD6", 6)
