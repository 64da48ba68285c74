"""Contracts by their ABI, and raw JSON-RPC to an Anvil: as few questions as possible, many at once."""

from __future__ import annotations

import http.client
import json
from functools import cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.support import artefact

GAS = 16_000_000


def type_of(entry: dict[str, Any]) -> str:
    """The type as it stands in a selector."""
    if not entry["type"].startswith("tuple"):
        return str(entry["type"])
    return f"({','.join(type_of(each) for each in entry['components'])}){entry['type'][5:]}"


class Coder:
    """What a contract's calls, events and errors look like on the wire."""

    def __init__(self, name: str, file: str | None = None) -> None:
        made = artefact(name, file)
        self.bytecode: str = made["bytecode"]["object"]
        self.entries = {
            kind: {entry["name"]: entry for entry in made["abi"] if entry["type"] == kind}
            for kind in ("function", "event", "error")
        }

    @cache  # noqa: B019 - there is one for each contract
    def shape(self, kind: str, name: str) -> tuple[bytes, list[str]]:
        """The whole hash of the signature, and the types."""
        types = [type_of(each) for each in self.entries[kind][name]["inputs"]]
        return bytes(keccak(text=f"{name}({','.join(types)})")), types

    def call(self, name: str, *arguments: Any) -> str:
        """Calldata."""
        word, types = self.shape("function", name)
        return "0x" + (word[:4] + encode(types, arguments)).hex()

    def answer(self, name: str, data: bytes) -> Any:
        """What a view said: one value, or a tuple."""
        values = decode([type_of(each) for each in self.entries["function"][name]["outputs"]], data)
        return values[0] if len(values) == 1 else values

    def event(self, name: str, arguments: dict[str, Any]) -> tuple[list[bytes], bytes]:
        """Topics and data."""
        inputs = self.entries["event"][name]["inputs"]
        assert set(arguments) == {each["name"] for each in inputs}, name
        indexed = [encode([type_of(each)], [arguments[each["name"]]]) for each in inputs if each["indexed"]]
        others = [each for each in inputs if not each["indexed"]]
        data = encode([type_of(each) for each in others], [arguments[each["name"]] for each in others])
        return [self.shape("event", name)[0], *indexed], data

    def error(self, name: str, arguments: tuple[Any, ...]) -> bytes:
        """Return data."""
        if name == "Error":
            return bytes(keccak(text="Error(string)")[:4]) + encode(["string"], arguments)
        word, types = self.shape("error", name)
        return word[:4] + encode(types, arguments)

    def read_error(self, data: bytes) -> Any:
        """For people."""
        if data[:4] == keccak(text="Error(string)")[:4]:
            return "Error", decode(["bytes"], data[4:])
        for name in self.entries["error"]:
            word, types = self.shape("error", name)
            if data[:4] == word[:4]:
                return name, decode(types, data[4:])
        return data.hex()

    def read_event(self, topics: list[bytes], data: bytes) -> Any:
        """For people."""
        for name, entry in self.entries["event"].items():
            if topics and self.shape("event", name)[0] == topics[0]:
                indexed = [each for each in entry["inputs"] if each["indexed"]]
                others = [each for each in entry["inputs"] if not each["indexed"]]
                values = decode([type_of(each) for each in others], data)
                named = {each["name"]: value for each, value in zip(others, values, strict=True)}
                words = zip(indexed, topics[1:], strict=True)
                return name, {each["name"]: decode([each["type"]], word)[0] for each, word in words} | named
        return topics, data


class Wire:
    """A connection that stays open."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)

    def ask(self, method: str, *parameters: Any) -> Any:
        (answer,) = self.ask_all([(method, list(parameters))])
        assert "error" not in answer, answer
        return answer["result"]

    def ask_all(self, questions: list[tuple[str, list[Any]]]) -> list[dict[str, Any]]:
        """The answers, or errors, in the order of the questions."""
        if not questions:
            return []
        asked = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
            for number, (method, parameters) in enumerate(questions)
        ]
        self.connection.request("POST", "/", json.dumps(asked), {"Content-Type": "application/json"})
        answers = json.loads(self.connection.getresponse().read())
        return sorted(answers, key=lambda answer: int(answer["id"]))

    def send(self, sender: str, to: str | None, data: str) -> dict[str, Any]:
        """The receipt of a transaction, which may have failed."""
        given = {"from": sender, "data": data, "gas": hex(GAS)} | ({"to": to} if to else {})
        receipt: dict[str, Any] = self.ask("eth_sendTransactionSync", given)
        return receipt

    def view(self, calls: list[tuple[str, str]]) -> list[bytes]:
        """What views say now."""
        asked = [("eth_call", [{"to": to, "data": data}, "latest"]) for to, data in calls]
        answers = self.ask_all(asked)
        assert not [answer for answer in answers if "error" in answer], answers
        return [bytes.fromhex(answer["result"][2:]) for answer in answers]


def address_of(word: bytes) -> str:
    """The address in a word."""
    return to_checksum_address(word[-20:])
