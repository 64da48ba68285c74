"""`ape run market profile`."""

from __future__ import annotations

from typing import Any

COMMANDS: tuple[Any, ...] = ()
