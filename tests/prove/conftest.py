"""What the deep proofs start from, as the quick tests do."""

from tests.equity.conftest import equity, plan, pool, source, start, units_token
from tests.sdk.conftest import agreement, contract, create_document, funded, live, oracle, roles

__all__ = [
    "agreement",
    "contract",
    "create_document",
    "equity",
    "funded",
    "live",
    "oracle",
    "plan",
    "pool",
    "roles",
    "source",
    "start",
    "units_token",
]
