"""What follows when channels or messages change: whom to follow, and what no longer holds."""

from dataclasses import dataclass, field

import structlog

from bot.errors import ExternalChannelError
from bot.incident.messages import IncidentRef, at_of
from bot.naming import LocalAliases
from bot.outgoing import Outgoing
from bot.ports import Aliases, Log, Memory, Workspace
from bot.rechecking import Rechecker
from bot.request import Request, RequestKind
from bot.slack.texts import plain
from bot.tidying import Tidying
from bot.watching import Scope

log = structlog.get_logger()

KINDS = frozenset({RequestKind.FOLLOW, RequestKind.RECHECK, RequestKind.WATCH, RequestKind.UNWATCH})
DELETED = "deleted"
"""What the text of a `RECHECK` says of a message that is gone; anything else is an edit."""

NOTHING_TO_WATCH = (
    "There is nothing to follow in a direct message: ask me here. `/copilot watch` is for channels."
)
WATCHED = (
    "I follow this whole channel from now on, as one incident. What is said here is kept encrypted for "
    "{days} days; `/copilot unwatch` ends that and removes it."
)
UNWATCHED = (
    "I no longer follow this channel, and my log of its messages is removed. Answers that I gave here keep "
    "their quotes for {days} days; an operator can remove them with `python -m bot forget`. Mention me in a "
    "thread and I read that thread."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """Keeps what we hold true to the channels it came from.

    Args:
        out: Of no incident: for sentences of ours.
        literals: The process's own secrets, removed from everything.
        retention_days: How long what was said is kept.
        aliases: What secrets were called before.
    """

    workspace: Workspace
    memory: Memory
    log: Log
    out: Outgoing
    literals: tuple[str, ...]
    retention_days: int
    aliases: Aliases = field(default_factory=LocalAliases)

    @property
    def rechecker(self) -> Rechecker:
        """What follows from messages that changed."""
        return Rechecker(
            workspace=self.workspace,
            memory=self.memory,
            log=self.log,
            literals=self.literals,
            link_hosts=self.out.link_hosts,
            aliases=self.aliases,
            canary=self.out.canary,
            filters=self.out.filters,
        )

    @property
    def tidying(self) -> Tidying:
        """What is done after an answer."""
        return Tidying(workspace=self.workspace, memory=self.memory, log=self.log, rechecker=self.rechecker)

    async def handle(self, request: Request) -> None:
        """Work one request of `KINDS`."""
        match request.kind:
            case RequestKind.FOLLOW:
                await self._follow(request)
            case RequestKind.WATCH:
                await self._watch(request)
            case RequestKind.UNWATCH:
                await self._unwatch(request)
            case _:
                await self._recheck(request)

    async def give_up(self, request: Request) -> None:
        """End what failed too often: words that are gone are not kept, whatever else could not be done."""
        if request.kind is RequestKind.RECHECK:
            for ref in _places(request):
                await self.log.erase(ref, request.subject, is_deleted=request.text == DELETED)

    async def _follow(self, request: Request) -> None:
        """Log the channel if that may be; keep no log of it when it may not be, or not any more."""
        ref = _channel_of(request)
        try:
            watch = await self.workspace.admit(request, is_fresh=True)
        except ExternalChannelError:
            await self.log.remove(ref, with_threads=True)
            raise
        if watch.scope is Scope.CHANNEL:
            await self.workspace.follow(ref)
        else:
            await self.log.remove(ref)

    async def _watch(self, request: Request) -> None:
        if request.is_direct:
            await self._say(request, NOTHING_TO_WATCH)
            return
        await self.workspace.admit(request, is_fresh=True)
        await self.workspace.wish(request, is_on=True)
        log.info("channel.watched", request=request.id, channel=request.channel_id)
        await self._say(request, WATCHED.format(days=self.retention_days))
        await self.workspace.follow(_channel_of(request))

    async def _unwatch(self, request: Request) -> None:
        if request.is_direct:
            await self._say(request, NOTHING_TO_WATCH)
            return
        await self.workspace.wish(request, is_on=False)
        removed = await self.log.remove(_channel_of(request), with_threads=True)
        log.info("channel.unwatched", request=request.id, channel=request.channel_id, logs=removed)
        await self._say(request, UNWATCHED.format(days=self.retention_days))

    async def _recheck(self, request: Request) -> None:
        at = at_of(request.pressed_ts) if request.pressed_ts else request.received_at
        for ref in _places(request):
            await self.rechecker.recheck(ref, request.subject, is_deleted=request.text == DELETED, at=at)

    async def _say(self, request: Request, sentence: str) -> None:
        blocks, text = self.out.message(plain(sentence, answer_id=request.id), sentence)
        await self.workspace.whisper(request, blocks, text=text)


def _places(request: Request) -> tuple[IncidentRef, IncidentRef]:
    """Return the incidents of a message: its channel's and its thread's; both may be known."""
    return _channel_of(request), _channel_of(request, thread_ts=request.thread_ts or request.subject)


def _channel_of(request: Request, *, thread_ts: str | None = None) -> IncidentRef:
    return IncidentRef(team_id=request.team_id, channel_id=request.channel_id, thread_ts=thread_ts)
