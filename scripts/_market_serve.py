"""`ape run market serve`."""

from __future__ import annotations

from typing import Any

COMMANDS: tuple[Any, ...] = ()
