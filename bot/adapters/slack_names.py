"""The names of people, bots, channels and user groups: asked for once, shared by all workers for a day.

Methods are Slack's Web API: `users.info`, `bots.info`, `conversations.info` (one id a call) and
`usergroups.list` (all groups at once). A name is a person's data: it is sealed in the store, lives a day
there, and is dropped here as soon.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from redis.asyncio import Redis
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.keys import NAMES_SECONDS, key
from bot.adapters.replies import STORE_ERRORS, as_bytes
from bot.adapters.sealing import SealBrokenError, Sealer
from bot.adapters.slack_failures import FAULTS, code_of
from bot.slack.rich_text import dicts

log = structlog.get_logger()

CALLS_AT_ONCE = 8
PATIENCE_SECONDS = 3.0
"""How long an answer waits for names; a person would rather read an id than wait out a rate limit."""
MOST_KEPT = 20_000
GROUPS = "groups"
"""The field that says that the user groups were listed; no id looks like it."""

UNKNOWN = frozenset(
    {
        "bot_not_found",
        "channel_not_found",
        "method_not_supported_for_channel_type",
        "missing_scope",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
"""What Slack says when asking again today would tell no more."""

_IDS = re.compile(
    r'"(user)":"([UW][A-Z0-9]{2,})"'
    r'|"(bot_id)":"(B[A-Z0-9]{2,})"'
    r'|"(?:user_id|usergroup_id|channel_id)":"([A-Z][A-Z0-9]{2,})"'
    r"|<[@#]([UWCG][A-Z0-9]{2,})>"
    r"|<!subteam\^(S[A-Z0-9]{2,})>"
)
"""In a message object as JSON: who wrote it, and who or what is named in it without a label."""

# A day counts from the first name of a batch: later ones must not keep earlier ones alive.
_SHARE = """
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return 1
"""


def ids_in(body: str) -> Iterator[tuple[str, bool]]:
    """Yield each id that a message names, with whether that is its author; an id may come twice.

    Args:
        body: Slack's message object as compact JSON. What people typed cannot pass for a field of it: its
            quotes are escaped there.
    """
    for match in _IDS.finditer(body):
        author = match[2] or match[4]
        yield author or match[5] or match[6] or match[7], bool(author)


def told_in(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return the names that a message object carries with it: they cost no call."""
    found = [(raw.get("user"), raw.get("user_profile")), (raw.get("bot_id"), raw.get("bot_profile"))]
    named = ((one, _profile_name(profile)) for one, profile in found if isinstance(one, str) and one)
    return {one: name for one, name in named if name}


def _profile_name(profile: object) -> str:
    if not isinstance(profile, dict):
        return ""
    names = (profile.get(part) for part in ("display_name", "real_name", "name"))
    return next((name for name in names if isinstance(name, str) and name), "")


@dataclass(slots=True, kw_only=True)
class Names:
    """Display names by id.

    Args:
        team_id: The workspace whose names these are.
        sealer: Seals them for the store.
        monotonic: Our seconds, for their age here.
    """

    client: AsyncWebClient
    redis: Redis
    sealer: Sealer
    team_id: str
    patience_seconds: float = PATIENCE_SECONDS
    monotonic: Callable[[], float] = time.monotonic
    _kept: dict[str, str] = field(default_factory=dict)
    _kept_since: float = 0.0

    async def known(self, ids: Sequence[str], *, told: Mapping[str, str]) -> dict[str, str]:
        """Return the names that are known without asking Slack.

        Args:
            ids: Of people, bots, channels, user groups.
            told: Names that came with messages, by id.
        """
        self._age()
        self._kept.update((one, name) for one, name in told.items() if one not in self._kept)
        groups = [GROUPS] if any(one.startswith("S") for one in ids) else []
        await self._fetch([one for one in [*groups, *ids] if one not in self._kept])
        return {one: self._kept[one] for one in ids if one in self._kept}

    async def ask(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the names that Slack says now; an id that it does not explain stands for itself.

        An id that is missing in what is returned may be asked for again: Slack was busy, not ignorant.
        """
        learnt: dict[str, str] = {}
        gate = asyncio.Semaphore(CALLS_AT_ONCE)

        async def learn(one: str) -> None:
            async with gate:
                name = await self._asked(one)
            if name is not None:
                learnt[one] = name

        groups = [one for one in ids if one[0] == "S"]
        single = [learn(one) for one in ids if one[0] in _ASK]
        try:
            async with asyncio.timeout(self.patience_seconds):
                await asyncio.gather(self._list_groups(groups, learnt), *single)
        except TimeoutError:
            log.info("names.late", asked=len(ids), learnt=len(learnt))
        self._kept.update(learnt)
        await self._share(learnt)
        return {one: learnt[one] for one in ids if one in learnt}

    def _age(self) -> None:
        is_old = self.monotonic() - self._kept_since > NAMES_SECONDS
        if is_old or len(self._kept) > MOST_KEPT:
            self._kept.clear()
        if not self._kept:
            self._kept_since = self.monotonic()

    async def _fetch(self, ids: list[str]) -> None:
        """Take what other workers have learnt; without the store Slack is asked."""
        if not ids:
            return
        try:
            found = await self.redis.hmget(self._key, ids)
        except STORE_ERRORS as error:
            log.info("names.unshared", error=type(error).__name__)
            return
        self._kept.update(self._opened(ids, found))

    def _opened(self, ids: list[str], found: list[Any]) -> Iterator[tuple[str, str]]:
        for one, sealed in zip(ids, found, strict=True):
            try:
                if sealed is not None:
                    yield one, self.sealer.open(as_bytes(sealed) or b"", about=self._about(one)).decode()
            except SealBrokenError:
                continue  # sealed with a token that was rotated since: ask anew

    async def _asked(self, one: str) -> str | None:
        try:
            return await _ASK[one[0]](self.client, one) or one
        except SlackApiError as error:
            return one if code_of(error) in UNKNOWN else None
        except FAULTS:
            return None  # asked again next time: Slack was busy, not ignorant

    async def _list_groups(self, ids: list[str], learnt: dict[str, str]) -> None:
        if not ids or GROUPS in self._kept:
            learnt.update((one, one) for one in ids)
            return
        try:
            answer = await self.client.usergroups_list(include_disabled=True)
        except SlackApiError as error:
            listed: list[dict[str, Any]] | None = [] if code_of(error) in UNKNOWN else None
        except FAULTS:
            listed = None
        else:
            listed = dicts(_part(answer, "usergroups"))
        if listed is None:
            return
        learnt.update((one, one) for one in ids)
        learnt.update(
            (str(group["id"]), str(group.get("handle") or group["id"])) for group in listed if group.get("id")
        )
        learnt[GROUPS] = GROUPS

    async def _share(self, learnt: Mapping[str, str]) -> None:
        """Give others what was learnt, but not what Slack does not explain: a scope may be added today."""
        named = [(one, name) for one, name in learnt.items() if name != one or one == GROUPS]
        pairs = [part for one, name in named for part in (one, self._sealed(one, name))]
        if not pairs:
            return
        try:
            await self.redis.eval(_SHARE, 1, self._key, NAMES_SECONDS, *pairs)
        except STORE_ERRORS as error:
            log.info("names.unshared", error=type(error).__name__)

    def _sealed(self, one: str, name: str) -> bytes:
        return self.sealer.seal(name.encode("utf-8", "replace"), about=self._about(one))

    def _about(self, one: str) -> str:
        return f"{self._key}:{one}"

    @property
    def _key(self) -> str:
        return key("names", self.team_id)


async def _user(client: AsyncWebClient, one: str) -> str:
    user = _part(await client.users_info(user=one), "user")
    return _profile_name(_in(user, "profile")) or str(_in(user, "name") or "")


async def _bot(client: AsyncWebClient, one: str) -> str:
    return str(_in(_part(await client.bots_info(bot=one), "bot"), "name") or "")


async def _channel(client: AsyncWebClient, one: str) -> str:
    return str(_in(_part(await client.conversations_info(channel=one), "channel"), "name") or "")


def _part(answer: AsyncSlackResponse, name: str) -> object:
    """Return a part of an answer, whatever a proxy has made of it."""
    return _in(answer.data, name)


def _in(part: object, name: str) -> object:
    return part.get(name) if isinstance(part, dict) else None


_ASK: dict[str, Callable[[AsyncWebClient, str], Awaitable[str]]] = {
    "U": _user,
    "W": _user,
    "B": _bot,
    "C": _channel,
    "G": _channel,
}
"""How the name of an id is asked for, by its first letter."""
