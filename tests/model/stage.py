"""A chain with the contracts, tokens and accounts that the second opinion plays with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_utils.address import to_checksum_address

from tests.anvil import anvil
from tests.model.papers import domain
from tests.model.wire import Coder, Wire

MNEMONIC = "test test test test test test test test test test test junk"
START = 1_700_000_000
ACCOUNTS = 16
RICHES = 10**13

Account.enable_unaudited_hdwallet_features()


class Stage:
    """What is deployed, and who there is: keys, wallet contracts, and one key whose account is delegated to code."""

    def __init__(self, url: str) -> None:
        self.wire = Wire(url)
        self.keys: dict[str, Any] = {}
        for number in range(ACCOUNTS):
            account = Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{number}")
            self.keys[account.address] = account
        self.people = list(self.keys)
        self.driver = self.people[-1]
        self.coders = {name: Coder(name) for name in ("Agreement", "SLAOracle", "BlockingTokenMock")}
        self.wallet_coder = Coder("WalletMock", "AccountMocks")
        self.agreement = self.deploy(self.coders["Agreement"])
        self.oracle = self.deploy(self.coders["SLAOracle"])
        token = self.coders["BlockingTokenMock"]
        self.tokens = [self.deploy(token, name) for name in ("One", "Two")]
        self.wallets = [self.deploy(self.wallet_coder) for _ in range(3)]
        self.delegated = self.people[2]
        self._delegate(self.delegated, self.wallets.pop())
        self.at = {"Agreement": self.agreement, "SLAOracle": self.oracle}
        self.names = {address: name for name, address in self.at.items()}
        self.names |= dict.fromkeys(self.tokens, "BlockingTokenMock")
        self.chain_id = int(self.wire.ask("eth_chainId"), 16)
        self.domain = domain("Workpact", self.chain_id, self.agreement)
        self.oracle_domain = domain("Workpact SLA", self.chain_id, self.oracle)
        self.everybody = [*self.people[:-1], *self.wallets]
        for each in self.tokens:
            for account in self.everybody:
                self._must(self.driver, each, token.call("mint", account, RICHES))
                self.must_do(account, each, token.call("approve", self.agreement, 2**256 - 1))

    def deploy(self, coder: Coder, name: str = "") -> str:
        """A fresh contract."""

        arguments = encode(["string", "string", "uint8"], [name, name, 6]).hex() if name else ""
        receipt = self._must(self.driver, None, coder.bytecode + arguments)
        return to_checksum_address(receipt["contractAddress"])

    def send(self, sender: str, to: str, data: str) -> dict[str, Any]:
        """An account does it: itself, or its wallet told to by somebody else."""
        if sender in self.wallets:
            data = self.wallet_coder.call("execute", to, bytes.fromhex(data[2:]))
            sender, to = self.driver, sender
        return self.wire.send(sender, to, data)

    def must_do(self, sender: str, to: str, data: str) -> None:
        """The same; it must succeed."""
        assert self.send(sender, to, data)["status"] == "0x1"

    def approve(self, wallet: str, digest: bytes) -> None:
        """A wallet's signature."""
        self._must(self.driver, wallet, self.wallet_coder.call("approve", digest))

    def set_time(self, timestamp: int) -> None:
        """Of the next block."""
        self.wire.ask("evm_setNextBlockTimestamp", timestamp)

    def why(self, sender: str, to: str, data: str, block: str) -> bytes:
        """What the failed transaction of a block, alone in it, failed with."""
        if sender in self.wallets:
            data = self.wallet_coder.call("execute", to, bytes.fromhex(data[2:]))
            sender, to = self.driver, sender
        call = {"from": sender, "to": to, "data": data}
        (answer,) = self.wire.ask_all([("eth_call", [call, block])])
        assert "error" in answer, "it failed, and not when asked again"
        return bytes.fromhex(answer["error"]["data"][2:])

    def _must(self, sender: str, to: str | None, data: str) -> dict[str, Any]:
        receipt = self.wire.send(sender, to, data)
        assert receipt["status"] == "0x1"
        return receipt

    def _delegate(self, account: str, code: str) -> None:
        """EIP-7702: the account of a key has code from now on."""
        key, chain_id = self.keys[account], int(self.wire.ask("eth_chainId"), 16)
        nonce = int(self.wire.ask("eth_getTransactionCount", account, "latest"), 16)
        authorisation = key.sign_authorization({"chainId": chain_id, "address": code, "nonce": nonce + 1})
        sent = {
            "chainId": chain_id,
            "nonce": nonce,
            "gas": 200_000,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 0,
            "to": self.driver,
            "value": 0,
            "authorizationList": [authorisation],
        }
        raw = key.sign_transaction(sent).raw_transaction.hex()
        receipt = self.wire.ask("eth_sendRawTransactionSync", "0x" + raw.removeprefix("0x"))
        assert receipt["status"] == "0x1"
        assert self.wire.ask("eth_getCode", account, "latest").startswith("0xef0100")


@contextmanager
def stage() -> Iterator[Stage]:
    """On a fresh Anvil, which ends at the end."""
    with anvil("--timestamp", str(START), "--accounts", str(ACCOUNTS)) as url:
        yield Stage(url)
