"""What the commands of `ape run payroll` share: the payroll of a file's agreement, its events, what is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts._papers import Act, load
from workpact import WorkpactError

if TYPE_CHECKING:
    from workpact.batches.roster import Roster
    from workpact.batches.wages import Token
    from workpact.payroll import AgreementPayroll
    from workpact.records.holdings import Seat
    from workpact.records.register import Register


class ForeignRun(WorkpactError):
    """A run on chain is another payment than the file's of the same number. Nothing was sent."""


def payroll_of(act: Act) -> AgreementPayroll:
    """The payroll of the command's agreement."""
    from workpact.payroll import Payroll

    return Payroll.deployed().of(act.agreement)


def shown_payroll(file: Path, wallets: tuple[str, ...], token: str | None) -> AgreementPayroll:
    """The payroll of a file's agreement, for a command that sends nothing."""
    from workpact.agreement import Agreement
    from workpact.payroll import Payroll
    from workpact.preflight import chain_id

    return Payroll.deployed().of(Agreement.deployed(load(file, wallets, token, chain_id())))


def require_employer(act: Act, payroll: AgreementPayroll) -> None:
    """The account is the contractor's."""
    from workpact.agreement import BadArgument

    if act.signing.address != payroll.employer:
        raise BadArgument(f"This is for the employer {payroll.employer}, the contractor: name its --account.")


def require_collected(payroll: AgreementPayroll) -> None:
    """Something came in before."""
    from workpact.payroll import NotPayable

    if not payroll.collected_units:
        waits = payroll.agreement.money(payroll.to_collect_units)
        raise NotPayable(f"Nothing is collected yet, {waits} wait: ape run payroll collect FILE --account ALIAS")


def token_of(payroll: AgreementPayroll) -> Token:
    """The token of the agreement."""
    from workpact.batches.wages import Token

    token = payroll.agreement.document.token
    return Token(token.address, token.symbol, token.decimals)


def seats_of(payroll: AgreementPayroll) -> Mapping[int, Seat]:
    """The workers of the employer's roster, as they stand on chain."""
    from scripts._equity_book import seats_of

    return seats_of(payroll.payroll.equity, payroll.employer)


def require_wallets(roster: Roster, workers: Iterable[int], seats: Mapping[int, Seat], *, may_name: bool) -> None:
    """These workers are enrolled, with the wallets that the roster file has."""
    from workpact.batches.roster import NOBODY

    chosen = type(roster)(roster[worker] for worker in workers)
    chosen.require_wallets({number: seat.wallet or NOBODY for number, seat in seats.items()}, may_name=may_name)


def logged(payroll: AgreementPayroll, name: str) -> dict[int, Any]:
    """The events of one kind of this book, by run."""
    return {int(event.run): event for event in _events(payroll, name)}


def claims(payroll: AgreementPayroll) -> set[tuple[int, int]]:
    """Run and worker of all posted wages that were claimed."""
    return {(int(event.run), int(event.worker)) for event in _events(payroll, "WageClaimed")}


def _events(payroll: AgreementPayroll, name: str) -> list[Any]:
    from ape import networks
    from eth_utils.crypto import keccak

    from workpact.history import logs

    abi = getattr(payroll.contract, name).abi
    return list(networks.ethereum.decode_logs(logs(payroll.contract, [keccak(text=abi.selector), payroll.book]), abi))


def register_of(payroll: AgreementPayroll, block: int | None = None) -> Register:
    """The register from the events until a block, checked, workers named by the roster as it stood."""
    from workpact.records.events import payroll_records
    from workpact.records.register import Register

    register = Register.of(payroll_records(payroll.contract, payroll.book, block), payroll.book)
    register.check()
    register.name_workers(seats_of(payroll))
    return register
