"""An agreement file on Ape's local chain, with everybody's account in one terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ape import accounts, chain

from tests.scripts.typed import Terminal
from tests.sdk import paper
from workpact.agreement import Agreement
from workpact.chain import playground
from workpact.terms import load

UNIT = 10**6
ACCOUNTS = {
    "client": 0,
    "contractor": 1,
    "arbiter": 3,
    "backup": 4,
    "client-operator": 5,
    "contractor-operator": 6,
    "carrier": 7,
    "client-reporter": 8,
    "contractor-reporter": 2,
}


class Desk(Terminal):
    """The deployed set, a token of which the client has 10,000, and `file` with all addresses in it."""

    def __init__(self, folder: Path, monkeypatch: Any, *edits: tuple[str, str]) -> None:
        super().__init__(ACCOUNTS, monkeypatch)
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.edits = edits
        self.contracts = playground.deploy()
        self.token = playground.token(decimals=6)
        self.token.mint(self.address("client"), 10_000 * UNIT, sender=accounts.test_accounts[0])
        self.file = self.change()

    def change(self, *edits: tuple[str, str], salt: int = 1) -> str:
        """Another file of the desk; its path."""
        draft = self.folder / f"draft-{salt}.yaml"
        draft.write_text(paper.text(self.now, *self.edits, *edits, salt=salt))
        named = [
            part for role in ACCOUNTS if role != "carrier" for part in ("--wallet", f"{role}={self.address(role)}")
        ]
        filled = self.folder / f"desk-{salt}.yaml"
        command = ("agreement", "new", str(filled), "--like", str(draft), "--chain-id", "31337")
        self.json(*command, *named, "--token", self.token.address)
        return str(filled)

    def file_text(self) -> str:
        """What the file says."""
        return Path(self.file).read_text()

    def account(self, role: str) -> Any:
        """Of a role."""
        return accounts.test_accounts[ACCOUNTS[role]]

    def address(self, role: str) -> str:
        """Of a role's account."""
        return str(self.account(role).address)

    @property
    def agreement(self) -> Agreement:
        """Through the SDK."""
        return Agreement.deployed(load(self.file))

    @property
    def now(self) -> int:
        """The chain's clock."""
        return int(chain.blocks.head.timestamp)

    @property
    def height(self) -> int:
        """How many blocks there are."""
        return int(chain.blocks.height)

    def day(self, days: int) -> str:
        """A date so many days from now."""
        return datetime.fromtimestamp(self.now + days * 86_400, UTC).date().isoformat()

    def warp(self, *, days: int) -> None:
        """Moves the clock."""
        chain.mine(deltatime=days * 86_400)

    def open(self) -> None:
        """Opened by the client with the contractor's signature."""
        signature = str(self.folder / "contractor.sig")
        self.json("agreement", "sign", self.file, "--output", signature, account="contractor")
        self.json("agreement", "approve", self.file, account="client")
        self.json("agreement", "open", self.file, "--signature", signature, account="client")
