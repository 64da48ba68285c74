"""A wallet in the page, as browsers inject them (EIP-1193, announced by EIP-6963), that signs with a real key here.

Nothing of it knows the pages: what they ask is answered, signed or refused as a person would.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from playwright.sync_api import BrowserContext, Page

from workpact.audit.node import Node, NodeRefused

REJECTED = 4001
INJECTED = """
(() => {
  const { name, rdns } = __WALLET__;
  const listeners = {};
  const provider = {
    request: async ({ method, params }) => {
      const answer = JSON.parse(await window[`request:${rdns}`](JSON.stringify({ method, params: params ?? [] })));
      if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result;
    },
    on: (name, heard) => { (listeners[name] ??= []).push(heard); },
    removeListener: (name, heard) => { listeners[name] = (listeners[name] ?? []).filter((each) => each !== heard); },
  };
  window[`emit:${rdns}`] = (name, value) => (listeners[name] ?? []).forEach((heard) => heard(value));
  const icon = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>";
  const info = { uuid: `6d7c1f2e-0000-4000-8000-${rdns}`, name, icon, rdns };
  const announce = () => window.dispatchEvent(
    new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})();
"""


class Refused(Exception):
    """What the wallet answers with instead of a result; `code` as EIP-1193 or JSON-RPC have it."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        self.code, self.data = code, data
        super().__init__(message)


@dataclass
class Wallet:
    """One account's wallet in all pages of a browser context.

    `asked` lists what it was asked, `sent` the hashes of what it sent, `raw` what it signed. `answers` takes the place
    of its own answer to a method: a function of the parameters that returns the result or raises `Refused`.
    """

    key: Any
    node: Node
    asked: list[tuple[str, Any]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    answers: dict[str, Callable[..., Any]] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    chain_id: int | None = None
    """Of the network it is switched to; the node's if None."""
    name: str = "Test wallet"
    rdns: str = "test.wallet"
    is_locked: bool = False

    @property
    def address(self) -> str:
        return str(self.key.address)

    def inject(self, context: BrowserContext) -> None:
        """Into every page of a context, before the page's own script."""
        context.expose_binding(f"request:{self.rdns}", lambda _, text: self._request(text))
        named = json.dumps({"name": self.name, "rdns": self.rdns})
        context.add_init_script(INJECTED.replace("__WALLET__", named))
        context.on("page", lambda page: self.pages.append(page))

    def asked_for(self, method: str) -> list[Any]:
        """The parameters of each request of a method so far."""
        return [parameters for name, parameters in self.asked if name == method]

    def refuse(self, method: str, code: int = REJECTED, message: str = "User rejected the request.") -> None:
        """From now on, as when the person presses no."""

        def no(*_: Any) -> None:
            raise Refused(code, message)

        self.answers[method] = no

    def emit(self, name: str, value: Any) -> None:
        """Tells the pages of a change (`accountsChanged`, `chainChanged`, `disconnect`, `connect`)."""
        for each in self.pages:
            if not each.is_closed():
                each.evaluate("([emit, name, value]) => window[emit](name, value)", [f"emit:{self.rdns}", name, value])

    def choose(self, key: Any) -> None:
        """The person switches to another account."""
        self.key = key
        self.emit("accountsChanged", [self.address])

    def lock(self) -> None:
        """The person locks it."""
        self.is_locked = True
        self.emit("accountsChanged", [])

    def go_to(self, chain_id: int) -> None:
        """The person switches to another network."""
        self.chain_id = chain_id
        self.emit("chainChanged", hex(chain_id))

    def allow(self, method: str) -> None:
        """Answers it by itself again."""
        del self.answers[method]

    def _request(self, text: str) -> str:
        asked = json.loads(text)
        method, parameters = asked["method"], asked["params"]
        self.asked.append((method, parameters))
        try:
            answer = self.answers[method](*parameters) if method in self.answers else self._answer(method, parameters)
        except Refused as error:
            return json.dumps({"error": {"code": error.code, "message": str(error), "data": error.data}})
        except NodeRefused as error:
            return json.dumps({"error": {"code": error.code, "message": str(error), "data": error.data}})
        return json.dumps({"result": answer})

    def _answer(self, method: str, parameters: list[Any]) -> Any:
        if method in ("eth_requestAccounts", "eth_accounts"):
            return [] if self.is_locked else [self.address]
        if method == "eth_chainId":
            return hex(self.chain_id or self.node.chain_id)
        if method == "wallet_switchEthereumChain":
            self.go_to(int(parameters[0]["chainId"], 16))
            return None
        if method == "eth_sendTransaction":
            return self.send(parameters[0])
        if method == "eth_signTypedData_v4":
            typed = json.loads(parameters[1]) if isinstance(parameters[1], str) else parameters[1]
            signed = self.key.sign_message(encode_typed_data(full_message=typed))
            return "0x" + bytes(signed.signature).hex()
        return self.node.ask(method, *parameters)

    def send(self, asked: dict[str, Any], **changes: Any) -> str:
        """Signs a transaction and gives it to the node; `changes` as a person edits fees or number."""
        made = {
            "to": asked["to"],
            "data": asked.get("data", "0x"),
            "value": int(asked.get("value", "0x0"), 16),
            "nonce": self._nonce(asked),
            "gas": int(asked.get("gas", "0x1e8480"), 16),
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 1,
            "chainId": self.node.chain_id,
        } | changes
        signed = Account.sign_transaction(made, self.key.key)
        self.raw.append("0x" + bytes(signed.raw_transaction).hex())
        sent = str(self.node.ask("eth_sendRawTransaction", self.raw[-1]))
        self.sent.append(sent)
        return sent

    def _nonce(self, asked: dict[str, Any]) -> int:
        if "nonce" in asked:
            return int(asked["nonce"], 16)
        return int(self.node.ask("eth_getTransactionCount", self.address, "pending"), 16)
