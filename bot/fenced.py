"""The workspace of one run: whatever a person would see is done only while the run owns its request."""

from dataclasses import dataclass

from bot.answers import Blocks, Posted
from bot.incident.messages import Incident, IncidentRef
from bot.ports import Fence, Reply, Workspace
from bot.request import Request
from bot.watching import Watch


@dataclass(frozen=True, slots=True)
class FencedWorkspace:
    """A `Workspace` that a run uses; each effect raises `StaleRunError` once another worker has taken over.

    Args:
        workspace: The real one.
        fence: Of the run. A reply checks it by itself.
    """

    workspace: Workspace
    fence: Fence

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
        await self.fence.check()
        await self.workspace.wish(request, is_on=is_on)

    async def follow(self, ref: IncidentRef) -> None:
        """Open the log of a channel and fill it; doing it twice does no harm, so it needs no fence."""
        await self.workspace.follow(ref)

    async def read(self, ref: IncidentRef, *, until_ts: str | None) -> Incident:
        """Read an incident."""
        return await self.workspace.read(ref, until_ts=until_ts)

    def reply(self, request: Request, thread_ts: str | None, fence: Fence) -> Reply:
        """Return the request's one message."""
        return self.workspace.reply(request, thread_ts, fence)

    async def active_thread(self, ref: IncidentRef) -> str | None:
        """Return the root of the thread with the newest message."""
        return await self.workspace.active_thread(ref)

    async def status(self, request: Request, thread_ts: str | None, words: str) -> None:
        """Show a status line; it is replaced by the next, so it needs no fence."""
        await self.workspace.status(request, thread_ts, words)

    async def whisper(self, request: Request, blocks: Blocks, *, text: str) -> None:
        """Show blocks to the asker alone."""
        await self.fence.check()
        await self.workspace.whisper(request, blocks, text=text)

    async def direct(self, request: Request, blocks: Blocks, *, text: str) -> None:
        """Send blocks to the asker's direct messages."""
        await self.fence.check()
        await self.workspace.direct(request, blocks, text=text)

    async def update(self, posted: Posted, blocks: Blocks, *, text: str) -> None:
        """Replace an earlier message of ours."""
        await self.fence.check()
        await self.workspace.update(posted, blocks, text=text)

    async def attach(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        """Share a text file."""
        await self.fence.check()
        return await self.workspace.attach(request, thread_ts, name=name, content=content, comment=comment)

    async def enclose(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        """Share a text file if that can be done."""
        await self.fence.check()
        return await self.workspace.enclose(request, thread_ts, name=name, content=content, comment=comment)

    async def remove_file(self, file_id: str) -> None:
        """Remove a file of ours."""
        await self.fence.check()
        await self.workspace.remove_file(file_id)
