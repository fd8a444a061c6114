"""An incident's messages as the copilot reads them, made anew only where something changed."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.adapters.slack_names import Names, ids_in, told_in
from bot.incident.history import Standing, Us
from bot.incident.messages import IncidentRef, Message, ts_key
from bot.slack.reading import Permalink, evidence_ts, read_messages

MOST_ASKED = 100
"""So many names are asked for at once, of those who said most; the others stand for themselves meanwhile."""
AT_ONCE = 250
"""Messages flattened before others on the loop get their turn: some 25 ms."""
PROFILES = ('"user_profile":', '"bot_profile":')
GONE = "tombstone"


class Mint(Protocol):
    """Numbers messages."""

    async def mint(self, ref: IncidentRef, ts: Sequence[str]) -> dict[str, int]:
        """Give each `ts` its number within the incident."""
        ...

    async def numbered(self, ref: IncidentRef, *, but: int) -> Mapping[str, int]:
        """Return all numbers that were given in an incident; nothing when there are no more than `but`."""
        ...


@dataclass(slots=True, kw_only=True)
class Shown:
    """Messages by `ts`, and what is still to be done on them.

    Args:
        standing: What they are made of.
        us: Whose posts are no evidence.
        permalink: Called with `ts` and `thread_ts`.
    """

    ref: IncidentRef
    standing: Standing
    us: Us
    permalink: Permalink
    messages: dict[str, Message] = field(default_factory=dict)
    aside: set[str] = field(default_factory=set)
    """Our own posts and what was asked of us, gone or not: they are counted nowhere."""
    tombs: set[str] = field(default_factory=set)
    """What history lists as deleted: people see that something was there, so it has its number."""
    _dirty: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict)
    _unnamed: dict[str, set[str]] = field(default_factory=dict)
    _later: set[str] = field(default_factory=set)
    _spoke: dict[str, int] = field(default_factory=dict)

    def note(self, changed: Collection[str]) -> None:
        """Remember that these messages stand otherwise than before, or no longer."""
        self._dirty |= set(changed)
        for ts in changed:
            said = self.standing.log.said.get(ts)
            if said is None:
                self.messages.pop(ts, None)
            else:
                self._note_names(ts, said.body)

    def _note_names(self, ts: str, body: str) -> None:
        if any(mark in body for mark in PROFILES):
            self._told.update(told_in(self.standing.log.said[ts].raw))
        for one, is_author in ids_in(body):
            if one not in self._names:
                self._unnamed.setdefault(one, set()).add(ts)
                self._spoke[one] = self._spoke.get(one, 0) + is_author

    async def refresh(self, names: Names, mint: Mint, *, until_ts: str | None) -> None:
        """Make anew what changed, up to a message, it left out."""
        await self._learn(names)
        while due := self._due(until_ts):
            for first in range(0, len(due), AT_ONCE):
                await self._make(due[first : first + AT_ONCE], mint)
                await asyncio.sleep(0)
        self._numbers.update(await mint.numbered(self.ref, but=len(self._numbers)))

    async def learn_more(self, names: Names) -> None:
        """Ask for names that no question had the time for; the messages are made anew by the next one."""
        if self._later:
            self._name(await names.known(list(self._later), told=self._told))
        later = sorted(self._later, key=self._rank)[:MOST_ASKED]
        if later:
            self._name(await names.ask(later))

    def _due(self, until_ts: str | None) -> list[str]:
        end = None if until_ts is None else ts_key(until_ts)
        return sorted((ts for ts in self._dirty if end is None or ts_key(ts) < end), key=ts_key)

    async def _learn(self, names: Names) -> None:
        """Find the names that are missing; ask for those of who said most."""
        new = self._unnamed.keys() - self._later
        if new:
            self._name(await names.known(list(new), told=self._told))
        wanted = sorted(self._unnamed.keys() - self._later, key=self._rank)
        self._later.update(wanted[MOST_ASKED:])
        if wanted:
            self._name(await names.ask(wanted[:MOST_ASKED]))

    def _rank(self, one: str) -> tuple[int, int, str]:
        return -self._spoke.get(one, 0), -len(self._unnamed.get(one, ())), one

    def _name(self, found: Mapping[str, str]) -> None:
        for one, name in found.items():
            self._names[one] = name
            self._dirty |= self._unnamed.pop(one, set())
            self._later.discard(one)

    async def _make(self, due: Sequence[str], mint: Mint) -> None:
        standing = self.standing.log
        ours: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        for ts in due:
            if said := standing.said.get(ts):
                (ours if self._may_be_ours(said.body) else others).append(standing.raw(ts))
        buried = [ts for ts in due if ts in self.tombs]
        us = {"bot_user_id": self.us.user_id, "bot_id": self.us.bot_id}
        counted = [*(raw["ts"] for raw in others), *buried, *evidence_ts(ours, **us)]
        await self._number(mint, sorted(counted, key=ts_key))
        for ts in due:
            self.messages.pop(ts, None)
        if ours:
            self._take(ours, us)
        self._take(others, {"bot_user_id": "", "bot_id": ""})
        self._dirty.difference_update(due)

    def _may_be_ours(self, body: str) -> bool:
        """Say whether a message may be our own or asked of us; most are not, which a look at them shows."""
        return self.us.user_id in body or bool(self.us.bot_id and self.us.bot_id in body)

    def _take(self, raw: Sequence[dict[str, Any]], us: Mapping[str, str]) -> None:
        reading = read_messages(raw, numbers=self._numbers, names=self._names, permalink=self.permalink, **us)
        self.aside.update(reading.own_ts, reading.asked_ts)
        self.messages.update((message.ts, message) for message in reading.messages)

    async def _number(self, mint: Mint, due: Sequence[str]) -> None:
        """Number what has no number yet; when the store has forgotten ours, everything."""
        new = [ts for ts in due if ts not in self._numbers]
        if not new:
            return
        last = max(self._numbers, key=self._numbers.__getitem__, default=None)
        minted = await mint.mint(self.ref, [*([last] if last else []), *new])
        if last is not None and minted[last] != self._numbers[last]:
            self._numbers.clear()
            self.messages.clear()
            self._dirty.update(self.standing.log.said)
        self._numbers.update(minted)

    def until(self, until_ts: str | None) -> Iterator[Message]:
        """Yield the messages before one, oldest first."""
        end = None if until_ts is None else ts_key(until_ts)
        for place, ts in self.standing.order:
            if end is not None and place >= end:
                return
            if ts in self.messages:
                yield self.messages[ts]

    def deleted(self, until_ts: str | None, *, unread: int) -> int:
        """Return how many messages before one are known to have been deleted.

        What has a number and does not stand is gone, also when no log tells of it: numbers outlive the log.

        Args:
            until_ts: None counts all.
            unread: So many could not be read; they may be among those that do not stand.
        """
        end = None if until_ts is None else ts_key(until_ts)
        log = self.standing.log
        told = log.deleted - self.aside
        untold = self._numbers.keys() - log.said.keys() - self.aside - told
        before = [sum(end is None or ts_key(ts) < end for ts in gone) for gone in (told, untold)]
        return before[0] + max(before[1] - unread, 0)
