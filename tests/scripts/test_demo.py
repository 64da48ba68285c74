"""`ape run demo` as a user types it, against the chain's raw logs and arithmetic of its own (SPEC.md §6 to §10)."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from tests.measurement import reference
from tests.measurement.desk import generator
from tests.scripts.rehearsal import anvil, ask
from tests.support import ROOT

DOLLAR = 10**6
# The example's levels as examples/it-service-desk/README.md and the file's ServiceCredit say them: how many cases are
# needed, by what a repeated miss is multiplied, and (threshold, share of the amount at risk) in per cent.
LEVELS = {
    "made-sla": (20, 2, [(95, 10), (85, 20)]),
    "made-sla-p1": (5, 2, [(90, 10), (50, 15)]),
    "made-sla-p2": (5, 1, [(90, 5), (75, 10)]),
    "made-sla-p3": (10, 1, [(95, 5), (85, 10)]),
    "made-sla-p4": (10, 1, [(95, 5)]),
    "resolved-in-target-p1": (5, 2, [(90, 10), (50, 15)]),
    "resolved-in-target-p2": (5, 1, [(85, 5), (60, 10)]),
    "resolved-in-target-p3": (10, 1, [(90, 5), (75, 10)]),
    "resolved-in-target-p4": (10, 1, [(90, 5)]),
}
TRANSFER = "Transfer(address,address,uint256)"
SETTLED = "Settled(bytes32,uint256,uint256,uint256,uint256,uint256)"


class Demo:
    """One run of the command, its chain and its folders."""

    def __init__(self, folder: Path, *options: str, host: str | None = None) -> None:
        self.mark = uuid.uuid4().hex
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        environment = os.environ | {"TMPDIR": str(self.temporary), "WORKPACT_TEST_MARK": self.mark}
        environment.pop("APE_FOUNDRY_HOST", None)
        if host:
            environment["APE_FOUNDRY_HOST"] = host
        self.process = subprocess.Popen(
            ["ape", "run", "demo", *options],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        out, err = self.process.communicate(timeout=300)
        return self.process.returncode, out, err

    def left_behind(self) -> list[str]:
        """Files in its temporary folder, and processes that it started."""
        files = [str(path) for path in self.temporary.rglob("*")]
        return files + [entry.name for entry in Path("/proc").iterdir() if self._is_ours(entry)]

    def _is_ours(self, entry: Path) -> bool:
        try:
            return entry.name.isdecimal() and self.mark in (entry / "environ").read_text(errors="replace")
        except OSError:
            return False


def costs(rows: list[reference.Row], period: tuple[int, int], before: list[dict[str, Any]]) -> dict[str, Any]:
    """A month in fractions: what SPEC.md 7.1, 8.4 and 8.5 say, from the log's rows and the table above."""
    cases = reference.cases_in(rows, *period)
    failed, share = set(), Fraction(0)
    for name, good, total in reference.figures(cases):
        needed, repeat, bands = LEVELS[name]
        missed = [cost for threshold, cost in bands if total and Fraction(good, total) < Fraction(threshold, 100)]
        if total >= needed and missed:
            failed.add(name)
            share += Fraction(missed[-1], 100) * (repeat if before and name in before[-1]["failed"] else 1)
    year = Fraction(10, 100) * (len(before) + 1) - sum(month["rate"] for month in before)
    rate = min(Fraction(12, 100) * share, Fraction(12, 100), year)
    resolved = sum(case["resolved_at"] != "?" for case in cases)
    charge = min(Fraction(40_000), 24_000 + Fraction("2.40") * resolved) * DOLLAR
    credit = int(charge * rate)
    due = int(charge) - credit
    retained = int(due * Fraction(5, 100))
    return {"failed": failed, "rate": rate, "numbers": (int(charge), credit, due - retained, retained)}


def logs(url: str, address: str, *topics: str | None) -> list[dict[str, Any]]:
    return ask(url, "eth_getLogs", {"address": address, "fromBlock": "0x0", "topics": list(topics)})


def transfers(url: str, token: str) -> list[tuple[str, str, int, str]]:
    """From, to, amount and transaction of each transfer of a token."""
    found = logs(url, token, "0x" + keccak(text=TRANSFER).hex())
    sides = [[topic[-40:] for topic in log["topics"][1:]] for log in found]
    return [(*side, int(log["data"], 16), log["transactionHash"]) for side, log in zip(sides, found, strict=True)]


def bare(address: str) -> str:
    return address[2:].lower()


def word(url: str, contract: str, call: str, *arguments: str) -> str:
    data = (
        "0x"
        + keccak(text=call)[:4].hex()
        + "".join(argument.removeprefix("0x").rjust(64, "0") for argument in arguments)
    )
    return ask(url, "eth_call", {"to": contract, "data": data}, "latest")


def history(url: str, events: list[dict[str, Any]]) -> str:
    """SPEC.md 10.1 over raw logs."""
    linked = bytes(32)
    for log in events:
        time = int(ask(url, "eth_getBlockByHash", log["blockHash"], False)["timestamp"], 16)
        event = keccak(bytes.fromhex("".join(part[2:] for part in [*log["topics"], log["data"]])))
        linked = keccak(linked + time.to_bytes(32) + event)
    return "0x" + linked.hex()


@pytest.fixture(scope="module")
def quarter(tmp_path_factory):
    """Three months on a chain that stays up: its address, the command's JSON value, and the log it measured."""
    folder = tmp_path_factory.mktemp("quarter")
    log = folder / "incidents.csv"
    generator().generate(log, seed=7, cases_a_month=60)
    with anvil() as url:
        demo = Demo(folder, "--data", str(log), "--period", "2016-05", "--json", host=url)
        code, out, err = demo.ended()
        assert code == 0, err
        assert demo.left_behind() == []
        yield url, json.loads(out), log


def test_quarter__money_table__is_what_the_token_moved(quarter):
    """6.1, 6.2: every row is a transfer of its transaction or still in the contract; nothing is left out."""
    url, told, _ = quarter
    contract, moved = bare(told["contracts"]["Agreement"]), transfers(url, told["token"])
    came = sum(amount for _, to, amount, _ in moved if to == contract)
    went = {(to, transaction): amount for by, to, amount, transaction in moved if by == contract}
    rows = told["money"]

    assert {(bare(row["address"]), row["transaction"]): row["amount"] for row in rows if row["transaction"]} == went
    waits = [row for row in rows if not row["transaction"]]
    assert sum(row["amount"] for row in waits) == came - sum(went.values())
    assert told["funded"] == came == sum(row["amount"] for row in rows)
    balance = int(word(url, told["token"], "balanceOf(address)", told["contracts"]["Agreement"]), 16)
    assert balance == sum(row["amount"] for row in waits)
    # Deposit, and after each month what it took, as two months at the cap and the open deliverables stay held.
    settled = [sum(month[part] for part in ("paid", "retained")) for month in told["months"]]
    assert came == 100_000 * DOLLAR + sum(settled)
    assert [row["amount"] for row in waits if row["who"] == "held"] == [80_000 * DOLLAR]


def test_quarter__months__cost_what_fractions_say(quarter):
    """7.1, 8.4, 8.5, 6.3."""
    url, told, log = quarter
    rows, _ = reference.read(log)
    edges = [int(datetime(2016, month, 1, tzinfo=UTC).timestamp()) for month in (3, 4, 5, 6)]
    months: list[dict[str, Any]] = []
    for period in pairwise(edges):
        months.append(costs(rows, period, months))

    parts = ("charge", "credit", "paid", "retained")
    assert [tuple(month[part] for part in parts) for month in told["months"]] == [month["numbers"] for month in months]
    assert [Fraction(month["rate"], 10**12) for month in told["months"]] == [month["rate"] for month in months]
    assert any(month["rate"] for month in months)
    settled = logs(url, told["contracts"]["Agreement"], "0x" + keccak(text=SETTLED).hex())
    assert [tuple(int(log["data"][at : at + 64], 16) for at in (2, 66, 130, 194)) for log in settled] == [
        month["numbers"] for month in months
    ]


def test_quarter__workers__have_what_time_and_delivery_gave(quarter):
    """9.2 to 9.4: in steps of 30 days; both deliverables are accepted, so the gate is open."""
    url, told, _ = quarter
    rows = told["workers"]
    (transaction,) = {row["transaction"] for row in rows}
    receipt = ask(url, "eth_getTransactionReceipt", transaction)
    claimed_at = int(ask(url, "eth_getBlockByHash", receipt["blockHash"], False)["timestamp"], 16)
    start = int(datetime(2016, 3, 1, tzinfo=UTC).timestamp())
    steps = (claimed_at - start) // int(timedelta(days=30).total_seconds())
    assert steps == 3
    by_service, by_delivery = int(500 * DOLLAR * Fraction(steps, 12)), int(1_000 * DOLLAR * Fraction(steps, 6))

    received: dict[str, int] = defaultdict(int)
    for log in receipt["logs"]:
        if log["topics"][0] == "0x" + keccak(text=TRANSFER).hex():
            received[log["topics"][2][-40:]] += int(log["data"], 16)

    told_units: dict[str, int] = defaultdict(int)
    for row in rows:
        told_units[bare(row["address"])] += row["amount"]
    assert told_units == received
    assert sorted(received.values()) == [by_service] * 9 + [by_service + by_delivery] * 3
    assert all(ask(url, "eth_getBalance", "0x" + wallet, "latest") == "0x0" for wallet in received)


def test_quarter__histories__follow_from_raw_logs(quarter):
    """10.1, for all three contracts."""
    url, told, _ = quarter
    contracts, origin = told["contracts"], told["id"]
    agreement, client = contracts["Agreement"][2:].rjust(64, "0"), told["client"][2:].rjust(64, "0")
    book = "0x" + keccak(bytes.fromhex(agreement + origin[2:] + client)).hex()
    service = logs(url, contracts["SLAOracle"], None, "0x" + agreement.lower(), origin)
    document = "0x" + service[0]["data"][2:66]
    oracle_book = word(url, contracts["SLAOracle"], "bookOf(address,bytes32,bytes32)", agreement, origin, document)
    found = {
        "Agreement": (logs(url, contracts["Agreement"], None, origin), "history(bytes32)", origin),
        "SLAOracle": (service, "historyOf(bytes32)", oracle_book),
        "WorkerEquity": (logs(url, contracts["WorkerEquity"], None, book), "historyOf(bytes32)", book),
    }

    for name, (events, call, key) in found.items():
        recomputed = history(url, events)
        assert word(url, contracts[name], call, key) == recomputed, name
        assert told["histories"][name] == {"events": len(events), "word": recomputed}


def test_quarter__every_step_with_a_transaction_succeeded_and_dates_only_rise(quarter):
    url, told, _ = quarter
    sent = [step["transaction"] for step in told["steps"] if step["transaction"]]
    assert len(sent) == len(set(sent))
    assert all(ask(url, "eth_getTransactionReceipt", each)["status"] == "0x1" for each in sent)
    assert [step["day"] for step in told["steps"]] == sorted(step["day"] for step in told["steps"])
    assert all(check["holds"] for check in told["checks"])


def test_demo__nothing_given__adds_up_in_words_and_leaves_nothing(tmp_path):
    demo = Demo(tmp_path)
    code, out, err = demo.ended()

    assert code == 0, err
    assert demo.left_behind() == []
    table = out[out.index("Who got what of the money") : out.index("Who got what of the workers' tokens")]
    cells = re.findall(r"^ {2}\w.*?([\d,]+(?:\.\d+)?) USDC", table, re.MULTILINE)
    amounts = [Fraction(cell.replace(",", "")) for cell in cells]
    assert len(amounts) == 6
    assert sum(amounts[:-1]) == amounts[-1]
    assert "BROKEN" not in out
    assert out.count("holds: ") == 10


def test_demo__money_that_nobody_told_of__does_not_add_up(tmp_path):
    """A stranger's transfer to the contract while the demo runs: the table misses it, and the command says so."""
    with anvil() as url:
        demo = Demo(tmp_path, "--json", host=url)
        stranger, contract = ask(url, "eth_accounts")[8], ""
        assert demo.process.stderr is not None
        for line in demo.process.stderr:
            if match := re.search(r"contract Agreement is deployed at 0x(\w{40})", line):
                contract = match.group(1)
            elif match := re.search(r"A play USDC with permits is deployed at (0x\w{40})", line):
                mint = "0x" + keccak(text="mint(address,uint256)")[:4].hex() + contract.rjust(64, "0") + f"{5:064x}"
                ask(url, "eth_sendTransaction", {"from": stranger, "to": match.group(1), "data": mint})
                break
        code, out, err = demo.ended()

    told = json.loads(out)
    assert code == 1
    assert [check["what"] for check in told["checks"] if not check["holds"]] == [
        "the table adds up to what was funded",
        "the contract holds what the table says",
    ]
    assert told["funded"] - sum(row["amount"] for row in told["money"]) == 5
    assert "does not add up" in err


def test_demo__killed__leaves_neither_process_nor_file(tmp_path):
    demo = Demo(tmp_path)
    assert demo.process.stdout is not None
    assert any("is deployed" in line for line in demo.process.stdout)
    demo.process.send_signal(signal.SIGTERM)
    code, _, _ = demo.ended()

    assert code != 0
    assert demo.left_behind() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--period", "2015-12"], "has no '2015-12'; its periods are 2016-03"),
        (["--data", "LICENSE"], "LICENSE"),
        (["--data", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_demo__bad_input__named_before_anything_happens(tmp_path, options, said):
    demo = Demo(tmp_path, *options, "--json")
    code, out, err = demo.ended()

    assert code != 0
    assert said in err
    assert "Traceback" not in err
    assert out == ""
    assert demo.left_behind() == []


def test_demo__chain_with_blocks__refused(tmp_path):
    with anvil() as url:
        ask(url, "anvil_mine", "0x1")
        code, out, err = Demo(tmp_path, "--json", host=url).ended()

        assert (code, out) == (1, "")
        assert "start a fresh Anvil" in err
        assert int(ask(url, "eth_blockNumber"), 16) == 1


def test_clock__network_of_others__not_set(tmp_path):
    """The clock belongs to local chains: the demo plays on no other."""
    with anvil("--chain-id", "11155111") as url:
        program = ["ape", "run", "demo", "--network", f"ethereum:sepolia:{url}"]
        environment = os.environ | {"TMPDIR": str(tmp_path)}
        done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True)

        assert done.returncode == 1
        assert "use a local chain" in done.stderr
        assert int(ask(url, "eth_blockNumber"), 16) == 0
