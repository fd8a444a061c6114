"""Shadow mode: a copilot that reads, thinks and keeps what it would have said, and shows nobody anything.

What it would have said is kept like any answer (`Memory.save_answer`): it has the same time to live, `forget`
takes it, and the postmortem knows it. Only what people would see is left out, and nothing else differs. Each
question that it answered is logged (`shadow.answered`). Nobody need ask: `bot.adapters.shadow_timer` has
followed channels looked at, and `bot.shadowing` keeps what would have ranked first, and when.
"""

from dataclasses import dataclass, field

import structlog

from bot.answers import Blocks, Posted
from bot.incident.messages import Incident, IncidentRef
from bot.ports import Fence, Reply, Workspace
from bot.request import Request
from bot.watching import Watch

log = structlog.get_logger()

NOWHERE = "0.000000"
"""The `ts` of a message that was not posted and was asked for by none either."""


@dataclass(slots=True)
class ShadowReply:
    """A `Reply` that nobody sees.

    Args:
        request: What it answers; the message that asked stands for the place where it would be.
        fence: Of the run.
    """

    request: Request
    fence: Fence
    _posted: Posted | None = field(default=None, init=False)

    @property
    def posted(self) -> Posted | None:
        """Where it would stand; None before the first `show`."""
        return self._posted

    @property
    def is_stopped(self) -> bool:
        """Nobody sees it, so nobody stops it."""
        return False

    async def exists(self) -> bool:
        """Say that nothing is visible."""
        return False

    async def show(self, blocks: Blocks, *, text: str) -> None:
        """Show nothing."""
        del blocks, text
        await self.fence.check()
        self._posted = self._place()

    async def finish(self, blocks: Blocks, *, text: str) -> Posted:
        """Show nothing; say where it would stand."""
        del text
        await self.fence.check()
        log.info("shadow.answered", request=self.request.id, blocks=len(blocks))
        self._posted = self._place()
        return self._posted

    def _place(self) -> Posted:
        asked = self.request
        return Posted(channel_id=asked.channel_id, ts=asked.message_ts or asked.pressed_ts or NOWHERE)


@dataclass(frozen=True, slots=True)
class ShadowWorkspace:
    """A `Workspace` that reads what the real one reads and shows nothing: no post, status, whisper or file.

    Args:
        workspace: The real one.
    """

    workspace: Workspace

    async def locate(self, request: Request) -> IncidentRef:
        """Say which incident a request is about."""
        return await self.workspace.locate(request)

    async def admit(self, request: Request, *, is_fresh: bool = False) -> Watch:
        """Say what may be done in the channel of a request."""
        return await self.workspace.admit(request, is_fresh=is_fresh)

    async def is_full_member(self, request: Request) -> bool:
        """Say whether the asker is a full member of the workspace."""
        return await self.workspace.is_full_member(request)

    async def wish(self, request: Request, *, is_on: bool) -> None:
        """Keep what a member wants of a channel."""
        await self.workspace.wish(request, is_on=is_on)

    async def follow(self, ref: IncidentRef) -> None:
        """Open the log of a channel and fill it."""
        await self.workspace.follow(ref)

    async def read(self, ref: IncidentRef, *, until_ts: str | None) -> Incident:
        """Read an incident."""
        return await self.workspace.read(ref, until_ts=until_ts)

    def reply(self, request: Request, thread_ts: str | None, fence: Fence) -> Reply:
        """Return a reply that nobody sees."""
        del thread_ts
        return ShadowReply(request, fence)

    async def active_thread(self, ref: IncidentRef) -> str | None:
        """Return the root of the thread with the newest message."""
        return await self.workspace.active_thread(ref)

    async def status(self, request: Request, thread_ts: str | None, words: str) -> None:
        """Show nothing."""

    async def whisper(self, request: Request, blocks: Blocks, *, text: str) -> None:
        """Show nothing, to the asker neither."""

    async def direct(self, request: Request, blocks: Blocks, *, text: str) -> None:
        """Send nothing."""

    async def update(self, posted: Posted, blocks: Blocks, *, text: str) -> None:
        """Change nothing: what would be changed was never posted."""

    async def attach(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        """Share nothing."""
        del request, thread_ts, name, content, comment
        return ""

    async def enclose(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        """Share nothing."""
        del request, thread_ts, name, content, comment
        return ""

    async def remove_file(self, file_id: str) -> None:
        """Remove nothing: no file was shared."""
