"""One chain on which every page has something to show, with texts that would run, turn or break a careless page."""

from __future__ import annotations

from pathlib import Path

from tests.audit.together import share
from tests.web.served import Town
from tests.web.test_tender_page import Tendered
from workpact.terms import AgreementDocument

HOSTILE = "</script><img src=x onerror=alert(1)> {{7*7}} javascript:alert(2)"
"""A title that ends scripts, loads a picture and is a template; the loader takes no title that turns letters."""
EDITS = (("title: A small desk", f'title: "{HOSTILE}"'),)


def lively(town: Town) -> AgreementDocument:
    """An agreement with hostile names: work rejected and paid, a month measured, workers, a room with files."""
    document = town.open(*EDITS)
    town.work()
    town.report()
    share(town)
    return document


def paths(town: Town, folder: Path) -> tuple[str, dict[str, str]]:
    """The place of papers, and the path of every page by name."""
    tendered = Tendered(town, folder, HOSTILE)
    own = town.page_of()
    return tendered.address, {
        "portfolio": "/",
        "agreement": own,
        "evidence": f"{own}/evidence",
        "worker": f"/worker/{town.address('carrier')}",
        "tenders": "/tenders",
        "tender": f"/tender/{tendered.request.id}",
        "new": "/new",
        "proposal": "/proposal",
        "missing": "/agreement/0x" + "00" * 32,
    }
