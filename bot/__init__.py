"""The copilot. Read `ports` and `copilot` first, then `incident`."""
