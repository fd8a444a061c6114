"""What the copilot asks of the world. Adapters implement these; tests use fakes of them."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from typing import Any, Protocol

from bot.answers import (
    Blocks,
    Closing,
    Gathered,
    KeptAliases,
    KeptDigest,
    KeptFile,
    Posted,
    Restart,
    SavedAnswer,
)
from bot.board_ports import BoardPosts
from bot.incident.board import Board
from bot.incident.case import Case
from bot.incident.digest import Chunk
from bot.incident.forgotten import Forgotten
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import Incident, IncidentRef
from bot.incident.observations import Found, Offer
from bot.request import Request
from bot.watching import Watch

Until = Callable[[], Coroutine[Any, Any, object]]
"""Returns when something has happened."""
IsTooDear = Callable[[], Awaitable[bool]]
"""Says whether nothing more may be paid for."""


class Analyst(Protocol):
    """Somebody who explains incidents."""

    def diagnose(self, case: Case) -> AsyncGenerator[Hypothesis | Restart | Closing, None]:
        """Yield hypotheses, best first, each when it is complete; then exactly one `Closing`.

        Nothing yielded is verified yet. A `Restart` may come at any time before the `Closing`.
        Leave it early with `aclose()`, so that a model's stream ends at once.

        Raises:
            AnalystFailedError: No usable diagnosis. What was yielded before must be discarded.
        """
        ...


class Improver(Protocol):
    """Somebody who tells folded messages better than code can."""

    async def fold(self, case: Case) -> Chunk:
        """Return the newest chunk of the case's digest told anew, with nothing in it lost or made up.

        Raises:
            AnalystFailedError: There is no better one; the chunk as it is stands.
        """
        ...


class Tools(Protocol):
    """What can be looked up for a question: all of it reads, none of it changes anything."""

    def offers(self, case: Case) -> Sequence[Offer]:
        """Return the tools that can be called for a case, always in the same order."""
        ...

    async def call(self, case: Case, name: str, arguments: Mapping[str, object]) -> Found:
        """Look something up.

        Args:
            case: What is asked about.
            name: Of an offer.
            arguments: As a model wrote them; nothing about them is certain.

        Raises:
            ToolFailedError: It could not be done; the error's reason says why and what would help.
        """
        ...


class Gatherer(Protocol):
    """Somebody who looks things up before a question is answered."""

    async def gather(
        self, case: Case, tools: Tools, *, until: Until | None = None, is_too_dear: IsTooDear | None = None
    ) -> Gathered:
        """Return what was found worth knowing; nothing when it fails, which never fails the answer.

        Args:
            case: Redacted; only what is visible at `case.asked_at`.
            tools: What can be called.
            until: When this has happened it ends at once, with what was found by then; None for never.
            is_too_dear: Asked before each turn that costs money; None where nobody keeps an account.
        """
        ...

    async def forget(self, case: Case) -> None:
        """Keep nothing of what was looked up for a case; never raises."""
        ...


class Reply(Protocol):
    """The one visible message of one request, from its first words to its final form."""

    @property
    def posted(self) -> Posted | None:
        """Where it stands; None before the first `show`."""
        ...

    @property
    def is_stopped(self) -> bool:
        """A person pressed Stop on it while it grew."""
        ...

    async def exists(self) -> bool:
        """Say whether the request has a visible message already, from this run or an earlier one."""
        ...

    async def show(self, blocks: Blocks, *, text: str) -> None:
        """Make `blocks` visible below what is shown already (opens the message the first time).

        Raises:
            StaleRunError: Another run owns the request.
            PostRefusedError: No message can be shown in this place.
        """
        ...

    async def finish(self, blocks: Blocks, *, text: str) -> Posted:
        """Replace all that was shown by `blocks`, for good. Safe to repeat.

        Raises:
            StaleRunError: Another run owns the request.
            PostRefusedError: It is refused now and would be refused again.
        """
        ...


class Workspace(Protocol):
    """The chat workspace."""

    async def locate(self, request: Request) -> IncidentRef:
        """Say which incident a request is about: the watched channel, else the thread.

        Raises:
            ChannelUnreadableError: Slack does not let us; the error says what is missing.
            ExternalChannelError: People of another organisation are in the channel.
            ClosedChannelError: A command was given in a private channel that no member has opened.
            NoThreadError: A command was given where no thread is.
        """
        ...

    async def admit(self, request: Request, *, is_fresh: bool = False) -> Watch:
        """Say what may be done in the channel of a request; `is_fresh` asks Slack anew.

        Raises:
            ChannelUnreadableError: Slack does not let us, or the copilot is not in the channel.
            ExternalChannelError: People of another organisation are in the channel.
        """
        ...

    async def is_full_member(self, request: Request) -> bool:
        """Say whether the asker is a full member of the workspace: no guest, no app, nobody from outside.

        Raises:
            SlackAwayError: Slack does not say.
        """
        ...

    async def wish(self, request: Request, *, is_on: bool) -> None:
        """Keep what a member wants of the channel of a request: that it is followed, or not."""
        ...

    async def follow(self, ref: IncidentRef) -> None:
        """Open the log of a channel and fill it from history.

        Raises:
            ChannelUnreadableError: Slack does not let us.
        """
        ...

    async def read(self, ref: IncidentRef, *, until_ts: str | None) -> Incident:
        """Read an incident with all its threads and pages, numbered, not yet redacted.

        Raises:
            ChannelUnreadableError: Slack does not let us; the error says what is missing.
            SlackAwayError: It did not answer, and not enough is known without it; try again.
        """
        ...

    def reply(self, request: Request, thread_ts: str | None, fence: "Fence") -> Reply:
        """Return the request's one message; a second run of the request gets the same message."""
        ...

    async def active_thread(self, ref: IncidentRef) -> str | None:
        """Return the root of the thread with the newest message; None when the channel has none."""
        ...

    async def status(self, request: Request, thread_ts: str | None, words: str) -> None:
        """Show a status line; empty words clear it. Cosmetic: never raises."""
        ...

    async def whisper(self, request: Request, blocks: Blocks, *, text: str) -> None:
        """Show blocks to the asker alone, once."""
        ...

    async def direct(self, request: Request, blocks: Blocks, *, text: str) -> None:
        """Send blocks to the asker's direct messages, once; say of which channel they are."""
        ...

    async def update(self, posted: Posted, blocks: Blocks, *, text: str) -> None:
        """Replace an earlier message of ours; one that was deleted or is closed is left alone.

        Raises:
            EditFailedError: It could not be done now.
        """
        ...

    async def attach(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        """Share a text file, once; return its id."""
        ...

    async def enclose(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        """Share a text file, once, that an answer can do without; an empty id when it cannot be done now."""
        ...

    async def remove_file(self, file_id: str) -> None:
        """Remove a file of ours; one that is gone is gone.

        Raises:
            EditFailedError: It could not be done now.
        """
        ...


class Memory(BoardPosts, Protocol):
    """What outlives a process. Every key has a time to live."""

    async def mint(self, ref: IncidentRef, ts: Sequence[str]) -> dict[str, int]:
        """Give each `ts` its number within the incident: 1, 2, … in the order first seen, never reused."""
        ...

    async def incident_key(self, ref: IncidentRef) -> bytes:
        """Return the incident's secret for aliases, made once."""
        ...

    async def board(self, ref: IncidentRef) -> Board:
        """Return the board; an empty one when there is none."""
        ...

    async def commit_board(self, ref: IncidentRef, board: Board) -> bool:
        """Store `board` if nobody committed since it was read (its `version`); else return False."""
        ...

    async def save_answer(self, answer: SavedAnswer) -> None:
        """Keep an answer for its buttons."""
        ...

    async def answer(self, answer_id: str) -> SavedAnswer | None:
        """Return a kept answer."""
        ...

    async def answers(self, ref: IncidentRef) -> Sequence[SavedAnswer]:
        """Return all kept answers about an incident, oldest first."""
        ...

    async def drop_answer(self, answer: SavedAnswer) -> None:
        """Remove a kept answer and its thumbs."""
        ...

    async def save_file(self, ref: IncidentRef, file: KeptFile) -> None:
        """Keep that a file of ours is in Slack."""
        ...

    async def files(self, ref: IncidentRef) -> Sequence[KeptFile]:
        """Return the files of ours about an incident."""
        ...

    async def drop_file(self, ref: IncidentRef, file_id: str) -> None:
        """Keep no more that a file is there."""
        ...

    async def number_of(self, ref: IncidentRef, ts: str) -> int | None:
        """Return the number that a message has within the incident; None when it never got one."""
        ...

    async def ts_of(self, ref: IncidentRef, numbers: Collection[int]) -> dict[int, str]:
        """Return the messages that have these numbers within the incident."""
        ...

    async def is_withdrawn(self, request_id: str) -> bool:
        """Say whether the message that asked was deleted."""
        ...

    async def forgotten(self, ref: IncidentRef) -> Forgotten:
        """Return which messages of the incident's channel must not be read again."""
        ...

    async def save_feedback(self, answer_id: str, person_id: str, verdict: str) -> None:
        """Keep one person's thumbs on an answer; the last one counts."""
        ...


class Aliases(Protocol):
    """What the secrets of incidents are called, so that a name means the same in every answer."""

    async def aliases(self, ref: IncidentRef) -> KeptAliases:
        """Return the names that were given in an incident; none when there are none."""
        ...

    async def commit_aliases(self, ref: IncidentRef, kept: KeptAliases) -> bool:
        """Store names if nobody stored any since their version was read; else return False."""
        ...


class Digests(Protocol):
    """What stands for the folded messages of incidents; it goes with their log and with any lost word."""

    async def digest(self, ref: IncidentRef) -> KeptDigest:
        """Return the digest; an empty one when there is none."""
        ...

    async def commit_digest(self, ref: IncidentRef, kept: KeptDigest, *, age_seconds: int = 0) -> bool:
        """Store a digest if nobody stored one since its version was read.

        Args:
            ref: The incident.
            kept: The digest, and the version that it follows.
            age_seconds: How old the oldest message in it is, by Slack's clock.

        Returns:
            False when somebody was faster, when nothing of the incident is logged, or when it is too old.
        """
        ...

    async def drop_digest(self, ref: IncidentRef) -> None:
        """Remove the digest of an incident."""
        ...


class Log(Protocol):
    """What is kept of what was said."""

    async def changed(self, incident: Incident) -> frozenset[str]:
        """Return the `ts` of what may be gone, or say something else, since an incident was read.

        What was not logged then is not known: then it is empty. A log that is gone says nothing of what
        happened: then it is everything.
        """
        ...

    async def words(self, ref: IncidentRef, ts: str, *, is_deleted: bool) -> str:
        """Return the words that `erase` would remove; empty when none are kept.

        Begin a recheck with it: what happens to the message from then on asks for another one.
        """
        ...

    async def erase(self, ref: IncidentRef, ts: str, *, is_deleted: bool) -> str:
        """Keep no word of a message that is gone; return those words, empty when none were kept.

        Args:
            ref: The log.
            ts: The message.
            is_deleted: All of it is gone; otherwise what it said before it was edited.
        """
        ...

    async def remove(self, ref: IncidentRef, *, with_threads: bool = False) -> int:
        """Remove a log, and with it those of all threads in its channel; return how many there were."""
        ...


class Fence(Protocol):
    """Tells a run whether it still owns its request."""

    async def check(self) -> None:
        """Raise `StaleRunError` when another worker has taken over."""
        ...


Work = Callable[[Request, Fence], Awaitable[None]]


class Queue(Protocol):
    """Durable requests: accepted once, worked once, in order within a lane."""

    async def accept(self, request: Request, *, keys: Sequence[str]) -> bool:
        """Store a request durably; False when one of `keys` was seen before.

        Raises:
            StoreUnavailableError: It is not stored; the sender must try again.
        """
        ...
