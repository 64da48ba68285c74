"""What is measured, as one hash that both sides sign (SPEC.md 3.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eth_utils.crypto import keccak

from workpact.terms.openslo import OPENSLO

if TYPE_CHECKING:
    from workpact.terms.contents import Contents


def definition(contents: Contents) -> bytes:
    """The canonical JSON of the file's OpenSLO objects and of what its prices count.

    Every value is its text as the file writes it, a time too; keys are sorted, nothing is blank, UTF-8. Two files
    that differ in comments, order of keys or spelling of a number give the same bytes.
    """
    prices = contents.plain()[0]["spec"].get("billing", {}).get("prices", [])
    quantities = [{key: price[key] for key in ("quantity", "metricSource")} for price in prices]
    objects = [part for part in contents.plain() if part["apiVersion"] == OPENSLO]
    parts = {"objects": objects, "quantities": quantities}
    return json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def definition_hash(contents: Contents) -> bytes:
    """keccak256 of the canonical definition: `Schedule.definition`."""
    return keccak(definition(contents))
