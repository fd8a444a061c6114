"""Hostile words against the whole copilot: where they stand, for which model, what must not come of them."""
