"""Data sets and graders."""
