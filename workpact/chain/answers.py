"""What a node says that is no answer, as one named error. Ape, web3 and requests each have several of their own.

And the answer itself, where Ape would make another of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workpact import WorkpactError

if TYPE_CHECKING:
    from web3.types import RPCEndpoint, RPCResponse

GO_ON = "Run the same again: it goes on where this stopped, and sends nothing twice."


class NodeFailed(WorkpactError):
    """The node did not answer, or said what is no answer to the question. The same again goes on where this stopped."""


def node_failed(error: BaseException) -> NodeFailed | None:
    """What an error of Ape, web3 or requests says of the node; None if it says nothing of it."""
    from ape.exceptions import ContractNotFoundError, ProviderError, RPCTimeoutError, TransactionError
    from requests import RequestException
    from web3.exceptions import Web3Exception

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, NodeFailed):
            return cause
        if isinstance(cause, RequestException):
            # Its text has the whole address, and that may have a key.
            status = getattr(cause.response, "status_code", None)
            why = f"HTTP status {status}" if status else type(cause).__name__
            return NodeFailed(f"The node does not answer ({why}). {GO_ON}")
        cause = getattr(cause, "base_err", None) or cause.__cause__
    if isinstance(error, (ContractNotFoundError, ProviderError, RPCTimeoutError, TransactionError, Web3Exception)):
        return NodeFailed(f"The node says: {str(error).rstrip('.') or type(error).__name__}. {GO_ON}")
    return None


def answer_to(receiver: str, data: bytes, sender: str | None = None) -> RPCResponse:
    """The connected node's whole answer to a call: a revert is one, and no bytes are not zero, as Ape takes them."""
    from ape import networks
    from eth_utils.conversions import to_hex

    node: Any = networks.provider
    call = {"to": receiver, "data": to_hex(data)} | ({"from": sender} if sender else {})
    answer: RPCResponse = node.web3.provider.make_request("eth_call", [call, "latest"])
    return answer


def check_answers(node: Any) -> None:
    """From now on the connected node's answer must be JSON, and to what was asked: web3 does not look."""
    from web3 import HTTPProvider

    provider = node.web3.provider
    if not isinstance(provider, HTTPProvider) or "make_request" in vars(provider):
        return

    def make_request(method: RPCEndpoint, parameters: Any) -> RPCResponse:
        request = provider.encode_rpc_request(method, parameters)
        content = provider._make_request(method, request)
        try:
            answer = provider.decode_rpc_response(content)
        except ValueError:
            raise NodeFailed(f"What the node answers to {method} is no JSON. {GO_ON}") from None
        if answer.get("id") != json.loads(request)["id"]:
            raise NodeFailed(f"The node answered {method} with what was not asked. {GO_ON}")
        return answer

    provider.make_request = make_request  # type: ignore[method-assign]
    # It keeps the old one together with its middleware.
    provider._request_func_cache = (None, None)  # type: ignore[assignment]
