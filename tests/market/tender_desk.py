"""A tender on Ape's local chain: a client and several bidders, each with a data folder and a terminal of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ape import accounts, chain

from tests.scripts.typed import Terminal
from tests.sdk import paper
from workpact.chain import playground
from workpact.data_room.keys import Keystore

UNIT = 10**6
ACCOUNTS = {
    "client": 0,
    "contractor": 1,
    "second": 2,
    "arbiter": 3,
    "backup": 4,
    "client-operator": 5,
    "third": 6,
    "stranger": 7,
    "client-reporter": 8,
}
PASSPHRASE = "a passphrase of the test"
REQUEST = """\
apiVersion: workpact/v1
kind: Request
metadata: {name: desk, title: A small desk}
spec:
  timezone: UTC
  agreement: agreement.yaml
  open: [amounts, due-dates, rates, fixed-charge, cap, targets, credits]
  limits: {price: "4,000 TUSD"}
  quantities: {tickets: 100}
  weights: {price: 50 %, service: 20 %, record: 20 %, availability: 10 %}
  trusted: []
  deadline: DAY5
  reveal: DAY7
  decide: DAY15
"""
PEOPLE = (
    ('      operators: ["${contractor-operator}"]\n', ""),
    ('      reporters: {wallets: ["${contractor-reporter}"], quorum: 1}\n', ""),
)
"""A contractor without operators and reporters, so that a bidder has nobody to name."""


class TenderDesk(Terminal):
    """The deployed set, a dollar that the client has 10,000 of, `request.yaml`, and a folder as the place."""

    def __init__(self, folder: Path, monkeypatch: Any, *edits: tuple[str, str]) -> None:
        super().__init__(ACCOUNTS, monkeypatch)
        self.folder, self.patch = folder, monkeypatch
        monkeypatch.setenv("WORKPACT_MARKET", str(folder / "place"))
        monkeypatch.setenv("WORKPACT_ROOM_PASSPHRASE", PASSPHRASE)
        monkeypatch.setattr("workpact.data_room.keys.SCRYPT_N", 2)
        self.contracts = playground.deploy()
        self.token = playground.token(decimals=6)
        self.token.mint(self.address("client"), 10_000 * UNIT, sender=accounts.test_accounts[0])
        self.agreement = folder / "agreement.yaml"
        self.agreement.write_text(paper.text(self.now, *PEOPLE))
        self.request = folder / "request.yaml"
        self.request.write_text(self._dated(REQUEST, edits))

    def of(self, role: str) -> TenderDesk:
        """The same, with the data folder of a role."""
        self.patch.setenv("WORKPACT_DATA", str(self.folder / "data" / role))
        return self

    def post(self, *options: str) -> str:
        """The client's request, laid down; its id."""
        return str(self.of("client").json("market", "post", *self.posting, *options, account="client")["request"])

    @property
    def posting(self) -> list[str]:
        """What follows `market post`."""
        roles = ("client", "arbiter", "backup", "client-operator", "client-reporter")
        named = [part for role in roles for part in ("--wallet", f"{role}={self.address(role)}")]
        return [str(self.request), *named, "--token", self.token.address]

    def filled(self, request: str, role: str, *edits: tuple[str, str]) -> str:
        """The file of a bidder who fills in what it is, and edits; its path."""
        file = self.folder / f"{role}.yaml"
        file.unlink(missing_ok=True)
        self.of(role).json("market", "bid", request, "--new", str(file), account=role)
        text = file.read_text()
        for old, new in (("legalName: Contractor Ltd.", f"legalName: The {role} Ltd."), *edits):
            assert old in text, old
            text = text.replace(old, new)
        file.write_text(text)
        return str(file)

    def seal(self, request: str, role: str, *edits: tuple[str, str], options: tuple[str, ...] = ()) -> Any:
        """A bidder's sealed bid."""
        file = self.filled(request, role, *edits)
        return self.json("market", "bid", request, file, *options, account=role)

    def key(self, role: str) -> None:
        """A room key of a role, registered."""
        self.of(role)
        public = Keystore(self.folder / "data" / role / "room").create(self.address(role), 1, PASSPHRASE)
        room = self.contracts["DataRoom"]
        room.registerKey(self.address(role), public, 1, b"", sender=self.account(role))

    def account(self, role: str) -> Any:
        """Of a role."""
        return accounts.test_accounts[ACCOUNTS[role]]

    def address(self, role: str) -> str:
        """Of a role's account."""
        return str(self.account(role).address)

    @property
    def now(self) -> int:
        """The chain's clock."""
        return int(chain.blocks.head.timestamp)

    @property
    def height(self) -> int:
        """How many blocks there are."""
        return int(chain.blocks.height)

    def warp(self, days: int) -> None:
        """Moves the clock."""
        chain.mine(deltatime=days * 86_400)

    def _dated(self, text: str, edits: tuple[tuple[str, str], ...]) -> str:
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new)
        today = datetime.fromtimestamp(self.now, UTC)
        for day in (15, 7, 5):
            text = text.replace(f"DAY{day}", (today + timedelta(days=day)).date().isoformat())
        return text
