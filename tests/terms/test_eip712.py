"""SPEC.md 3.1, 4.6, 8.2: what wallets sign, checked against eth-account's own encoder and by hand."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.terms.example import CHAIN_ID, CONTRACT, CONTRACTS, ROOT, TOKEN, WALLETS, address, example, loaded
from workpact.terms import eip712, errors, loads

SPEC = (ROOT / "SPEC.md").read_text(encoding="utf-8")
DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


def word(value: int | bytes | str) -> bytes:
    """One ABI word, by hand."""
    if isinstance(value, int):
        return value.to_bytes(32, "big")
    return bytes.fromhex(value[2:]).rjust(32, b"\0") if isinstance(value, str) else value


def independent_digest(typed_data: dict[str, Any]) -> bytes:
    signable = encode_typed_data(full_message=typed_data)
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


def test_types__are_those_of_the_specification():
    lines = SPEC.split("```")[1].strip().splitlines()
    assert len(lines) >= 18
    for line in lines[1:]:
        assert eip712.type_string(line.split("(")[0]).startswith(line)
    for message in re.findall(r"`((?:Closing|Report|Figure)\([^`]*\))`", SPEC):
        assert eip712.type_string(message.split("(")[0]).startswith(message)


@pytest.mark.parametrize("library", ["TermsHash", "ServiceLevelsHash"])
def test_types__are_those_that_the_contracts_hash(library):
    source = (ROOT / "contracts" / "libraries" / f"{library}.sol").read_text(encoding="utf-8")
    spelt = "".join(re.findall(r'"((?:[^"])*)"', source))
    written = [name for name in eip712.TYPES if f"{name}(" in spelt]
    assert len(written) >= 8
    for name in written:
        fields = ",".join(f"{kind} {field}" for kind, field in eip712.TYPES[name])
        assert f"{name}({fields})" in spelt


def test_type_string__lists_contained_types_by_name():
    names = eip712.dependencies("Agreement")
    assert names[:4] == ["Agreement", "Annex", "Arbitration", "Band"]
    assert names[1:] == sorted(names[1:])
    assert len(names) == 20


def test_id__known_answer():
    document = example()
    assert document.service_hash().hex() == "f2ee7ff754ccc4829c6d81b05ae1a3b1d5f7bf7f5dab80ab3691e8c2e872e369"
    assert document.legal_text_hash.hex() == "aa6a75d0d0bcf89039eed417c771dafb03fd2b5468c92eea89d0b131f7aaa0d9"
    assert document.id(CHAIN_ID, CONTRACT).hex() == "ef82ff78485b13c2a32c27c1a6fd6637cd6712376ee379f49f410e5e542e6697"


def test_id__is_the_digest_that_wallets_compute():
    typed_data = example().typed_data(CHAIN_ID, CONTRACT)
    assert independent_digest(json.loads(json.dumps(typed_data))) == example().id(CHAIN_ID, CONTRACT)


def test_id__differs_by_chain_and_deployment():
    ids = {example().id(chain, contract) for chain in (1, 2) for contract in (CONTRACT, TOKEN)}
    assert len(ids) == 4


def test_typed_data__numbers_are_decimal_text():
    message = example().typed_data(CHAIN_ID, CONTRACT)["message"]
    assert message["milestones"][0] == {"amount": "12500000000", "due": "1460764799"}
    assert message["deal"]["client"] == WALLETS["client"]
    assert message["annex"]["offer"]["salt"] == str(0x5D1B0E6C2F7A4938B1C6D2E5F80937A4C5B6E7D8F9A0B1C2D3E4F5061728394A)
    assert message["annex"]["conditions"]["service"]["levels"]["levels"][0]["name"] == "made-sla"


def test_terms__groups_and_hashes_rebuild_the_id():
    document = example()
    deal, milestones, arbitration, annex = document.terms()
    members = keccak(
        b"".join(
            keccak(keccak(b"Milestone(uint256 amount,uint256 due)") + word(amount) + word(due))
            for amount, due in milestones
        )
    )
    deal_type = SPEC.split("\nDeal(")[1].splitlines()[0]
    deal_hash = keccak(keccak(text="Deal(" + deal_type) + b"".join(word(value) for value in deal))
    struct = keccak(eip712.type_hash("Agreement") + deal_hash + members + arbitration + annex)
    domain = keccak(keccak(DOMAIN_TYPE) + keccak(b"Workpact") + keccak(b"1") + word(CHAIN_ID) + word(CONTRACT))
    assert keccak(b"\x19\x01" + domain + struct) == document.id(CHAIN_ID, CONTRACT)


def test_proposal__is_terms_with_arbitration_and_offer_unfolded():
    document = example()
    deal, milestones, arbitration, offer, conditions = document.proposal()
    assert (deal, milestones) == document.terms()[:2]
    annex = keccak(eip712.type_hash("Annex") + document.offer_hash() + conditions)
    assert annex == document.terms()[3]
    assert arbitration == document.arbitration()
    assert arbitration == (WALLETS["arbiter"], WALLETS["backup"], 30_000, 21 * 86_400, 500_000)
    salt = 0x5D1B0E6C2F7A4938B1C6D2E5F80937A4C5B6E7D8F9A0B1C2D3E4F5061728394A
    assert offer == (salt, 1_459_468_799, 100_000_000_000, bytes(32), bytes(32))
    arbitration_type = SPEC.split("\nArbitration(")[1].splitlines()[0]
    hashed = keccak(keccak(text="Arbitration(" + arbitration_type) + b"".join(word(value) for value in arbitration))
    assert hashed == document.terms()[2] == document.arbitration_hash()
    offer_type = SPEC.split("\nOffer(")[1].splitlines()[0]
    assert (
        keccak(keccak(text="Offer(" + offer_type) + b"".join(word(value) for value in offer)) == document.offer_hash()
    )


def test_deal__in_the_order_of_the_struct():
    assert example().terms()[0] == (
        bytes(32), WALLETS["client"], WALLETS["contractor"], TOKEN, 14 * 86_400, 10 * 86_400, 2, 50_000, 1_493_596_799,
    )  # fmt: skip


def test_conditions__rebuild_their_hash():
    document = example()
    offer, operators, ending, billing, schedule, levels, equity, legal_text = document.conditions()
    assert offer == document.offer_hash()
    assert ending == (60 * 86_400, 90 * 86_400, 14 * 86_400)
    assert billing == (CONTRACTS["SLAOracle"], 24_000_000_000, 40_000_000_000, 2)
    assert schedule == document.schedule()
    assert legal_text == document.legal_text_hash

    def hashed(name: str, *words: bytes) -> bytes:
        return keccak(eip712.type_hash(name) + b"".join(words))

    service = hashed("Service", document.schedule_hash(), levels)
    assert service == document.service_hash()
    start, ends, report_within, final_within, obliged, definition, contest = schedule
    ends_hash = keccak(b"".join(word(end) for end in ends))
    numbers = [word(each) for each in (report_within, final_within, obliged)]
    schedule_hash = hashed("Schedule", word(start), ends_hash, *numbers, definition, contest)
    assert schedule_hash == document.schedule_hash()
    rebuilt = hashed(
        "Conditions",
        operators,
        hashed("Ending", *map(word, ending)),
        hashed("Billing", *map(word, billing)),
        service,
        equity,
        legal_text,
    )
    assert rebuilt == document.conditions_hash() == document.proposal()[4]


def test_operators_and_reporters__in_the_order_of_the_struct():
    document = example()
    assert document.operators() == ([WALLETS["client-operator"]], [WALLETS["contractor-operator"]], 15_000_000_000)
    levels, credits, reporters, prices = document.levels_struct()
    assert reporters == (
        WALLETS["client"], WALLETS["contractor"],
        [WALLETS["client-reporter"]], 1, [WALLETS["contractor-reporter"]], 1,
    )  # fmt: skip
    assert credits == (120_000, 120_000, 100_000, 12, 4, 6, 60 * 86_400, 0, 0)
    assert prices == [(keccak(b"resolved-tickets"), 2_400_000)]
    assert [level[0] for level in levels] == [keccak(text=level.name) for level in document.levels]
    assert levels[1] == (keccak(b"made-sla-p1"), 0, 5, 0, 2, 1, 0, [(900_000, 100_000), (500_000, 150_000)])
    assert levels[0] == (keccak(b"made-sla"), 0, 20, 1, 2, 0, 0, [(950_000, 100_000), (850_000, 200_000)])


def test_contest__rebuilds_its_hash_and_has_the_agreements_arbiters():
    document = example()
    window, arbiter, backup, ruling, standing = document.contest()
    assert (window, ruling, standing) == (5 * 86_400, 10 * 86_400, 0)
    assert (arbiter, backup) == document.arbitration()[:2]
    contest_type = SPEC.split("\nContest(")[1].splitlines()[0]
    hashed = keccak(keccak(text="Contest(" + contest_type) + b"".join(word(each) for each in document.contest()))
    assert hashed == document.schedule()[6]


NO_PERIOD = r"^There is no period {}: the document has 0 \(2016-03\), .*, 11 \(2017-02\)\.$"
OTHER_COUNTS = (
    r"^{} figures and {} quantities are given: the document wants one figure for each of its levels, made-sla, .*"
    r"resolved-in-target-p4, and one quantity for each of its prices, resolved-tickets\.$"
)


def test_report__with_an_adjustment_off_the_rate__is_the_digest_that_wallets_compute():
    document = example()
    report = document.report_message(CHAIN_ID, CONTRACT, 1, [(1, 1, 0)] * 13, [0], bytes(32), -2_500_000_000)
    typed_data = document.report_typed_data(CHAIN_ID, report)
    assert typed_data["message"]["adjustment"] == "-2500000000"
    assert independent_digest(json.loads(json.dumps(typed_data))) == document.report_digest(CHAIN_ID, report)


def test_notice__is_a_report_without_figures__and_names_another_id_if_asked():
    document = example()
    notice = document.report_message(CHAIN_ID, CONTRACT, 2, [], [], bytes(32), signed_under=b"\x05" * 32)
    typed_data = document.report_typed_data(CHAIN_ID, notice)
    assert typed_data["message"]["figures"] == typed_data["message"]["quantities"] == []
    assert typed_data["message"]["id"] == "0x" + "05" * 32
    assert independent_digest(json.loads(json.dumps(typed_data))) == document.report_digest(CHAIN_ID, notice)
    with pytest.raises(errors.NotInDocument, match=OTHER_COUNTS.format(0, 0)):
        document.report_message(CHAIN_ID, CONTRACT, 2, [], [], b"\x01" * 32)


def test_report__is_the_digest_that_wallets_compute():
    document = example()
    figures = [(949 + i, 1_000 + i, i) for i in range(13)]
    report = document.report_message(CHAIN_ID, CONTRACT, 0, figures, [1_000], b"\x07" * 32)
    typed_data = document.report_typed_data(CHAIN_ID, report)
    assert typed_data["domain"] == {
        "name": "Workpact SLA",
        "version": "1",
        "chainId": CHAIN_ID,
        "verifyingContract": CONTRACTS["SLAOracle"],
    }
    message = typed_data["message"]
    assert message["document"] == "0x" + document.service_hash().hex()
    assert message["id"] == message["origin"] == "0x" + document.id(CHAIN_ID, CONTRACT).hex()
    assert message["figures"][1] == {"good": "950", "total": "1001", "excluded": "1"}
    assert independent_digest(json.loads(json.dumps(typed_data))) == document.report_digest(CHAIN_ID, report)


@pytest.mark.parametrize(
    ("period", "figures", "quantities", "words"),
    [
        (12, 13, 1, NO_PERIOD.format(12)),
        (-1, 13, 1, NO_PERIOD.format(-1)),
        (0, 12, 1, OTHER_COUNTS.format(12, 1)),
        (0, 13, 0, OTHER_COUNTS.format(13, 0)),
        (0, 14, 1, OTHER_COUNTS.format(14, 1)),
    ],
)
def test_report__that_does_not_fit_the_document__says_what_there_is(period, figures, quantities, words):
    with pytest.raises(errors.NotInDocument, match=words):
        example().report_message(CHAIN_ID, CONTRACT, period, [(0, 0, 0)] * figures, [0] * quantities, bytes(32))


def test_closing__is_what_wallets_compute():
    document = example()
    identity = document.id(CHAIN_ID, CONTRACT)
    domain = keccak(keccak(DOMAIN_TYPE) + keccak(b"Workpact") + keccak(b"1") + word(CHAIN_ID) + word(CONTRACT))
    closing = keccak(
        keccak(b"Closing(bytes32 id,uint256 held,uint256 toContractor,uint256 deadline)")
        + identity + word(5) + word(3) + word(9)
    )  # fmt: skip
    assert independent_digest(document.closing_typed_data(CHAIN_ID, CONTRACT, 5, 3, 9)) == keccak(
        b"\x19\x01" + domain + closing
    )


def test_struct_hash__with_other_members__is_refused():
    with pytest.raises(ValueError, match="Figure takes"):
        eip712.struct_hash("Figure", {"good": 1, "total": 2})


def test_plan__in_the_order_of_the_struct():
    document = example()
    start = 1_456_790_400
    day, nobody = 86_400, ("0x" + "00" * 20, bytes(32))
    first = (start, 30 * day, 360 * day, 30 * day, 0, 0, 0)
    second = (start, 0, 180 * day, 30 * day, 1, 0b11, 0)
    rules = (60 * day, 90 * day, 500_000)
    assert document.plan(0) == (*first, *nobody, *rules)
    assert document.plan(1) == (*second, *nobody, 0, 0, 0)
    kind = keccak(
        b"Plan(string name,uint256 start,uint256 cliff,uint256 duration,uint256 step,uint256 gate,uint256 milestones,"
        b"uint256 periods,uint256 notice,uint256 leave,uint256 leaver)"
    )
    plans = ((b"service-time", *first, *rules), (b"delivery", *second, 0, 0, 0))
    hashes = b"".join(keccak(kind + keccak(name) + b"".join(map(word, rest))) for name, *rest in plans)
    equity = keccak(
        keccak(b"Equity(address equity,uint256 units,bytes32 plans)")
        + word(CONTRACTS["WorkerEquity"]) + word(10_000_000_000) + keccak(hashes)
    )  # fmt: skip
    assert document.conditions()[6] == equity


def test_plan__that_cannot_be_ended__has_the_longest_notice():
    document = loaded(("notice: 60 days", "notice: never"), ("leaver: 50 %", "leaver: 100 %"))
    assert document.plan(0)[9:] == (2**32 - 1, 90 * 86_400, 1_000_000)
    assert "notice: never" in document.to_yaml()
    assert loads(document.to_yaml()).id(CHAIN_ID, CONTRACT) == document.id(CHAIN_ID, CONTRACT)


@pytest.mark.parametrize(("key", "new"), [("notice: 60", "61 days"), ("leave: 90", "1 days"), ("leaver: 50", "1 %")])
def test_plan__each_rule_is_signed(key, new):
    unit = "%" if key.startswith("leaver") else "days"
    document = loaded((f"{key} {unit}", f"{key.split(':')[0]}: {new}"))
    assert document.conditions()[6] != example().conditions()[6]


def values(kind: str) -> st.SearchStrategy[Any]:
    """Random messages of any type of the table."""
    if kind.endswith("[]"):
        return st.lists(values(kind.removesuffix("[]")), max_size=3)
    if kind in eip712.TYPES:
        return st.fixed_dictionaries({field: values(member) for member, field in eip712.TYPES[kind]})
    return {
        "uint256": st.integers(0, 2**256 - 1),
        "int256": st.integers(-(2**255), 2**255 - 1),
        "bytes32": st.binary(min_size=32, max_size=32),
        "address": st.integers(1, 2**160 - 1).map(lambda number: address(str(number))),
        "string": st.text(st.characters(codec="utf-8"), max_size=20),
    }[kind]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(["Agreement", "Report", "Closing"]).flatmap(lambda n: st.tuples(st.just(n), values(n))))
def test_digest__of_any_message__is_what_wallets_compute(named):
    name, message = named
    domain = eip712.domain("Workpact", 1, CONTRACT)
    typed_data = json.loads(json.dumps(eip712.typed_data(name, deepcopy(message), domain)))
    assert independent_digest(typed_data) == eip712.digest(name, message, domain)
