"""Seeded agreements, honest and not, as records: what alerts are measured on. No chain."""
