"""One channel: its messages in order, its threads, its members and its own time."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock, micros_of, ts_of
from sandbox.errors import SlackError
from sandbox.people import BOT_ID, BOT_USER_ID

Json = dict[str, Any]
"""One JSON object in Slack's shape."""

_COUNTERS = ("reply_count", "reply_users", "reply_users_count", "latest_reply", "replies", "subscribed")


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel and everything in it.

    Attributes:
        clock: What time it is here: posts take their `ts` from it.
        reserved: `ts` values that will appear later and that a post must not take.
        numbers: `ts` → n for the n-th message, counting from 1. The copilot's own posts and what is asked
            of it get none; tombstones and joins count.
        pins: The `ts` of pinned messages.
        is_private: Only members see it.
        is_external: It is shared with another organisation (Slack Connect).
    """

    id: str
    name: str
    clock: Clock
    members: set[str] = field(default_factory=set)
    reserved: frozenset[str] = frozenset()
    numbers: dict[str, int] = field(default_factory=dict)
    pins: set[str] = field(default_factory=set)
    is_private: bool = False
    is_external: bool = False
    _messages: dict[str, Json] = field(default_factory=dict)
    _order: list[tuple[int, str]] = field(default_factory=list)
    _replies: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    _last_micros: int = 0

    @property
    def type(self) -> str:
        """Slack's `channel_type`: `im`, `group` (private) or `channel`."""
        if self.id.startswith("D"):
            return "im"
        return "group" if self.is_private or self.id.startswith("G") else "channel"

    def new_ts(self) -> str:
        """Return a `ts` for a new post: the channel's time, later than every `ts` given before."""
        micros = max(self.clock.now_micros(), self._last_micros + 1)
        while ts_of(micros) in self._messages or ts_of(micros) in self.reserved:
            micros += 1
        self._last_micros = micros
        return ts_of(micros)

    def add(self, message: Json) -> None:
        """Let a message appear; it must have a `ts` that is new here."""
        ts = message["ts"]
        entry = (micros_of(ts), ts)
        self._messages[ts] = message
        insort(self._order, entry)
        root = message.get("thread_ts")
        if root is not None and root != ts:
            insort(self._replies.setdefault(root, []), entry)
        if _counts(message):
            self.numbers[ts] = len(self.numbers) + 1

    def remove(self, ts: str) -> Json:
        """Take a message away and return it. Numbers are never given again."""
        message = self._messages.pop(ts)
        entry = (micros_of(ts), ts)
        self._order.remove(entry)
        root = message.get("thread_ts")
        if root is not None and root != ts:
            self._replies[root].remove(entry)
        return message

    def bury(self, ts: str) -> Json:
        """Leave a tombstone of a root with replies, as Slack does, and return it; it keeps its number."""
        message = self._messages[ts]
        message.clear()
        message.update(
            type="message",
            subtype="tombstone",
            user="USLACKBOT",
            text="This message was deleted.",
            hidden=True,
            ts=ts,
            thread_ts=ts,
        )
        return message

    def has_replies(self, ts: str) -> bool:
        """It is the root of a thread."""
        return bool(self._replies.get(ts))

    def find(self, ts: str) -> Json | None:
        """Return the stored message, to be changed in place by its owner; or None."""
        return self._messages.get(ts)

    def message(self, ts: str, *, error: str = "message_not_found") -> Json:
        """Return the stored message.

        Raises:
            SlackError: There is none; `error` is its name.
        """
        found = self._messages.get(ts)
        if found is None:
            raise SlackError(error)
        return found

    def shown(self, message: Json, *, with_metadata: bool = False) -> Json:
        """Return a message as Slack returns it: counters as of now, metadata only on demand."""
        shown = {name: value for name, value in message.items() if name not in _COUNTERS}
        if not with_metadata:
            shown.pop("metadata", None)
        if message["ts"] in self.pins:
            shown["pinned_to"] = [self.id]
        root = self._messages.get(str(message.get("thread_ts")))
        if message.get("subtype") == "thread_broadcast" and root is not None:
            shown["root"] = self.shown(root)
        replies = self._replies.get(message["ts"])
        if replies:
            return shown | self._counters(message["ts"], replies)
        if shown.get("thread_ts") == message["ts"]:
            del shown["thread_ts"]
        return shown

    def top_level(self) -> list[Json]:
        """Return what stands in the channel itself, oldest first."""
        return [message for message in self.everything() if _is_top_level(message)]

    def thread(self, root_ts: str) -> list[Json]:
        """Return a root and its replies, oldest first.

        Raises:
            SlackError: `thread_not_found`, also for the `ts` of a reply.
        """
        root = self._messages.get(root_ts)
        if root is None or root.get("thread_ts", root_ts) != root_ts:
            raise SlackError("thread_not_found")
        return [root, *(self._messages[ts] for _, ts in self._replies.get(root_ts, ()))]

    def everything(self) -> Iterator[Json]:
        """Yield all messages and replies, oldest first."""
        return (self._messages[ts] for _, ts in self._order)

    def _counters(self, root_ts: str, replies: list[tuple[int, str]]) -> Json:
        authors = [author_of(self._messages[ts]) for _, ts in replies]
        users = list(dict.fromkeys(authors))
        return {
            "thread_ts": root_ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "reply_users": users,
            "latest_reply": replies[-1][1],
            "is_locked": False,
            "subscribed": BOT_USER_ID in users,
        }


def author_of(message: Json) -> str:
    """Return the id of who wrote a message: the user, else the bot."""
    return str(message.get("user") or message.get("bot_id") or "")


def is_own(message: Json) -> bool:
    """The copilot wrote it."""
    return message.get("bot_id") == BOT_ID or message.get("user") == BOT_USER_ID


def mentions_bot(message: Json) -> bool:
    """It calls the copilot by its id."""
    return f"<@{BOT_USER_ID}" in str(message.get("text") or "")


def _counts(message: Json) -> bool:
    return not is_own(message) and not mentions_bot(message)


def _is_top_level(message: Json) -> bool:
    root = message.get("thread_ts")
    return root is None or root == message["ts"] or message.get("subtype") == "thread_broadcast"
