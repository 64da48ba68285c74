"""The contracts, a token and every role's keystore on a chain that calls itself Sepolia."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_abi import encode
from eth_account import Account
from eth_utils import keccak, to_checksum_address

from tests.anvil import ask
from tests.scripts.rehearsal import SEPOLIA, Rehearsal
from workpact.chain.contracts import artefact

ROLES = {
    role: int.from_bytes(keccak(text=f"key of {role}"))
    for role in (
        *("client", "contractor", "arbiter", "backup", "client-operator", "contractor-operator"),
        *("client-reporter", "contractor-reporter", "carrier"),
    )
}
"""Who has a keystore, and the number that is its key: one as long as a person's, which can be searched for."""


class Stage:
    """One user who holds every keystore, the contracts as `ape run deploy` made them, and a token of six decimals."""

    def __init__(self, user: Rehearsal, url: str) -> None:
        self.user = user
        self.url = url
        self.network = ["--network", f"ethereum:sepolia:{url}"]
        self.addresses = {role: user.account(role, number, url) for role, number in ROLES.items()}
        user.run("deploy", *self.network, "--account", "carrier", "--yes", "--confirmations", "0")
        self.token = self._create_token()

    @property
    def names(self) -> list[str]:
        """What the names in an agreement file stand for."""
        wallets = [("--wallet", f"{role}={address}") for role, address in self.addresses.items() if role != "carrier"]
        return [part for option in wallets for part in option] + ["--token", self.token]

    @property
    def height(self) -> int:
        """The number of the last block: it moves with every transaction."""
        return int(ask(self.url, "eth_blockNumber"), 16)

    def act(self, *arguments: str, account: str | None = None) -> Any:
        """The JSON of `ape run …` on this network."""
        return self.user.json(*self._command(arguments, account))

    def fails(self, *arguments: str, account: str | None = None) -> str:
        """What a command says that must fail with exit code 1, nothing on stdout and nothing sent."""
        before = self.height
        done = self.user.run(*self._command(arguments, account), "--json", fails=True)
        assert (done.returncode, done.stdout, self.height) == (1, "", before), done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done.stderr

    def mint(self, role: str, units: int) -> None:
        """Makes money."""
        self._send(
            self.token, bytes.fromhex("40c10f19") + encode(["address", "uint256"], [self.addresses[role], units])
        )

    def purses(self, *roles: str) -> dict[str, int]:
        """What these roles and the Agreement contract have, as the token says."""
        wallets = {role: self.addresses[role] for role in roles} | {"Agreement": self.contract("Agreement")}
        return {name: self._balance(address) for name, address in wallets.items()}

    def contract(self, name: str) -> str:
        """Where a contract was recorded."""
        record = json.loads((self.user.deployments / f"{SEPOLIA}.json").read_text())
        return str(record["contracts"][name]["address"])

    def file(self, name: str, like: Path, *options: str) -> str:
        """An agreement file with addresses for names, by `agreement new`."""
        path = str(self.user.folder / name)
        made = self.act("agreement", "new", path, "--like", str(like), *options, *self.names)
        assert made == {"file": path, "unresolved": []}
        return path

    def _command(self, arguments: tuple[str, ...], account: str | None) -> list[str]:
        signing = ["--account", account, "--yes", "--confirmations", "0"] if account else []
        return [*arguments, *self.network, *signing]

    def _balance(self, address: str) -> int:
        call = {"to": self.token, "data": "0x70a08231" + encode(["address"], [address]).hex()}
        return int(ask(self.url, "eth_call", call, "latest"), 16)

    def _create_token(self) -> str:
        bytecode = bytes.fromhex(artefact("TokenMock").bytecode.removeprefix("0x"))
        arguments = encode(["string", "string", "uint8"], ["Test Dollar", "TUSD", 6])
        return to_checksum_address(self._send(None, bytecode + arguments)["contractAddress"])

    def _send(self, receiver: str | None, data: bytes) -> Any:
        transaction = {
            "chainId": SEPOLIA,
            "nonce": int(ask(self.url, "eth_getTransactionCount", self.addresses["carrier"], "latest"), 16),
            "gas": 3_000_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 10**9,
            "value": 0,
            "data": data,
        }
        key = ROLES["carrier"].to_bytes(32)
        signed = Account.sign_transaction(transaction | ({"to": receiver} if receiver else {}), key)
        receipt = ask(self.url, "eth_sendRawTransactionSync", "0x" + signed.raw_transaction.hex())
        assert receipt["status"] == "0x1"
        return receipt
