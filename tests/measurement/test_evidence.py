"""Evidence commits to every row of the period's cases and opens one at a time (SPEC 8.9)."""

import json
import stat
from array import array

import pytest

from tests.measurement import reference
from tests.measurement.desk import ALL, MARCH, SECRET, desk, generator, row, write_log
from workpact.measurement import (
    Evidence,
    EvidenceTree,
    Period,
    load_or_create_secret,
    measure,
    period_key,
    verify,
)
from workpact.measurement.errors import EvidenceError, KeyFileError, MeasurementMismatch, ReportError
from workpact.measurement.evidence import Events
from workpact.measurement.tree import Words


def leaf(number):
    return number.to_bytes(32, "big")


def pair(one, other):
    return reference.keccak(min(one, other) + max(one, other))


def test_trees_by_hand():
    """Written out, with leaves given in falling order."""
    one, two, three, four, five = (leaf(number) for number in range(1, 6))

    assert EvidenceTree([]).root == bytes(32)
    assert EvidenceTree([one]).root == one
    assert EvidenceTree([two, one]).root == pair(one, two)
    assert EvidenceTree([three, two, one]).root == pair(pair(one, two), three)
    tree = EvidenceTree([five, four, three, two, one])
    assert tree.root == pair(pair(pair(one, two), pair(three, four)), five)
    assert tree.proof(0) == (pair(pair(one, two), pair(three, four)),)
    assert tree.proof(4) == (two, pair(three, four), five)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_of_every_tree_is_proved_and_no_other(size):
    leaves = [reference.keccak(leaf(number)) for number in range(size)]
    tree = EvidenceTree(leaves)

    assert tree.root == reference.root(leaves)
    for index, own in enumerate(leaves):
        proof = tree.proof(index)
        assert EvidenceTree.verify(tree.root, own, proof)
        assert not EvidenceTree.verify(tree.root, leaf(index), proof)
        assert not proof or not EvidenceTree.verify(tree.root, own, proof[1:])


def test_equal_leaves_are_both_proved():
    tree = EvidenceTree([leaf(1), leaf(2), leaf(1)])
    assert tree.root == pair(pair(leaf(1), leaf(1)), leaf(2))
    assert all(EvidenceTree.verify(tree.root, tree.leaves[i], tree.proof(i)) for i in range(3))


def test_all_rows_of_the_periods_cases_are_events_and_no_others(tmp_path):
    rows = [
        row(),
        row(number="INC2", closed_at="1/4/2016 00:00"),
        row(sys_mod_count="1"),
        row(number="INC2", sys_mod_count="1", closed_at="1/4/2016 00:00"),
    ]
    path = write_log(tmp_path / "log.csv", rows)
    _, lines = reference.read(path)

    measured = measure(desk(), path, MARCH, SECRET)

    assert [event.line for event in measured.evidence.events] == [2, 4]
    assert measured.event_count == 2
    expected = reference.leaves([lines[0], lines[2]], SECRET, "2016-03")
    assert [event.leaf for event in measured.evidence.events] == expected
    assert measured.evidence_root == reference.root(expected)


def test_the_root_does_not_depend_on_the_order_of_rows(tmp_path):
    rows = [row(number=f"INC{number}") for number in (1, 2, 3, 2)]
    first = measure(desk(), write_log(tmp_path / "a.csv", rows), MARCH, SECRET)
    second = measure(desk(), write_log(tmp_path / "b.csv", rows[::-1]), MARCH, SECRET)

    assert first.evidence_root == second.evidence_root
    assert len({event.leaf for event in first.evidence.events}) == 4


@pytest.mark.threat("T27")
def test_the_root_depends_on_the_secret_the_period_and_every_byte(tmp_path):
    path = write_log(tmp_path / "log.csv", [row()])
    other = write_log(tmp_path / "other.csv", [row(made_sla="True")])
    renamed = Period(name="March", start=MARCH.start, end=MARCH.end)
    roots = {
        measure(desk(), path, MARCH, SECRET).evidence_root,
        measure(desk(), path, MARCH, bytes(32)).evidence_root,
        measure(desk(), path, renamed, SECRET).evidence_root,
        measure(desk(), other, MARCH, SECRET).evidence_root,
    }
    assert len(roots) == 4


def test_equal_input_gives_equal_bytes(tmp_path):
    log = tmp_path / "log.csv"
    generator().generate(log, 3, 4)
    for name in "ab":
        measured = measure(desk(), log, ALL, SECRET)
        measured.evidence.write(tmp_path / f"{name}.json")
        (tmp_path / f"{name}.report").write_text(json.dumps(measured.to_json()))

    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.report").read_bytes() == (tmp_path / "b.report").read_bytes()


def test_a_secret_of_another_length_is_refused(tmp_path):
    path = write_log(tmp_path / "log.csv", [row()])
    with pytest.raises(ValueError, match="has 32 bytes, not 31"):
        measure(desk(), path, MARCH, bytes(31))


def test_evidence_is_kept_in_a_private_file_and_proves_single_events(tmp_path):
    log = write_log(tmp_path / "log.csv", [row(), row(number="INC2"), row(number="INC3")])
    measured = measure(desk(), log, MARCH, SECRET)
    path = tmp_path / "2016-03.evidence.json"
    path.write_text("an older one, open to all")
    measured.evidence.write(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []
    evidence = Evidence.read(path)
    assert evidence.events == measured.evidence.events
    proof = evidence.prove(3)
    event = measured.evidence.events[1]
    assert proof.event == event
    assert EvidenceTree.verify(measured.evidence_root, event.leaf, proof.proof)
    assert proof.to_json() == {
        "line": 3,
        "salt": "0x" + event.salt.hex(),
        "rowHash": "0x" + reference.keccak(log.read_bytes().split(b"\n")[2]).hex(),
        "leaf": "0x" + event.leaf.hex(),
        "proof": ["0x" + sibling.hex() for sibling in proof.proof],
        "evidenceRoot": "0x" + measured.evidence_root.hex(),
    }
    with pytest.raises(EvidenceError, match="cannot be written: No such file"):
        evidence.write(tmp_path / "none" / "evidence.json")
    with pytest.raises(EvidenceError, match="line 9 belongs to no case of period 2016-03"):
        evidence.prove(9)


def test_evidence_that_was_edited_is_refused(tmp_path):
    path = tmp_path / "evidence.json"
    events = Events(array("Q", [2]), Words.of([bytes(32)]), Words.of([leaf(7)]))
    Evidence("2016-03", events).write(path)
    path.write_text(path.read_text().replace("07", "08"))

    with pytest.raises(EvidenceError, match="its events do not give its root; measure again"):
        Evidence.read(path)
    path.write_text("{}")
    with pytest.raises(EvidenceError, match="is not an evidence file; measure again"):
        Evidence.read(path)
    with pytest.raises(EvidenceError, match="cannot be read: No such file"):
        Evidence.read(tmp_path / "none.json")


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "evidence.key"

    secret = load_or_create_secret(path)

    assert len(secret) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == secret.hex() + "\n"
    assert load_or_create_secret(path) == secret
    assert load_or_create_secret(tmp_path / "other.key") != secret


def test_secrets_that_cannot_be_used(tmp_path):
    path = tmp_path / "evidence.key"
    for content in ("", "ab" * 31, "xy" * 32, "ab" * 33):
        path.write_text(content)
        path.chmod(0o600)
        with pytest.raises(KeyFileError) as caught:
            load_or_create_secret(path)
        assert str(caught.value) == (f"{path}: does not hold 64 hex digits; get the file from the other side")
    path.write_text("ab" * 32)
    path.chmod(0o640)
    with pytest.raises(KeyFileError) as caught:
        load_or_create_secret(path)
    assert str(caught.value) == f"{path}: can be read by others; run: chmod 600 {path}"
    with pytest.raises(KeyFileError, match="cannot be created: No such file or directory"):
        load_or_create_secret(tmp_path / "none" / "evidence.key")


def test_a_periods_key_tells_nothing_of_anothers():
    keys = {period_key(SECRET, name) for name in ("2016-03", "2016-04", "")}
    assert len(keys | {SECRET}) == 4
    assert all(len(key) == 32 for key in keys)


def test_the_other_side_verifies_a_report_on_its_own_copy(tmp_path):
    log = tmp_path / "log.csv"
    generator().generate(log, 3, 4)
    report = measure(desk(), log, MARCH, SECRET).to_json()
    copy = tmp_path / "copy.csv.gz"
    generator().generate(copy, 3, 4)

    assert verify(desk(), copy, MARCH, SECRET, report).to_json() == report


@pytest.mark.threat("T14")
def test_each_difference_from_a_report_is_named(tmp_path):
    log = write_log(tmp_path / "log.csv", [row()])
    measured = measure(desk(), log, MARCH, SECRET)
    report = measured.to_json()
    report["levels"][0] = {"name": "made-sla", "good": 2, "total": 3}
    report["levels"][1] = {"name": "other", "good": 0, "total": 0}
    report["quantities"][0] = {"name": "tickets-resolved", "count": 4}
    report["evidenceRoot"] = "0x00"
    report["eventCount"] = 9

    with pytest.raises(MeasurementMismatch) as caught:
        verify(desk(), log, MARCH, SECRET, report)

    assert caught.value.differences == (
        f"evidenceRoot is 0x{measured.evidence_root.hex()} here, 0x00 there",
        "eventCount is 1 here, 9 there",
        "made-sla is 1/1 here, 2/3 there",
        "made-sla-p1 is 0/0 here, missing there",
        "other is missing here, 0/0 there",
        "tickets-resolved is 1 here, 4 there",
    )
    assert "Do not sign" in str(caught.value)


def test_a_report_in_another_order_or_with_a_level_twice_differs(tmp_path):
    log = write_log(tmp_path / "log.csv", [row()])
    for change in (lambda levels: levels.reverse(), lambda levels: levels.append(levels[0])):
        report = measure(desk(), log, MARCH, SECRET).to_json()
        change(report["levels"])
        with pytest.raises(MeasurementMismatch) as caught:
            verify(desk(), log, MARCH, SECRET, report)
        names = ", ".join(level["name"] for level in report["levels"])
        (difference,) = caught.value.differences
        assert difference.startswith("levels are made-sla, made-sla-p1, ")
        assert difference.endswith(f" here, {names} there")


@pytest.mark.parametrize("levels", [None, {}, ["made-sla"], [{"good": 1}]])
def test_what_is_no_report(tmp_path, levels):
    log = write_log(tmp_path / "log.csv", [row()])
    report = measure(desk(), log, MARCH, SECRET).to_json() | {"levels": levels}

    with pytest.raises(ReportError) as caught:
        verify(desk(), log, MARCH, SECRET, report)

    assert str(caught.value) == ("report, levels: is not a list of objects that have a name; ask for the report again")


def test_the_report_of_a_measurement(tmp_path):
    log = write_log(tmp_path / "log.csv", [row(), row(number="INC2", made_sla="false")])
    measured = measure(desk(), log, MARCH, SECRET)

    report = measured.to_json()

    assert list(report) == ["period", "levels", "quantities", "evidenceRoot", "eventCount"]
    assert report["period"] == "2016-03"
    assert report["levels"][0] == {"name": "made-sla", "good": 1, "total": 2}
    assert report["levels"][3] == {"name": "made-sla-p3", "good": 1, "total": 2}
    assert len(report["levels"]) == 9
    assert report["quantities"] == [{"name": "tickets-resolved", "count": 2}]
    assert report["evidenceRoot"] == "0x" + measured.evidence_root.hex()
    assert report["eventCount"] == 2
