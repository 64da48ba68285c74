"""What happened in an agreement, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workpact.agreement import Agreement
    from workpact.history import Event


def told(agreement: Agreement, event: Event) -> str:
    """One event as a sentence."""
    from workpact.audit.telling import Telling
    from workpact.audit.words import Words

    document = agreement.document
    telling = Telling(Words(document), zone=document.zone)
    return telling.told("Agreement", event.name, event.arguments)


def when(agreement: Agreement, seconds: int) -> str:
    """An instant in the document's time zone."""
    from workpact.agreement_state import moment

    zone = agreement.document.zone
    return f"{moment(seconds).astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
