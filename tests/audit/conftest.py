"""The chain that tests of the index read, once for all files."""

from tests.audit.indexed import expected, indexed

__all__ = ["expected", "indexed"]
