"""The example on a test network, rehearsed: keystore accounts, scripts alone, every step done twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from tests.anvil import anvil, ask
from tests.measurement import reference
from tests.measurement.desk import EXAMPLE, MARCH, generator
from tests.scripts.rehearsal import SEPOLIA, Rehearsal
from tests.scripts.stage import Stage

UNIT = 10**6
CLOCK = 1455883200
"""2016-02-19 12:00 UTC: the example's bid ends on 2016-03-31."""
DEPOSIT, HELD, ONBOARDING = 100_000 * UNIT, 112_000 * UNIT, 12_500 * UNIT
RETAINED = ONBOARDING * 5 // 100
WHO = ("client", "contractor", "carrier")


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Iterator[Stage]:
    with anvil("--chain-id", str(SEPOLIA), "--accounts", "0", "--timestamp", str(CLOCK)) as url:
        yield Stage(Rehearsal(tmp_path_factory.mktemp("user")), url)


def twice(stage: Stage, *arguments: str, account: str) -> Any:
    """Runs a command that sends one transaction from the account; run again it sends none and says so."""
    before = stage.height
    first = stage.act(*arguments, account=account)
    receipt = ask(stage.url, "eth_getTransactionReceipt", first["transaction"])
    assert (first["sent"], receipt["status"], receipt["from"]) == (True, "0x1", stage.addresses[account].lower())
    assert stage.height == int(receipt["blockNumber"], 16) == before + 1

    again = stage.act(*arguments, account=account)
    assert stage.height == before + 1
    assert (again["sent"], again["transaction"], again["events"]) == (False, None, [])
    assert (again["id"], again["origin"]) == (first["id"], first["origin"])
    return first


def test_open__what_is_missing_is_named__nothing_sent(stage, tmp_path):
    """Another chain, no record of the contracts, a file that is no permit, a folder that is not there.

    Of a document of its own: one in force opens again without a question.
    """
    file = stage.file("bid.yaml", EXAMPLE / "agreement.yaml", "--renew")
    carrier = ["--account", "carrier", "--yes", "--json"]
    with anvil("--chain-id", "31337", "--accounts", "0") as url:
        other = ["agreement", "open", file, "--network", f"ethereum:sepolia:{url}", *carrier]
        refused = stage.user.run(*other, fails=True)
        assert ask(url, "eth_blockNumber") == "0x0"
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "chain ID '31337', which does not match network chain ID '11155111'" in refused.stderr

    unrecorded = ["agreement", "digest", file, "--chain-id", "1", "--json"]
    records = stage.user.deployments / "1.json"
    said = stage.user.run(*unrecorded, fails=True).stderr
    assert f"{records} records no Agreement. Deploy it: ape run deploy --network …" in said

    wrong = tmp_path / "wrong.permit"
    wrong.write_text("0x1234\n")
    said = stage.fails("agreement", "open", file, "--permit", str(wrong), account="carrier")
    assert f"{wrong} is no permit: the client makes one with `ape run agreement sign FILE --permit" in said

    nowhere = str(tmp_path / "nowhere" / "client.sig")
    said = stage.fails("agreement", "sign", file, "--output", nowhere, account="client")
    assert f"{nowhere}: No such file or directory." in said


def test_life__two_sign_and_a_third_carries__every_second_run_changes_nothing(stage, tmp_path):
    file = stage.file("desk.yaml", EXAMPLE / "agreement.yaml")
    stage.mint("client", 120_000 * UNIT)
    client, contractor, permit = (str(tmp_path / name) for name in ("client.sig", "contractor.sig", "client.permit"))

    # 3.5: signing sends nothing, and an account signs equal documents equally.
    before = stage.height
    bid = stage.act("agreement", "sign", file, "--output", contractor, account="contractor")
    order = stage.act("agreement", "sign", file, "--output", client, "--permit", permit, account="client")
    assert stage.act("agreement", "sign", file, "--output", contractor, account="contractor") == bid
    assert (bid["signer"], order["signer"]) == (stage.addresses["contractor"], stage.addresses["client"])
    assert [Path(path).read_text().strip() for path in (contractor, client)] == [bid["signature"], order["signature"]]
    assert stage.height == before
    origin = bid["id"]

    # 4.2: the carrier pays the gas alone; permit and deposit are the client's.
    carried = ["--signature", contractor, "--signature", client, "--permit", permit]
    opened = twice(stage, "agreement", "open", file, *carried, account="carrier")
    parties = {role: stage.addresses[role] for role in ("client", "contractor")}
    assert opened["events"] == [
        {"name": "Opened", "origin": origin, **parties, "token": stage.token, "deposit": DEPOSIT}
    ]
    assert stage.purses(*WHO) == {"client": 20_000 * UNIT, "contractor": 0, "carrier": 0, "Agreement": DEPOSIT}

    # 6.2: up to a total; the allowance is for the difference.
    said = stage.fails("agreement", "fund", file, "112,000 USDC", account="client")
    assert "12,000 USDC are missing" in said
    assert 'ape run agreement approve FILE "12,000 USDC" --account' in said
    twice(stage, "agreement", "approve", file, "12,000 USDC", account="client")
    funded = twice(stage, "agreement", "fund", file, "112,000 USDC", account="client")
    assert funded["events"] == [
        {"name": "Funded", "origin": origin, "by": stage.addresses["client"], "amount": HELD - DEPOSIT}
    ]
    assert stage.purses(*WHO) == {"client": 8_000 * UNIT, "contractor": 0, "carrier": 0, "Agreement": HELD}

    # 4.9: the operators work for the parties once anybody has appointed them.
    appointed = twice(stage, "agreement", "appoint", file, account="carrier")
    assert appointed["events"] == [{"name": "OperatorsAppointed", "origin": origin, "id": origin}]
    roster = tmp_path / "roster.pdf"
    roster.write_bytes(b"twelve trained agents")
    submitted = twice(stage, "agreement", "submit", file, "onboarding", str(roster), account="contractor-operator")
    (seal,) = tmp_path.glob("roster.pdf.*.seal.json")
    salt = bytes.fromhex(json.loads(seal.read_text())["salt"][2:])
    sealed = "0x" + keccak(salt + sha256(roster.read_bytes()).digest()).hex()
    assert submitted["events"] == [{"name": "Submitted", "origin": origin, "milestone": 0, "deliverable": sealed}]

    # 5.4, 6.3: paid, less what is held back.
    accepted = twice(stage, "agreement", "accept", file, "onboarding", account="client-operator")
    paid = {"paid": ONBOARDING - RETAINED, "retained": RETAINED}
    assert accepted["events"] == [{"name": "Accepted", "origin": origin, "milestones": 1, **paid}]
    assert stage.purses(*WHO) == {
        "client": 8_000 * UNIT,
        "contractor": ONBOARDING - RETAINED,
        "carrier": 0,
        "Agreement": HELD - ONBOARDING + RETAINED,
    }

    status = stage.act("agreement", "status", file)
    assert status["money"] == {
        "funded": HELD,
        "held": HELD - ONBOARDING,
        "holdback": RETAINED,
        "paid": ONBOARDING - RETAINED,
        "refunded": 0,
        "owed": 0,
    }
    # 6.6: what is wanted held is the open milestone, and two periods at the cap.
    assert (status["covered"], status["needed"]) == (True, (7_500 + 2 * 40_000) * UNIT)
    assert (status["name"], status["status"], status["inForce"]) == ("it-service-desk", "LIVE", True)
    assert status["id"] == status["origin"] == status["documentInForce"] == origin
    assert (status["endsAt"], status["ending"], status["events"]) == (None, None, 5)
    assert [(each["phase"], each["toContractor"], each["rest"]) for each in status["milestones"]] == [
        ("ACCEPTED", ONBOARDING, 0),
        ("OPEN", 0, 7_500 * UNIT),
    ]
    assert [each["settled"] for each in status["periods"]] == [False] * 12
    assert stage.act("agreement", "status", file) == status


def test_measure__generated_log__figures_and_evidence_of_a_second_count(user, tmp_path):
    """8.9, 8.10: without a chain; run again, the same."""
    log, secret = tmp_path / "incidents.csv.gz", tmp_path / "evidence.key"
    generator().generate(log)
    file = str(EXAMPLE / "agreement.yaml")
    measure = ["sla", "measure", file, "--data", str(log), "--secret", str(secret), "--period", MARCH.name]

    told = user.json(*measure)

    rows, lines = reference.read(log)
    cases = reference.cases_in(rows, MARCH.start, MARCH.end)
    figures = reference.figures(cases, reference.waiting(rows))
    numbers = {case["number"] for case in cases}
    events = [line for row, line in zip(rows, lines, strict=True) if row["number"] in numbers]
    leaves = reference.leaves(events, bytes.fromhex(secret.read_text().strip()), MARCH.name)
    assert told == {
        "period": "2016-03",
        "levels": [{"name": name, "good": good, "total": total} for name, good, total in figures],
        "quantities": [{"name": "resolved-tickets", "count": sum(case["resolved_at"] != "?" for case in cases)}],
        "evidenceRoot": "0x" + reference.root(leaves).hex(),
        "eventCount": len(events),
    }
    assert told["levels"][0]["total"] == 40
    assert user.json(*measure) == told
