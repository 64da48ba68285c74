"""`ape run demo --example worker-owned-desk`: what two hundred workers have in the end, against sums of its own.

The chain is asked raw; what is expected is worked out in tests/scripts/quarter.py (SPEC.md §9, §12).
"""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest

from tests.anvil import anvil, ask
from tests.scripts.demo import Demo, bare, history, logs, transfers, word
from tests.scripts.quarter import (
    AWAY,
    BLOCKED,
    LEADS,
    LEAVER,
    LOST,
    REVENUE,
    SILENT,
    TOKEN,
    WORKERS,
    Expected,
    rows,
    spare,
    wallet,
)
from workpact.ocf import Evaluator

SUPPLY = "totalSupply()"
RUNS = 7


@pytest.fixture(scope="module")
def quarter(tmp_path_factory):
    """The chain that it was played on; what was told, and the sums expected."""
    folder = tmp_path_factory.mktemp("quarter")
    out = folder / "out"
    with anvil() as url:
        demo = Demo(folder, "--example", "worker-owned-desk", "--out", str(out), "--json", host=url)
        code, told, err = demo.ended()
        assert code == 0, err
        assert demo.left_behind() == []
        yield url, json.loads(told), Expected(out)


def balances(url, token, wallets):
    return {each: int(word(url, token, "balanceOf(address)", each), 16) for each in wallets}


def test_money__of_all_two_hundred__is_wages_and_revenue(quarter):
    """12.2, 9.12, to the smallest unit, wallet by wallet: also the lost one's and the blocked one's."""
    url, told, expected = quarter
    money = expected.money()

    assert len(money) == 400
    assert balances(url, told["token"], money) == money
    assert money[wallet(LOST)] == 0
    assert money[wallet(BLOCKED)] == expected.runs[0][BLOCKED]
    assert sum(amount == 0 for amount in money.values()) == 199
    assert all(int(ask(url, "eth_getBalance", each, "latest"), 16) == 0 for each in money)


def test_tokens__of_all_two_hundred__are_what_time_gate_and_the_leaver_rule_gave(quarter):
    """9.2 to 9.5, 9.8; the supply is what they have."""
    url, told, expected = quarter
    tokens = expected.tokens()

    assert balances(url, told["workerToken"], tokens) == tokens
    assert int(word(url, told["workerToken"], SUPPLY), 16) == sum(tokens.values())
    assert tokens[wallet(30)] == 1_000 * TOKEN * 5 // 8
    assert tokens[wallet(AWAY)] < tokens[wallet(1)]
    assert [tokens[wallet(worker)] for worker in SILENT] == [0, 0, 0]


def test_money__all_of_it__is_somewhere(quarter):
    """6.1, 12.4, 12.5: the contractor has its margin, the client the rest; what stays is what rounding left."""
    url, told, expected = quarter
    charged = sum(charge - credit for charge, credit in expected.months)
    wages = sum(sum(run.values()) for run in expected.runs)
    collected = 20_000 * 10**6 + charged
    minted = int(word(url, told["token"], SUPPLY), 16)
    revenue = sum(map(expected.revenue, WORKERS))

    held = balances(url, told["token"], [told["client"], told["contractor"], *told["contracts"].values()])
    contracts = {name: held.pop(address) for name, address in told["contracts"].items()}
    assert held == {told["client"]: minted - REVENUE - collected, told["contractor"]: expected.margin}
    assert contracts == {
        "Agreement": 0,
        "SLAOracle": 0,
        "WorkerEquity": REVENUE - revenue,
        "Payroll": collected - wages - expected.margin,
        "DataRoom": 0,
        "TalentRegistry": 0,
    }
    assert 0 <= contracts["WorkerEquity"] < len(WORKERS) + len(LEADS)
    assert 0 <= contracts["Payroll"] < 199 * 10**4
    assert wages >= collected * 80 // 100 - contracts["Payroll"]
    assert list(told["money"].values()) == [
        sum(expected.money().values()),
        held[told["client"]],
        held[told["contractor"]],
        *(contracts[name] for name in ("Agreement", "Payroll", "WorkerEquity")),
    ]


def test_table__of_everyone__is_what_was_expected(quarter):
    _, told, expected = quarter
    posted = (1, 3, 5)
    for row in told["workers"]:
        worker = row["worker"]
        moved = [spare(worker)] if worker in (LOST, BLOCKED) else []
        assert [each.lower() for each in row["wallets"]] == [wallet(worker), *moved]
        got = [run.get(worker, 0) for run in expected.runs]
        assert row["private"] == sum(got[number] for number in posted)
        assert row["wages"] + row["private"] == sum(got)
        assert row["revenue"] == expected.revenue(worker)
        assert row["tokens"] == sum(expected.vested(worker))
        left = sum(expected.granted(worker)) - row["tokens"]
        assert (row["unvested"], row["forfeited"]) == ((0, left) if worker == LEAVER else (left, 0))
        assert row["money"] == row["wages"] + row["private"] + row["revenue"]
    assert [row["worker"] for row in told["workers"]] == list(WORKERS)


def test_cap_table__from_events__is_the_model(quarter):
    """9.6."""
    url, told, expected = quarter
    granted = 230_000 * TOKEN
    claimed = sum(expected.tokens().values())
    forfeited = len(SILENT) * 1_000 * TOKEN + 1_000 * TOKEN - sum(expected.vested(LEAVER))

    assert told["capTable"] == {
        "units": 300_000 * TOKEN,
        "granted": granted,
        "offered": 0,
        "forfeited": forfeited,
        "claimed": claimed,
        "claimable": 0,
        "unvested": granted - forfeited - claimed,
        "left": 300_000 * TOKEN - granted + forfeited,
        "distributed": REVENUE,
    }
    assert [grant["state"] for grant in told["grants"] if grant["worker"] == LEAVER] == ["ended"]
    for grant in told["grants"]:
        place = grant["plan"] - 1
        assert grant["vested"] == grant["claimed"] == expected.vested(grant["worker"])[place]
        assert (
            int(word(url, told["contracts"]["WorkerEquity"], "vestedOf(uint256)", hex(grant["grant"])), 16)
            == (grant["vested"])
        )
    assert len(told["grants"]) == len(WORKERS) - len(SILENT) + len(LEADS)


def test_register__from_events__is_the_files(quarter):
    """12.3, 12.4."""
    _, told, expected = quarter
    totals = [sum(run.values()) for run in expected.runs]
    collected = sum(paid + kept for paid, kept in expected.payments)

    register = told["register"]
    assert register.pop("runs") == [
        {"run": number, "private": number in (2, 4, 6), "total": total, "lines": lines, "owed": 0}
        for number, total, lines in zip(range(1, RUNS + 1), totals, (150, 50, 150, 50, 150, 50, 199), strict=True)
    ]
    assert register == {
        "collected": collected,
        "wages": sum(totals),
        "margin": expected.margin,
        "free": collected - sum(totals) - expected.margin,
        "pledge": 800_000,
        "owed": 0,
        "paid": sum(totals),
    }


def test_margin__never_before_the_wages(quarter):
    """12.5, over the token's own transfers: of what came in, four fifths never left to the contractor."""
    url, told, expected = quarter
    payroll, contractor = bare(told["contracts"]["Payroll"]), bare(told["contractor"])
    came = taken = 0
    for by, to, amount, _ in transfers(url, told["token"]):
        came += amount if to == payroll else 0
        taken += amount if (by, to) == (payroll, contractor) else 0
        assert (came - taken) * 100 >= came * 80
    assert (came, taken) == (sum(paid + kept for paid, kept in expected.payments), expected.margin)


def test_histories__follow_from_raw_logs(quarter):
    """10.1."""
    url, told, _ = quarter
    for name in ("WorkerEquity", "Payroll"):
        contract, word_told = told["contracts"][name], told["histories"][name]
        books = {log["topics"][1] for log in logs(url, contract) if len(log["topics"]) > 1}
        recomputed = {book: logs(url, contract, None, book) for book in books}
        (events,) = [found for found in recomputed.values() if history(url, found) == word_told["word"]]
        assert len(events) == word_told["events"]
        assert word(url, contract, "historyOf(bytes32)", events[0]["topics"][1]) == word_told["word"]


def test_steps__all_succeeded_and_every_check_holds(quarter):
    url, told, _ = quarter
    sent = [step["transaction"] for step in told["steps"] if step["transaction"]]
    assert len(sent) == len(set(sent)) > 60
    assert all(ask(url, "eth_getTransactionReceipt", each)["status"] == "0x1" for each in sent)
    assert [step["day"] for step in told["steps"]] == sorted(step["day"] for step in told["steps"])
    assert [check["holds"] for check in told["checks"]] == [True] * 14


def test_names__are_in_the_roster_alone(quarter):
    """2.3: neither on chain, nor in what is told, nor in any other file."""
    url, told, expected = quarter
    roster = expected.folder / "roster.csv"
    names = [row["name"] for row in rows(roster)]
    assert len(set(names)) == 200
    assert roster.stat().st_mode & 0o777 == 0o600
    said = json.dumps(told, ensure_ascii=False)
    said += "".join(path.read_text() for path in expected.folder.rglob("*") if path.is_file() and path != roster)
    data = "".join(log["data"] for contract in told["contracts"].values() for log in logs(url, contract))
    assert [name for name in names if name in said or name.encode().hex() in data] == []


def test_open_cap_format__its_own_terms_vest_what_the_chain_says(quarter):
    """At the end of June, two of seven carried to the plan, and on the last day."""
    _, told, expected = quarter
    read = {
        name: json.loads((expected.folder / "ocf" / f"{name}.ocf.json").read_text())["items"]
        for name in ("VestingTerms", "Transactions", "Stakeholders")
    }
    evaluator = Evaluator(read["VestingTerms"], read["Transactions"])
    grants = {f"grant-{grant['grant']}": grant for grant in told["grants"]}
    # What stays of the ended grant is a security of its own, which counts with the one that it is left of.
    known = {issued["custom_id"]: security for security, issued in evaluator.issued.items()}
    assert known.keys() - grants.keys() == {f"grant-{LEAVER}-vested"}
    for name, grant in grants.items():
        worker, place = grant["worker"], grant["plan"] - 1
        in_june = expected.vested(worker, days=90, reached=2, leaver=Fraction(0))
        assert evaluator.cut(known[name], date(2026, 6, 30), 6) == in_june[place]
        assert evaluator.cut(known[name], date(2026, 7, 17), 6) == expected.vested(worker)[place]


def test_files__everyone_tax_and_pictures(quarter):
    _, told, expected = quarter
    table = rows(expected.folder / "everyone.csv")
    for row, worker in zip(table, told["workers"], strict=True):
        parts = ("worker", "wages", "private", "revenue", "tokens", "unvested", "forfeited")
        assert [int(row[part]) for part in parts] == [worker[part] for part in parts]
    taxed = rows(expected.folder / "tax.csv")
    wages = sum(int(row["amount"]) for row in taxed if row["kind"] == "wage")
    assert wages == sum(sum(run.values()) for run in expected.runs)
    assert {path.name for path in expected.folder.glob("*.svg")} == {
        "member.svg", "lead.svg", "leave.svg", "leaver.svg", "all-grants.svg", "pool.svg",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--example", "worker-owned-desk", "--period", "2016-03"], "--period is not for worker-owned-desk"),
        (["--example", "worker-owned-desk", "--data", "LICENSE"], "--data is not for worker-owned-desk"),
        (["--example", "worker-owned-desk", "--out", "docs"], "docs is not empty"),
        (["--out", "nowhere"], "--out is not for it-service-desk"),
        (["--example", "call-centre"], "'call-centre' is not one of"),
    ],
)
def test_options__of_the_other_example__named_before_anything_happens(tmp_path, options, said):
    demo = Demo(tmp_path, *options, "--json")
    code, out, err = demo.ended()

    assert (code != 0, out) == (True, "")
    assert said in err
    assert "Traceback" not in err
    assert demo.left_behind() == []
