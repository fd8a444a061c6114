"""Between Slack payloads and our values: reading, blocks, limits. Pure."""
