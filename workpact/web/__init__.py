"""Pages over the audit's index: what both sides see, and where their own wallets sign. Holds no key (SPEC.md §16)."""
