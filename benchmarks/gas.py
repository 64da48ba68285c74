"""Writes gas.json: receipt gas of every operation, by its name in the design. Run as `make gas`.

Anvil with the limit of gas a transaction, a plain OpenZeppelin token of 18 decimals, payees already holding it,
`approve` excluded, linked history included, no holdback. The arbiter of `dispute and rule` has an earlier fee booked.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks import agreement_gas, equity_gas, oracle_gas, payroll_gas, room_gas

FILE = Path(__file__).with_name("gas.json")


def main() -> None:
    """Measures what `make build` made."""
    parts = (agreement_gas, oracle_gas, equity_gas, payroll_gas, room_gas)
    rows = {name: gas for part in parts for name, gas in part.rows().items()}
    FILE.write_text(json.dumps(rows, indent=2) + "\n")
    sys.stdout.write(FILE.read_text())


if __name__ == "__main__":
    main()
