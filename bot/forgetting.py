"""Forget a message, a thread or a channel: what was kept, what was made of it, and what was posted of that.

Slack still has the messages. So a mark stays, by which they are not read again.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.answers import KeptFile, Posted, SavedAnswer
from bot.errors import BadInputError, EditFailedError, StoreUnavailableError
from bot.incident.board import Board, highest
from bot.incident.hypotheses import Hypothesis
from bot.incident.lost import mentions
from bot.incident.messages import IncidentRef, ts_key
from bot.permalinks import Place
from bot.purse import Purse
from bot.removed import Counts
from bot.superseded import cites

log = structlog.get_logger()

SENTENCE = "This answer was removed: something that it rests on was forgotten, as an operator asked."
SEALED = (
    "the log of this channel was sealed with another one (or, without one, with another SLACK_BOT_TOKEN), so "
    "nothing was removed: run this with the copilot's own, or forget the whole channel by its link."
)
COMMITS = 8
"""So often is a change made anew when somebody else committed first."""


class Boards(Protocol):
    """Keeps boards."""

    async def board(self, ref: IncidentRef) -> Board:
        """Return the board of an incident."""
        ...

    async def commit_board(self, ref: IncidentRef, board: Board) -> bool:
        """Store a board if nobody committed since it was read."""
        ...


class Kept(Boards, Protocol):
    """What outlives a process."""

    async def number_of(self, ref: IncidentRef, ts: str) -> int | None:
        """Return the number that a message has within an incident."""
        ...

    async def files(self, ref: IncidentRef) -> Sequence[KeptFile]:
        """Return the files of ours about an incident."""
        ...

    async def save_file(self, ref: IncidentRef, file: KeptFile) -> None:
        """Keep that a file of ours is in Slack."""
        ...

    async def drop_file(self, ref: IncidentRef, file_id: str) -> None:
        """Keep no more that a file is there."""
        ...

    async def answers(self, ref: IncidentRef) -> Sequence[SavedAnswer]:
        """Return all kept answers about an incident."""
        ...

    async def save_answer(self, answer: SavedAnswer) -> None:
        """Keep an answer."""
        ...

    async def drop_answer(self, answer: SavedAnswer) -> None:
        """Remove a kept answer and its thumbs."""
        ...

    async def forget(self, ref: IncidentRef) -> int:
        """Remove everything kept of an incident; return how many keys that were."""
        ...

    async def incidents_of(self, ref: IncidentRef) -> Sequence[IncidentRef]:
        """Return the incidents of a channel of which anything is kept."""
        ...

    async def mark_forgotten(self, ref: IncidentRef, *, until_ts: str) -> None:
        """Leave the mark that a channel or a thread is not read again up to a message."""
        ...

    async def mark_message_forgotten(self, ref: IncidentRef, ts: str) -> None:
        """Leave the mark that one message is not read again."""
        ...


class Logs(Protocol):
    """What is kept of what was said."""

    async def erase_all(self, ref: IncidentRef, ts: Collection[str]) -> int:
        """Keep no word of these messages; return of how many there were some."""
        ...

    async def withdraw(self, request_id: str) -> None:
        """Let a request that waits end without a word."""
        ...

    async def remove(self, ref: IncidentRef, *, with_threads: bool = False) -> int:
        """Remove a log, or all of a channel; return how many there were."""
        ...

    async def logs_of(self, ref: IncidentRef) -> Sequence[IncidentRef]:
        """Return the incidents of a channel that have a log."""
        ...

    async def is_sealed_otherwise(self, ref: IncidentRef) -> bool:
        """Say whether a log of a channel cannot be opened with our secret."""
        ...

    async def thread_of(self, ref: IncidentRef, root_ts: str) -> Collection[str]:
        """Return the `ts` of all messages of a thread that a log knows."""
        ...

    async def newest(self, ref: IncidentRef) -> str:
        """Return the newest `ts` that a log knows; empty when it knows none."""
        ...


class Slack(Protocol):
    """What `forget` needs of Slack."""

    async def replace(self, posted: Posted, sentence: str, *, answer_id: str) -> None:
        """Replace an answer of ours by a sentence.

        Raises:
            EditFailedError: It could not be done now.
        """
        ...

    async def remove_file(self, file_id: str) -> None:
        """Remove a file of ours.

        Raises:
            EditFailedError: It could not be done now.
        """
        ...

    async def thread(self, channel_id: str, root_ts: str) -> Collection[str]:
        """Return the `ts` of all messages of a thread; nothing when it cannot be read."""
        ...

    async def newest(self, channel_id: str) -> str:
        """Return the newest `ts` of a channel; empty when it cannot be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """Forgets.

    Args:
        books: Have an incident's costs, which go with it; a month keeps its sum, which tells of no incident.
        slack: None when there is no token: then what was posted stays.
    """

    kept: Kept
    logs: Logs
    books: Purse
    slack: Slack | None

    async def forget(self, team_id: str, place: Place, *, whole_thread: bool = False) -> Counts:
        """Forget what a link points at; doing it again finds nothing more.

        Args:
            team_id: The workspace.
            place: What the link points at.
            whole_thread: Not only the message but its thread.

        Raises:
            BadInputError: Its log cannot be opened, so nobody can say where the message stands in it; nothing
                was done. A whole channel needs no opening.
            StoreUnavailableError: The store does not answer; run it again.
        """
        channel, counts = IncidentRef(team_id=team_id, channel_id=place.channel_id), Counts()
        if place.ts is not None and await self.logs.is_sealed_otherwise(channel):
            raise BadInputError(field="STORE_SECRET", problem=SEALED)
        if place.ts is None:
            await self._channel(channel, counts)
        elif whole_thread or place.is_thread:
            await self._thread(replace(channel, thread_ts=place.root_ts), counts)
        else:  # the mark first: an answer under way looks for it after it was kept
            await self.kept.mark_message_forgotten(channel, place.ts)
            counts.marks += 1
            await self._messages(channel, [place.ts], counts)
        log.info("place.forgotten", channel=place.channel_id, **counts.as_json())
        return counts

    async def _channel(self, ref: IncidentRef, counts: Counts) -> None:
        until = _latest(
            [await self.logs.newest(ref), await self.slack.newest(ref.channel_id) if self.slack else ""]
        )
        await self._mark(ref, until, counts)
        for one in await self.kept.incidents_of(ref):
            await self._incident(one, counts)
        counts.logs += await self.logs.remove(ref, with_threads=True)

    async def _thread(self, ref: IncidentRef, counts: Counts) -> None:
        channel, root = replace(ref, thread_ts=None), ref.thread_ts or ""
        known = set(await self.logs.thread_of(channel, root)) | set(await self.logs.thread_of(ref, root))
        known |= set(await self.slack.thread(ref.channel_id, root)) if self.slack else set()
        await self._mark(ref, _latest([root, *known]), counts)
        await self._messages(channel, {root, *known}, counts)
        await self._incident(ref, counts)
        counts.logs += await self.logs.remove(ref)

    async def _mark(self, ref: IncidentRef, until_ts: str, counts: Counts) -> None:
        """Leave the mark first: a crash after it leaves nothing that would be read again."""
        if until_ts:
            await self.kept.mark_forgotten(ref, until_ts=until_ts)
            counts.marks += 1

    async def _incident(self, ref: IncidentRef, counts: Counts) -> None:
        """Remove all that is kept of an incident but its log."""
        counts.hypotheses += len((await self.kept.board(ref)).hypotheses)
        left = [answer for answer in await self.kept.answers(ref) if not await self._drop(answer, counts)]
        files = [file for file in await self.kept.files(ref) if not await self._drop_file(ref, file, counts)]
        counts.keys += await self.kept.forget(ref) + await self.books.forget(ref)
        for answer in left:
            await self.kept.save_answer(bare(answer))
        for file in files:
            await self.kept.save_file(ref, file)

    async def _messages(self, channel: IncidentRef, ts: Iterable[str], counts: Counts) -> None:
        """Remove messages from every incident of the channel that knows them."""
        wanted = frozenset(ts)
        for one in wanted:
            await self.logs.withdraw(f"msg:{channel.team_id}:{channel.channel_id}:{one}")
        for ref in await self.logs.logs_of(channel):
            counts.messages += await self.logs.erase_all(ref, wanted)
        for ref in await self.kept.incidents_of(channel):
            numbers = [number for one in wanted if (number := await self.kept.number_of(ref, one))]
            await self._what_rests_on(ref, {f"m{number}" for number in numbers}, wanted, counts)

    async def _what_rests_on(
        self, ref: IncidentRef, ids: Collection[str], ts: Collection[str], counts: Counts
    ) -> None:
        """Remove hypotheses and answers that cite messages, and answers that reply to them or are them."""
        asked = {f"msg:{ref.team_id}:{ref.channel_id}:{one}" for one in ts}
        counts.hypotheses += await clear_board(self.kept, ref, ids)
        for answer in await self.kept.answers(ref):
            is_touched = answer.id in asked or answer.ts in ts or any(cites(answer, one) for one in ids)
            if is_touched or answer == bare(answer):
                await self._drop(answer, counts)
                asked.add(answer.id)
        for file in await self.kept.files(ref):
            if file.request_id in asked or file.cites & set(ids):
                await self._drop_file(ref, file, counts)

    async def _drop(self, answer: SavedAnswer, counts: Counts) -> bool:
        """Replace an answer in Slack and remove what is kept of it; False when Slack still shows it.

        Then its place is kept, so that the next run can replace it.
        """
        if answer.id in counts.left:
            return False
        counts.answers += answer != bare(answer)
        await self.kept.save_answer(bare(answer))
        if not await self._is_replaced(answer):
            counts.left.add(answer.id)
            return False
        await self.kept.drop_answer(answer)
        counts.posts += 1
        return True

    async def _drop_file(self, ref: IncidentRef, file: KeptFile, counts: Counts) -> bool:
        """Remove a file from Slack; False when it still is there: then that is kept, for the next run."""
        if not await self._is_removed(file):
            counts.left.add(file.id)
            return False
        await self.kept.drop_file(ref, file.id)
        counts.files += 1
        return True

    async def _is_removed(self, file: KeptFile) -> bool:
        if self.slack is None:
            return False
        try:
            await self.slack.remove_file(file.id)
        except EditFailedError as error:
            log.warning("file.left", file=file.id, error=error.code)
            return False
        return True

    async def _is_replaced(self, answer: SavedAnswer) -> bool:
        if self.slack is None:
            return False
        try:
            await self.slack.replace(
                Posted(channel_id=answer.channel_id, ts=answer.ts), SENTENCE, answer_id=answer.id
            )
        except EditFailedError as error:
            log.warning("post.left", channel=answer.channel_id, ts=answer.ts, error=error.code)
            return False
        return True


async def clear_board(boards: Boards, ref: IncidentRef, ids: Collection[str]) -> int:
    """Remove what rests on messages from a board; return how many hypotheses that were.

    Raises:
        StoreUnavailableError: Others committed all the time.
    """
    for _ in range(COMMITS):
        board = await boards.board(ref)
        left = tuple(h for h in board.hypotheses if not _rests_on(h, ids))
        cleared = len(board.hypotheses) - len(left)
        gone = max(board.forgotten, highest(board.hypotheses))
        if not cleared or await boards.commit_board(ref, replace(board, hypotheses=left, forgotten=gone)):
            return cleared
    raise StoreUnavailableError("the board changed too often")


def bare(answer: SavedAnswer) -> SavedAnswer:
    """Return of an answer no more than where it stands."""
    return SavedAnswer(
        id=answer.id,
        incident_key=answer.incident_key,
        channel_id=answer.channel_id,
        ts=answer.ts,
        question="",
    )


def _rests_on(hypothesis: Hypothesis, ids: Collection[str]) -> bool:
    return any(mentions(hypothesis, one) for one in ids)


def _latest(ts: Iterable[str]) -> str:
    return max(filter(None, ts), key=ts_key, default="")
