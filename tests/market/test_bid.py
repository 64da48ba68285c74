"""Bids against their request: what may differ, and each violation with field and both values (SPEC.md 15.5, 15.6)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.market import asked
from tests.market.papers import CHAIN, REGISTRY, account
from tests.market.spoiling import at, leaves, put, spoil
from workpact.market.bid import BadBid, answered, price_units
from workpact.market.bid_file import file_problems
from workpact.market.paper import Paper
from workpact.market.request import OPEN

BIDDER = account(asked.BIDDER).address


def problems(*edits: tuple[str, str], request: Any = None) -> list[str]:
    """What is wrong with a file as an answer."""
    whole = request or asked.request()
    return answered(whole, asked.answer(*edits, asked=whole).message, BIDDER)


# What may differ


def test_bid__as_asked__is_valid_and_priced():
    bid = asked.read(asked.good_bid())

    assert (bid.bidder, bid.salt) == (BIDDER, asked.SALT)
    assert bid.agreement_id == asked.answer().id(CHAIN, asked.AGREEMENT)
    # 500 + 1,000.50 + 250, and twice 600 + 2.50 · 100
    assert bid.price_units == 3_450_500_000


BETTER = {
    "amounts": (("amount: 500 TUSD", "amount: 450 TUSD"), ("total: 3,750.50", "total: 3,700.50")),
    "due-dates": (("due: '2027-03-16'", "due: '2027-03-01'"),),
    "rates": (("rate: 2.50 TUSD", "rate: 2.40 TUSD"),),
    "fixed-charge": (("fixed: 600 TUSD", "fixed: 610 TUSD"),),
    "cap": (("cap: 1,000 TUSD", "cap: 900 TUSD"), ("total: 3,750.50", "total: 3,550.50")),
    "targets": (("target: '0.95'", "target: '0.97'"), ("below: 95 %", "below: 97 %"), ("below: 50 %", "below: 60 %")),
    "credits": (
        ("atRisk: 12 %", "atRisk: 15 %"),
        ("allocation: 30 %", "allocation: 40 %"),
        ("repeat: '2'", "repeat: '3'"),
    ),
}


@pytest.mark.parametrize("word", OPEN)
def test_open_field__better_for_the_client__is_taken_if_it_is_open(word):
    assert problems(*BETTER[word]) == []


@pytest.mark.parametrize("word", OPEN)
def test_closed_field__changed__is_refused_by_its_word(word):
    left = ", ".join(each for each in OPEN if each != word)
    request = asked.request(("[amounts, due-dates, rates, fixed-charge, cap, targets, credits]", f"[{left}]"))

    found = problems(*BETTER[word], request=request)

    assert found
    assert all(each.endswith(f"the request does not leave {word} open") for each in found)


def test_people_of_the_contractor__are_the_bidders_own():
    text = asked.request().terms
    start = text.index("      operators:\n", text.index("    contractor:\n"))
    section = text[start : text.index("  operatorLimit")]
    filled = asked.edited(section, (("${contractor-operator}", asked.address("operator of 2")),))
    filled = asked.edited(filled, (("${contractor-reporter}", asked.address("reporter of 2")),))

    assert problems((filled, "")) == []
    assert problems((asked.address("operator of 2"), asked.address("somebody"))) == []


# Violations

VIOLATIONS = {
    "due_later": (
        (("due: '2027-03-16'", "due: '2027-03-17'"),),
        "milestones[1].due: the request asks for 2027-03-16 UTC, the bid has 2027-03-17 UTC: not later",
    ),
    "cap_higher": (
        (("cap: 1,000 TUSD", "cap: 1,001 TUSD"), ("total: 3,750.50", "total: 3,752.50")),
        "annex.conditions.billing.cap: the request asks for 1,000 TUSD, the bid has 1,001 TUSD: not more",
    ),
    "target_weaker": (
        (("target: '0.95'", "target: '0.94'"), ("below: 95 %", "below: 94 %")),
        "levels.levels[0].bands[0].threshold: the request asks for 95 %, the bid has 94 %: a service level not weaker",
    ),
    "credit_smaller": (
        (("atRisk: 12 %", "atRisk: 11 %"),),
        "levels.credits.atRisk: the request asks for 12 %, the bid has 11 %: not less",
    ),
    "allocation_smaller": (
        (("allocation: 30 %", "allocation: 29 %"),),
        "levels.levels[0].bands[0].allocation: the request asks for 30 %, the bid has 29 %: not less",
    ),
    "repeat_smaller": (
        (("repeat: '2'", "repeat: '1'"),),
        "levels.levels[0].repeat: the request asks for 2, the bid has 1: not less",
    ),
    "other_milestones": (
        (
            (
                "    - name: report\n      title: Report\n      description: Read it.\n      deliverables:\n"
                "        - Report\n      amount: 250 TUSD\n      due: '2027-04-15'\n",
                "",
            ),
            ("total: 3,750.50", "total: 3,500.50"),
        ),
        "milestones.number: the request asks for 3, the bid has 2: as it is asked for",
    ),
    "deposit": (
        (("deposit: 3,000 TUSD", "deposit: 3,500 TUSD"),),
        "annex.offer.deposit: the request asks for 3,000 TUSD, the bid has 3,500 TUSD: as it is asked for",
    ),
    "other_client": (
        ((account(asked.CLIENT).address, asked.address("somebody")),),
        f"deal.client: the request asks for {account(asked.CLIENT).address}, the bid has {asked.address('somebody')}: "
        "as it is asked for",
    ),
    "other_token": (
        ((asked.TOKEN, asked.address("somebody")),),
        f"deal.token: the request asks for {asked.TOKEN}, the bid has {asked.address('somebody')}: as it is asked for",
    ),
    "other_arbiter": (
        ((asked.ROLES["arbiter"], asked.address("somebody")),),
        f"arbitration.arbiter: the request asks for {asked.ROLES['arbiter']}, the bid has "
        f"{asked.address('somebody')}: as it is asked for",
    ),
    "other_oracle": (
        ((asked.ORACLE, asked.address("somebody")),),
        f"annex.conditions.billing.oracle: the request asks for {asked.ORACLE}, the bid has "
        f"{asked.address('somebody')}: as it is asked for",
    ),
    "expires_early": (
        (("openBefore: '2027-01-30'", "openBefore: '2027-01-29'"),),
        "annex.offer.openBefore: the request asks for 2027-01-30 UTC, the bid has 2027-01-29 UTC: not earlier than "
        "decide",
    ),
    "shorter_review": (
        (("period: 14 days", "period: 13 days"),),
        "deal.review: the request asks for 14 days, the bid has 13 days: as it is asked for",
    ),
    "replaces": (
        (
            ("  offer:\n", f'  origin: "0x{"22" * 32}"\n  replaces: "0x{"33" * 32}"\n  offer:\n'),
            ("deposit: 3,000 TUSD", "deposit: 0 TUSD"),
        ),
        f"annex.offer.replaces: the request asks for 0x{'00' * 32}, the bid has 0x{'33' * 32}: as it is asked for",
    ),
    "too_dear": (
        (("amount: 500 TUSD", "amount: 1,049.60 TUSD"), ("total: 3,750.50", "total: 4,300.10")),
        "price: the request takes at most 4,000 TUSD, the bid is 4,000.10 TUSD at the quantities that are expected",
    ),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_violation__is_named_with_field_and_both_values(name):
    edits, expected = VIOLATIONS[name]

    assert expected in problems(*edits)


def test_bid__at_the_greatest_price__is_taken():
    assert problems(("amount: 500 TUSD", "amount: 1,049.50 TUSD"), ("total: 3,750.50", "total: 4,300")) == []


def test_contractor__who_is_not_the_bidder__is_named():
    found = answered(asked.request(), asked.answer().message, account(asked.OTHER).address)

    assert found == [
        f"deal.contractor: the request asks for {account(asked.OTHER).address}, the bid has {BIDDER}: the bidder, who "
        "signs",
        f"levels.reporters.contractor: the request asks for {account(asked.OTHER).address}, the bid has {BIDDER}: the "
        "bidder, who signs",
    ]


def test_salt__of_zero__is_refused():
    message = asked.deepcopy(asked.answer().message)
    message["annex"]["offer"]["salt"] = 0

    found = answered(asked.request(), message, BIDDER)

    assert found == ["annex.offer.salt: the request asks for 32 random bytes, the bid has zero: a salt of its own"]


def test_definition__that_measures_something_else__is_refused_by_everybody():
    (found,) = problems(("met = 'yes'", "met <> 'no'"))

    assert found.startswith("annex.conditions.service.schedule.definition: the request's file with the bid's targets")
    assert found.endswith("it measures something else than is asked for")


def test_definition__with_another_target__follows_from_the_request_and_the_bands():
    assert problems(*BETTER["targets"]) == []
    changed = (*BETTER["targets"], ("cases in time", "cases in good time"))
    assert "measures something else" in problems(*changed)[0]


def test_roles__that_exclude_each_other__are_refused():
    message = asked.deepcopy(asked.answer().message)
    levels = message["annex"]["conditions"]["service"]["levels"]
    levels["reporters"]["contractorReporters"] = [asked.ROLES["arbiter"]]

    (found,) = answered(asked.request(), message, BIDDER)

    assert found.startswith("its terms make no agreement: the request's file, filled in:")
    assert f"{asked.ROLES['arbiter']} is the arbiter and" in found


# Papers of strangers

CHANGES = {
    "unsigned": ({"signature": ""}, "it is unsigned: its signature is not 0x and hex digits"),
    "short_salt": ({"salt": "0x00"}, "its salt is not 32 bytes"),
    "other_request": ({"request": asked.seal_of(asked.good_bid()).id}, "it is no bid for the request {request}"),
    "no_message": ({"message": {}}, "it has at message no Agreement: it has deal, milestones, arbitration, annex"),
    "list": ({"message": []}, "it has at message no Agreement: it has deal, milestones, arbitration, annex"),
    "more": ({"more": "of it"}, "it lacks or has too much: more"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_paper__of_another_form__is_a_bad_bid_with_the_reason(name):
    changes, expected = CHANGES[name]
    paper = asked.bid_of(asked.answer(), **changes)

    with pytest.raises(BadBid) as info:
        asked.read(paper)

    assert info.value.problems == (expected.format(request=asked.request().id),)
    assert str(info.value) == f"The bid {paper.id} of {BIDDER}: {info.value.problems[0]}."


@pytest.mark.threat("T61")
def test_bid__signed_for_another_chain__is_refused():
    foreign = asked.answer().typed_data(1337, asked.AGREEMENT)
    paper = asked.bid_of(asked.answer(), signature="0x" + asked.sign(account(asked.BIDDER), foreign).hex())

    with pytest.raises(BadBid, match="its agreement is not signed by the bidder: of the signature, for these terms"):
        asked.read(paper)


def test_bid__by_another_than_its_contractor__is_refused():
    paper = asked.spoilt(asked.good_bid(), lambda body: None, signer=asked.OTHER)  # noqa: ARG005

    with pytest.raises(BadBid) as info:
        asked.read(paper)

    # Whether a node is there to ask for a contract's signature depends on what ran before in this process.
    (problem,) = info.value.problems
    assert problem.removesuffix(f" (only a node of chain {CHAIN} could tell whether a contract signed)") == (
        f"its agreement is not signed by the bidder: of the signature, for these terms it would be that of {BIDDER}"
    )


@pytest.mark.threat("T61")
def test_bid__for_another_registry__is_refused():
    body = asked.good_bid().body
    paper = Paper.signed(account(asked.BIDDER), "bid", body, CHAIN, asked.address("registry"))

    with pytest.raises(BadBid) as info:
        asked.read(paper)

    assert info.value.problems == (
        f"it is for the registry {asked.address('registry')} of chain {CHAIN}, the request for {REGISTRY} of chain "
        f"{CHAIN}",
    )


def test_message__spoilt_anywhere__is_no_valid_bid():
    rest, honest = Random(15), asked.good_bid()

    for _ in range(60):
        with pytest.raises(BadBid):
            asked.read(asked.spoilt(honest, lambda body: spoil(body["message"], rest)))


def test_signed_values__of_any_size__are_judged_and_never_raise_otherwise():
    rest, request = Random(16), asked.request()
    message = asked.answer().message
    numbers = [path for path in leaves(message) if isinstance(at(message, path), int)]

    for path in rest.sample(numbers, 20):
        changed = asked.deepcopy(message)
        put(changed, path, rest.choice([0, 2**37, 2**96, 2**255 + rest.getrandbits(64)]))
        assert all(isinstance(each, str) for each in answered(request, changed, BIDDER))


def test_price__counts_the_cap_each_period():
    message = asked.deepcopy(asked.answer().message)
    message["annex"]["conditions"]["billing"]["cap"] = 700_000_000

    assert price_units(message, {"tickets": 100}) == 1_750_500_000 + 2 * 700_000_000
    assert price_units(message, {"tickets": 0}) == 1_750_500_000 + 2 * 600_000_000


# The file


def test_file__with_other_words_than_asked_for__is_named_before_it_is_signed():
    document = asked.answer(("description: It runs.", "description: It runs on Tuesdays."))

    assert answered(asked.request(), document.message, BIDDER) == []
    assert file_problems(asked.request(), document) == [
        "spec.milestones[1].description: the request's file has It runs., the bid's has It runs on Tuesdays."
    ]


def test_file__with_the_published_salt_of_its_text__is_refused():
    own, public = (f"salt: '0x{digits * 32}'\n    governingLaw" for digits in ("5a", "00"))
    document = asked.answer((own, public))

    assert file_problems(asked.request(), document) == [
        "spec.legal.salt: is zero: write 32 random bytes (ape run market bid REQUEST --new FILE does)"
    ]


def test_file__with_open_fields_set__has_the_requests_words():
    edits = tuple(edit for word in OPEN if word not in ("amounts", "cap") for edit in BETTER[word])

    assert file_problems(asked.request(), asked.answer(*edits, ("Contractor Ltd.", "Somebody Ltd."))) == []
