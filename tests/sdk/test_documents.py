"""Documents of one agreement, placed agreements, published terms, permits, seals, tampered records."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from eth_abi.abi import decode
from eth_utils.crypto import keccak

from tests.sdk.conftest import UNIT
from workpact.agreement import Agreement, ForeignSignature, HistoryDiffers, SignatureMissing, Status
from workpact.chain import contracts
from workpact.history import recompute
from workpact.ledger import Ledger
from workpact.permits import NoPermit, permit
from workpact.publication import decoded
from workpact.sealing import BadSeal, seal_file
from workpact.service_levels import ServiceLevels
from workpact.terms import AgreementDocument, change_order, eip712, loads, placed_under
from workpact.terms.units import write_instant

REVERTS = 1
"""How the hostile token refuses a payee."""


def order(agreement: Agreement, until: str, *edits: tuple[str, str], **parties: str) -> AgreementDocument:
    """A change order that rewrites single texts of the first milestone, or parties' wallets."""

    def edit(plain):
        spec = plain[0]["spec"]
        spec.pop("total")
        for key, value in edits:
            spec["milestones"][1][key] = value
        for party, wallet in parties.items():
            spec["parties"][party]["wallet"] = wallet

    return change_order(
        agreement.document,
        origin=agreement.origin,
        replaces=agreement.id,
        open_before=until,
        offer_salt=keccak(text=until),
        legal_salt=keccak(text="legal"),
        edit=edit,
    )


@pytest.fixture
def until(live) -> str:
    """The last day of the bid, for change orders too."""
    return write_instant(live.document.spec.offer.open_before, live.document.zone, last=True)


def test_amend__by_both__same_origin_and_history_goes_on(live, until, client, contractor, carrier):
    following = live.amended(order(live, until, ("amount", "900 TUSD")))
    assert following.origin == live.id != following.id
    signatures = [following.sign(contractor), following.sign(client)]
    with pytest.raises(SignatureMissing, match="The client 0x"):
        live.amend(following.document, sender=carrier)
    with pytest.raises(ForeignSignature, match="is not the client's"):
        live.amend(following.document, [signatures[0]], sender=carrier)

    live.amend(following.document, signatures, sender=carrier)

    assert (live.is_in_force, following.is_in_force) == (False, True)
    assert (live.status, following.status) == (Status.LIVE, Status.LIVE)
    assert following.milestone("build").amount_units == 900 * UNIT
    following.accept("build", sender=client)
    names = [event.name for event in following.verify_history()]
    assert names == ["Opened", "Amended", "Accepted"]
    assert following.ledger().milestones == {1: 900 * UNIT}


def test_amend__service_document_changes__passed_to_the_oracle(live, until, client, contractor):
    document = order(live, until)
    text = document.to_yaml().replace("target: '0.95'", "target: '0.9'").replace("below: 95 %", "below: 90 %")
    following = live.amended(loads(text))
    assert following.document.service_hash() != live.document.service_hash()
    live.amend(following.document, [following.sign(contractor)], sender=client)

    before, after = ServiceLevels.of(live), ServiceLevels.of(following)
    assert before.book == after.book
    assert [event.name for event in after.verify_history()] == ["DocumentReplaced"]


def test_amend__incoming_contractor_signs_too__assignment(live, until, client, contractor, stranger, dollar):
    following = live.amended(order(live, until, contractor=stranger.address))
    with pytest.raises(ForeignSignature, match=f"is not the incoming contractor's, {stranger.address}"):
        live.amend(following.document, [following.sign(contractor)], sender=client)
    live.amend(following.document, [following.sign(contractor), following.sign(stranger)], sender=client)

    following.accept("plan", sender=client)
    assert dollar.balanceOf(stranger) == 450 * UNIT
    assert dollar.balanceOf(contractor) == 0


def test_open__under_a_master__its_history_lists_the_placed(live, until, client, contractor):
    document = placed_under(
        live.document,
        master=live.id,
        open_before=until,
        offer_salt=keccak(text="placed"),
        legal_salt=keccak(text="legal"),
    )
    placed = live.amended(document)
    live.approve(3_000 * UNIT, sender=client)

    placed.open(contractor_signature=placed.sign(contractor), master=live, sender=client)

    events = live.verify_history()
    assert [event.name for event in events] == ["Opened", "PlacedUnder"]
    assert events[-1]["placed"] == placed.id == placed.origin
    assert [event.name for event in placed.verify_history()] == ["Opened"]


def test_publish__hashes_to_the_id_and_says_no_names(live, carrier, chain):
    sent = live.publish(sender=carrier)

    (event,) = sent.decode_logs(live.contract.Published)
    message = decoded(bytes(event.document))
    domain = eip712.domain(eip712.AGREEMENT_DOMAIN, chain.chain_id, live.contract.address)
    assert bytes(event.id) == live.id == eip712.digest("Agreement", message, domain)
    for name in ("Ada", "Client Ltd.", "Director", "Street", "A plan."):
        assert name.encode() not in bytes(event.document)
    assert [event.name for event in live.verify_history()] == ["Opened"]


@pytest.mark.threat("T72")
def test_history__an_event_left_out_added_or_edited__differs(live, client, contractor, monkeypatch):
    live.submit("plan", b"work", sender=contractor)
    live.accept("plan", sender=client)
    events = live.events()
    word = bytes(live.contract.call_view_method("history", live.origin))
    assert live.history(events) == recompute(events) == word
    later = replace(events[1], timestamp=events[1].timestamp + 1)
    edited = replace(events[2], data=bytes(len(events[2].data)))
    for changed in (events[:1] + events[2:], [*events, events[-1]], [events[1], events[0], events[2]]):
        assert recompute(changed) != word
    for index, other in ((1, later), (2, edited)):
        assert recompute([*events[:index], other, *events[index + 1 :]]) != word
    monkeypatch.setattr("workpact.agreement_view.read", lambda *_: events[:-1])
    with pytest.raises(HistoryDiffers, match="2 logs give another history"):
        live.verify_history()


def test_permit__token_without_one__says_approve(contract, deploy, chain, client):
    token = deploy("HostileTokenMock")
    with pytest.raises(NoPermit, match="ape run agreement approve"):
        permit(contracts.token(token.address), client, contract.address, 1, 2, chain.chain_id)


@pytest.mark.threat("T7")
def test_permit__used_up_by_a_front_runner__opening_still_works(agreement, dollar, client, contractor, stranger):
    dollar.mint(client, 3_000 * UNIT, sender=client)
    made = agreement.permit(client)
    value, deadline, v, r, s = decode(["uint256", "uint256", "uint8", "bytes32", "bytes32"], made)
    assert (value, deadline) == (3_000 * UNIT, agreement.document.spec.offer.open_before)
    dollar.permit(client, agreement.contract, value, deadline, v, r, s, sender=stranger)

    agreement.open(agreement.sign(client), agreement.sign(contractor), made, sender=stranger)

    assert agreement.held_units == 3_000 * UNIT


def test_payee_that_pulls__booked_then_taken__ledger_follows(live, client, contractor, stranger, dollar):
    live.set_payee(stranger, pulled=True, sender=contractor)
    live.accept("plan", sender=client)
    assert live.to_take_units(stranger.address) == 450 * UNIT
    booked = live.ledger()
    assert (booked.paid, booked.booked[stranger.address], booked.held) == (0, 450 * UNIT, 2_500 * UNIT)

    live.take(sender=stranger)

    taken = live.ledger(live.verify_history())
    assert (taken.paid, taken.owed, taken.held) == (450 * UNIT, 0, 2_500 * UNIT)
    assert dollar.balanceOf(stranger) == 450 * UNIT
    assert Ledger().held == 0


def test_refund_booked__then_the_client_assigns__is_no_payment(
    create_document, contract, deploy, client, contractor, stranger
):
    token = deploy("HostileTokenMock")
    deposit = 3_000 * 10**18
    document = create_document(("decimals: 6", "decimals: 18"), TUSD=token)
    agreement = Agreement(document, contract)
    token.mint(client, deposit, sender=client)
    agreement.approve(deposit, sender=client)
    agreement.open(contractor_signature=agreement.sign(contractor), sender=client)
    token.refuse(client, REVERTS, sender=client)
    surplus = agreement.surplus_units
    agreement.reclaim(sender=client)
    until = write_instant(document.spec.offer.open_before, document.zone, last=True)
    following = agreement.amended(order(agreement, until, client=stranger.address))
    agreement.amend(following.document, [following.sign(contractor), following.sign(stranger)], sender=client)

    for ledger in (agreement.ledger(), following.ledger()):
        assert (ledger.funded, ledger.paid, ledger.refunded) == (deposit, 0, 0)
        assert ledger.booked == {client.address: surplus}
        assert ledger.held == agreement.held_units == deposit - surplus


@pytest.mark.threat("T27")
def test_seal__same_file_same_hash__another_content_another_salt(tmp_path):
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"first")
    first = seal_file(file)
    assert seal_file(file) == first
    assert first.opens(b"first")
    assert not first.opens(b"second")
    (beside,) = tmp_path.glob("*.seal.json")
    assert beside.stat().st_mode & 0o077 == 0
    file.write_bytes(b"second")
    second = seal_file(file)
    assert second.hash != first.hash
    assert second.salt != first.salt
    kept = json.loads(beside.read_text())
    beside.write_text(json.dumps(kept | {"sha256": "0x" + second.content_hash.hex()}))
    file.write_bytes(b"first")
    with pytest.raises(BadSeal, match="belongs to another content"):
        seal_file(file)
    with pytest.raises(BadSeal, match="cannot be read"):
        seal_file(tmp_path / "none.pdf")
