"""Track records (SPEC.md 15.7) of made-up events: every fact by hand."""

from __future__ import annotations

from copy import deepcopy
from fractions import Fraction
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.audit.made import AGREEMENT, NAMES, START, UNIT, document
from workpact.audit.entries import Entry, Log
from workpact.audit.history import Head
from workpact.chain.state import Status
from workpact.market.dealings import Dealing, Facts, dealings
from workpact.market.record import Records
from workpact.terms import eip712

CLIENT, CONTRACTOR, TOKEN, OTHER = (
    str(to_checksum_address(each)) for each in (NAMES["client"], NAMES["contractor"], NAMES["TUSD"], f"0x{0xC9:040x}")
)
PAPER = document()
ORIGIN = PAPER.id(31337, AGREEMENT)
MESSAGE = PAPER.message
SERVICE = eip712.struct_hash("Service", MESSAGE["annex"]["conditions"]["service"])
UNMEASURED = deepcopy(MESSAGE)
UNMEASURED["annex"]["conditions"]["service"]["levels"]["levels"] = []


class Story:
    """Events of one agreement, an hour apart."""

    def __init__(self, message: Any = MESSAGE) -> None:
        self.messages = {ORIGIN: message} if message else {}
        self.agreement: list[Entry] = []
        self.oracle: list[Entry] = []
        self.reviews: list[Entry] = []
        self.time = START
        self.add("Opened", client=CLIENT, contractor=CONTRACTOR, token=TOKEN, deposit=3_000 * UNIT)

    def add(self, name: str, **arguments: Any) -> Story:
        self.agreement.append(self._entry("Agreement", name, origin=ORIGIN, **arguments))
        return self

    def final(self, name: str, period: int, failed: int, service: bytes = SERVICE) -> Story:
        place = {"agreement": AGREEMENT, "origin": ORIGIN, "period": period, "document": service}
        self.oracle.append(self._entry("SLAOracle", name, **place, failed=failed))
        return self

    def settled(self, period: int, charge: int, credit: int, paid: int) -> Story:
        return self.add("Settled", period=period, charge=charge, credit=credit, paid=paid, retained=0)

    def ended(self, status: Status, to_contractor: int = 0) -> Story:
        return self.add("Ended", status=int(status), toContractor=to_contractor, toClient=0)

    def assigned(self, contractor: str, is_known: bool = True) -> Story:
        message = deepcopy(MESSAGE)
        message["deal"] |= {"contractor": contractor, "origin": ORIGIN}
        id_ = keccak(text=f"{contractor} {len(self.agreement)}")
        if is_known:
            self.messages[id_] = message
        return self.add("Amended", id=id_, replaced=ORIGIN)

    @property
    def facts(self) -> Facts:
        return Facts(ORIGIN, tuple(self.agreement), tuple(self.oracle), tuple(self.reviews), self.messages)

    @property
    def dealings(self) -> list[Dealing]:
        return dealings(self.facts)

    @property
    def only(self) -> Dealing:
        (made,) = self.dealings
        return made

    @property
    def records(self) -> Records:
        return Records(31337, Head(1, keccak(text="head"), self.time), (self.facts,))

    def _entry(self, contract: str, name: str, **arguments: Any) -> Entry:
        self.time += 3_600
        log = Log(AGREEMENT, (), b"", 0, b"", self.time, b"", "", 0)
        return Entry(log, contract, name, arguments)


def dealt(**facts: Any) -> Dealing:
    return Dealing(ORIGIN, CLIENT, CONTRACTOR, TOKEN, True, **facts)


def paying(paid: int, retained: int = 0, **arguments: Any) -> dict[str, Any]:
    return {"paid": paid, "retained": retained, **arguments}


# Milestones


def test_milestones__are_counted_by_the_first_word_on_each():
    made = (
        Story()
        .add("AcceptedUpTo", milestone=0, total=100, **paying(90, 10))
        .add("Accepted", milestones=0b001, **paying(360, 40))
        .add("Released", milestone=1, **paying(500, 50))
        .add("Released", milestone=1, **paying(400, 50))
        .add("Reclaimed", by=CLIENT, milestones=0b100, refunded=0)
        .add("Reclaimed", by=CLIENT, milestones=0, refunded=5)
        .add("HoldbackReleased", paid=150)
    )
    assert made.only == dealt(paid=90 + 360 + 500 + 400 + 150, accepted=2, silent=1, late=1, lapsed=1)
    assert made.only.quality == Fraction(2, 3)


def test_debt_that_the_client_accepts__was_paid_late():
    made = Story().add("Released", milestone=0, **paying(1)).add("Accepted", milestones=0b011, **paying(9))
    assert made.only == dealt(paid=10, accepted=2, silent=1, late=1)


def test_ruling__counts_by_its_share__also_of_the_holdback__and_what_follows_it_is_a_debt():
    ruling = {"by": OTHER, "toClient": 10, "fee": 1}
    made = (
        Story()
        .add("Disputed", item=0, by=CLIENT, reason=bytes(32))
        .add("Ruled", item=0, share=250_000, toContractor=25, **ruling)
        .add("Released", milestone=0, **paying(5))
        .add("Accepted", milestones=0b010, **paying(100))
        .add("Disputed", item=64, by=CLIENT, reason=bytes(32))
        .add("Ruled", item=64, share=500_000, toContractor=50, **ruling)
    )
    assert made.only == dealt(paid=180, accepted=1, ruled=[250_000, 500_000], late=1, disputes=2)
    assert made.only.quality == Fraction(1_750_000, 3_000_000)


def test_booked_amount__is_paid__and_withdrawing_it_changes_nothing():
    made = (
        Story()
        .add("Accepted", milestones=1, **paying(100))
        .add("Booked", payee=CONTRACTOR, amount=100, toTake=True)
        .add("Taken", payee=CONTRACTOR, amount=100)
    )
    assert made.only == dealt(paid=100, accepted=1)


# Service


def test_levels__are_met_of_measured__and_what_nobody_measured_is_neither():
    made = (
        Story()
        .final("PeriodReported", 0, failed=0)
        .settled(0, 1_000, 0, 1_000)
        .final("PeriodReported", 1, failed=1)
        .settled(1, 1_000, 36, 964)
        .final("PeriodDefaulted", 2, failed=1)
        .final("PeriodDefaulted", 3, failed=0)
    )
    assert made.only == dealt(paid=1_964, met=1, measured=3, charges=2_000, credits=36)
    assert made.only.quality == Fraction(1, 3)


def test_service_without_levels__each_settled_period_is_a_promise_kept():
    made = Story(UNMEASURED).settled(0, 600, 0, 600).settled(1, 600, 0, 600)
    assert made.only == dealt(paid=1_200, charges=1_200, plain=2)
    assert made.only.quality == 1


def test_document_that_no_document_of_the_agreement_has__is_not_measured():
    made = Story().final("PeriodReported", 0, failed=1, service=keccak(text="a stranger's"))
    assert made.only == dealt()
    assert made.only.quality is None


def test_interim_payments__are_paid_and_decide_nothing():
    made = Story().add("PaidInterim", period=0, charge=600, credit=72, **paying(528))
    assert (made.only, made.only.quality) == (dealt(paid=528), None)


# Ends


def test_end_for_cause__what_it_left_undone_was_not_kept():
    made = (
        Story()
        .add("Accepted", milestones=1, **paying(100))
        .final("PeriodReported", 0, failed=1)
        .ended(Status.ENDED_FOR_CAUSE)
    )
    # Two of three milestones, and the one level of the second of two periods.
    assert made.only == dealt(status=Status.ENDED_FOR_CAUSE, paid=100, accepted=1, measured=1, lost=3)
    assert made.only.quality == Fraction(1, 5)


def test_other_ends__what_lapses_is_nobodys_fault():
    for status in (Status.ENDED_BY_BOTH, Status.ENDED_BY_CLIENT, Status.ENDED_BY_CONTRACTOR, Status.DONE):
        made = Story().add("Accepted", milestones=1, **paying(100)).ended(status, to_contractor=7)
        assert made.only == dealt(status=status, paid=107, accepted=1)
        assert made.only.quality == 1


# Documents


def test_terms_that_nobody_published__leave_levels_out__and_nothing_is_kept_of_what_ended_for_cause():
    made = Story(None).add("Accepted", milestones=1, **paying(100)).final("PeriodReported", 0, failed=0)
    expected = dealt(paid=100, accepted=1)
    expected.is_known = False
    assert made.only == expected
    assert made.ended(Status.ENDED_FOR_CAUSE).only.quality == 0
    assert made.records.of(CONTRACTOR).unknown == (ORIGIN,)


def test_assignment__each_pair_has_what_happened_in_its_time():
    made = (
        Story()
        .add("Accepted", milestones=1, **paying(100))
        .final("PeriodReported", 0, failed=0)
        .assigned(OTHER)
        .final("PeriodReported", 1, failed=1)
        .add("Released", milestone=1, **paying(40))
        .ended(Status.DONE)
    )
    first = dealt(status=None, paid=100, accepted=1, met=1, measured=1)
    second = Dealing(ORIGIN, CLIENT, OTHER, TOKEN, True, False, Status.DONE, paid=40, accepted=1, silent=1, measured=1)
    assert made.dealings == [first, second]
    record = made.records.of(CLIENT)
    assert record.client.agreements == {"done": 1, "passed on": 1}
    assert (record.client.opened, record.client.paid, record.client.silent) == (1, {TOKEN: 140}, 1)
    assert (record.contractor.agreements, record.contractor.paid) == ({}, {})


def test_amendment_that_keeps_the_parties__goes_on_in_the_same_dealing():
    made = (
        Story()
        .add("Accepted", milestones=1, **paying(1))
        .assigned(CONTRACTOR)
        .add("Accepted", milestones=2, **paying(2))
    )
    assert made.only == dealt(paid=3, accepted=2)


def test_amendment_that_nobody_published__what_follows_is_nobodys():
    made = Story().add("Accepted", milestones=1, **paying(1)).assigned(OTHER, is_known=False)
    made.add("Accepted", milestones=2, **paying(2)).ended(Status.DONE)
    expected = dealt(status=None, paid=1, accepted=1)
    expected.is_known = False
    assert made.dealings == [expected]


# Records


def test_record__adds_dealings_by_side_and_token__for_programs_too():
    made = (
        Story().add("Accepted", milestones=3, **paying(100)).final("PeriodReported", 0, failed=1).settled(0, 60, 6, 54)
    )
    record = made.records.of(CONTRACTOR).to_json()
    assert record == {
        "account": CONTRACTOR,
        "asContractor": {
            "agreements": {"live": 1},
            "opened": 1,
            "paid": {TOKEN: "154"},
            "milestones": {"accepted": 2, "bySilence": 0, "lapsed": 0, "ruled": []},
            "levels": {"met": 0, "measured": 1},
            "leftByCause": 0,
            "charges": {TOKEN: "60"},
            "credits": {TOKEN: "6"},
            "disputes": 0,
            "paidLate": 0,
        },
        "asClient": {
            "agreements": {},
            "opened": 0,
            "paid": {},
            "milestones": {"accepted": 0, "bySilence": 0, "lapsed": 0, "ruled": []},
            "levels": {"met": 0, "measured": 0},
            "leftByCause": 0,
            "charges": {},
            "credits": {},
            "disputes": 0,
            "paidLate": 0,
        },
        "reviews": [],
        "unknown": [],
    }


def test_reviews__stand_beside_the_record__withheld_ones_too():
    made = Story().ended(Status.DONE)
    sealed = {"agreement": AGREEMENT, "origin": ORIGIN, "sealedReview": keccak(text="sealed")}
    for author, subject in ((CONTRACTOR, CLIENT), (CLIENT, CONTRACTOR)):
        made.reviews.append(made._entry("TalentRegistry", "ReviewSealed", author=author, subject=subject, **sealed))
    marks = {"overall": 5, "quality": 4, "communication": 3, "punctuality": 2, "text": keccak(text="text")}
    made.reviews.append(made._entry("TalentRegistry", "ReviewRevealed", byClient=True, **marks))
    (of_contractor,) = made.records.of(CONTRACTOR).reviews
    (of_client,) = made.records.of(CLIENT).reviews
    assert (of_contractor.author, of_contractor.marks, of_contractor.text) == (
        CLIENT,
        (5, 4, 3, 2),
        keccak(text="text"),
    )
    assert (of_client.author, of_client.marks, of_client.text) == (CONTRACTOR, None, bytes(32))
