"""The analyst that needs no model. Pure."""
