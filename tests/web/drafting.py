"""A form's draft and what the loader says of it."""

from __future__ import annotations

import pytest

from tests.terms.example import WALLETS
from tests.web.served import Town
from workpact.terms import Names, TermsError, loads


def resolved(text: str, made: Town) -> str:
    """The example with an address for each name, so that nothing else is wrong with it."""
    names = WALLETS | {"USDC": made.token_address} | {name: each.address for name, each in made.planned.items()}
    for name, address in names.items():
        text = text.replace(f"${{{name}}}", address)
    return text.replace("decimals: 6}", f'decimals: 6, address: "{made.token_address}"}}', 1)


def expected(text: str, made: Town) -> list[TermsError]:
    """The loader's errors."""
    contracts = {name: each.address for name, each in made.planned.items()}
    with pytest.raises(TermsError) as caught:
        loads(text, Names(contracts=contracts), file="agreement.yaml")
    return list(caught.value.errors)


def words(error: TermsError) -> str:
    """An error's words as the form shows them."""
    return f"{error.problem} → {error.advice}" if error.advice else error.problem
