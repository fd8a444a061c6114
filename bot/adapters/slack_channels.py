"""What Slack says of channels, and what may be done in them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import unreadable
from bot.errors import ExternalChannelError
from bot.incident.messages import IncidentRef
from bot.watching import ChannelFacts, Scope, Watch, decide

CACHE_SECONDS = 300.0
MOST_CHANNELS = 2_000

PRIVATE = ("is_private", "is_mpim", "is_group")
EXTERNAL = ("is_ext_shared", "is_pending_ext_shared")


class Wishes(Protocol):
    """Keeps what members want of channels."""

    async def wish(self, team_id: str, channel_id: str) -> bool | None:
        """Return whether a member wants a channel followed; None when nobody said."""
        ...

    async def save_wish(self, team_id: str, channel_id: str, *, is_on: bool) -> None:
        """Keep what a member wants of a channel."""
        ...


@dataclass(slots=True, kw_only=True)
class Channels:
    """Knows channels; what Slack says of one is asked again after five minutes.

    Args:
        client: Reads `conversations.info`.
        wishes: Read anew each time: a member's word counts at once, in every process.
        patterns: Names of public channels that are followed as a whole.
        allow_external: The operator allows channels shared with other organisations.
        monotonic: A clock that only runs forward, in seconds.
    """

    client: AsyncWebClient
    wishes: Wishes
    patterns: Sequence[str]
    allow_external: bool = False
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[tuple[str, str], tuple[float, ChannelFacts]] = field(default_factory=dict)

    async def about(self, team_id: str, channel_id: str) -> ChannelFacts:
        """Return what Slack says of a channel.

        Raises:
            ChannelUnreadableError: Slack does not let us.
        """
        if channel_id.startswith("D"):  # asking would take a scope, and says nothing that matters
            return ChannelFacts(id=channel_id, is_direct=True)
        asked_at, facts = self._known.get((team_id, channel_id), (0.0, None))
        if facts is not None and self.monotonic() - asked_at < CACHE_SECONDS:
            return facts
        facts = await self._ask(channel_id)
        if len(self._known) >= MOST_CHANNELS:
            self._known.clear()
        self._known[team_id, channel_id] = (self.monotonic(), facts)
        return facts

    async def watch(self, team_id: str, channel_id: str) -> Watch:
        """Return what may be done in a channel.

        Raises:
            ChannelUnreadableError: Slack does not let us.
        """
        facts = await self.about(team_id, channel_id)
        wish = await self.wishes.wish(team_id, channel_id)
        return decide(facts, patterns=self.patterns, wish=wish, allow_external=self.allow_external)

    async def admit(self, team_id: str, channel_id: str) -> Watch:
        """Return what may be done in a channel where somebody asks.

        Raises:
            ExternalChannelError: People of another organisation are in it, and that is not allowed.
            ChannelUnreadableError: Slack does not let us.
        """
        watch = await self.watch(team_id, channel_id)
        if watch.scope is Scope.REFUSED:
            raise ExternalChannelError(channel_id=channel_id)
        return watch

    async def is_logged(self, ref: IncidentRef) -> bool:
        """Say whether what is said in an incident may be kept.

        Raises:
            ChannelUnreadableError: Slack does not let us.
        """
        watch = await self.watch(ref.team_id, ref.channel_id)
        is_whole = watch.scope is Scope.CHANNEL
        return watch.is_logged and is_whole is (ref.thread_ts is None)

    async def set_wish(self, team_id: str, channel_id: str, *, is_on: bool) -> None:
        """Keep what a member wants of a channel."""
        await self.wishes.save_wish(team_id, channel_id, is_on=is_on)

    def drop(self, team_id: str, channel_id: str) -> None:
        """Ask Slack anew the next time: the channel was renamed, converted or joined."""
        self._known.pop((team_id, channel_id), None)

    async def _ask(self, channel_id: str) -> ChannelFacts:
        try:
            answer = await self.client.conversations_info(channel=channel_id)
        except SlackApiError as error:
            raise unreadable(channel_id, error) from None
        return facts_of(channel_id, answer["channel"])


def facts_of(channel_id: str, channel: Mapping[str, Any]) -> ChannelFacts:
    """Return what matters of Slack's channel object.

    A channel that another organisation is only invited to is shared already: its people read it the moment
    they accept. Sharing among the workspaces of one organisation (`is_org_shared`) is no concern here.
    """
    is_direct = bool(channel.get("is_im"))
    return ChannelFacts(
        id=channel_id,
        name="" if is_direct else str(channel.get("name") or ""),
        is_private=not is_direct and any(channel.get(flag) for flag in PRIVATE),
        is_external=any(channel.get(flag) for flag in EXTERNAL),
        is_direct=is_direct,
        is_member=is_direct or bool(channel.get("is_member", True)),
    )
