"""`ape run demo` as a user types it, against the chain's raw logs and arithmetic of its own (SPEC.md §6 to §10)."""

from __future__ import annotations

import json
import re
import signal
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

import pytest
from eth_utils.crypto import keccak

from tests.anvil import anvil, ask
from tests.measurement.desk import generator
from tests.scripts.demo import (
    DOLLAR,
    SETTLED,
    TRANSFER,
    Demo,
    Traces,
    bare,
    history,
    logs,
    month_start,
    months_cost,
    refused,
    transfers,
    word,
)


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
    months = months_cost(log, 3)
    parts = ("charge", "credit", "paid", "retained")
    assert [tuple(month[part] for part in parts) for month in told["months"]] == [month["numbers"] for month in months]
    assert [Fraction(month["rate"], 10**12) for month in told["months"]] == [month["rate"] for month in months]
    assert [month["levels"] for month in told["months"]] == [month["levels"] for month in months]
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
    start = month_start(3)
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
        (book,) = [each for each in told["bundle"]["books"] if (each["contract"], each["key"]) == (name, key)]
        assert (book["events"], book["word"]) == (len(events), recomputed)
    assert told["bundle"]["block"]["hash"] == ask(url, "eth_getBlockByNumber", "latest", False)["hash"]


def test_quarter__every_step_with_a_transaction_succeeded_and_dates_only_rise(quarter):
    url, told, _ = quarter
    sent = [step["transaction"] for step in told["steps"] if step["transaction"]]
    assert len(sent) == len(set(sent)) > 3 * len(told["months"])
    assert all(ask(url, "eth_getTransactionReceipt", each)["status"] == "0x1" for each in sent)
    assert [step["day"] for step in told["steps"]] == sorted(step["day"] for step in told["steps"])
    # Three of money, one for each month, three of the workers' units, three histories, the bundle.
    assert [check["holds"] for check in told["checks"]] == [True] * 13


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
    assert out.count("holds: ") == 11


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
    ("options", "said", "code"),
    [
        (["--period", "2015-12"], "has no '2015-12'; its periods are 2016-03", 1),
        (["--data", "LICENSE"], "LICENSE", 1),
        (["--data", "nowhere.csv"], "nowhere.csv", 2),
    ],
)
def test_demo__bad_input__named_before_anything_happens(tmp_path, options, said, code):
    assert said in refused(Traces(tmp_path), *options, "--json", code=code)


def test_demo__chain_with_blocks__refused(tmp_path):
    with anvil() as url:
        ask(url, "anvil_mine", "0x1")
        assert "start a fresh Anvil" in refused(Traces(tmp_path, url), "--json")
        assert int(ask(url, "eth_blockNumber"), 16) == 1


def test_clock__network_of_others__not_set(tmp_path):
    """The clock belongs to local chains: the demo plays on no other."""
    with anvil("--chain-id", "11155111") as url:
        assert "use a local chain" in refused(Traces(tmp_path), "--network", f"ethereum:sepolia:{url}")
        assert int(ask(url, "eth_blockNumber"), 16) == 0
