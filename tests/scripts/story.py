"""An agreement on a chain that calls itself Sepolia: keystore accounts, a token, files to sign."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_utils import to_checksum_address

from tests.scripts.rehearsal import SEPOLIA, Rehearsal, ask
from tests.sdk import paper
from workpact.chain.contracts import artefact

ROLES = {
    "client": 0xC1,
    "contractor": 0xC2,
    "arbiter": 0xC3,
    "backup": 0xC4,
    "client-operator": 0xC5,
    "contractor-operator": 0xC6,
    "client-reporter": 0xC7,
    "contractor-reporter": 0xC8,
    "carrier": 0xC9,
}
UNIT = 10**6


class Desk:
    """One user who holds every keystore, the deployed set, a token of six decimals, and an agreement file."""

    def __init__(self, user: Rehearsal, url: str) -> None:
        self.user = user
        self.url = url
        self.network = ["--network", f"ethereum:sepolia:{url}"]
        self.addresses = {role: user.account(role, number, url) for role, number in ROLES.items()}
        user.run("deploy", *self.network, "--account", "carrier", "--yes", "--confirmations", "0")
        self.token = self._create_token()
        self.file = user.folder / "desk.yaml"
        self.write()

    @property
    def now(self) -> int:
        """The chain's clock."""
        return int(ask(self.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def write(self, *edits: tuple[str, str], salt: int = 1) -> Path:
        """Writes the agreement file, with the token's address and the names of roles left open."""
        self.file.write_text(paper.text(self.now, *edits, salt=salt))
        return self.file

    @property
    def names(self) -> list[str]:
        """What the names in the file stand for."""
        wallets = {role: address for role, address in self.addresses.items() if role != "carrier"}
        return [part for name, address in wallets.items() for part in ("--wallet", f"{name}={address}")] + [
            "--token",
            self.token,
        ]

    def act(self, *arguments: str, account: str | None = None) -> Any:
        """Runs `ape run …` with all that it needs; its JSON."""
        return self.user.json(*self._command(arguments, account))

    def fails(self, *arguments: str, account: str | None = None) -> str:
        """Runs a command that must fail with exit code 1 and nothing on stdout; what it says."""
        done = self.user.run(*self._command(arguments, account), "--json", fails=True)
        assert done.returncode == 1, done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr, done.stderr
        return done.stderr

    def _command(self, arguments: tuple[str, ...], account: str | None) -> list[str]:
        signing = ["--account", account, "--yes", "--confirmations", "0"] if account else []
        return [*arguments, *self.network, *signing]

    def fill(self) -> None:
        """Writes the addresses into the file, by a command."""
        filled = self.user.folder / "filled.yaml"
        self.act("agreement", "new", str(filled), "--like", str(self.file), *self.names)
        self.file = filled

    def warp(self, seconds: int) -> None:
        """Moves the chain's clock."""
        ask(self.url, "evm_increaseTime", seconds)
        ask(self.url, "evm_mine")

    def mint(self, role: str, units: int) -> None:
        """Makes money."""
        self._send(self.token, bytes.fromhex("40c10f19") + _word(self.addresses[role]) + units.to_bytes(32))

    def balance(self, address: str) -> int:
        """Of the token."""
        call = {"to": self.token, "data": "0x70a08231" + _word(address).hex()}
        return int(ask(self.url, "eth_call", call, "latest"), 16)

    def contract(self, name: str) -> str:
        """Where a contract was recorded."""
        record = json.loads((self.user.deployments / f"{SEPOLIA}.json").read_text())
        return str(record["contracts"][name]["address"])

    def _create_token(self) -> str:
        from eth_abi import encode

        bytecode = bytes.fromhex(artefact("TokenMock").bytecode.removeprefix("0x"))
        arguments = encode(["string", "string", "uint8"], ["Test Dollar", "TUSD", 6])
        return to_checksum_address(self._send(None, bytecode + arguments)["contractAddress"])

    def _send(self, receiver: str | None, data: bytes) -> Any:
        key = ROLES["carrier"].to_bytes(32)
        transaction = {
            "chainId": SEPOLIA,
            "nonce": int(ask(self.url, "eth_getTransactionCount", self.addresses["carrier"], "latest"), 16),
            "gas": 3_000_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 10**9,
            "value": 0,
            "data": data,
        }
        signed = Account.sign_transaction(transaction | ({"to": receiver} if receiver else {}), key)
        sent = ask(self.url, "eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
        receipt = ask(self.url, "eth_getTransactionReceipt", sent)
        assert receipt["status"] == "0x1"
        return receipt


def _word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")


def day(now: int, days: int) -> str:
    """A date so many days from now."""
    return datetime.fromtimestamp(now + days * 86_400, UTC).date().isoformat()
