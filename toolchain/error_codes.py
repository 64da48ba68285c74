"""Writes docs/error-codes.md: every error of every contract and of the package, why it comes and what to do.

All words stand elsewhere: the meaning on the contract's interface, the advice in workpact/chain/advice.py, the Python
errors' in their docstrings. Only what an argument is called in words is said here.
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

import workpact
from workpact import WorkpactError
from workpact.chain import contracts, errors, release
from workpact.chain.advice import ADVICE, MEANINGS
from workpact.chain.errors import ContractError

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "error-codes.md"
CONTRACTS = (
    *("Agreement", "SLAOracle", "WorkerEquity", "WorkerTokenFactory", "WorkerToken", "Payroll", "DataRoom"),
    "TalentRegistry",
)
ARGUMENTS = {
    "acceleration": "the part by which it vests faster already, ppm",
    "accepted": "what is accepted of it already",
    "account": "whom it is about",
    "adjustment": "what the report adds or takes",
    "agreement": "the agreement contract",
    "allowance": "what the owner allows",
    "amount": "units of the token",
    "approver": "whose tokens they are",
    "arbiter": "who should serve",
    "asked": "what was to be moved",
    "balance": "what the account has",
    "before": "the signer before it",
    "book": "where it is kept",
    "byClient": "whether the client's side",
    "caller": "who called",
    "charge": "what it would cost",
    "client": "whether the client's side has signed",
    "cliff": "seconds before anything vests",
    "collected": "what the book would have collected",
    "contractor": "whether the contractor's side has signed",
    "count": "how many there are",
    "current": "the newest version of the reader's key",
    "currentNonce": "the nonce that counts now",
    "deadline": "until when it could be carried",
    "document": "its hash",
    "duration": "seconds until all has vested",
    "endedAt": "when it ended",
    "endsAt": "when the agreement or grant ends",
    "expected": "what it should be",
    "field": "the number of the term",
    "fields": "the terms, as bits of TermsLimits",
    "figures": "how many were given",
    "file": "its id",
    "form": "the number of the form",
    "free": "what is there for it",
    "from": "from when on",
    "given": "what was given",
    "good": "cases that met the target",
    "grant": "its number",
    "held": "what is held",
    "id": "the document's id",
    "index": "its place in the list",
    "item": "the milestone, or 1,000,000 and the period",
    "keyVersion": "the version that was given",
    "left": "what is left of it",
    "length": "bytes",
    "level": "its place in the list",
    "levels": "how many the document has",
    "limit": "the most there may be",
    "line": "its place in the list",
    "manager": "whose roster it is",
    "mark": "the mark",
    "mask": "the bits of the ruling",
    "milestone": "its number",
    "milestones": "the bits that were named",
    "most": "the most there may be",
    "moved": "what was moved",
    "named": "the document that was named",
    "needed": "what it takes",
    "next": "what comes next",
    "offer": "its hash",
    "openBefore": "until when it could be opened",
    "operator": "who sent",
    "origin": "the agreement's first document",
    "owner": "whose tokens they are",
    "party": "whose word is missing",
    "payee": "who was to be paid",
    "period": "its number",
    "periods": "how many there are",
    "phase": "where the milestone stands",
    "plan": "its number",
    "pledge": "the share that is pledged already, ppm",
    "pool": "its number",
    "prices": "how many the document has",
    "quantities": "how many were given",
    "reader": "whose access it is",
    "receiver": "who was to get them",
    "record": "the event's leaf",
    "rejections": "how often it was sent back",
    "reporter": "whose reports they are",
    "run": "its number",
    "s": "the signature's second half",
    "sender": "who sent",
    "share": "the share that was named, ppm",
    "signed": "what was signed",
    "signer": "who should have signed, or did",
    "spender": "who wanted to move them",
    "stage": "where the period stands",
    "status": "where the agreement stands",
    "step": "seconds between two parts",
    "str": "the words",
    "token": "its address",
    "total": "of all",
    "under": "the master's document",
    "units": "how many",
    "until": "until when",
    "upTo": "what would be held",
    "version": "its number",
    "wallet": "the wallet that was named",
    "worker": "its number",
}
"""What an argument is, by its name."""
INTRODUCTION = """# Errors

Made by `make abi` from the contracts' interfaces, `workpact/chain/advice.py` and the package's docstrings; change it \
there. Commands and the SDK decode the errors of contracts: `from workpact.chain.errors import Escrow_Short`, with \
`arguments`, `reason` and `advice`. Whoever has only a revert's bytes finds its first four here. *In* names the \
calls that can end so, as far as the sources show; a call that asks another contract can also end in one of its errors.
"""
FOREIGN = "## Of OpenZeppelin's contracts and of tokens"
PYTHON = """## Of the package and its commands

What the SDK and commands raise by name, each a `workpact.WorkpactError`, with the next step in its words. Errors of \
contracts are `workpact.chain.errors.ContractError`, and named as above.
"""


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION]
    seen: set[str] = set()
    foreign: list[str] = []
    for name in CONTRACTS:
        rows = []
        calls = _calls_by_error(name)
        for abi in sorted(_declared(name), key=lambda abi: abi["name"]):
            if abi["name"] in MEANINGS:
                foreign += [abi["name"]]
            elif abi["name"] not in seen:
                seen.add(abi["name"])
                rows.append(_row(abi, calls.get(abi["name"], [])))
        if rows:
            lines += [f"## {name}", "", *_table(rows), ""]
    rows = []
    for error in sorted(set(foreign)):
        where = sorted(name for name in CONTRACTS if any(abi["name"] == error for abi in _declared(name)))
        abi = next(abi for name in where for abi in _declared(name) if abi["name"] == error)
        rows.append(_row(abi, where))
    lines += [FOREIGN, "", *_table(rows), "", PYTHON, "| module | error | means |", "|---|---|---|"]
    lines += [f"| `{kind.__module__}` | `{kind.__name__}` | {_first(kind)} |" for kind in named_errors()]
    return "\n".join(lines) + "\n"


def named_errors() -> list[type[WorkpactError]]:
    """Every class of error that the package and its commands define, by module and name."""
    for module in pkgutil.walk_packages(workpact.__path__, "workpact."):
        # Alembic runs it, with a database in hand.
        if not module.name.endswith(".migrations.env"):
            importlib.import_module(module.name)
    for script in (ROOT / "scripts").glob("_*.py"):
        importlib.import_module(f"scripts.{script.stem}")
    # Whoever calls this may define errors of its own.
    ours = [kind for kind in _below(WorkpactError) if kind.__module__.startswith(("workpact.", "scripts._"))]
    found = {kind for kind in ours if not (issubclass(kind, ContractError) and kind.name)}
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


def _below(kind: type[WorkpactError]) -> Iterator[type[WorkpactError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _first(kind: type[WorkpactError]) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split()).replace("|", "\\|")


def _declared(name: str) -> list[dict[str, Any]]:
    return [abi for abi in contracts.artefact(name).abi if abi["type"] == "error"]


def _table(rows: list[str]) -> list[str]:
    return ["| error | selector | arguments | why | what to do | in |", "|---|---|---|---|---|---|", *rows]


def _row(abi: dict[str, Any], calls: list[str]) -> str:
    selector = keccak(text=f"{abi['name']}({','.join(each['type'] for each in abi['inputs'])})")[:4]
    arguments = "; ".join(f"`{each['name']}` {ARGUMENTS[each['name']]}" for each in abi["inputs"])
    reason = errors.reason(next(known for known in errors._errors().values() if known.name == abi["name"]))
    where = ", ".join(f"`{call}`" for call in calls)
    cells = (f"`{abi['name']}`", f"`0x{selector.hex()}`", arguments, reason, ADVICE[abi["name"]], where)
    return "| " + " | ".join(cells) + " |"


def _calls_by_error(contract: str) -> dict[str, list[str]]:
    """The contract's calls in whose code, or in what they use of the same sources, an error stands."""
    bodies = {}
    for source in json.loads(release.release(contract).metadata)["sources"]:
        if source.startswith("contracts/"):
            for name, body in _functions(ROOT / source):
                bodies[name] = bodies.get(name, "") + body
    calls = [abi["name"] for abi in contracts.artefact(contract).abi if abi["type"] == "function"]
    found: dict[str, list[str]] = {}
    for call in sorted(set(calls)):
        reached, open_ = set(), [call]
        while open_:
            name = open_.pop()
            if name not in reached and name in bodies:
                reached.add(name)
                open_ += re.findall(r"\b(\w+)\(", bodies[name])
        used = set(re.findall(r"\b([A-Z]\w*_\w+)\(", " ".join(bodies[name] for name in reached)))
        for error in used:
            found.setdefault(error, []).append(call)
    return found


@cache
def _functions(source: Path) -> list[tuple[str, str]]:
    """Functions and modifiers of a source: name, and everything from the name to the end of the body."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", source.read_text(), flags=re.DOTALL)
    found = []
    for start in re.finditer(r"\b(?:function|modifier)\s+(\w+)", text):
        end = next((at for at in range(start.end(), len(text)) if text[at] in ";{"), len(text))
        depth = 0
        for at in range(end, len(text)):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            if depth == 0:
                found.append((start.group(1), text[start.end() : at + 1]))
                break
    return found


if __name__ == "__main__":
    PAGE.write_text(page())
