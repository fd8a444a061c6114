"""Whether a channel is followed as a whole, read one thread at a time, or not at all; it only decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """What Slack says of a conversation.

    Attributes:
        name: Without the `#`; empty for direct messages.
        is_private: Only its members can read it: private channels and group messages.
        is_external: People of another organisation are in it, or are invited to it (Slack Connect).
        is_direct: A direct message between a person and the copilot.
        is_member: The copilot is in it.
    """

    id: str
    name: str = ""
    is_private: bool = False
    is_external: bool = False
    is_direct: bool = False
    is_member: bool = True


class Scope(StrEnum):
    """How far the copilot reads."""

    CHANNEL = "channel"
    """The incident is the whole channel with all its threads."""
    THREAD = "thread"
    """The incident is the thread in which it is asked."""
    REFUSED = "refused"
    """People of another organisation could ask and read; the operator has not allowed that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the copilot may do in a channel.

    Attributes:
        is_logged: What is said may be kept; otherwise it is read from Slack each time.
        is_closed: Private, and no member has opened it: only the thread in which it is asked is read.
    """

    scope: Scope
    is_logged: bool = False
    is_closed: bool = False


def decide(facts: ChannelFacts, *, patterns: Sequence[str], wish: bool | None, allow_external: bool) -> Watch:
    """Say what the copilot may do in a channel.

    A name lets the copilot follow a public channel; into a private one only a member can let it. What a
    member wished last counts before any name.

    Args:
        facts: As Slack says now.
        patterns: Of names, such as `inc-*`.
        wish: What a member said by `/copilot watch` (True) or `unwatch` (False); None when nobody did.
        allow_external: The operator allows channels that are shared with other organisations.
    """
    if facts.is_external and not allow_external:
        return Watch(scope=Scope.REFUSED)
    if facts.is_direct:
        return Watch(scope=Scope.THREAD)
    if facts.is_private:
        return (
            Watch(scope=Scope.CHANNEL, is_logged=True) if wish else Watch(scope=Scope.THREAD, is_closed=True)
        )
    is_named = any(fnmatchcase(facts.name, pattern) for pattern in patterns)
    is_followed = is_named if wish is None else wish
    return Watch(scope=Scope.CHANNEL if is_followed else Scope.THREAD, is_logged=wish is not False)
