"""Workpact: outsourcing agreements on Ethereum.

This module imports nothing, so that commands start fast: take what you need from its submodules.
"""


class WorkpactError(Exception):
    """Base of every error this package raises on purpose; its text says what to do next."""
