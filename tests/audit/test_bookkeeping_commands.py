"""`ape run audit match` and `ape run audit books` on a chain and on a bundle (SPEC.md 13.8, 13.10)."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.desk import UNIT, Desk


@pytest.fixture
def desk(tmp_path, monkeypatch, chain) -> Desk:  # noqa: ARG001 - connected
    """The deposit of 3,000, the plan accepted: 450 paid, 50 held back."""
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    desk = Desk(tmp_path, monkeypatch)
    desk.open()
    desk.json("agreement", "accept", desk.file, "plan", account="client")
    return desk


@pytest.fixture
def statement(desk, tmp_path) -> Path:
    """The escrow's, as Xero has it."""
    file = tmp_path / "statement.csv"
    desk.json("audit", "books", desk.file, "--format", "xero", "--output", str(file))
    return file


def rows(file: Path) -> list[list[str]]:
    """Of a CSV file."""
    with file.open(newline="") as content:
        return list(csv.reader(content))


def spoiled(file: Path, *more: list[str]) -> str:
    """The same with more rows."""
    with file.open("a", newline="") as content:
        csv.writer(content).writerows(more)
    return str(file)


def unmatched(desk: Desk, *arguments: str) -> Any:
    """What a match says that leaves something over: exit code 1, and the JSON."""
    done = desk.run("audit", "match", desk.file, *arguments, "--json")
    assert done.exit_code == 1, done.stderr
    return json.loads(done.stdout)


def test_books__written_and_matched__nothing_left_over(desk, statement):
    heading, deposit, plan = rows(statement)
    assert heading == ["*Date", "*Amount", "Payee", "Description", "Reference", "Check Number"]
    assert deposit[1:4] == ["3000.00", "Client Ltd.", "funding"]
    assert plan[1:4] == ["-450.00", "Contractor Ltd.", "acceptance of milestone plan"]
    told = desk.json("audit", "match", desk.file, str(statement))
    assert [(each["by"], each["shape"], each["fee"]) for each in told["matches"]] == 2 * [("transaction", "one", "0")]
    assert (told["findings"], told["apart"]) == ([], None)
    assert "2 lines, 2 payments of the account escrow: 2 matches, 0 left over." in desk.text(
        "audit", "match", desk.file, str(statement)
    )


def test_match__donation_and_lost_transaction__asked_of_the_chain(desk, statement):
    """A transfer to the contract outside every agreement, one that is not on the chain, and one of no agreement."""
    gift = desk.token.transfer(desk.contracts["Agreement"], 77 * UNIT, sender=desk.account("client"))
    other = desk.token.transfer(desk.address("carrier"), 5 * UNIT, sender=desk.account("client"))
    (_, deposit, _) = rows(statement)
    day = deposit[0]
    told = unmatched(
        desk,
        spoiled(
            statement,
            [day, "77.00", "Client Ltd.", "funding", "0x" + gift.txn_hash.removeprefix("0x"), ""],
            [day, "-5.00", "", "", "0x" + other.txn_hash.removeprefix("0x"), ""],
            [day, "-9.00", "Contractor Ltd.", "", "0x" + 32 * "ab", ""],
        ),
    )
    found = {told["lines"][each["lines"][0]]["amount"]: each["error"] for each in told["findings"]}
    assert found == {
        str(77 * UNIT): "donation",
        str(-5 * UNIT): "of another agreement",
        str(-9 * UNIT): "not on the chain",
    }
    assert told["apart"] is not None


def test_match__donation_without_its_hash__found_by_its_amount(desk, statement):
    desk.token.transfer(desk.contracts["Agreement"], 77 * UNIT, sender=desk.account("client"))
    told = unmatched(desk, spoiled(statement, [rows(statement)[1][0], "77.00", "Client Ltd.", "funding", "", ""]))
    assert [each["error"] for each in told["findings"]] == ["donation"]


def test_match__left_over__shown_with_the_nearest_and_the_block(desk, statement):
    first, second, third = rows(statement)
    third[1] = "-449.00"
    with statement.open("w", newline="") as content:
        csv.writer(content).writerows([first, second, third])
    done = desk.run("audit", "match", desk.file, str(statement))
    block = unmatched(desk, str(statement))["apart"]
    assert done.exit_code == 1
    assert "wrong amount: booked -449.00 TUSD, paid -450.00 TUSD: 1.00 TUSD apart." in done.stdout
    assert f"Books and chain are apart after block {block}." in done.stdout
    assert f"block {block}: " in done.stdout
    assert desk.json("audit", "match", desk.file, str(statement), "--tolerance", "1.00")["findings"] == []


@pytest.mark.parametrize(
    ("form", "options", "match"),
    [
        ("beancount", (), ("--book-account", "Assets:Escrow")),
        ("hledger", (), ("--book-account", "Assets:Escrow")),
        ("camt053", ("--currency", "USD"), ("--currency", "USD")),
    ],
)
def test_books__every_format__is_read_back_and_the_same_twice(desk, tmp_path, form, options, match):
    name = {"beancount": "b.beancount", "hledger": "b.journal", "camt053": "b.xml"}[form]
    files = [tmp_path / f"{number}-{name}" for number in range(2)]
    head = desk.json("audit", "history", desk.file)["block"]["hash"]
    for file in files:
        desk.json("audit", "books", desk.file, "--format", form, "--output", str(file), "--block", head, *options)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert desk.json("audit", "match", desk.file, str(files[0]), *match)["findings"] == []
    assert not list(tmp_path.glob("*.part"))


def test_match__bundle__offline(desk, statement, tmp_path):
    bundle = str(tmp_path / "desk.bundle")
    made = desk.json("audit", "export", desk.file, "--output", bundle, "--receipts", "--papers")
    trusted = ("--block-hash", made["block"]["hash"])
    assert desk.json("audit", "match", bundle, str(statement), *trusted)["findings"] == []
    bare = str(tmp_path / "bare.bundle")
    made = desk.json("audit", "export", desk.file, "--output", bare, "--receipts")
    trusted = ("--block-hash", made["block"]["hash"])
    assert "--currency and --decimals" in desk.fails("audit", "match", bare, str(statement), *trusted)
    named = ("--known-as", "Client Ltd.=client", "--known-as", "Contractor Ltd.=contractor")
    told = desk.json("audit", "match", bare, str(statement), *trusted, "--currency", "TUSD", "--decimals", "6", *named)
    assert told["findings"] == []


def test_match__options__bad_ones_named(desk, statement):
    assert desk.json("audit", "match", desk.file, str(statement), "--currency", "USD")["findings"] == []
    for options, told in (
        (("--inverted",), "say --inverted"),
        (("--account", "client"), "say which (--account)"),
        (("--fee", "0.0000001"), "--fee: the amount is finer than TUSD"),
        (("--tolerance", "much"), "--tolerance: 'much' is no amount"),
    ):
        assert told in desk.fails("audit", "match", desk.file, str(statement), *options)


def test_books__name_that_a_format_has_not__nothing_written(desk, tmp_path):
    file = tmp_path / "b.xml"
    assert "say --currency and three letters" in desk.fails(
        "audit", "books", desk.file, "--format", "camt053", "--output", str(file)
    )
    assert not file.exists()
