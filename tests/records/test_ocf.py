"""The Open Cap Format export: what stands for what, valid against the format's schemas, and reproducible."""

from __future__ import annotations

import io
import json
import random
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import NAMESPACE_URL, uuid5

import pytest
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from tests.records.story import EQUITY, MANAGER, TOKEN, Story, wallet_of
from tests.records.test_cap_table import random_story
from workpact.ocf import Company, Invalid, Package, Person, Source, export, validate
from workpact.ocf.export import Token
from workpact.ocf.schedule import end_of, month_ends
from workpact.ocf.validation import BASE, SCHEMAS

DAY = 86_400
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
YEARS = 4 * 365 * DAY


def package_of(story: Story, **more) -> Package:
    return export(story.records, Source(1, story.block, story.now), **more)


def of_kind(package: Package, kind: str) -> list[dict]:
    name = "StakeholderEvents" if kind.startswith("CE_") else "Transactions"
    return [item for item in package.items(name) if item["object_type"] == kind]


def desk(**plan) -> tuple[Story, int]:
    """One plan of four years, with 5 workers."""
    story = Story(START - 20 * DAY)
    story.enrol(5)
    pool = story.open_pool(10**12)
    given = {"start": START + 3_600, "duration": YEARS, "step": 1}
    return story, story.create_plan(pool, **given | plan)


def test_end__cancels_returns_to_the_pool_and_leaves_what_had_vested():
    story, number = desk(duration=100 * DAY, step=DAY, start=START)
    story.grant(number, (1, 100_000_000), (1, 50_000_000))
    story.pass_(40 * DAY)
    story.claim(1)
    story.pass_(10 * DAY)
    story.end(1, 3)
    story.claim(1)
    package = package_of(story)
    validate(package)

    issued, _, balance = of_kind(package, "TX_EQUITY_COMPENSATION_ISSUANCE")
    (cancelled,) = of_kind(package, "TX_EQUITY_COMPENSATION_CANCELLATION")
    (returned,) = of_kind(package, "TX_STOCK_PLAN_RETURN_TO_POOL")
    before, after = of_kind(package, "TX_EQUITY_COMPENSATION_RELEASE")
    assert cancelled["security_id"] == returned["security_id"] == issued["security_id"] == before["security_id"]
    assert (cancelled["quantity"], cancelled["reason_text"]) == ("70.000000", "INVOLUNTARY_OTHER")
    assert (returned["quantity"], returned["stock_plan_id"]) == ("70.000000", issued["stock_plan_id"])
    assert cancelled["balance_security_id"] == balance["security_id"] == after["security_id"]
    assert balance["vestings"] == [{"amount": "10.000000", "date": "2026-03-31"}]
    assert (before["quantity"], after["quantity"]) == ("20.000000", "10.000000")
    stock = of_kind(package, "TX_STOCK_ISSUANCE")
    assert [each["quantity"] for each in stock] == ["20.000000", "10.000000"]
    assert [each["security_id"] for each in stock] == before["resulting_security_ids"] + after["resulting_security_ids"]
    # the other grant goes on: no status
    assert of_kind(package, "CE_STAKEHOLDER_STATUS") == []
    story.end(2, 3)
    package = package_of(story)
    (status,), (relation,) = (of_kind(package, f"CE_STAKEHOLDER_{kind}") for kind in ("STATUS", "RELATIONSHIP"))
    assert status["new_status"] == "TERMINATION_INVOLUNTARY_OTHER"
    assert (relation["relationship_started"], relation["relationship_ended"]) == ("EX_CONSULTANT", "CONSULTANT")
    (worker,) = package.items("Stakeholders")
    assert (worker["current_status"], worker["current_relationships"]) == (status["new_status"], ["EX_CONSULTANT"])


@pytest.mark.parametrize(
    ("reason", "status"),
    enumerate(
        ("VOLUNTARY_OTHER", "VOLUNTARY_GOOD_CAUSE", "VOLUNTARY_RETIREMENT", "INVOLUNTARY_OTHER", "INVOLUNTARY_DEATH",
         "INVOLUNTARY_DISABILITY", "INVOLUNTARY_WITH_CAUSE")
    ),
)  # fmt: skip
def test_status__leave_return_and_each_of_the_seven_reasons(reason, status):
    story, number = desk(mostLeave=30 * DAY)
    story.grant(number, (1, 10**6))
    story.pass_(30 * DAY)
    story.leave(1)
    story.pass_(DAY)
    story.come_back(1)
    story.end(1, reason)

    package = package_of(story)
    validate(package)

    told = [each["new_status"] for each in of_kind(package, "CE_STAKEHOLDER_STATUS")]
    assert told == ["LEAVE_OF_ABSENCE", "ACTIVE", f"TERMINATION_{status}"]


def test_offer__accepted_grants_are_issued_and_accepted_closed_ones_never_were():
    story, number = desk()
    story.reserve(1)
    story.offer(number, 3_000_000, 3, story.now, story.now + DAY)
    story.accept(number, 1, 2, 6, 1_000_000)
    story.pass_(2 * DAY)
    story.close(number, 1)

    package = package_of(story)
    validate(package)

    (issued,) = of_kind(package, "TX_EQUITY_COMPENSATION_ISSUANCE")
    (accepted,) = of_kind(package, "TX_EQUITY_COMPENSATION_ACCEPTANCE")
    assert (issued["custom_id"], issued["quantity"]) == ("grant-3", "1.000000")
    assert accepted["security_id"] == issued["security_id"]
    (worker,) = package.items("Stakeholders")
    assert worker["issuer_assigned_id"] == f"{MANAGER}:6"
    assert worker["comments"][1] == f"eip155:1:{wallet_of(6)}"


def test_names__only_from_the_roster_that_is_given():
    story, number = desk()
    story.grant(number, (1, 10**6), (2, 10**6))

    assert [each["name"]["legal_name"] for each in package_of(story).items("Stakeholders")] == ["worker-1", "worker-2"]
    package = package_of(
        story,
        people={(MANAGER, 2): Person("Ada Muster")},
        names={TOKEN: Token("Desk units", "DESK")},
        company=Company("Muster GmbH", "2019-05-01", "DE"),
    )
    validate(package)
    assert [each["name"]["legal_name"] for each in package.items("Stakeholders")] == ["worker-1", "Ada Muster"]
    assert [(each["name"], each["default_id_prefix"]) for each in package.items("StockClasses")] == [
        ("Desk units", "DESK-")
    ]
    issuer = package.read("Manifest")["issuer"]
    assert (issuer["legal_name"], issuer["formation_date"], issuer["country_of_formation"]) == (
        "Muster GmbH",
        "2019-05-01",
        "DE",
    )
    assert "placeholders" not in json.dumps(package.read("Manifest"))


def test_package__is_the_same_byte_for_byte(tmp_path):
    story = random_story(random.Random(7), 60)
    shuffled = list(story.records)
    random.Random(1).shuffle(shuffled)

    first, second = package_of(story), export(shuffled, Source(1, story.block, story.now))

    assert first.archive() == second.archive()
    first.write_zip(tmp_path / "a.zip")
    first.write_folder(tmp_path / "a")
    with zipfile.ZipFile(io.BytesIO(second.archive())) as archive:
        assert archive.namelist() == sorted(path.name for path in (tmp_path / "a").iterdir())
        for name in archive.namelist():
            assert archive.read(name) == (tmp_path / "a" / name).read_bytes()
            assert archive.getinfo(name).date_time == (1980, 1, 1, 0, 0, 0)
    other = export(story.records, Source(5, story.block, story.now))
    ids = {item["id"] for item in first.items("Transactions")}
    assert not ids & {item["id"] for item in other.items("Transactions")}


def test_ids_and_comments__are_those_of_chain_contract_transaction_and_log():
    story, _ = desk()
    opened = next(record for record in story.records if record.name == "PoolOpened")

    (plan,) = package_of(story).items("StockPlans")

    assert plan["id"] == str(uuid5(NAMESPACE_URL, f"1:{EQUITY}:{opened.transaction}:{opened.position}"))
    assert plan["comments"][0] == f"eip155:1/tx:{opened.transaction}"


def test_validate__says_what_is_wrong():
    story, number = desk()
    story.grant(number, (1, 10**6))
    package = package_of(story)

    names = ("Stakeholders", "StockClasses", "StockPlans", "VestingTerms", "StakeholderEvents")
    items = {name: package.items(name) for name in names}
    issued = of_kind(package, "TX_EQUITY_COMPENSATION_ISSUANCE")[0]
    wrong = [
        {key: value for key, value in issued.items() if key != "quantity"},
        issued | {"quantity": 1.5},
        {**issued, "object_type": "TX_GIFT"},
    ]
    manifest = {key: package.read("Manifest")[key] for key in ("as_of", "generated_at", "issuer")}
    with pytest.raises(Invalid) as refused:
        validate(Package.of(manifest | {"as_of": "2026-13-01"}, {**items, "Transactions": wrong}))
    assert len(refused.value.problems) == 5
    assert "Manifest.ocf.json as_of: '2026-13-01' is not a 'date'" in refused.value.problems[0]
    assert "item 0 : 'quantity' is a required property" in refused.value.problems[1]
    assert "TX_GIFT is no transaction of the format" in refused.value.problems[-1]
    files = {**package.files, "StockPlans.ocf.json": package.files["StockPlans.ocf.json"] + b"\n"}
    with pytest.raises(Invalid, match="not the one that the manifest names"):
        validate(replace(package, files=files))


def test_validate__agrees_with_whole_files_against_their_own_schemas():
    package = package_of(random_story(random.Random(3), 40))
    contents = [json.loads(path.read_text()) for path in SCHEMAS.rglob("*.schema.json")]
    registry = Registry().with_resources((each["$id"], DRAFT7.create_resource(each)) for each in contents)

    for name in ("Stakeholders", "StockClasses", "StockPlans", "VestingTerms", "Transactions"):
        schema = {"$ref": f"{BASE}files/{name}File.schema.json"}
        assert not list(Draft7Validator(schema, registry=registry).iter_errors(package.read(name)))
        assert package.read(name)["items"]


def test_schemas__are_unchanged_and_name_their_origin():
    paths = sorted(SCHEMAS.rglob("*.schema.json"))
    assert len(paths) == 175
    for path in paths:
        content = json.loads(path.read_text())
        place = path.relative_to(SCHEMAS).as_posix()
        assert content["$id"] == BASE + place
        assert content["$comment"].startswith("Copyright © 2026 Open Cap Table Coalition")
    assert "Schema and Documentation License" in (SCHEMAS / "LICENSE").read_text()


def test_month_ends():
    assert list(month_ends(date(2027, 12, 31), date(2028, 2, 1))) == [
        date(2027, 12, 31),
        date(2028, 1, 31),
        date(2028, 2, 29),
    ]
    assert end_of(date(2026, 3, 1)) == START + DAY - 1
