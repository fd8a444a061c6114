"""An incident file: a thread or a channel as Slack's message objects, to be replayed without Slack."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import BadInputError
from bot.incident.messages import ts_key

Json = Mapping[str, Any]

_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,6}")
_TS_SHAPE = 'must be Slack\'s ts, a string such as "1742586540.000137"'
_LISTS = ("attachments", "blocks", "files", "reactions")
_KNOWN = frozenset({"id", "question", "ask_at", "channel", "channels", "messages", "users"})
_MADE_UP = re.compile(r"[UW]0+([A-Z]{2,})0+\d+")
"""A user id that was made from a name, as recorded incidents have them: `U0ANA00001` is Ana."""

DEFAULT_QUESTION = "What caused this, and what should we check next?"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFile:
    """A valid incident file.

    Attributes:
        messages: Slack's message objects of all channels and threads, each with its `channel` id, by `ts`.
        ask_at: The `ts` after which the question is asked; the newest message when the file does not say.
        channels: Channel ids to names, in the file's order; the first is where the question is asked.
        users: User ids to names: the file's own `users`, else what ids made from a name tell.
        rest: What else the file says, such as a labelled set's ground truth; unread.
    """

    id: str
    question: str
    ask_at: str
    messages: tuple[dict[str, Any], ...]
    channels: Mapping[str, str]
    users: Mapping[str, str] = field(default_factory=dict)
    rest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def channel_id(self) -> str:
        """Where the question is asked."""
        return next(iter(self.channels))

    @property
    def channel_name(self) -> str:
        """Its name, without the `#`."""
        return self.channels[self.channel_id]


def load_incident_file(data: object, *, default_id: str = "incident") -> IncidentFile:
    """Validate what was read from an incident file.

    Accepted are an object with `messages` (or `channels`, each with its own) and a bare list of
    messages, as Slack's export and its Web API give them. `id`, `question`, `ask_at`, `channel` are optional.

    Args:
        data: The parsed JSON.
        default_id: The incident's id when the file does not say; its file name, for example.

    Raises:
        BadInputError: It cannot be replayed; the error names the field and the remedy.
    """
    document = _document(data)
    channels = dict(_channels(document, default_id))
    messages = _ordered([*_messages(document, next(iter(channels), ""), channels)])
    ask_at = _optional(document, "ask_at") or messages[-1]["ts"]
    return IncidentFile(
        id=_optional(document, "id") or default_id,
        question=_optional(document, "question") or DEFAULT_QUESTION,
        ask_at=_ts(ask_at, "ask_at"),
        messages=tuple(messages),
        channels=channels,
        users=_users(document, messages),
        rest={key: value for key, value in document.items() if key not in _KNOWN},
    )


def _document(data: object) -> Json:
    if isinstance(data, list):
        return {"messages": data}
    if not isinstance(data, dict):
        raise BadInputError(
            field="file", problem="must hold a JSON object with `messages`, or a list of messages"
        )
    if "messages" not in data and "channels" not in data:
        raise BadInputError(field="messages", problem="is missing; give a list of Slack message objects")
    return data


def _users(document: Json, messages: list[dict[str, Any]]) -> dict[str, str]:
    """Return names by user id; an export of messages alone has none, ids made from names tell them."""
    given = document.get("users") or {}
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given.values()):
        raise BadInputError(field="users", problem='must be an object of user ids and names, {"U1": "Ana"}')
    ids = {item["user"] for item in messages if isinstance(item.get("user"), str)}
    told = {user: match[1].title() for user in sorted(ids) if (match := _MADE_UP.fullmatch(user))}
    return told | given


def _optional(document: Json, name: str) -> str:
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInputError(
            field=name, problem=f"must be a string, not {type(value).__name__}; or leave it out"
        )
    return value or ""


def _channels(document: Json, default_id: str) -> Iterator[tuple[str, str]]:
    """Yield id and name of every channel that the file describes."""
    listed = document.get("channels")
    if listed is not None and not isinstance(listed, list):
        raise BadInputError(
            field="channels", problem="must be a list of objects with `id`, `name` and `messages`"
        )
    if document.get("channel") is not None:
        yield _channel(document["channel"], "channel")
    for index, item in enumerate(listed or []):
        yield _channel(item, f"channels[{index}]")
    if document.get("channel") is None and not listed:
        own = [item["channel"] for item in document.get("messages") or [] if _has_channel(item)]
        yield _channel(own[0], "channel") if own else ("C0REPLAY", default_id)


def _has_channel(item: object) -> bool:
    return isinstance(item, dict) and item.get("channel") is not None


def _channel(value: object, where: str) -> tuple[str, str]:
    if isinstance(value, str) and value:
        return value, value
    if isinstance(value, dict) and isinstance(value.get("id"), str) and value["id"]:
        return value["id"], str(value.get("name") or value["id"])
    raise BadInputError(
        field=where, problem='must be a channel id or an object such as {"id": "C1", "name": "inc-1"}'
    )


def _messages(document: Json, home: str, channels: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield valid messages, each with its channel's id; a channel that only a message names is added."""
    for where, channel_id, items in _lists(document, home):
        if not isinstance(items, list):
            raise BadInputError(field=where, problem="must be a list of Slack message objects")
        for index, item in enumerate(items):
            yield _message(item, f"{where}[{index}]", channel_id, channels)


def _lists(document: Json, home: str) -> Iterator[tuple[str, str, object]]:
    yield "messages", home, document.get("messages", [])
    for index, item in enumerate(document.get("channels") or []):
        where = f"channels[{index}]"
        yield (
            f"{where}.messages",
            _channel(item, where)[0],
            item.get("messages", []) if isinstance(item, dict) else [],
        )


def _message(item: object, where: str, channel_id: str, channels: dict[str, str]) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise BadInputError(field=where, problem="must be a Slack message object")
    _ts(item.get("ts"), f"{where}.ts")
    if item.get("thread_ts") is not None:
        _ts(item["thread_ts"], f"{where}.thread_ts")
    if not isinstance(item.get("text", ""), str | None):
        raise BadInputError(
            field=f"{where}.text", problem="must be a string; leave it out when there is none"
        )
    for name in _LISTS:
        if not isinstance(item.get(name, []), list | None):
            raise BadInputError(field=f"{where}.{name}", problem="must be a list, as Slack sends it")
    own, name = _channel(item["channel"], f"{where}.channel") if _has_channel(item) else (channel_id, "")
    channels.setdefault(own, name or own)
    return {**item, "channel": own}


def _ts(value: object, where: str) -> str:
    if not isinstance(value, str) or not _TS.fullmatch(value):
        raise BadInputError(field=where, problem=_TS_SHAPE)
    return value


def _ordered(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order by `ts`; the copy of a broadcast reply counts once, two messages at one moment are a mistake."""
    if not messages:
        raise BadInputError(field="messages", problem="is empty; give at least one Slack message object")
    by_ts: dict[str, dict[str, Any]] = {}
    for message in messages:
        earlier = by_ts.setdefault(message["ts"], message)
        if earlier["channel"] != message["channel"]:
            channels = f"{earlier['channel']} and {message['channel']}"
            raise BadInputError(
                field="messages", problem=f"ts {message['ts']} stands in {channels}; make each unique"
            )
    return sorted(by_ts.values(), key=lambda message: ts_key(message["ts"]))
