"""What is checked before anything is sent, so that what is missing is named while nothing is lost."""

from __future__ import annotations

from typing import Any

from eth_abi.exceptions import DecodingError

from workpact import WorkpactError
from workpact.chain import contracts, deployments, errors
from workpact.chain.sender import Sender
from workpact.signing import is_signed, recovered
from workpact.terms import AgreementDocument
from workpact.terms.units import write_instant, write_money


class NotReady(WorkpactError):
    """Something that the call needs is missing. Nothing was sent."""


class Expired(NotReady):
    """The document could be opened, or an amendment made, only until a time that has passed."""


class ForeignSignature(NotReady):
    """A signature is not the party's over this document, on this chain, for this contract."""


class SignatureMissing(NotReady):
    """A party has neither signed nor sends."""


class TooLittleBalance(NotReady):
    """An account has less than it is to pay; `missing` in the token's smallest unit."""

    def __init__(self, message: str, missing: int) -> None:
        self.missing = missing
        super().__init__(message)


class TooLittleAllowance(NotReady):
    """An account lets the contract take less than it is to pay; `missing` in the token's smallest unit."""

    def __init__(self, message: str, missing: int) -> None:
        self.missing = missing
        super().__init__(message)


class NoReceiver(NotReady):
    """Money would go to a contract of ours by a plain transfer, which nobody takes out of there."""


class OtherToken(NotReady):
    """The token is not as the document says."""


def send(method: Any, *arguments: Any, sender: Any, intent: str | None = None) -> Any:
    """Sends a call and returns what was sent: a receipt, or what a Safe proposed.

    `sender` is an Ape account, or a `Sender` with its own number of confirmations. Crash-safe either way: the same call
    again goes on with what was signed before; what an `intent` names is done once for all. Raises `ContractError`,
    `NotSent`, `StillPending`.
    """
    check_contract(method.contract)
    sending = sender if isinstance(sender, Sender) else Sender(sender)
    return sending.call(method, *arguments, intent=intent)


def address_of(sender: Any) -> str:
    """The address that a call comes from."""
    return str(sender.account.address if isinstance(sender, Sender) else sender.address)


def ask(method: Any, *arguments: Any, **options: Any) -> Any:
    """The answer of a view; its reverts as `ContractError`."""
    with errors.explained():
        return method(*arguments, **options)


def ask_token(method: Any, *arguments: Any) -> Any:
    """What a token answers; None if it refuses, or answers in another form than an ERC-20 does."""
    from ape.exceptions import DecodingError as Undecoded

    try:
        return ask(method, *arguments)
    except (errors.ContractError, Undecoded, DecodingError, UnicodeDecodeError, OverflowError):
        return None


def now() -> int:
    """The chain's clock, Unix seconds."""
    from ape import networks

    node: Any = networks.provider
    with errors.explained():
        return int(node.get_block("latest").timestamp)


def chain_id() -> int:
    """The id of the connected chain, as the node says."""
    from ape import networks

    node: Any = networks.provider
    with errors.explained():
        expected, answered = node.network.chain_id, node.web3.eth.chain_id
    if expected != answered:
        raise deployments.WrongChain(f"The node answers for chain {answered}, not {expected}. Check --network.")
    return int(answered)


def check_contract(contract: Any) -> None:
    """There is code at the address, and the recorded one if the address is recorded for this chain."""
    from ape import networks
    from eth_utils.conversions import to_hex
    from eth_utils.crypto import keccak

    node: Any = networks.provider
    chain = chain_id()
    with errors.explained():
        code = bytes(node.get_code(contract.address))
    if not code:
        raise deployments.ContractMissing(
            f"There is no contract at {contract.address} on chain {chain}: check --network, or run: ape run deploy"
        )
    for known in deployments.read(chain).values():
        if known.address == contract.address and known.runtime_code_hash != to_hex(keccak(code)):
            raise deployments.ContractDiffers(
                f"The code at {contract.address} on chain {chain} is not the {known.name} that is recorded. "
                "Send nothing to it before you know why."
            )


def receiver(account: Any, *, pulled: bool = False) -> str:
    """The address of an account that can get at what is sent there: of the recorded contracts none, but the payroll
    what it pulls. Raises `NoReceiver`."""
    address = str(getattr(account, "address", account))
    names = {each.address.lower(): name for name, each in deployments.read(chain_id()).items()}
    name = names.get(address.lower())
    if name is None or (name == "Payroll" and pulled):
        return address
    instead = "Let it pull: ape run payroll setup." if name == "Payroll" else "Name another address."
    raise NoReceiver(f"{address} is the {name} contract: what is sent there belongs to nobody. {instead}")


def check_not_expired(document: AgreementDocument) -> None:
    """The document can still come into force."""
    until = document.spec.offer.open_before
    if now() > until:
        raise Expired(
            f"The document could be opened until {write_instant(until, document.zone, last=True)} "
            f"({document.zone.key}): agree on a later openBefore and sign again."
        )


def check_signature(party: str, signer: str, digest: bytes, signature: bytes | None, sender: Any) -> None:
    """`signer`, who is the `party` in words, sends or has signed."""
    if address_of(sender) == signer:
        return
    if not signature:
        raise SignatureMissing(f"The {party} {signer} has not signed: ask for its signature, or let it send.")
    if is_signed(signer, digest, signature):
        return
    other = recovered(digest, signature)
    whose = f"for this document it would be that of {other}" if other else "it is no key's signature"
    raise ForeignSignature(
        f"The signature is not the {party}'s, {signer}; {whose}. Another file, chain or deployment was signed, or "
        "another key signed: compare the id with `ape run agreement digest`."
    )


def check_token(document: AgreementDocument) -> Any:
    """The document's token: a contract, with the decimals that the document's amounts are written in."""
    token = contracts.token(document.token.address)
    check_contract(token)
    decimals = ask_token(token.decimals)
    if decimals is None:
        raise OtherToken(
            f"{document.token.address} does not say how many decimals it has: the document's amounts mean nothing "
            "certain. Name the token that is meant, and sign again."
        )
    if decimals != document.token.decimals:
        raise OtherToken(
            f"{document.token.address} has {decimals} decimals, the document says {document.token.decimals}: "
            "all its amounts would be wrong. Mend token.decimals, or name the token that is meant, and sign again."
        )
    return token


def allow(token: Any, spender: str, units: int, *, sender: Any) -> Any:
    """Lets `spender` take `units` of the sender's tokens, in all; by way of zero where the token (USDT) changes an
    allowance no other way."""
    owner = address_of(sender)
    if units and ask(token.allowance, owner, spender):
        try:
            ask(token.approve.call, spender, units, sender=owner)
        except errors.ContractError:
            send(token.approve, spender, 0, sender=sender)
    return send(token.approve, spender, units, sender=sender)


def check_money(
    document: AgreementDocument, payer: str, spender: str, units: int, permitted: int | None = None
) -> None:
    """`payer` has `units` and lets `spender` take them; `permitted` is what a permit will allow, zero if it is void.

    A permit that counts takes the place of the allowance before it.
    """
    if not units:
        return
    token = check_token(document)
    symbol, decimals = document.token.symbol, document.token.decimals
    balance = ask(token.balanceOf, payer)
    if balance < units:
        missing = write_money(units - balance, symbol, decimals)
        raise TooLittleBalance(
            f"{payer} is to pay {write_money(units, symbol, decimals)} and has "
            f"{write_money(balance, symbol, decimals)}: {missing} are missing. Send them there ({token.address}).",
            units - balance,
        )
    allowance = permitted or ask(token.allowance, payer, spender)
    if allowance < units:
        void = " (the permit was used, is past its deadline, or is not for this)" if permitted == 0 else ""
        amount = write_money(units, symbol, decimals)
        missing = write_money(units - allowance, symbol, decimals)
        raise TooLittleAllowance(
            f"{payer} is to pay {amount} and allows {write_money(allowance, symbol, decimals)}: {missing} are missing"
            f'{void}. Grant it: ape run agreement approve FILE "{amount}" --account ALIAS, with the account of {payer}',
            units - allowance,
        )
