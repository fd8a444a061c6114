"""Redaction, hidden characters, links and the output gate. Pure."""
