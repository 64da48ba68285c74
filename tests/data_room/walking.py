"""Two agreements to walk in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ape import accounts, networks
from ape.contracts.base import ContractCall, ContractCallHandler
from hexbytes import HexBytes

from tests.anvil import ask
from tests.data_room.walk import PEOPLE, SECTION, Walk
from tests.equity.pair import send_quickly
from workpact.agreement import Agreement
from workpact.chain.sender import Sender

HAPPENS = ["amend", "cross", "dispute", "give", "interrupted", "look", "put", "put_next"]
HAPPENS += ["receipt", "renew", "revoke", "rotate", "seat", "shred"]
"""What deep walks must meet often."""
REFUSED = ("NoSeat", "NotYours", "NotAReader", "NoDispute", "NoKey", "NoAccess", "IsShredded")
"""Refusals that they must meet too."""

slowly = ContractCallHandler.__call__


def view_quickly(self: ContractCallHandler, *arguments: Any, block_id: int | None = None, **options: Any) -> Any:
    """What Ape does to ask a view, without its questions before: several times as fast."""
    if options:
        return slowly(self, *arguments, **options)
    call = {"to": self.contract.address, "data": self.encode_input(*arguments).hex()}
    answered = ask(networks.provider.uri, "eth_call", call, "latest" if block_id is None else hex(block_id))
    return ContractCall(self.abis[0], self.contract.address)._decode_returndata(HexBytes(answered))


def walk(
    deploy: Callable[..., Any],
    create_document: Callable[..., Any],
    dollar: Any,
    folder: Path,
    monkeypatch: Any,
    *,
    seed: int,
    steps: int,
) -> Counter[str]:
    """A walk of so many steps from a fresh deployment; how often each thing happened."""
    monkeypatch.setattr(Sender, "call", send_quickly)
    monkeypatch.setattr(ContractCallHandler, "__call__", view_quickly)
    people = {name: accounts.test_accounts[number] for name, number in PEOPLE.items()}
    contract = deploy("Agreement")
    dollar.mint(people["client"], 10**12, sender=people["client"])
    agreements = [Agreement(create_document(SECTION, salt=salt), contract) for salt in (1, 2)]
    agreements[0].approve(10**12, sender=people["client"])
    for agreement in agreements:
        signature = agreement.sign(people["contractor"])
        agreement.open(contractor_signature=signature, sender=people["client"])
        agreement.serve(sender=people["arbiter"])
    walked = Walk(deploy("DataRoom"), agreements, folder / f"walk-{seed}", seed)
    walked.folder.mkdir()
    walked.run(steps)
    return walked.done


def walk_all(chain: Any, fixtures: tuple[Any, ...], seeds: Iterable[int]) -> None:
    """A walk of 250 steps for each seed, each from a fresh deployment; together they must meet everything."""
    met: Counter[str] = Counter()
    for seed in seeds:
        with chain.isolate():
            met += walk(*fixtures, seed=seed, steps=250)
    assert not {name: met[name] for name in HAPPENS if met[name] < 50}
    assert not {name: met[name] for name in REFUSED if met[name] < 5}
