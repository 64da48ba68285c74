"""The market: signed papers at any place, profiles, requests, bids, track records and their ranking (SPEC.md §15)."""
