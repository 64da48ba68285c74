"""`ape run market search`."""

from __future__ import annotations

from typing import Any

COMMANDS: tuple[Any, ...] = ()
