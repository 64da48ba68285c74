"""The report of an agreement at one block: facts, and the same facts as HTML and PDF (SPEC.md 13.10)."""
