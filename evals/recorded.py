"""Recorded incidents as they are graded: labelled files, and the folder that Slack's export is.

A labelled file has the shape of `evals/data/incidents`. An export is a folder with `users.json` and, for each
channel, a folder with one JSON file a day (Slack's help, "How to read Slack data exports"). An incident of an
export is a channel, or of a channel whose name is no incident's each of its longer threads. What is known of
an incident stands in `truth.json` in the channel's folder, with the fields of a labelled file.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bot.errors import BadInputError
from bot.incident.messages import Incident, IncidentRef, ts_key
from bot.incident.replay import DEFAULT_QUESTION, IncidentFile, load_incident_file
from bot.slack.reading import evidence_ts, read_messages

NEEDED = ("messages", "ask_at", "trigger_ts", "noise_ts", "wrong_guesses", "question", "expected_at_ask")
TRUTH = "truth.json"
FEWEST_REPLIES = 5
"""A shorter thread of an ordinary channel is a remark, not an incident."""

_WATCHED = ("inc-*", "incident-*", "sev*-*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
_NOBODY = "U0000000000"
_NO_TRUTH: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueLink:
    """One link of what really happened.

    Attributes:
        evidence_ts: The messages that show it.
    """

    cause: str
    effect: str
    evidence_ts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One recorded incident as it is graded; of a team's own, what nobody told is empty.

    Attributes:
        ask_at: The `ts` after which the question is asked.
        trigger_ts: The message that shows the trigger; empty when nobody said.
        trigger_link: Which of `truth` that message shows, from 0.
        decisive_ts: The message at which people had found the cause; empty when nobody said.
        expects_chain: Enough is visible at `ask_at` for a chain.
    """

    name: str
    incident: Incident
    question: str
    ask_at: str
    trigger_ts: str = ""
    decisive_ts: str = ""
    truth: tuple[TrueLink, ...] = ()
    trigger_link: int = 0
    noise_ts: frozenset[str] = frozenset()
    wrong_ts: frozenset[str] = frozenset()
    expects_chain: bool = True
    story: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_labelled(self) -> bool:
        """Somebody said what the trigger was."""
        return bool(self.trigger_ts)

    @property
    def trigger_messages(self) -> frozenset[str]:
        """The messages that show the trigger or its link."""
        shown = self.truth[self.trigger_link].evidence_ts if self.trigger_link < len(self.truth) else ()
        return frozenset({self.trigger_ts, *shown} - {""})


def load_all(path: Path) -> list[Told]:
    """Read one labelled file, a folder of them, or a folder that Slack's export is.

    Raises:
        BadInputError: Something cannot be used; it names the file, the field and the remedy.
    """
    if path.is_file():
        return [load(path)]
    found = list(_exported(path)) if is_export(path) else [load(file) for file in sorted(path.glob("*.json"))]
    if not found:
        raise BadInputError(
            field=str(path),
            problem="holds no incident files (*.json), nor channels as Slack exports them (a folder each)",
        )
    return found


def load(file: Path) -> Told:
    """Read one labelled incident file.

    Raises:
        BadInputError: It names the file and the field.
    """
    data = _json(file)
    missing = next((name for name in NEEDED if name not in data), None)
    if missing:
        raise BadInputError(field=f"{file}: {missing}", problem="is missing")
    return _told(load_incident_file(data, default_id=file.stem), name=file.stem, truth=data)


def is_export(folder: Path) -> bool:
    """Say whether a folder looks like Slack's export: folders that hold a file for each day."""
    return any(_DAY.fullmatch(file.name) for file in folder.glob("*/*.json"))


def _exported(folder: Path) -> Iterator[Told]:
    users = _users(folder / "users.json")
    for channel in sorted(item for item in folder.iterdir() if item.is_dir()):
        days = sorted(file for file in channel.glob("*.json") if _DAY.fullmatch(file.name))
        messages = [message for day in days for message in _list(day)]
        if not messages:
            continue
        truth = _json(channel / TRUTH) if (channel / TRUTH).is_file() else _NO_TRUTH
        for name, part in _incidents(channel.name, messages):
            shape = {"messages": part, "users": users, "channel": {"id": "C0EXPORT", "name": channel.name}}
            yield _told(load_incident_file({**shape, **_asked(truth)}), name=name, truth=truth)


def _asked(truth: Mapping[str, Any]) -> dict[str, Any]:
    return {name: truth[name] for name in ("question", "ask_at") if name in truth}


def _incidents(
    channel: str, messages: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, Sequence[dict[str, Any]]]]:
    if any(fnmatchcase(channel, pattern) for pattern in _WATCHED):
        yield channel, messages
        return
    threads: dict[str, list[dict[str, Any]]] = {}
    for message in messages:
        threads.setdefault(message.get("thread_ts") or message.get("ts", ""), []).append(message)
    for root, part in threads.items():
        if len(part) > FEWEST_REPLIES:
            yield f"{channel}/{root}", part


def _users(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    known = ((user.get("id"), user.get("profile") or {}, user) for user in _list(file))
    return {
        str(user_id): profile.get("display_name") or user.get("real_name") or user.get("name") or str(user_id)
        for user_id, profile, user in known
        if user_id
    }


def _list(file: Path) -> list[dict[str, Any]]:
    found = _read(file)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise BadInputError(field=str(file), problem="must be a list of objects, as Slack exports it")
    return found


def _json(file: Path) -> dict[str, Any]:
    found = _read(file)
    if not isinstance(found, dict):
        raise BadInputError(field=str(file), problem="must be a JSON object")
    return found


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInputError(field=str(file), problem=f"cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadInputError(field=str(file), problem="is not JSON") from error


def _told(file: IncidentFile, *, name: str, truth: Mapping[str, Any]) -> Told:
    story = truth.get("ground_truth") or {}
    return Told(
        name=name,
        incident=_incident(file),
        question=file.question or DEFAULT_QUESTION,
        ask_at=file.ask_at,
        trigger_ts=truth.get("trigger_ts") or "",
        decisive_ts=truth.get("decisive_ts") or "",
        truth=tuple(_link(link) for link in story.get("causal_chain", ())),
        trigger_link=story.get("trigger_link") or 0,
        noise_ts=frozenset(truth.get("noise_ts", ())),
        wrong_ts=frozenset(guess["ts"] for guess in truth.get("wrong_guesses", ())),
        expects_chain=truth.get("expected_at_ask", "chain") == "chain",
        story=story,
    )


def _link(link: Mapping[str, Any]) -> TrueLink:
    return TrueLink(
        cause=link.get("cause", ""),
        effect=link.get("effect", ""),
        evidence_ts=frozenset(link.get("evidence_ts", ())),
    )


def _incident(file: IncidentFile) -> Incident:
    own = {"bot_user_id": _NOBODY, "bot_id": ""}
    order = sorted(evidence_ts(file.messages, **own), key=ts_key)
    reading = read_messages(
        file.messages,
        numbers={ts: number for number, ts in enumerate(order, start=1)},
        names=file.users,
        permalink=lambda ts, thread_ts: f"{thread_ts}/{ts}",
        **own,
    )
    ref = IncidentRef(team_id="T0", channel_id=file.channel_id)
    return Incident(
        ref=ref, messages=reading.messages, deleted=reading.deleted, channel_name=file.channel_name
    )
