"""A local Slack workspace with a page. It stands alone: nothing of the bot is imported."""
