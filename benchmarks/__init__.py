"""Measured figures of the contracts."""
