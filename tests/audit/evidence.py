"""Bundles of agreements on an own chain, with gaps between their events that are tied in every way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

from eth_utils.crypto import keccak

from tests.anvil import ask
from tests.audit.long_life import Life, long_life
from tests.audit.together import part, share
from tests.support import ROOT
from workpact import WorkpactError
from workpact.audit.bundle import export, opened
from workpact.audit.history import Head, History, head, verified
from workpact.audit.node import Node
from workpact.audit.reports import calls_of, reports_of
from workpact.chain.deployments import Deployment


def _load() -> ModuleType:
    spec = spec_from_file_location("verify_bundle", ROOT / "tools" / "verify_bundle.py")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    sys.modules["verify_bundle"] = made
    spec.loader.exec_module(made)
    return made


verifier = _load()
"""The verifier in one file."""


@contextmanager
def gapped(events: int) -> Iterator[Life]:
    """An agreement of some events in a row, files shared, three more with small and large gaps between, and its end."""
    with long_life(events) as life:
        share(life)
        for gap in (2, 3, 40):
            ask(life.url, "anvil_mine", hex(gap))
            life.fund(1)
        part(life)
        life.mine()
        yield life


def deployments(life: Life) -> list[Deployment]:
    """As `ape run deploy` records them."""
    return [
        Deployment(
            name=each.name,
            address=each.address,
            arguments=each.arguments,
            salt="0x" + each.salt.hex(),
            init_code_hash="0x" + keccak(each.init_code).hex(),
            runtime_code_hash="0x" + "00" * 32,
            compiler={},
            transaction=None,
            block=None,
            deployer=None,
        )
        for each in life.planned.values()
    ]


@dataclass(frozen=True)
class Made:
    """A bundle, and the history that it was made of."""

    content: bytes
    history: History

    @property
    def hash(self) -> bytes:
        return self.history.head.hash

    @property
    def head(self) -> Head:
        return self.history.head


def bundle(
    life: Life, block: int | str = "latest", document: Any = None, node: Node | None = None, **wanted: Any
) -> Made:
    """Of an agreement of a life at a block."""
    node = node or life.node
    at = head(node, block)
    history = verified(node, life.subject(document, at.number), at)
    if wanted.pop("reports", False):
        oracle = [each for each in history.entries if each.contract == "SLAOracle"]
        wanted["reports"] = reports_of(oracle, calls_of(node, oracle))
    return Made(export(node, history, deployments=deployments(life), **wanted), history)


def is_accepted(content: bytes, hash_: bytes) -> bool:
    """Whether either verifier takes a bundle; what they refuse, they refuse by a named error."""
    return _takes(opened, WorkpactError, content, hash_) or _takes(verifier.Bundle, verifier.Refused, content, hash_)


def _takes(read: Callable[..., Any], refusal: type[Exception], content: bytes, hash_: bytes) -> bool:
    try:
        read(content, [hash_])
    except refusal:
        return False
    return True
