"""What slither finds is answered, or the proof fails; an answer nobody asked for fails it as well."""

import pytest
from ruamel.yaml import YAML

from .support import ROOT, load


def finding(check, contract, function):
    parent = {"type": "contract", "name": contract}
    node = {"type": "function", "name": function, "type_specific_fields": {"parent": parent}}
    inner = {"type": "node", "name": "x = y", "type_specific_fields": {"parent": node}}
    return {"check": check, "description": "why", "elements": [inner]}


ANSWERS = {
    "detectors": {"timestamp": "Days."},
    "findings": [{"check": "calls-loop", "in": ["Payroll.pay", "Payroll.claim"], "reason": "Batches."}],
}
ASKED = [
    finding("timestamp", "Agreement", "open"),
    finding("calls-loop", "Payroll", "pay"),
    finding("calls-loop", "Payroll", "claim"),
]


def test_findings__all_answered__nothing_is_left():
    assert load("findings").compare(ASKED, ANSWERS) == ([], [])


def test_findings__new_one__is_not_answered():
    new = finding("calls-loop", "Agreement", "pay")

    assert load("findings").compare([*ASKED, new], ANSWERS) == ([new], [])


@pytest.mark.parametrize(("left", "said"), [(ASKED[1:], ["timestamp"]), (ASKED[:2], ["calls-loop in Payroll.claim"])])
def test_findings__gone__its_answer_is_named(left, said):
    assert load("findings").compare(left, ANSWERS) == ([], said)


def test_findings__each_answer__has_a_reason():
    answers = YAML(typ="safe").load(ROOT / "toolchain" / "findings.yaml")

    reasons = [*answers["detectors"].values(), *(answer["reason"] for answer in answers["findings"])]
    assert all(len(reason) > 20 for reason in reasons)
