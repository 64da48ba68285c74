"""The strict helper itself: it must fail where Ape's passes."""

import pytest

from tests.support import events_of, reverts
from workpact.chain.errors import explained


def test_reverts__transaction_with_all_arguments__passes(token, client, stranger):
    with reverts(token.ERC20InsufficientBalance, sender=client, balance=0, needed=5):
        token.transfer(stranger, 5, sender=client)
    assert token.balanceOf(stranger) == 0


def test_reverts__view_call_with_all_arguments__passes(token, client, stranger):
    with reverts(token.ERC20InsufficientBalance, sender=client, balance=0, needed=5):
        token.transfer.call(stranger, 5, sender=client)


def test_reverts__what_the_sdk_makes_of_it__passes(token, client, stranger):
    with reverts(token.ERC20InsufficientBalance, sender=client, balance=0, needed=5), explained():
        token.transfer(stranger, 5, sender=client)


def test_reverts__what_the_sdk_makes_of_another_error_or_arguments__fails(token, client, stranger):
    for error, arguments in (
        (token.ERC20InvalidReceiver, {"sender": client, "balance": 0, "needed": 5}),
        (token.ERC20InsufficientBalance, {"sender": client, "balance": 0, "needed": 4}),
    ):
        with pytest.raises(AssertionError), reverts(error, **arguments), explained():
            token.transfer(stranger, 5, sender=client)


@pytest.mark.parametrize(
    "arguments",
    [{"sender": 0, "balance": 0, "needed": 5}, {"balance": 0, "needed": 5}, {"sendr": 0, "balance": 0, "needed": 5}],
    ids=["wrong value", "missing", "misspelt"],
)
@pytest.mark.parametrize("view", [False, True], ids=["transaction", "view"])
def test_reverts__not_exactly_the_arguments__fails(token, client, stranger, arguments, view):
    transfer = token.transfer.call if view else token.transfer
    with pytest.raises(AssertionError), reverts(token.ERC20InsufficientBalance, **arguments):
        transfer(stranger, 5, sender=client)


@pytest.mark.parametrize("view", [False, True], ids=["transaction", "view"])
def test_reverts__other_error__fails(token, client, stranger, view):
    transfer = token.transfer.call if view else token.transfer
    with pytest.raises(AssertionError), reverts(token.ERC20InvalidReceiver, receiver=stranger):
        transfer(stranger, 5, sender=client)


def test_reverts__nothing_reverts__fails(token, client):
    with pytest.raises(pytest.fail.Exception), reverts(token.ERC20InvalidReceiver, receiver=client):
        token.mint(client, 1, sender=client)


def test_events_of__all_events_with_all_arguments(token, client, stranger):
    receipt = token.mint(client, 7, sender=stranger)
    assert events_of(receipt) == [
        ("Transfer", {"from": "0x0000000000000000000000000000000000000000", "to": client.address, "value": 7})
    ]
