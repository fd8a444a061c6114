"""What of a channel must not be read again although Slack still has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.incident.messages import ts_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """The marks that `forget` left in one channel.

    Attributes:
        until_ts: All of the channel up to this message, it included; empty when only parts were forgotten.
        threads: Root of a forgotten thread → its last message that is forgotten.
        messages: The `ts` of single messages.
    """

    until_ts: str = ""
    threads: Mapping[str, str] = field(default_factory=dict)
    messages: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """There is a mark at all."""
        return bool(self.until_ts or self.threads or self.messages)

    def covers(self, ts: str, thread_ts: str | None = None) -> bool:
        """Say whether a message is forgotten.

        Args:
            ts: Of the message.
            thread_ts: The root it replies to, or its own `ts`; None at the top level of a channel.
        """
        thread_until = self.threads.get(thread_ts or ts, "")
        return ts in self.messages or _reaches(self.until_ts, ts) or _reaches(thread_until, ts)


def _reaches(until_ts: str, ts: str) -> bool:
    return bool(until_ts) and ts_key(ts) <= ts_key(until_ts)
