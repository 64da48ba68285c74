"""The calls that take a proposal on: open, amend, withdraw, publish (SPEC.md §4.2, §4.3, 3.4, 10.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.terms import eip712, structs
from workpact.terms.fields import ZERO_WORD
from workpact.terms.units import write_money
from workpact.web.calls import arguments
from workpact.web.move import Json, Move
from workpact.web.proposals import Reading


def moves(reading: Reading) -> list[Json]:
    """What can be sent now, and by whom; nothing while anything is wrong."""
    if reading.faults or reading.signed.faults:
        return []
    key, _ = reading.state
    if key == "in force":
        return [_publish(reading).to_json()]
    if key != "proposed":
        return []
    return [*_into_force(reading), _withdraw(reading).to_json()]


def _into_force(reading: Reading) -> Iterator[Json]:
    missing = reading.signed.missing
    if len(missing) > 1:
        return
    who = tuple(each.address for each in missing)
    if reading.is_change:
        yield _amend(reading, who).to_json()
        return
    deposit, client = reading.deposit, reading.document.parties.client.wallet
    if deposit is None or deposit.balance < deposit.units:
        return
    if deposit.is_allowed:
        yield _open(reading, who).to_json()
    elif who in ((), (client,)):
        allowance = {
            "token": reading.document.token.address,
            "spender": reading.chain.agreement,
            "units": str(deposit.units),
            "decimals": reading.document.token.decimals,
            "unit": reading.document.token.symbol,
        }
        yield _open(reading, (client,)).to_json() | {"approve": allowance}


def _open(reading: Reading, who: tuple[str, ...]) -> Move:
    document, signed, given = reading.document, reading.signed, reading.given
    parties, deposit = document.parties, reading.document.spec.offer.deposit
    money = write_money(deposit, document.token.symbol, document.token.decimals)
    masters = []
    if document.spec.under != ZERO_WORD and reading.base is not None:
        masters = [structs.terms(reading.base.message)]
    permit = bytes.fromhex(given.permit[2:]) if reading.deposit and reading.deposit.permitted else b""
    carried = (signed.of(parties.client.wallet), signed.of(parties.contractor.wallet), permit)
    effect = (
        f"The agreement is in force, and {money} of the client are held in it."
        if deposit
        else ("The agreement is in force; nothing is taken from the client.")
    )
    return _move(reading, "open", "Open it", effect, who, (document.proposal(), masters, *carried))


def _amend(reading: Reading, who: tuple[str, ...]) -> Move:
    assert reading.base is not None, "a change order whose agreement cannot be read has a fault"
    base, document, signed = reading.base.message, reading.document, reading.signed
    before = eip712.struct_hash("Conditions", base["annex"]["conditions"])
    same = before == document.conditions_hash()
    parties = [base["deal"]["client"], base["deal"]["contractor"]]
    if len(signed.seats) > 2:
        parties += [document.parties.client.wallet, document.parties.contractor.wallet]
    values = (
        structs.terms(base),
        document.proposal(),
        eip712.struct_hash("Offer", base["annex"]["offer"]),
        [] if same else [structs.conditions(base), document.conditions()],
        [signed.of(to_checksum_address(each)) for each in parties],
    )
    return _move(reading, "amend", "Put it in force", "The change order is in force. It moves no money.", who, values)


def _withdraw(reading: Reading) -> Move:
    parties = reading.document.parties
    who = (parties.client.wallet, parties.contractor.wallet)
    effect = "This document never comes into force, whoever has signed it."
    return _move(reading, "withdrawBid", "Withdraw it", effect, who, (reading.document.terms(),))


def _publish(reading: Reading) -> Move:
    effect = (
        "All that was signed stands in the chain's log for every reader: addresses, amounts, dates, names of levels. "
        "No names of people, titles or texts."
    )
    return _move(reading, "publish", "Publish the terms", effect, (), (reading.id, reading.publication))


def _move(
    reading: Reading, function: str, label: str, effect: str, who: tuple[str, ...], values: Sequence[Any]
) -> Move:
    return Move(
        key=f"{function}:0x{reading.id.hex()}",
        place="withdrawal" if function == "withdrawBid" else "proposal",
        contract="Agreement",
        address=reading.chain.agreement,
        function=function,
        arguments=arguments("Agreement", function, values),
        who=who,
        role=_role(reading, who),
        label=label,
        effect=effect,
        until=reading.document.spec.offer.open_before if function in ("open", "amend") else None,
    )


def _role(reading: Reading, who: tuple[str, ...]) -> str:
    roles = [each.role for each in reading.signed.seats if each.address in who]
    return " or ".join(roles) or "anyone"
