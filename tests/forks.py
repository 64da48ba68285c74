"""Processes forked from a server that has imported what they need; multiprocessing has one server, with one list."""

from __future__ import annotations

import multiprocessing

CONTEXT = multiprocessing.get_context("forkserver")
_imported: list[str] = []


def preload(*modules: str) -> None:
    """The server imports them too when it starts, which is at the first fork: called where a module is imported."""
    _imported.extend(modules)
    CONTEXT.set_forkserver_preload(_imported)
