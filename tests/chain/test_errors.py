"""Every refusal of a contract reaches the user typed, with its arguments and what to do."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.chain import contracts, errors
from workpact.chain.advice import ADVICE, MEANINGS

DECLARED = sorted({abi.name for abi in errors._errors().values()})


@pytest.mark.parametrize("name", DECLARED)
def test_every_error__has_a_meaning_and_what_to_do(name):
    (abi,) = [abi for abi in errors._errors().values() if abi.name == name]
    for sentence in (errors.reason(abi), ADVICE[name]):
        assert sentence[0].isupper() or sentence[0] == "`"
        assert sentence[-1] == "."


def test_advice__none_for_errors_that_are_gone():
    assert sorted(ADVICE) == DECLARED
    assert set(MEANINGS) < set(DECLARED)


def test_explained__transaction__typed_with_arguments_and_advice(token, client, stranger):
    with pytest.raises(errors.ERC20InsufficientBalance) as info, errors.explained():
        token.transfer(stranger, 5, sender=client)
    assert info.value.arguments == {"sender": client.address, "balance": 0, "needed": 5}
    assert info.value.address == token.address
    assert str(info.value) == (
        f"ERC20InsufficientBalance(sender={client.address}, balance=0, needed=5): "
        "The account has fewer tokens than are needed. Bring the missing tokens to this account."
    )
    assert isinstance(info.value, errors.ContractError)
    assert isinstance(info.value, WorkpactError)


@pytest.mark.parametrize(
    ("until", "words"), [(2**256 - 1, "never"), (1_459_468_799, "2016-03-31 23:59:59 UTC"), (0, "none")]
)
def test_decode__instant__in_words_and_exact_in_the_arguments(until, words):
    selector = keccak(text="Escrow_TooEarly(uint256,uint256)")[:4]
    error = errors.decode(selector + (1).to_bytes(32) + until.to_bytes(32))
    assert error.arguments == {"item": 1, "until": until}
    assert str(error).startswith(f"Escrow_TooEarly(item=1, until={words}): ")


@pytest.mark.parametrize(
    ("signature", "value", "words"),
    [
        ("Escrow_WrongPhase(uint256,uint256)", 0, "Escrow_WrongPhase(item=1, phase=OPEN): "),
        ("Escrow_WrongPhase(uint256,uint256)", 4, "Escrow_WrongPhase(item=1, phase=OWED): "),
        ("Escrow_WrongPhase(uint256,uint256)", 5, "Escrow_WrongPhase(item=1, phase=5): "),
        ("Escrow_NotLive(bytes32,uint256)", 0, "Escrow_NotLive(origin=0x" + 63 * "0" + "1, status=NONE): "),
        (
            "Agreement_NotOpenable(bytes32,uint256)",
            8,
            "Agreement_NotOpenable(id=0x" + 63 * "0" + "1, status=WITHDRAWN): ",
        ),
    ],
)
def test_decode__phase_and_status__the_word_and_the_number_in_the_arguments(signature, value, words):
    error = errors.decode(keccak(text=signature)[:4] + (1).to_bytes(32) + value.to_bytes(32))
    assert list(error.arguments.values())[1] == value
    assert str(error).startswith(words)


def test_explained__view_call__same_error_with_the_callers_address(token, client, stranger):
    with pytest.raises(errors.ERC20InsufficientBalance) as info, errors.explained():
        token.transfer.call(stranger, 5, sender=client)
    assert info.value.arguments == {"sender": client.address, "balance": 0, "needed": 5}


def test_explained__another_error__cannot_be_caught_as_this_one(token, client, stranger):
    with pytest.raises(errors.ERC20InsufficientAllowance), errors.explained():
        token.transferFrom(stranger, client, 5, sender=client)
    assert not issubclass(errors.ERC20InsufficientAllowance, errors.ERC20InsufficientBalance)


def test_decode__words__kept():
    data = bytes.fromhex("08c379a0") + (32).to_bytes(32) + (6).to_bytes(32) + b"paused".ljust(32, b"\0")
    error = errors.decode(data)
    assert (type(error), error.arguments) == (errors.RevertString, {"message": "paused"})


def test_decode__panic__its_code():
    error = errors.decode(bytes.fromhex("4e487b71") + (0x11).to_bytes(32))
    assert (type(error), error.arguments) == (errors.Panic, {"code": 0x11})


def test_decode__unknown__its_bytes():
    error = errors.decode(bytes.fromhex("deadbeef"))
    assert (type(error), error.arguments) == (errors.UnknownRevert, {"data": "0xdeadbeef"})


def test_import__no_such_error__refused():
    with pytest.raises(AttributeError, match="declares an error 'Agreement_Typo'"):
        errors.Agreement_Typo  # noqa: B018


def test_contract__unknown_name__says_which_are_known():
    with pytest.raises(contracts.UnknownContract, match=r"no contract 'Agrement' here\. Known: Agreement, "):
        contracts.artefact("Agrement")
