"""Seeded agreements, honest and not, as records: what alerts are measured on. No chain."""

from tests.audit.schemes import of_figures, of_files, of_money, of_work
from tests.audit.schemes.honest import honest
from tests.audit.schemes.scheme import SCHEMES

__all__ = ["SCHEMES", "honest", "of_figures", "of_files", "of_money", "of_work"]
