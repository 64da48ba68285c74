"""`ape run audit reconcile`: an agreement, a bundle, a whole deployment (SPEC.md 13.7)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit.life import Life
from tests.scripts.desk import Desk
from tests.scripts.typed import Terminal
from workpact.audit.node import Node
from workpact.audit.reconciliation import views

UNIT = 10**6


@pytest.fixture
def folders(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))


@pytest.fixture
def life(tmp_path, monkeypatch, chain, folders) -> Life:  # noqa: ARG001 - connected
    made = Life(tmp_path / "life", monkeypatch)
    made.play()
    return made


@pytest.fixture
def desk(tmp_path, monkeypatch, chain, folders) -> Desk:  # noqa: ARG001 - connected
    made = Desk(tmp_path / "desk", monkeypatch)
    made.open()
    return made


def of(life: Life) -> tuple[str, ...]:
    return life.file, "--document", life.amended


def sums(value: dict[str, Any]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """By contract and account, all that is said of it."""
    return {
        (each["contract"], each["account"]): (each["byEvents"], each["byContract"], each["byTransfers"], each["same"])
        for each in value["accounts"]
    }


def test_an_agreement__by_events_by_contracts_and_by_transfers_from_a_node_and_from_bundles(
    life, tmp_path, monkeypatch
):
    shown = life.json("audit", "reconcile", *of(life))
    # 3,000 deposited and funded up to 3,000 again; 500 for the plan, 700 of the build, and the month: of
    # 600 + 100 · 2.50 the credit is 3.6 %. A tenth of each is held back.
    month = 850 * UNIT - 850 * UNIT * 36 // 1000
    due = [500 * UNIT, month, 700 * UNIT]
    retained = [each // 10 for each in due]
    paid = sum(due) - sum(retained)
    (equation,) = shown["agreements"]
    assert equation["origin"] == shown["origin"]
    assert equation["funded"] == str(int(equation["held"]) + sum(due))
    assert equation["held"] == str(3_000 * UNIT)
    assert (equation["paid"], equation["refunded"], equation["fees"], equation["holdback"]) == (
        str(paid),
        "0",
        "0",
        str(sum(retained)),
    )
    collected, wages = due[0] - retained[0], 130 * UNIT
    assert sums(shown) == {
        ("Agreement", "funded"): (equation["funded"], None, equation["funded"], True),
        ("Agreement", "paid"): (str(collected), None, str(collected), True),
        ("Agreement", "refunded"): ("0", None, "0", True),
        ("Agreement", "held"): (str(3_000 * UNIT), str(3_000 * UNIT), None, True),
        ("Agreement", "holdback"): (str(sum(retained)), str(sum(retained)), None, True),
        ("Agreement", "to take"): (str(paid - collected), str(paid - collected), None, True),
        ("Payroll", "collected"): (str(collected), str(collected), str(collected), True),
        ("Payroll", "free"): (str(collected - wages), str(collected - wages), None, True),
        ("Payroll", "wages"): (str(wages), str(wages), None, True),
        ("Payroll", "wages paid"): (str(wages), None, str(wages), True),
    }
    assert shown["reconciled"] is True
    assert shown["coverage"]["comparisons"] == shown["coverage"]["comparisonsOf"]
    assert shown["coverage"]["accounts"] == shown["coverage"]["accountsOf"] == 10

    told = life.text("audit", "reconcile", *of(life))
    assert "funded = paid + refunded + fees + held + holdback in 1 of 1 agreements." in told
    assert "Coverage 100 %: 10 of 10 accounts" in told
    assert "Not compared: What payees are owed" in told
    assert "Reconciled: nothing differs." in told
    offline(life, tmp_path, monkeypatch, shown)


def offline(life: Life, folder: Path, monkeypatch: pytest.MonkeyPatch, shown: dict[str, Any]) -> None:
    """From bundles of the same block, with and without receipts."""
    bundles = {name: str(folder / f"{name}.bundle") for name in ("receipts", "plain")}
    made = life.json("audit", "export", *of(life), "--output", bundles["receipts"], "--receipts")
    life.json("audit", "export", *of(life), "--output", bundles["plain"])

    def unasked(*_: Any) -> Any:
        raise AssertionError("a bundle asks no node")

    monkeypatch.setattr(Node, "_post", unasked)
    named = ("--block-hash", shown["block"]["hash"])
    assert made["bytes"] == Path(bundles["receipts"]).stat().st_size
    carried = life.json("audit", "reconcile", bundles["receipts"], *named)
    assert carried["reconciled"] is True
    assert carried["agreements"] == shown["agreements"]
    assert [{**each, "byContract": None} for each in shown["accounts"]] == carried["accounts"]
    assert "What contracts answer: a bundle has their histories alone." in carried["leftOut"]
    assert carried["coverage"]["comparisons"] < carried["coverage"]["comparisonsOf"]

    bare = life.json("audit", "reconcile", bundles["plain"], *named)
    assert bare["agreements"] == shown["agreements"]
    assert bare["coverage"]["comparisons"] == 0
    assert any("export --receipts" in each for each in bare["leftOut"])


def test_a_deployment__with_what_was_sent_to_it_directly(desk):
    desk.token.transfer(desk.contracts["Payroll"], 17, sender=desk.account("client"))
    shown = desk.json("audit", "reconcile", "--all")
    one = desk.json("audit", "reconcile", desk.file)
    assert shown["origin"] is None
    assert shown["reconciled"] is True
    assert shown["leftOut"] == []
    assert (shown["blocks"], one["blocks"]) == (2, 1)
    assert shown["agreements"] == one["agreements"]
    balance, held, given = "balance", str(3_000 * UNIT), "17"
    assert sums(shown) == sums(one) | {
        ("Agreement", balance): (held, held, held, True),
        ("Payroll", balance): (given, given, given, True),
    }
    # When it was opened: funded, paid and refunded by transfers, held and holdback by the contract, its balance by
    # both; the last three again at the last block, and the payroll's balance by both.
    assert shown["coverage"] == {"accounts": 7, "accountsOf": 7, "comparisons": 12, "comparisonsOf": 12}
    (donation,) = shown["donations"]
    assert (donation["contract"], donation["amount"]) == (desk.contracts["Payroll"].address, given)
    assert (donation["from"], donation["block"]) == (desk.address("client"), desk.height)
    told = desk.text("audit", "reconcile", "--all")
    assert f"Sent to {desk.contracts['Payroll'].address} outside every agreement, in block {desk.height}: 17 of" in told
    assert "Reconciled: nothing differs." in told


def test_what_differs__is_named_with_its_first_block_and_ends_with_1(desk, monkeypatch):
    honest = views._asked
    (opened,) = desk.json("audit", "history", desk.file)["events"]
    block, transaction = opened["block"], opened["transaction"]

    def lying(node: Node, accounts: Any, at: int) -> Any:
        found = honest(node, accounts, at)
        return {account: value - (account.name == "held" and at >= block) for account, value in found.items()}

    monkeypatch.setattr(views, "_asked", lying)
    done = desk.run("audit", "reconcile", desk.file, "--json")
    assert done.exit_code == 1
    shown = json.loads(done.stdout)
    assert shown["reconciled"] is False
    (difference,) = shown["differences"]
    assert (difference["source"], difference["account"]["account"]) == ("contract", "held")
    assert (difference["block"], difference["event"]["transaction"]) == (block, transaction)
    assert (difference["expected"], difference["actual"]) == (str(3_000 * UNIT), str(3_000 * UNIT - 1))
    done = desk.run("audit", "reconcile", desk.file)
    assert done.exit_code == 1
    assert f"1 difference, the first after block {block}:" in done.stdout
    assert f"  block {block}, Opened (log {opened['position']}, {transaction}): Agreement held 0x" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("desk.yaml", "--all")])
def test_neither_or_both__is_refused(monkeypatch, arguments):
    done = Terminal({}, monkeypatch).run("audit", "reconcile", *arguments)
    assert done.exit_code == 2
    assert "Name the agreement, its file, id or bundle; or --all for all of the deployment." in done.stderr
