"""An agent from what a person names: a document, an account, and where things are."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from workpact.agent.exchange import Exchange
from workpact.agent.key import ReporterKey
from workpact.agent.log import Log
from workpact.agent.reporter import Reporter
from workpact.agreement import Agreement
from workpact.chain.answers import check_answers
from workpact.measurement import definition_of, load_or_create_secret
from workpact.measurement.errors import KeyFileError
from workpact.service_levels import ServiceLevels, Side
from workpact.terms import AgreementDocument


def open_reporter(
    document: AgreementDocument,
    account: Any,
    side: str,
    *,
    data: str,
    exchange: str,
    secret: Path,
    allow_empty: bool = False,
    accept: Collection[str] = (),
    confirmations: int | None = None,
    lag: int = 0,
    outbid: bool = False,
) -> Reporter:
    """The agent of the "client" or the "contractor" on the connected chain; its key's journal is this process's alone.

    `account` signs and pays; `data` and `exchange` are paths, or addresses that fsspec knows; `data` may be a database
    or a Prometheus, too. `accept`: names of doubts that do not stop it; `lag` in seconds; `outbid` signs what is still
    pending again, with higher fees. Raises `AgentError`s, `KeyFileError` when the secret is not there: one made here
    would not be the other side's.
    """
    from ape import networks

    check_answers(networks.provider)
    if not secret.exists():
        raise KeyFileError(secret, "is not there: get the file that both sides share")
    key_bytes = load_or_create_secret(secret)
    log = Log(data, definition_of(document), key_bytes, allow_empty=allow_empty, accept=accept)
    place = Exchange(exchange)
    key = ReporterKey.open(ServiceLevels.of(Agreement.deployed(document)), account, Side[side.upper()], outbid)
    return Reporter(key, log, place, confirmations=confirmations, lag=lag)
