"""How large messages and texts are in a prompt, estimated without a tokenizer."""

import json

from bot.incident.messages import Message

CHARS_PER_TOKEN = 3
"""Deliberately low: English prose has about 4 characters a token, logs and ids about 2.5, and the
tokenizers since Opus 4.7 make about 30 % more tokens of the same text."""
MESSAGE_TOKENS = 33
"""What a message costs beside its text: id, time, author, kind, thread, and the marks of JSON."""
MESSAGE_CHARS = 12_000
"""Longer texts, such as pasted logs, are shown by their beginning and end."""


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few.

    Characters outside ASCII count as one token each: emoji and most scripts but the Latin one come near it.
    """
    wide = 0 if text.isascii() else sum(not char.isascii() for char in text)
    return -(-(len(text) - wide) // CHARS_PER_TOKEN) + wide


def message_tokens(message: Message) -> int:
    """Return about how many tokens a message takes in the evidence, a long text clipped."""
    shown = json.dumps(message.text[:MESSAGE_CHARS], ensure_ascii=False)
    return MESSAGE_TOKENS + estimate_tokens(shown)
