"""The outside world: Slack, Claude, the store, the queue. The only I/O of the bot."""
