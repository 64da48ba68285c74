"""A request's file and its paper: what they say, and each mistake with its place (SPEC.md 15.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.market import asked
from tests.market.papers import CHAIN, REGISTRY, account
from workpact.market.paper import Paper
from workpact.market.request import BadRequest, Request
from workpact.terms import TermsError, loads
from workpact.terms.fields import ZERO_ADDRESS


def said(error: TermsError) -> str:
    """Its message without the folder that the test wrote to."""
    return str(error).replace(str(error.file), error.file.rsplit("/", 1)[-1])


# What it says


def test_request__from_its_file__is_what_the_file_says():
    request = asked.request()

    assert (request.client, request.agreement) == (account(asked.CLIENT).address, asked.AGREEMENT)
    assert (request.chain_id, request.registry, request.title) == (CHAIN, REGISTRY, "A small desk")
    assert (request.deadline, request.reveal, request.decide) == (asked.DEADLINE, asked.REVEAL, asked.DECIDE)
    assert request.open == {"amounts", "due-dates", "rates", "fixed-charge", "cap", "targets", "credits"}
    assert request.most == 4_000_000_000
    assert request.volumes == {"tickets": 100}
    assert request.weights == {"price": 500_000, "service": 200_000, "record": 200_000, "availability": 100_000}
    assert request.trusted == (asked.TRUSTED,)


def test_message__of_a_request__names_nobody_and_opens_until_decide():
    message = asked.request().message
    conditions = message["annex"]["conditions"]

    assert message["deal"]["contractor"] == ZERO_ADDRESS
    assert message["annex"]["offer"]["salt"] == 0
    assert message["annex"]["offer"]["openBefore"] == asked.DECIDE
    assert conditions["legalText"] == bytes(32)
    assert conditions["operators"]["contractor"] == []
    reporters = conditions["service"]["levels"]["reporters"]
    assert (reporters["contractor"], reporters["contractorReporters"]) == (ZERO_ADDRESS, [])
    # All else is the client's, as in its file.
    assert message["deal"]["review"] == 14 * 86_400
    assert [item["amount"] for item in message["milestones"]] == [500_000_000, 1_000_500_000, 250_000_000]
    assert conditions["operators"]["client"] == [asked.ROLES["client-operator"]]


def test_terms__as_published__have_no_salt_and_leave_the_contractor_open():
    terms = asked.request().terms

    assert "9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170615243f4e5d6c7b8a90b1c2d3e" not in terms
    assert set(loads(terms).unresolved) == {"contractor", "contractor-operator", "contractor-reporter"}


def test_request__written_twice__is_the_same_paper():
    bodies = [asked.request_file().body(asked.AGREEMENT) for _ in range(2)]

    papers = [Paper.signed(account(asked.CLIENT), "request", body, CHAIN, REGISTRY) for body in bodies]
    assert papers[0].id == papers[1].id == asked.request().id


# The file's mistakes

MISTAKES = {
    "weights_short": (
        (("price: 50 %", "price: 40 %"),),
        "request.yaml:10: spec.weights: add up to 90 % → make them 100 %",
    ),
    "reveal_first": (
        (("reveal: 2027-01-22", "reveal: 2027-01-20 11:00"),),
        "request.yaml:13: spec.reveal: is not after the deadline → leave time to lay down the roll and to open",
    ),
    "decide_first": (
        (("decide: 2027-01-30", "decide: 2027-01-21"),),
        "request.yaml:14: spec.decide: is not after reveal → leave time to compare bids and to accept one",
    ),
    "decide_after_due": (
        (("decide: 2027-01-30", "decide: 2027-02-14"),),
        "request.yaml:14: spec.decide: is not before the milestone plan is due → decide earlier, or make it due later",
    ),
    "unknown_open": (
        (("cap, targets", "cap, target"),),
        "request.yaml:7: spec.open[5]: there is no 'target' to leave open → did you mean 'targets'?",
    ),
    "twice_open": (
        (("[amounts, ", "[amounts, amounts, "),),
        "request.yaml:7: spec.open[1]: 'amounts' is there twice → keep one",
    ),
    "no_quantity": (
        (("quantities: {tickets: 100}", "quantities: {}"),),
        "request.yaml:9: spec.quantities.tickets: is missing: bids could not be compared → "
        "add tickets: and how many are expected a period",
    ),
    "other_quantity": (
        (("{tickets: 100}", "{tickets: 100, ticket: 3}"),),
        "request.yaml:9: spec.quantities.ticket: the agreement prices no 'ticket' → did you mean 'tickets'?",
    ),
    "no_number": (
        (("tickets: 100", "tickets: 1e3"),),
        "request.yaml:9: spec.quantities.tickets: '1e3' is not a whole number → write digits only, like 1,800",
    ),
    "other_money": (
        (("4,000 TUSD", "4,000 EUR"),),
        "request.yaml:8: spec.limits.price: '4,000 EUR' is in EUR, the document's token is TUSD → "
        'write a number and the token, like "12,500 TUSD"',
    ),
    "other_zone": (
        (("timezone: UTC", "timezone: Europe/Berlin"),),
        "request.yaml:5: spec.timezone: is Europe/Berlin, the agreement's is UTC → "
        "use one time zone in both, so that nobody misreads a date",
    ),
    "unknown_key": (
        (("deadline:", "dedline:"),),
        "request.yaml:12: spec.dedline: there is no 'dedline' here → did you mean 'deadline'?",
    ),
    "trusted_twice": (
        (
            (
                '["TRUSTED"]',
                '["TRUSTED", "TRUSTED"]',
            ),
        ),
        f"request.yaml:11: spec.trusted[1]: {asked.TRUSTED} is there twice → keep one",
    ),
    "no_agreement": (
        (("  agreement: agreement.yaml\n", ""),),
        "request.yaml:4: spec.agreement: is missing → name the agreement file that is to be filled in",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_file__mistake__says_where_and_what_to_write(name):
    edits, expected = MISTAKES[name]

    with pytest.raises(TermsError) as info:
        asked.request_file(*edits)

    assert expected in [said(error) for error in info.value.errors]


AGREEMENT_MISTAKES = {
    "named_contractor": (
        ("wallet: ${contractor}\n", f"wallet: '{asked.address('somebody')}'\n"),
        f"agreement.yaml has the contractor {asked.address('somebody')} already → "
        'write wallet: "${contractor}" there: bidders fill it in',
    ),
    "forgotten_name": (
        ("${backup}", "${second-arbiter}"),
        "agreement.yaml has names that nobody said the addresses of: second-arbiter → give --wallet second-arbiter=0x…",
    ),
}


@pytest.mark.parametrize("name", AGREEMENT_MISTAKES)
def test_agreement__that_no_bidder_could_fill_in__is_refused(name):
    edit, expected = AGREEMENT_MISTAKES[name]

    with pytest.raises(TermsError) as info:
        asked.request_file(agreement=(edit,))

    assert said(info.value) == f"request.yaml:6: spec.agreement: {expected}"


# Papers of strangers


def body_with(**changes: Any) -> Paper:
    """The request's paper with parts of its body replaced, signed by the client."""
    body = dict(asked.request().paper.body) | changes
    return Paper.signed(account(asked.CLIENT), "request", body, CHAIN, REGISTRY)


HOSTILE = {
    "other_client": ({}, asked.OTHER, "is by {signer} and for the client {client}."),
    "weights": (
        {"weights": {"price": "1", "service": "0", "record": "0", "availability": "0"}},
        asked.CLIENT,
        "has weights that add up to 1 ppm, not 1,000,000.",
    ),
    "instants": ({"reveal": str(asked.DEADLINE)}, asked.CLIENT, "has not deadline before reveal before decide."),
    "decide": (
        {"decide": str(asked.DECIDE + 1)},
        asked.CLIENT,
        "can be opened until another time than decide.",
    ),
    "volumes": ({"volumes": {}}, asked.CLIENT, "expects nothing and prices tickets."),
    "lines": ({"title": "two\nlines"}, asked.CLIENT, "has a title that is not one line of at most 200 characters."),
    "no_yaml": (
        {"terms": "{"},
        asked.CLIENT,
        "has a file that is no agreement: the file of request {id}:2: not YAML: expected the node content, but found "
        "'<stream end>' → mend…",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_paper__that_nobody_can_answer__is_refused_with_the_reason(name):
    changes, signer, expected = HOSTILE[name]
    body = dict(asked.request().paper.body) | changes
    paper = Paper.signed(account(signer), "request", body, CHAIN, REGISTRY)

    with pytest.raises(BadRequest) as info:
        Request.of(paper)

    filled = expected.format(signer=account(signer).address, client=account(asked.CLIENT).address, id=paper.id)
    assert str(info.value).startswith(f"The request {paper.id} {filled[:60]}")


def test_paper__whose_file_says_otherwise_than_its_message__is_refused():
    paper = body_with(terms=asked.request().terms.replace("500 TUSD", "5 TUSD").replace("total: 3,750.50 TUSD", "# "))

    with pytest.raises(BadRequest, match="has a file that says something else than its message"):
        Request.of(paper)


FORMS = {
    "missing": {"trusted": None},
    "open": {"open": ["targets", "amounts"]},
    "unknown_open": {"open": ["everything"]},
    "number": {"deadline": "1e9"},
    "negative": {"most": "-1"},
    "huge": {"most": "9" * 29},
    "address": {"agreement": "0x00"},
    "zero": {"trusted": [ZERO_ADDRESS]},
    "list": {"volumes": []},
    "weights": {"weights": {"price": "1000000"}},
    "name": {"volumes": {"Tickets!": "1"}},
    "message": {"message": {}},
    "member": {"message": {"deal": [], "milestones": [], "arbitration": {}, "annex": {}}},
    "more": {"more": "of it"},
}


@pytest.mark.parametrize("name", FORMS)
def test_paper__of_another_form__is_a_bad_request_and_nothing_else(name):
    body = {key: value for key, value in (dict(asked.request().paper.body) | FORMS[name]).items() if value is not None}

    with pytest.raises(BadRequest):
        Request.of(Paper.signed(account(asked.CLIENT), "request", body, CHAIN, REGISTRY))
