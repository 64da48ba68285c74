"""The record for an outsider: verified history, index, evidence bundle, reconciliation, alerts, report. Holds no key.

`node` asks a chain, `entries` are what its logs say, `history` proves them complete; all else is built on these.
"""
