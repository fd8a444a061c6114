"""Conversations made by chance: the events that Slack sends, pages of history in between, and the truth."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot.incident.log import Entry, Log, seen

TEAM, CHANNEL = "T0TEAM0001", "C0INC00001"
SELF_USER, SELF_BOT = "U0BOT", "B0BOT"
PEOPLE = ("U0ANA00001", "U0BEN00001", "U0CEM00001", "U0DEE00001")
EMOJI = ("+1", "eyes", "white_check_mark")
START = 1_700_000_000

Raw = dict[str, Any]


@dataclass
class Conversation:
    """One channel in which people, bots and the copilot do things one after the other.

    Attributes:
        standing: Every message as history shows it, by `ts`; tombstones too.
        deleted: The `ts` of what was deleted.
        events: What Slack delivers, in order.
        pages: What history said in between: the `ts` up to which it is true, and all messages.
    """

    chance: Random
    standing: dict[str, Raw] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    events: list[Raw] = field(default_factory=list)
    pages: list[tuple[str, list[Raw]]] = field(default_factory=list)
    _steps: int = 0

    def go_on(self, steps: int) -> "Conversation":
        """Let so many things happen."""
        acts = {
            self.post: 5, self.reply: 6, self.alert: 2, self.answer: 2, self.edit: 4, self.rework: 3,
            self.delete: 2, self.react: 6, self.take_back: 3, self.look: 1,
        }  # fmt: skip
        self.post()
        for act in self.chance.choices(list(acts), weights=list(acts.values()), k=steps):
            act()
        return self

    def post(self, **facts: Any) -> None:
        self._add({"user": self.chance.choice(PEOPLE), "text": f"words {self._steps}", **facts})

    def reply(self) -> None:
        roots = self._where(lambda raw: raw.get("thread_ts") in (None, raw["ts"]))
        if roots:
            root = self.chance.choice(roots)
            root["thread_ts"] = root["ts"]
            subtype = self.chance.choice([{}, {}, {"subtype": "thread_broadcast"}])
            self.post(thread_ts=root["ts"], **subtype)

    def alert(self) -> None:
        attachment = {"title": f"Error rate {self._steps}", "text": "firing"}
        self._add({"bot_id": "B0ALERT001", "subtype": "bot_message", "attachments": [attachment]})

    def answer(self) -> None:
        """Let the copilot post, and bring its post to its final form."""
        raw = self._add({"user": SELF_USER, "bot_id": SELF_BOT, "text": "Two chains"})
        self._change(raw, text="Two chains, one shown")

    def edit(self) -> None:
        """Let a person edit: Slack marks it."""
        if found := self._where(lambda raw: "user" in raw and raw["user"] in PEOPLE):
            self._change(self.chance.choice(found), text=f"edited {self._steps}", is_marked=True)

    def rework(self) -> None:
        """Let a bot change its message, or Slack unfurl a link: nothing in the message says so."""
        if found := self._where(lambda raw: raw.get("bot_id") != SELF_BOT):
            attachments = [{"title": f"Error rate {self._steps}", "text": "resolved"}]
            self._change(self.chance.choice(found), attachments=attachments)

    def delete(self) -> None:
        if not (found := self._where(lambda _raw: True)):
            return
        raw = self.chance.choice(found)
        self.deleted.add(raw["ts"])
        replies = [
            one for one in self._where(lambda one: one.get("thread_ts") == raw["ts"]) if one is not raw
        ]
        if not replies:
            del self.standing[raw["ts"]]
            self._tell(subtype="message_deleted", deleted_ts=raw["ts"], previous_message=_shown(raw))
            return
        tombstone = {
            "type": "message", "subtype": "tombstone", "ts": raw["ts"], "thread_ts": raw["ts"],
            "user": "USLACKBOT", "hidden": True, "text": "This message was deleted.",
        }  # fmt: skip
        self.standing[raw["ts"]] = tombstone
        self._tell(subtype="message_changed", message=tombstone, previous_message=_shown(raw))

    def react(self) -> None:
        if found := self._where(lambda _raw: True):
            raw, name, person = self.chance.choice(found), self.chance.choice(EMOJI), self._anybody()
            users = raw.setdefault("_reactions", {}).setdefault(name, [])
            if person not in users:
                users.append(person)
                self._reacted("reaction_added", raw, name, person)

    def take_back(self) -> None:
        found = self._where(lambda raw: any(raw.get("_reactions", {}).values()))
        if found:
            raw = self.chance.choice(found)
            name = self.chance.choice([name for name, users in raw["_reactions"].items() if users])
            person = self.chance.choice(raw["_reactions"][name])
            raw["_reactions"][name].remove(person)
            self._reacted("reaction_removed", raw, name, person)

    def look(self) -> None:
        """Let somebody read history."""
        shown = [_shown(raw) for raw in self.standing.values()]
        if shown:
            self.pages.append((max(raw["ts"] for raw in shown), shown))

    def seen(self) -> list[Entry]:
        """Return what the pages say."""
        return [
            entry
            for as_of, page in self.pages
            for raw in page
            for entry in seen(raw, as_of=as_of, is_own=raw.get("bot_id") == SELF_BOT)
        ]

    def truth(self) -> dict[str, object]:
        """Return what must stand in the end."""
        messages = [raw for raw in self.standing.values() if raw["ts"] not in self.deleted]
        return {raw["ts"]: words(_shown(raw)) for raw in messages} | dict.fromkeys(self.deleted, "deleted")

    def _anybody(self) -> str:
        return self.chance.choice(PEOPLE)

    def _where(self, is_so: Callable[[Raw], bool]) -> list[Raw]:
        standing = [raw for raw in self.standing.values() if raw["ts"] not in self.deleted]
        return [raw for raw in standing if is_so(raw)]

    def _now(self) -> str:
        self._steps += 1
        return f"{START + self._steps}.{self.chance.randrange(1_000_000):06d}"

    def _add(self, facts: Raw) -> Raw:
        ts = self._now()
        raw = {"type": "message", "ts": ts, "team": TEAM, **facts}
        self.standing[ts] = raw
        self._deliver({**_shown(raw), "channel": CHANNEL, "channel_type": "channel", "event_ts": ts})
        return raw

    def _change(self, raw: Raw, *, is_marked: bool = False, **facts: Any) -> None:
        before = _shown(raw)
        raw.update(facts)
        if is_marked:
            raw["edited"] = {"user": raw["user"], "ts": f"{START + self._steps}.000000"}
        self._tell(subtype="message_changed", message=_shown(raw), previous_message=before)

    def _tell(self, **facts: Any) -> None:
        ts = self._now()
        about = {"type": "message", "channel": CHANNEL, "hidden": True, "ts": ts, "event_ts": ts}
        self._deliver({**about, **facts})

    def _reacted(self, kind: str, raw: Raw, name: str, person: str) -> None:
        item = {"type": "message", "channel": CHANNEL, "ts": raw["ts"]}
        self._deliver({"type": kind, "user": person, "reaction": name, "item": item, "event_ts": self._now()})

    def _deliver(self, event: Raw) -> None:
        number = f"Ev{len(self.events):06d}"
        self.events.append({"type": "event_callback", "team_id": TEAM, "event_id": number, "event": event})


def _shown(raw: Raw) -> Raw:
    """Return a message as Slack shows it."""
    reactions = [
        {"name": name, "users": list(users), "count": len(users)}
        for name, users in raw.get("_reactions", {}).items()
        if users
    ]
    shown = {name: value for name, value in raw.items() if name != "_reactions"}
    return {**shown, "reactions": reactions} if reactions else shown


def words(raw: Raw) -> object:
    """Return what of a message must be right: its words and its reactions; of our own that it is there."""
    if raw.get("bot_id") == SELF_BOT:
        said: object = "ours"
    else:
        said = raw.get("text"), raw.get("attachments"), raw.get("edited")
    return said, sorted((one["name"], one["count"]) for one in raw.get("reactions", ()))


def state(log: Log) -> dict[str, object]:
    """Return what stands in a log, in the form of `Conversation.truth`."""
    standing: dict[str, object] = {ts: words(log.raw(ts)) for ts in log.said}
    return standing | dict.fromkeys(log.deleted, "deleted")
