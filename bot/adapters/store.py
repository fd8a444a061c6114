"""What outlives a process: message numbers, alias secrets, boards, answers, thumbs, files, wishes.

What comes of messages lives `ttl_seconds` from its last use and belongs to one incident, so that `forget`
finds it all.
"""

import asyncio
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.adapters import lua
from bot.adapters.keys import MARK_SECONDS, MEMORY_SECONDS, WISH_SECONDS, key
from bot.adapters.replies import as_bytes, as_text, store_errors_named
from bot.answers import KeptBoardPost, KeptFile, LastRead, SavedAnswer
from bot.incident.board import Board
from bot.incident.forgotten import Forgotten
from bot.incident.messages import IncidentRef, ts_key

SECRET_BYTES = 32
COMPACT_POLLS, COMPACT_POLL_SECONDS = 600, 0.05

_CHANNEL, _THREAD, _MESSAGE = "channel", "thread:", "message:"
"""What a mark of `forget` covers."""

_OF_INCIDENTS = (
    "numbers",
    "board",
    "board-post",
    "read",
    "answers",
    "files",
    "secret",
    "aliases",
    "log",
    "digest",
    "gathered",
    "spent-incident",
    "shadow",
)
"""Families of keys that name an incident."""
_OWN = (
    "numbers",
    "secret",
    "aliases",
    "board",
    "board-post",
    "read",
    "answers",
    "files",
    "digest",
    "gathered",
    "shadow",
)
"""Those of them that go with the incident; its log has its own way to go."""
_OF_ANSWER = ("answer", "thumbs", "consent")
"""What goes with an answer: also who decided which model gives it."""
_ON, _OFF = b"on", b"off"

_BOARD = TypeAdapter(Board)
_BOARD_POST = TypeAdapter(KeptBoardPost)
_LAST_READ = TypeAdapter(LastRead)
_ANSWER = TypeAdapter(SavedAnswer)
_FILE = TypeAdapter(KeptFile)


class RedisMemory:
    """The `Memory` port over Redis or Valkey; every method raises `StoreUnavailableError` when it is away.

    Args:
        redis: Where; not closed by this class.
        ttl_seconds: How long a key lives after its last use.
    """

    def __init__(self, redis: Redis, *, ttl_seconds: int = MEMORY_SECONDS) -> None:
        self._redis = redis
        self._ttl_seconds = ttl_seconds
        self._mint = redis.register_script(lua.MINT)
        self._commit = redis.register_script(lua.COMMIT_BOARD)

    async def mint(self, ref: IncidentRef, ts: Sequence[str]) -> dict[str, int]:
        """Give each `ts` its number within the incident: 1, 2, … in the order first seen, never reused."""
        if not ts:
            return {}
        with store_errors_named():
            numbers = await self._mint(keys=[key("numbers", ref.key)], args=[self._ttl_seconds, *ts])
        return dict(zip(ts, numbers, strict=True))

    async def numbered(self, ref: IncidentRef, *, but: int) -> dict[str, int]:
        """Return all numbers that were given in an incident; nothing when there are no more than `but`."""
        name = key("numbers", ref.key)
        with store_errors_named():
            if await self._redis.hlen(name) <= but:
                return {}
            stored = await self._redis.hgetall(name)
        return {as_text(ts): int(number) for ts, number in stored.items()}

    async def number_of(self, ref: IncidentRef, ts: str) -> int | None:
        """Return the number that a message has within the incident; None when it never got one."""
        with store_errors_named():
            found = await self._redis.hget(key("numbers", ref.key), ts)
        return int(found) if found is not None else None

    async def ts_of(self, ref: IncidentRef, numbers: Collection[int]) -> dict[int, str]:
        """Return the messages that have these numbers within the incident."""
        if not numbers:
            return {}
        with store_errors_named():
            stored = await self._redis.hgetall(key("numbers", ref.key))
        return {int(number): as_text(ts) for ts, number in stored.items() if int(number) in numbers}

    async def incident_key(self, ref: IncidentRef) -> bytes:
        """Return the incident's secret for aliases, made once: 32 random bytes."""
        name = key("secret", ref.key)
        fresh = secrets.token_bytes(SECRET_BYTES)
        with store_errors_named():
            if await self._redis.set(name, fresh, nx=True, ex=self._ttl_seconds):
                return fresh
            return as_bytes(await self._redis.getex(name, ex=self._ttl_seconds)) or fresh

    async def board(self, ref: IncidentRef) -> Board:
        """Return the board; an empty one when there is none."""
        with store_errors_named():
            stored = as_bytes(await self._redis.hget(key("board", ref.key), "board"))
        return _BOARD.validate_json(stored) if stored else Board()

    async def commit_board(self, ref: IncidentRef, board: Board) -> bool:
        """Store `board` as the next version if nobody committed since it was read; else return False."""
        following = replace(board, version=board.version + 1)
        arguments: list[int | bytes] = [board.version, _BOARD.dump_json(following), self._ttl_seconds]
        with store_errors_named():
            return bool(await self._commit(keys=[key("board", ref.key)], args=arguments))

    async def save_answer(self, answer: SavedAnswer) -> None:
        """Keep an answer for its buttons."""
        index = key("answers", answer.incident_key)
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(key("answer", answer.id), _ANSWER.dump_json(answer), ex=self._ttl_seconds)
                pipe.sadd(index, answer.id)
                pipe.expire(index, self._ttl_seconds)
                await pipe.execute()

    async def answer(self, answer_id: str) -> SavedAnswer | None:
        """Return a kept answer."""
        with store_errors_named():
            stored = as_bytes(await self._redis.get(key("answer", answer_id)))
        return _ANSWER.validate_json(stored) if stored else None

    async def answers(self, ref: IncidentRef) -> list[SavedAnswer]:
        """Return all kept answers about an incident, oldest first."""
        with store_errors_named():
            ids = [as_text(member) for member in await self._redis.smembers(key("answers", ref.key))]
            stored = await self._redis.mget([key("answer", answer_id) for answer_id in ids]) if ids else []
        kept = [_ANSWER.validate_json(found) for found in stored if found]
        return sorted(kept, key=lambda answer: ts_key(answer.ts))

    async def board_post(self, ref: IncidentRef) -> KeptBoardPost | None:
        """Return the message that shows the board of an incident; None when there is none."""
        with store_errors_named():
            stored = as_bytes(await self._redis.get(key("board-post", ref.key)))
        return _BOARD_POST.validate_json(stored) if stored else None

    async def save_board_post(self, ref: IncidentRef, post: KeptBoardPost) -> None:
        """Keep where it stands and what it shows."""
        name = key("board-post", ref.key)
        with store_errors_named():
            await self._redis.set(name, _BOARD_POST.dump_json(post), ex=self._ttl_seconds)

    async def last_read(self, ref: IncidentRef, person_id: str) -> LastRead | None:
        """Return up to when a person was told how the incident stands; None when they never asked."""
        with store_errors_named():
            stored = as_bytes(await self._redis.hget(key("read", ref.key), person_id))
        return _LAST_READ.validate_json(stored) if stored else None

    async def save_read(self, ref: IncidentRef, person_id: str, read: LastRead) -> None:
        """Keep it."""
        name = key("read", ref.key)
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(name, person_id, _LAST_READ.dump_json(read))
                pipe.expire(name, self._ttl_seconds)
                await pipe.execute()

    async def review_later(self, ref: IncidentRef) -> None:
        """Have the board looked at again, though nothing more is said: its message is behind."""
        with store_errors_named():
            seconds, micros = await self._redis.time()
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(key("review-turns"), ref.key, f"- {int(seconds) * 1_000 + int(micros) // 1_000}")
                pipe.expire(key("review-turns"), MEMORY_SECONDS)
                await pipe.execute()

    async def save_file(self, ref: IncidentRef, file: KeptFile) -> None:
        """Keep that a file of ours is in Slack."""
        name = key("files", ref.key)
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(name, file.id, _FILE.dump_json(file))
                pipe.expire(name, self._ttl_seconds)
                await pipe.execute()

    async def files(self, ref: IncidentRef) -> list[KeptFile]:
        """Return the files of ours about an incident."""
        with store_errors_named():
            stored = await self._redis.hgetall(key("files", ref.key))
        return [_FILE.validate_json(file) for file in stored.values()]

    async def drop_file(self, ref: IncidentRef, file_id: str) -> None:
        """Keep no more that a file is there."""
        with store_errors_named():
            await self._redis.hdel(key("files", ref.key), file_id)

    async def save_feedback(self, answer_id: str, person_id: str, verdict: str) -> None:
        """Keep one person's thumbs on an answer; the last one counts."""
        name = key("thumbs", answer_id)
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(name, person_id, verdict)
                pipe.expire(name, self._ttl_seconds)
                await pipe.execute()

    async def judged(self) -> Sequence[str]:
        """Return the ids of the answers that somebody put a thumb on, sorted."""
        start = key("thumbs", "")
        with store_errors_named():
            names = [as_text(name) async for name in self._redis.scan_iter(match=f"{start}*", count=1_000)]
        return sorted(name.removeprefix(start) for name in names)

    async def feedback(self, answer_id: str) -> dict[str, str]:
        """Return the thumbs on an answer: person → verdict."""
        with store_errors_named():
            stored = await self._redis.hgetall(key("thumbs", answer_id))
        return {as_text(person): as_text(verdict) for person, verdict in stored.items()}

    async def wish(self, team_id: str, channel_id: str) -> bool | None:
        """Return whether a member wants a channel followed; None when nobody said."""
        with store_errors_named():
            stored = as_bytes(await self._redis.get(key("watch", team_id, channel_id)))
        return None if stored is None else stored == _ON

    async def save_wish(self, team_id: str, channel_id: str, *, is_on: bool) -> None:
        """Keep what a member wants of a channel."""
        with store_errors_named():
            await self._redis.set(key("watch", team_id, channel_id), _ON if is_on else _OFF, ex=WISH_SECONDS)

    async def is_withdrawn(self, request_id: str) -> bool:
        """Say whether the message that asked was deleted."""
        with store_errors_named():
            return bool(await self._redis.exists(key("withdrawn", request_id)))

    async def mark_forgotten(self, ref: IncidentRef, *, until_ts: str) -> None:
        """Leave the mark that a channel or a thread is not read again up to a message."""
        await self._mark(ref, _THREAD + ref.thread_ts if ref.thread_ts else _CHANNEL, until_ts)

    async def mark_message_forgotten(self, ref: IncidentRef, ts: str) -> None:
        """Leave the mark that one message is not read again."""
        await self._mark(ref, _MESSAGE + ts, "")

    async def forgotten(self, ref: IncidentRef) -> Forgotten:
        """Return the marks in the incident's channel."""
        with store_errors_named():
            stored = await self._redis.hgetall(key("forgotten", ref.team_id, ref.channel_id))
        marks = {as_text(name): as_text(until) for name, until in stored.items()}
        return Forgotten(
            until_ts=marks.get(_CHANNEL, ""),
            threads={n.removeprefix(_THREAD): until for n, until in marks.items() if n.startswith(_THREAD)},
            messages=frozenset(n.removeprefix(_MESSAGE) for n in marks if n.startswith(_MESSAGE)),
        )

    async def _mark(self, ref: IncidentRef, name: str, until_ts: str) -> None:
        marks = key("forgotten", ref.team_id, ref.channel_id)
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(marks, name, until_ts)
                pipe.expire(marks, MARK_SECONDS)
                await pipe.execute()

    async def incidents_of(self, ref: IncidentRef) -> list[IncidentRef]:
        """Return the incidents of a channel of which anything is kept: the channel's own and its threads'."""
        found = set()
        with store_errors_named():
            for kind in _OF_INCIDENTS:
                start = key(kind, ref.team_id, ref.channel_id, "")
                async for name in self._redis.scan_iter(match=start + "*", count=1_000):
                    found.add(as_text(name).removeprefix(start))
        threads = (None if thread == _CHANNEL else thread for thread in sorted(found))
        return [replace(ref, thread_ts=thread) for thread in threads]

    async def teams_of(self, channel_id: str) -> set[str]:
        """Return the workspaces in which anything is kept of a channel."""
        with store_errors_named():
            names = [
                as_text(name) async for name in self._redis.scan_iter(match=f"*:{channel_id}:*", count=1_000)
            ]
        parts = [name.removeprefix(key("")).split(":") for name in names]
        return {part[1] for part in parts if part[0] in _OF_INCIDENTS and part[2:3] == [channel_id]}

    async def compact(self) -> None:
        """Let nothing that was removed linger in an append-only file, where the store keeps one.

        A store that somebody else runs may not let us; it rewrites its file in its own time.
        """
        with suppress(ResponseError):
            if not (await self._redis.info("persistence")).get("aof_enabled"):
                return
            await self._redis.bgrewriteaof()
            for _ in range(COMPACT_POLLS):
                state = await self._redis.info("persistence")
                if not (state.get("aof_rewrite_in_progress") or state.get("aof_rewrite_scheduled")):
                    return
                await asyncio.sleep(COMPACT_POLL_SECONDS)

    async def drop_answer(self, answer: SavedAnswer) -> None:
        """Remove a kept answer, its thumbs and who decided about it."""
        with store_errors_named():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.delete(*(key(kind, answer.id) for kind in _OF_ANSWER))
                pipe.srem(key("answers", answer.incident_key), answer.id)
                await pipe.execute()

    async def forget(self, ref: IncidentRef) -> int:
        """Remove everything kept of an incident; return how many keys that were."""
        index = key("answers", ref.key)
        with store_errors_named():
            answers = [as_text(member) for member in await self._redis.smembers(index)]
            own = [key(kind, ref.key) for kind in _OWN]
            kept = [key(kind, answer) for answer in answers for kind in _OF_ANSWER]
            return int(await self._redis.delete(*own, *kept))
