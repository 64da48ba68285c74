"""What other software than ours may lay down: a bid that answers another request than the one asked, a late seal."""

from __future__ import annotations

import secrets
from typing import Any

from workpact.agreement import Agreement
from workpact.market.bid import bid_body, commitment
from workpact.market.bid_file import clear_file
from workpact.market.paper import Paper
from workpact.market.place import Place
from workpact.market.request import Request
from workpact.market.sealed_bid import seal_body
from workpact.terms import AgreementDocument


def sealed(place: Place, request: Request, document: AgreementDocument, account: Any) -> Paper:
    """Signs the document and seals it, whatever it says; the bid's paper, to be laid down later."""
    salt, where = secrets.token_bytes(32), (request.chain_id, request.registry)
    signature = Agreement.deployed(document).sign(account)
    body = bid_body(request, document.message, signature, salt, clear_file(document))
    bid = Paper.signed(account, "bid", body, *where)
    place.lay(Paper.signed(account, "seal", seal_body(request, commitment(salt, bid.content)), *where))
    return bid
