"""Which model a question goes to, and why. Pure."""
