"""The board of an incident: every change of it is committed here, and told where it is shown.

Answers, people's acts, messages that are lost and the rules' own looks change it at the same time, in several
workers. A change is a function of a board: when somebody else committed first it is made anew on theirs, so
that none is lost.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.answers import Blocks, KeptBoardPost, Posted, SavedAnswer
from bot.errors import CopilotError, EditFailedError, GateClosedError, StoreUnavailableError
from bot.incident.board import Board
from bot.incident.board_notes import board_notes
from bot.incident.extraction import extract
from bot.incident.facts import Facts
from bot.incident.messages import Incident, IncidentRef
from bot.naming import Naming
from bot.outgoing import Outgoing
from bot.ports import Aliases, Memory, Workspace
from bot.safety.redaction import Redactor
from bot.slack.board import BoardView, board_message
from bot.superseded import Marker

log = structlog.get_logger()

COMMITS = 16
"""So often is a change made anew when somebody else committed first."""
PAUSE_SECONDS = 0.02
"""How much longer each time it waits before: many who change one board at once must not go in step."""
EDIT_PAUSE = timedelta(seconds=20)
"""Nobody reads a message that changes all the time."""

Change = Callable[[Board], Board]

_AS_OF = re.compile(r"as of \d\d:\d\d UTC")


async def commit(memory: Memory, ref: IncidentRef, change: Change) -> Board:
    """Change the board of an incident; return it as it is stored then.

    Args:
        memory: Has it.
        ref: The incident.
        change: Returns the board changed; the very same when there is nothing to change. It may be called
            several times, each time with a newer board.

    Raises:
        StoreUnavailableError: Others committed all the time, or the store is away.
    """
    for attempt in range(COMMITS):
        board = await memory.board(ref)
        changed = change(board)
        if changed is board or changed == board:
            return board
        if await memory.commit_board(ref, replace(changed, version=board.version)):
            return replace(changed, version=board.version + 1)
        await asyncio.sleep(PAUSE_SECONDS * attempt)
    raise StoreUnavailableError("the board changed too often")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An incident as of now, as far as a board needs it.

    Attributes:
        incident: Redacted.
        now: The time of its newest message, by Slack's clock.
    """

    ref: IncidentRef
    incident: Incident
    redactor: Redactor
    facts: Facts
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Boards:
    """Shows boards.

    Args:
        aliases: What secrets are called.
        literals: The process's own secrets, removed from everything.
        outgoing: Makes the gate of an incident.
    """

    workspace: Workspace
    memory: Memory
    aliases: Aliases
    literals: tuple[str, ...]
    outgoing: Callable[[Redactor], Outgoing]

    async def scene(self, ref: IncidentRef) -> Scene:
        """Read an incident; nothing unredacted leaves this function.

        Raises:
            ChannelUnreadableError: Slack does not let us.
            SlackAwayError: Not enough is known without it.
        """
        raw = await self.workspace.read(ref, until_ts=None)
        naming = Naming(memory=self.memory, aliases=self.aliases, literals=self.literals)
        incident, redactor, _ = await naming.redacted(raw, "")
        now = incident.messages[-1].at if incident.messages else datetime.now(UTC)
        facts = await asyncio.to_thread(extract, incident, now=now)
        return Scene(ref=ref, incident=incident, redactor=redactor, facts=facts, now=now)

    async def tell(self, scene: Scene, board: Board) -> int:
        """Say what changed where it is read: on the answers that name it, and on the board's message.

        Returns:
            How many answers could not be marked now.
        """
        post = await self.memory.board_post(scene.ref)
        link = self._link(scene, post) if post else ""
        marker = Marker(self.workspace, self.memory, self.outgoing(scene.redactor))
        left = await marker.mark(scene.ref, board, board_link=link)
        if post is not None:
            await self._refresh(scene, board, post)
        return left

    def gate(self, redactor: Redactor | None) -> Outgoing:
        """Return the gate of an incident; without its redactor, that for sentences of ours."""
        return self.outgoing(redactor or Redactor(b"no incident", literals=self.literals))

    def message(self, scene: Scene, board: Board, *, answer_id: str = "board") -> tuple[Blocks, str]:
        """Return the board as a message that may be sent."""
        notes = board_notes(board, scene.incident, scene.facts, now=scene.now)
        view = BoardView(
            board=board, notes=notes, incident=scene.incident, facts=scene.facts, as_of=scene.now
        )
        made = board_message(view, answer_id=answer_id)
        return self.outgoing(scene.redactor).message(made.blocks, made.text)

    async def keep(
        self, scene: Scene, posted: Posted, blocks: Blocks, *, answer_id: str, thread_ts: str | None
    ) -> None:
        """Keep that the board stands in this message; the one that showed it before points here."""
        before = await self.memory.board_post(scene.ref)
        now = datetime.now(UTC).isoformat()
        post = KeptBoardPost(
            id=answer_id,
            channel_id=posted.channel_id,
            ts=posted.ts,
            thread_ts=thread_ts,
            digest=digest_of(blocks),
            edited_at=now,
        )
        await self.memory.save_board_post(scene.ref, post)
        if before is not None and before.ts != post.ts:
            await self._retire(scene, before, self._link(scene, post))

    async def _refresh(self, scene: Scene, board: Board, post: KeptBoardPost) -> None:
        """Edit the board's message when it shows something else, and not too often: later then."""
        try:
            blocks, text = await asyncio.to_thread(self.message, scene, board, answer_id=post.id)
            digest, now = digest_of(blocks), datetime.now(UTC)
            if digest == post.digest:
                return
            if now - datetime.fromisoformat(post.edited_at) < EDIT_PAUSE:
                await self.memory.review_later(scene.ref)
                return
            posted = Posted(channel_id=post.channel_id, ts=post.ts)
            await self.workspace.update(posted, blocks, text=text)
        except (EditFailedError, GateClosedError) as error:
            log.warning("board.left", incident=scene.ref.key, error=str(error))
            return
        await self.memory.save_board_post(scene.ref, replace(post, digest=digest, edited_at=now.isoformat()))
        log.info("board.edited", incident=scene.ref.key, version=board.version)

    async def _retire(self, scene: Scene, before: KeptBoardPost, link: str) -> None:
        words = f"The board of this incident stands here now: {link}"
        block = {"type": "section", "text": {"type": "mrkdwn", "text": words}}
        try:
            blocks, text = self.outgoing(scene.redactor).message([block], words)
            await self.workspace.update(Posted(channel_id=before.channel_id, ts=before.ts), blocks, text=text)
        except CopilotError as error:
            log.warning("board.left", incident=scene.ref.key, error=type(error).__name__)

    def _link(self, scene: Scene, post: KeptBoardPost) -> str:
        return link_of(scene.incident, post)


def link_of(incident: Incident, post: KeptBoardPost | SavedAnswer) -> str:
    """Return the address of a message of ours, made like that of any message; empty when none has one."""
    known = next((m.permalink for m in incident.messages if m.permalink), "")
    base, found, _ = known.partition("/archives/")
    thread = f"?thread_ts={post.thread_ts}&cid={post.channel_id}" if post.thread_ts else ""
    return f"{base}/archives/{post.channel_id}/p{post.ts.replace('.', '')}{thread}" if found else ""


def digest_of(blocks: Blocks) -> str:
    """Return what tells one content from another; the time up to which was read is no content."""
    told = _AS_OF.sub("", json.dumps(blocks, sort_keys=True))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
