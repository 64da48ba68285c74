"""What the sides of an agreement share encrypted (SPEC.md §14, docs/room-format.md)."""
