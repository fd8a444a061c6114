"""Slack's rate limits: so many calls of a method in a minute, for the whole app."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

MINUTE_SECONDS = 60.0
TIERS = {"chat.startStream": 20, "chat.stopStream": 20, "chat.appendStream": 100, "conversations.history": 50}
"""Calls a minute of some methods, by Slack's documentation (tiers 2, 2, 4 and 3); for tests to take from."""


@dataclass(slots=True)
class Rates:
    """What is limited; without limits everything goes.

    Attributes:
        per_minute: Method → calls in any 60 seconds of machine time.
    """

    per_minute: dict[str, int] = field(default_factory=dict)
    _calls: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def seconds_to_wait(self, method: str, *, now_seconds: float) -> int | None:
        """Count a call; return None, or the whole seconds after which it may come again."""
        most = self.per_minute.get(method)
        if most is None:
            return None
        calls = self._calls[method]
        while calls and now_seconds - calls[0] >= MINUTE_SECONDS:
            calls.popleft()
        if len(calls) < most:
            calls.append(now_seconds)
            return None
        return max(1, math.ceil(calls[0] + MINUTE_SECONDS - now_seconds))
