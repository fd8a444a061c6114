"""What `python -m bot shadow` tells: how a copilot that nobody saw would have done, channel by channel.

What counts as the truth is, in this order: the file that a team gives, the hypothesis that was confirmed on
the board, and else what ranked first at the end. In the last case the figures say only how early and how
steadily it came to its own last word; whether that was right a person must say.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot import wiring
from bot.adapters.queue import open_redis
from bot.adapters.shadow_course import ShadowCourse
from bot.adapters.store import RedisMemory
from bot.errors import BadInputError
from bot.incident.messages import IncidentRef, at_of
from bot.settings import Settings
from bot.shadowing import Glance

_COLUMNS = ["channel", "answers", "first", "changes", "right first at", "min before", "wrong min", "truth",
            "usd", "last first"]  # fmt: skip
_CLAIM_CHARS = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a team says of one channel.

    Attributes:
        trigger_ts: Messages that show what started it.
        decisive_ts: The message at which people knew; empty when nobody says.
    """

    trigger_ts: frozenset[str] = frozenset()
    decisive_ts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One channel as it was followed.

    Attributes:
        claims: Id of a hypothesis → what it claims, of those whose words still stand.
    """

    ref: IncidentRef
    glances: Sequence[Glance]
    claims: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> Glance:
        """The newest glance."""
        return self.glances[-1]

    def right(self, truth: Truth) -> tuple[str, Callable[[Glance], bool]]:
        """Return what counts as the truth, in a word, and what says whether a glance ranks it first."""
        if truth.trigger_ts:
            return "file", lambda one: bool(truth.trigger_ts & set(one.trigger_ts))
        proven, final = self.last.confirmed, self.last.first
        if proven:
            return "confirmed", lambda one: one.first == proven
        return "last word", lambda one: bool(final) and one.first == final


def row_of(watched: Watched, truth: Truth) -> dict[str, Any]:
    """Return the figures of one channel; minutes that nobody can tell are None.

    Args:
        watched: With one glance at least.
        truth: Of its channel; empty when nobody gave any.
    """
    source, is_right = watched.right(truth)
    named = next((one for one in watched.glances if one.first), None)
    right = next((one for one in watched.glances if is_right(one)), None)
    firsts = [one.first for one in watched.glances if one.first]
    return {
        "team": watched.ref.team_id,
        "channel": watched.ref.channel_id,
        "answers": len(watched.glances),
        "messages": watched.last.messages,
        "first_named_at": _iso(named),
        "first_named": watched.claims.get(named.first, named.first) if named else "",
        "changes_of_first": sum(one != other for one, other in pairwise(firsts)),
        "truth": source,
        "right_first_at": _iso(right),
        "minutes_before_people": _lead(right, truth.decisive_ts or watched.last.recovered_ts),
        "before": "decisive message" if truth.decisive_ts else "recovery",
        "wrong_turn_minutes": _wrong_minutes(watched.glances, is_right),
        "last_first": watched.claims.get(watched.last.first, watched.last.first),
        "cost_usd": _cost(watched.glances),
    }


def document(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the whole report: one row a channel, and the same as a table."""
    return {
        "channels": list(rows),
        "watched": {"columns": _COLUMNS, "rows": [_cells(row) for row in rows]},
    }


async def report(settings: Settings, truths: Mapping[str, Truth]) -> dict[str, Any]:
    """Read the store and tell of all channels that were followed unseen.

    Raises:
        BadInputError: There is no store.
    """
    if not settings.redis_url and not (settings.data_dir / "valkey").is_dir():
        problem = f"{settings.data_dir} holds no store: run this where the copilot runs, or set REDIS_URL."
        raise BadInputError(field="DATA_DIR", problem=problem)
    async with wiring.store(settings) as url, open_redis(url) as redis:
        course, memory = ShadowCourse(redis), RedisMemory(redis)
        found = [await _watched(ref, course, memory) for ref in await course.incidents()]
    return document([row_of(one, truths.get(one.ref.channel_id, Truth())) for one in found if one.glances])


def truths_in(file: Path) -> dict[str, Truth]:
    """Read what a team says: channel id → `{"trigger_ts": "…" or ["…"], "decisive_ts": "…"}`.

    Raises:
        BadInputError: The file cannot be used.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInputError(field=str(file), problem=f"cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise BadInputError(field=str(file), problem="is not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(told, dict) for told in found.values()):
        raise BadInputError(field=str(file), problem="must be an object: channel id to what is known of it")
    return {channel: _truth(file, channel, told) for channel, told in found.items()}


def _truth(file: Path, channel: str, told: Mapping[str, Any]) -> Truth:
    own = told.get("trigger_ts") or []
    shown = [own] if isinstance(own, str) else own
    decisive = told.get("decisive_ts") or ""
    try:
        for ts in (*shown, *filter(None, [decisive])):
            at_of(ts)
    except (TypeError, ValueError, AttributeError):
        problem = "trigger_ts and decisive_ts must be messages' ts such as 1742595888.002055"
        raise BadInputError(field=f"{file}: {channel}", problem=problem) from None
    return Truth(trigger_ts=frozenset(shown), decisive_ts=decisive)


async def _watched(ref: IncidentRef, course: ShadowCourse, memory: RedisMemory) -> Watched:
    board = await memory.board(ref)
    claims = {hypothesis.id: hypothesis.claim for hypothesis in board.hypotheses}
    return Watched(ref=ref, glances=await course.glances(ref), claims=claims)


def _wrong_minutes(glances: Sequence[Glance], is_right: Callable[[Glance], bool]) -> float:
    wrong = ((one, other) for one, other in pairwise(glances) if _misleads(one, is_right))
    return round(sum((other.said_at - one.said_at).total_seconds() for one, other in wrong) / 60, 1)


def _misleads(one: Glance, is_right: Callable[[Glance], bool]) -> bool:
    return bool(one.first) and not one.recovered_ts and not is_right(one)


def _lead(right: Glance | None, ts: str) -> float | None:
    if right is None or not ts:
        return None
    return round((at_of(ts) - right.said_at).total_seconds() / 60, 1)


def _cost(glances: Sequence[Glance]) -> str:
    known = [one.cost_usd for one in glances if one.cost_usd is not None]
    return f"{'' if len(known) == len(glances) else '>= '}{sum(known, Decimal(0)):.2f}"


def _iso(one: Glance | None) -> str:
    return one.said_at.isoformat(timespec="seconds") if one else ""


def _cells(row: Mapping[str, Any]) -> list[Any]:
    lead = row["minutes_before_people"]
    return [row["channel"], row["answers"], row["first_named_at"][11:16] or "none", row["changes_of_first"],
            row["right_first_at"][11:16] or "never", "-" if lead is None else lead, row["wrong_turn_minutes"],
            row["truth"], row["cost_usd"], row["last_first"][:_CLAIM_CHARS] or "none"]  # fmt: skip
