"""Incident files: what happened, in Slack's message shape, with the question that somebody asked.

One broken file never hides the others: it is named with the field and what is wrong with it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.clock import MICROS, micros_of, ts_of
from sandbox.errors import ScenarioError

MOST_FILE_BYTES = 20_000_000
ASK_GRACE_SECONDS = 1
"""Scenario seconds after `ask_at` at which the play pauses: its message is read before the question comes."""
_LISTS = ("attachments", "blocks", "files", "reactions")
_KINDS: dict[str, type] = {**dict.fromkeys(("text", "user", "bot_id"), str), **dict.fromkeys(_LISTS, list)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One incident that can be played.

    Attributes:
        messages: Slack messages in `ts` order, as they stand in the file.
        ask_at: The `ts` after which the question is asked; the last message's when the file names none.
        found_at: The `ts` at which people had found the cause; None when the file does not say.
    """

    id: str
    shape: str
    channel_id: str
    channel_name: str
    question: str
    ask_at: str
    found_at: str | None
    trigger_ts: str | None
    expected_at_ask: str | None
    messages: tuple[dict[str, Any], ...]

    @property
    def start(self) -> str:
        """The first message's `ts`."""
        return str(self.messages[0]["ts"])

    @property
    def end(self) -> str:
        """The last message's `ts`."""
        return str(self.messages[-1]["ts"])

    @property
    def ask_micros(self) -> int:
        """Where the play pauses: a moment after `ask_at`, and before the next message."""
        asked = micros_of(self.ask_at)
        later = (micros_of(m["ts"]) for m in self.messages if micros_of(m["ts"]) > asked)
        following = next(later, asked)
        return min(asked + ASK_GRACE_SECONDS * MICROS, (asked + following) // 2)

    @property
    def end_micros(self) -> int:
        """Where the play ends: at the last message, or at the question when that comes later."""
        return max(micros_of(self.end), self.ask_micros)

    def moment(self, at_micros: int) -> int:
        """Return the nearest time that can be gone to; the seconds before the pause count as the pause."""
        if micros_of(self.ask_at) <= at_micros <= self.ask_micros:
            return self.ask_micros
        return max(micros_of(self.start), min(at_micros, self.end_micros))

    def listed(self) -> dict[str, Any]:
        """Return the row of the page's list."""
        return {"id": self.id, "channel": self.channel_name, "question": self.question, "shape": self.shape}


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All incident files of a folder, by id, and those that could not be read."""

    scenarios: dict[str, Scenario]
    broken: tuple[ScenarioError, ...] = ()


def load_library(folder: Path | None) -> Library:
    """Read every `*.json` of a folder in the order of names; None gives an empty library."""
    scenarios: dict[str, Scenario] = {}
    broken: list[ScenarioError] = []
    for path in sorted(folder.glob("*.json")) if folder else ():
        try:
            scenario = load_scenario(path)
            _refuse_twin(path.name, scenario, scenarios)
        except ScenarioError as error:
            broken.append(error)
        else:
            scenarios[scenario.id] = scenario
    return Library(scenarios=scenarios, broken=tuple(broken))


def load_scenario(path: Path) -> Scenario:
    """Read one incident file.

    Raises:
        ScenarioError: It cannot be read; the error names the field.
    """
    return parse_scenario(_read(path), file=path.name)


def parse_scenario(data: object, *, file: str) -> Scenario:
    """Check an incident and put its messages in order.

    Args:
        data: The file's JSON: an object with `messages`, or the list of messages alone.
        file: The file's name, for errors and as the id of last resort.

    Raises:
        ScenarioError: A field is missing or wrong.
    """
    fields = {"messages": data} if isinstance(data, list) else data
    if not isinstance(fields, dict):
        raise ScenarioError(file=file, field="(file)", problem="must be a JSON object or a list of messages")
    messages = _messages(fields.get("messages"), file=file)
    channel = fields.get("channel") or {}
    channel = channel if isinstance(channel, dict) else {"id": channel}
    return Scenario(
        id=str(fields.get("id") or Path(file).stem),
        shape=str(fields.get("shape") or _shape(messages)),
        channel_id=_channel_id(channel.get("id"), file=file),
        channel_name=str(channel.get("name") or f"inc-{Path(file).stem}"),
        question=str(fields.get("question") or "what is going on?"),
        ask_at=_ts(fields, "ask_at", file=file) or messages[-1]["ts"],
        found_at=_ts(fields, "decisive_ts", file=file),
        trigger_ts=_ts(fields, "trigger_ts", file=file),
        expected_at_ask=fields.get("expected_at_ask"),
        messages=messages,
    )


def alert_ticks(messages: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Return every message's `ts` and whether a bot wrote it, for the page's time line; no words."""
    return [{"ts": m["ts"], "alert": bool(m.get("bot_id")) and "user" not in m} for m in messages]


def _read(path: Path) -> object:
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise ScenarioError(
                file=path.name, field="(file)", problem=f"must be at most {MOST_FILE_BYTES} bytes long"
            )
        return json.loads(path.read_bytes())
    except OSError as error:
        raise ScenarioError(
            file=path.name, field="(file)", problem=f"cannot be read: {error.strerror}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ScenarioError(file=path.name, field="(file)", problem=f"is not JSON: {error}") from None


def _messages(found: object, *, file: str) -> tuple[dict[str, Any], ...]:
    if not isinstance(found, list) or not found:
        raise ScenarioError(file=file, field="messages", problem="must be a list with at least one message")
    checked = list(_checked(found, file=file))
    return tuple(sorted(checked, key=lambda message: micros_of(message["ts"])))


def _checked(found: list[object], *, file: str) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for index, message in enumerate(found):
        where = f"messages[{index}]"
        if not isinstance(message, dict):
            raise ScenarioError(file=file, field=where, problem="must be a JSON object")
        ts = _ts(message, "ts", file=file, within=f"{where}.")
        if ts is None:
            raise ScenarioError(file=file, field=f"{where}.ts", problem="is missing")
        if ts in seen:
            raise ScenarioError(file=file, field=f"{where}.ts", problem=f"{ts} stands there twice")
        _ts(message, "thread_ts", file=file, within=f"{where}.")
        _check_kinds(message, file=file, where=where)
        seen.add(ts)
        yield {"type": "message", "text": "", **message}


def _check_kinds(message: dict[str, Any], *, file: str, where: str) -> None:
    for name, kind in _KINDS.items():
        if message.get(name) is not None and not isinstance(message[name], kind):
            words = "a string" if kind is str else "a list"
            raise ScenarioError(file=file, field=f"{where}.{name}", problem=f"must be {words}")
    for name in _LISTS:
        if not all(isinstance(item, dict) for item in message.get(name) or ()):
            raise ScenarioError(file=file, field=f"{where}.{name}", problem="must hold JSON objects")


def _ts(fields: dict[str, Any], name: str, *, file: str, within: str = "") -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    try:
        return ts_of(micros_of(value))
    except (TypeError, ValueError):
        problem = f'is {value!r}; it must be a string such as "1742589434.000411"'
        raise ScenarioError(file=file, field=f"{within}{name}", problem=problem) from None


def _channel_id(found: object, *, file: str) -> str:
    if found is None:
        stem = "".join(letter for letter in Path(file).stem.upper() if letter.isalnum())
        return f"C0{stem[:20]}"
    if not isinstance(found, str) or not found.isalnum():
        raise ScenarioError(
            file=file, field="channel.id", problem=f"is {found!r}; it must be like C0123ABCDEF"
        )
    return found


def _shape(messages: tuple[dict[str, Any], ...]) -> str:
    roots = {message.get("thread_ts") for message in messages}
    return "thread" if len(roots) == 1 and None not in roots else "channel"


def _refuse_twin(file: str, scenario: Scenario, others: dict[str, Scenario]) -> None:
    if scenario.id in others:
        raise ScenarioError(file=file, field="id", problem=f"{scenario.id} is another file's id already")
    if any(scenario.channel_id == other.channel_id for other in others.values()):
        raise ScenarioError(
            file=file, field="channel.id", problem=f"{scenario.channel_id} is another file's channel already"
        )
