"""A deployment on an Anvil of its own, and changes of it, its record, its parameters and the package's files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from web3 import HTTPProvider, Web3

from tests.anvil import GAS, POLL, anvil
from tests.support import ROOT
from workpact.chain import contracts, deploying, errors, release, verifying
from workpact.chain.deploying import Parameters

DEFAULT = ROOT / "params" / "default.yaml"
CACHES = (
    *(contracts.names, contracts.artefact, contracts.contract_type, errors._errors),
    *(release.names, release.release),
)
Fields = set[tuple[str, str]]


class Place:
    """The set on one chain, as `deploying` records it; `verify` says which fields differ, by contract."""

    def __init__(self, url: str, folder: Path) -> None:
        self.web3 = Web3(HTTPProvider(url, request_kwargs={"timeout": 60}))
        self.network = SimpleNamespace(chain_id=self.web3.eth.chain_id)
        self.folder = folder
        self.parameters = deploying.load(DEFAULT)
        self.planned = {each.name: each for each in deploying.plan(self.parameters)}
        for each in self.planned.values():
            deploying.deploy(each, self, self)  # type: ignore[arg-type]

    @property
    def chain_id(self) -> int:
        return int(self.web3.eth.chain_id)

    @property
    def record(self) -> Path:
        return self.folder / f"{self.chain_id}.json"

    def make_request(self, method: str, parameters: list[Any]) -> Any:
        answer = self.web3.provider.make_request(method, parameters)  # type: ignore[arg-type]
        assert "error" not in answer, answer
        return answer["result"]

    def get_code(self, address: str) -> bytes:
        return bytes(self.web3.eth.get_code(address))  # type: ignore[arg-type]

    def past(self, intent: str) -> None:  # noqa: ARG002 - as a Sender that has sent nothing before
        return None

    def send(self, receiver: str, data: bytes, intent: str) -> Any:  # noqa: ARG002
        """As a `Sender` sends."""
        sent = self.web3.eth.send_transaction(
            {"from": self.web3.eth.accounts[0], "to": receiver, "data": data, "gas": GAS}  # type: ignore[typeddict-item]
        )
        made = self.web3.eth.wait_for_transaction_receipt(sent, poll_latency=POLL)
        return SimpleNamespace(txn_hash="0x" + bytes(sent).hex(), block_number=made["blockNumber"], sender=made["from"])

    def verify(self, parameters: Parameters | None = None) -> Fields:
        done = verifying.verify(self, parameters or self.parameters)
        assert all(each.advice and each.recorded != each.found for each in done.differences)
        return {(each.contract, each.field) for each in done.differences}

    def address(self, name: str) -> str:
        """Of a contract, or of the factory that the worker equity made."""
        if name == verifying.FACTORY:
            return verifying.made_by(self.planned["WorkerEquity"].address)
        return self.planned[name].address

    @contextmanager
    def code(self, name: str, change: Callable[[bytes], bytes]) -> Iterator[None]:
        """Other code at a contract's address, until the block ends."""
        before = self.get_code(self.address(name))
        self.make_request("anvil_setCode", [self.address(name), "0x" + change(before).hex()])
        try:
            yield
        finally:
            self.make_request("anvil_setCode", [self.address(name), "0x" + before.hex()])

    @contextmanager
    def recorded(self, change: Callable[[dict[str, Any]], Any]) -> Iterator[None]:
        """Another record, until the block ends."""
        before = self.record.read_text()
        content = json.loads(before)
        change(content)
        self.record.write_text(json.dumps(content))
        try:
            yield
        finally:
            self.record.write_text(before)

    @contextmanager
    def shipped(self, kind: Any, name: str, change: Callable[[dict[str, Any]], Any]) -> Iterator[None]:
        """Another file of the package (`kind` is `contracts` or `release`), until the block ends."""
        with pytest.MonkeyPatch.context() as patch:
            copy = self.folder / "package"
            shutil.copytree(kind.FOLDER, copy)
            patch.setattr(kind, "FOLDER", copy)
            file = copy / f"{name}.json"
            content = json.loads(file.read_text())
            change(content)
            file.write_text(json.dumps(content))
            _forget()
            try:
                yield
            finally:
                shutil.rmtree(copy)
                _forget()


@dataclass(frozen=True)
class Seed:
    """One change, and the fields that must be named for it: no more and no less."""

    name: str
    act: Callable[[Place], Any]
    fields: Fields


@contextmanager
def place(folder: Path, chain_id: int = 31337) -> Iterator[Place]:
    """The set on a fresh chain with this id."""
    with ExitStack() as stack:
        url = stack.enter_context(anvil("--chain-id", str(chain_id), "--timestamp", str(1_700_000_000 + chain_id)))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        folder.mkdir(exist_ok=True)
        patch.setenv("WORKPACT_DEPLOYMENTS", str(folder))
        yield Place(url, folder)


def flipped(at: int, bit: int = 0) -> Callable[[bytes], bytes]:
    """The code with one bit other."""

    def change(code: bytes) -> bytes:
        changed = bytearray(code)
        changed[at] ^= 1 << bit
        return bytes(changed)

    return change


def _forget() -> None:
    for cache in CACHES:
        cache.cache_clear()
