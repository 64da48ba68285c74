"""What was signed for one chain, at the very address where the same contract stands on another one."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from web3 import Web3
from web3.exceptions import ContractCustomError

from tests.agreement import paper
from tests.anvil import START, anvil, deployed, send, web3_at

KEYS = ("0x" + "c1" * 32, "0x" + "c2" * 32)
DEADLINE = START + 10**6


@pytest.fixture(scope="module")
def places() -> Iterator[dict[int, Any]]:
    """Two chains; on each the Agreement contract, twice, and a token, at the same addresses."""
    with anvil("--timestamp", str(START)) as here, anvil("--timestamp", str(START), "--chain-id", "31338") as there:
        made = {}
        for chain, url in ((31337, here), (31338, there)):
            web3 = web3_at(url)
            contracts = [deployed(web3, "Agreement"), deployed(web3, "Agreement")]
            token = deployed(web3, "TokenMock", "Plain", "PLN", 18)
            made[chain] = SimpleNamespace(web3=web3, contracts=contracts, token=token, sender=web3.eth.accounts[0])
        yield made


def not_signed(call: Any, document: bytes, party: str, sender: str) -> None:
    """The call is refused because the party has not signed the document."""
    with pytest.raises(ContractCustomError) as caught:
        call.call({"from": sender})
    selector = Web3.keccak(text="Agreement_NotSigned(bytes32,address)")[:4]
    assert caught.value.data == Web3.to_hex(selector + document + bytes(12) + bytes.fromhex(party[2:]))


@pytest.mark.threat("T3", "T4")
def test_signatures__for_one_chain_and_contract__count_nowhere_else_and_once(places):
    here, there = places[31337], places[31338]
    contract, clone = here.contracts
    foreign = there.contracts[0]
    assert foreign.address == contract.address
    assert there.token.address == here.token.address
    names = [Web3().eth.account.from_key(key).address for key in KEYS]
    message = paper.agreement(*names, here.token.address, START, offer={"deposit": 0})
    signatures = [paper.sign(key, "Agreement", message, 31337, contract.address) for key in KEYS]

    def opening(at: Any) -> Any:
        return at.functions.open(paper.proposal(message), [], *signatures, b"")

    for at, chain in ((foreign, 31338), (clone, 31337)):
        not_signed(opening(at), paper.id_of(message, chain, at.address), names[0], here.sender)
    send(opening(contract), here.sender)
    origin = paper.id_of(message, 31337, contract.address)
    word = contract.functions.history(origin).call()
    assert word != bytes(32)
    # Carried again, the opening changes nothing.
    send(opening(contract), here.sender)
    assert contract.functions.history(origin).call() == word

    # On the other chain the same people agree on the same terms; the end that they sign for the first is not for it.
    anew = [paper.sign(key, "Agreement", message, 31338, foreign.address) for key in KEYS]
    send(foreign.functions.open(paper.proposal(message), [], *anew, b""), there.sender)
    other = paper.id_of(message, 31338, foreign.address)
    for document in (origin, other):
        closing = {"id": document, "held": 0, "toContractor": 0, "deadline": DEADLINE}
        ends = [paper.sign(key, "Closing", closing, 31337, contract.address) for key in KEYS]
        ending = foreign.functions.endByBoth(paper.terms(message), tuple(closing.values()), *ends)
        not_signed(ending, other, names[0], there.sender)
    assert foreign.functions.progressOf(other).call()[0] == 1
