"""How a relayer's key sends: by the journal that survives crashes, so that no call goes out twice while one is out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from workpact.chain.answers import NodeFailed
from workpact.chain.sender import NotSent, Sender, StillPending
from workpact.web.relayer import Send, Sent

if TYPE_CHECKING:
    from ape.api import AccountAPI

PATIENCE = 40
"""Times that a node which does not answer is asked again, a pause between."""
PAUSE = 3
"""Seconds."""


def sending(account: AccountAPI) -> Send:
    """Sends for an account on the connected chain; what is not mined in time is signed again with higher fees."""
    from ape.exceptions import ApeException

    sender = Sender(account, confirmations=0)

    def send(contract: str, data: bytes) -> Sent:
        silent = 0
        sender.outbid = False
        while True:
            try:
                receipt = sender.send(contract, data)
                return Sent(str(receipt.txn_hash), int(receipt.block_number))
            except StillPending:
                sender.outbid = True
            except NodeFailed as error:
                silent += 1
                if silent == PATIENCE:
                    raise NotSent(
                        "The node does not answer. The same call again goes on where this stopped."
                    ) from error
                time.sleep(PAUSE)
            except ApeException as error:
                raise NotSent("The node did not take it. Try again later.") from error

    return send
