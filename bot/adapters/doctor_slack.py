"""What `doctor` asks Slack: who we are, what we may, who else is connected, where we are."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.proxy import proxy_for
from bot.adapters.slack_failures import code_of
from bot.doctor import slack
from bot.doctor.finding import Finding, Trouble, unreachable
from bot.doctor.machine import clock
from bot.watching import ChannelFacts

SETTING = "SLACK_API_URL"
MOST_CHANNELS = 1000
PROXY_LOGIN = HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
UNREACHABLE = (aiohttp.ClientError, OSError, TimeoutError, AttributeError, TypeError, ValueError)
"""What a call raises when no answer of Slack's came; the last three when something else answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking Slack about the bot token.

    Attributes:
        findings: Bot token, scopes and clock.
        user: The bot's name; empty when the token is not good, and then nothing more can be asked.
        app_id: The app the bot belongs to; empty when Slack did not tell.
    """

    findings: list[Finding] = field(default_factory=list)
    user: str = ""
    app_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackProbe:
    """Asks one workspace.

    Attributes:
        api_url: Where the Web API is.
        needed: The scopes of the manifest.
        features: What each is for.
        seconds: The most one call may take.
    """

    api_url: str
    needed: Sequence[str]
    features: dict[str, str]
    seconds: float

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.api_url).hostname or self.api_url

    async def bot_token(self, token: str) -> Asked:
        """Try the bot token; its answer also carries the scopes and Slack's time."""
        if not slack.is_clean(token):
            return Asked(findings=[slack.bot_token_unclean(token)])
        if mistaken := slack.bot_token_mistaken(token):
            return Asked(findings=[mistaken])
        try:
            async with self._client(token) as client:
                return await self._identify(client)
        except SlackApiError as error:
            told = [clock(_ahead(error.response.headers))] if code_of(error) != "http_0" else []
            return Asked(findings=[self._refused(error, token), *told])
        except UNREACHABLE as error:
            return Asked(findings=[self._silent(slack.BOT, error)])

    async def app_token(self, token: str, *, bot_app_id: str) -> list[Finding]:
        """Open one Socket Mode connection, read its hello, and close it.

        Slack may deliver on it in that moment; an event comes again on another connection.
        """
        if not slack.is_clean(token):
            return [slack.app_token_unclean(token)]
        if mistaken := slack.app_token_mistaken(token):
            return [mistaken]
        try:
            async with self._client(token) as client:
                opened = await client.apps_connections_open(app_token=token)
                return await self._hello(str(opened["url"]), token, bot_app_id)
        except SlackApiError as error:
            return [slack.app_token_refused(code_of(error))]
        except UNREACHABLE as error:
            return [self._silent(slack.APP, error)]

    async def channels(
        self, token: str, *, watched: Sequence[str], user: str, allow_external: bool = False
    ) -> list[Finding]:
        """List where the bot is; silent when its scopes do not allow that, which is told elsewhere."""
        try:
            async with self._client(token) as client:
                answer = await client.users_conversations(
                    types="public_channel,private_channel", exclude_archived=True, limit=MOST_CHANNELS
                )
        except SlackApiError as error:
            return slack.channels_unknown(code_of(error))
        except UNREACHABLE as error:
            return [self._silent(slack.CHANNELS, error)]
        places = [_place(channel) for channel in answer.get("channels") or []]
        more = bool((answer.get("response_metadata") or {}).get("next_cursor"))
        found = slack.channels(places, watched=watched, user=user, allow_external=allow_external, more=more)
        return [found]

    async def _identify(self, client: AsyncWebClient) -> Asked:
        answer = await client.auth_test()
        ahead = _ahead(answer.headers)
        who = slack.Who(
            bot_id=str(answer.get("bot_id") or ""),
            user=str(answer.get("user", "")),
            team=str(answer.get("team", "")),
            url=str(answer.get("url", "")),
        )
        granted = _granted(answer)
        told = slack.scopes(granted, needed=self.needed, features=self.features)
        app_id = await _app_of(client, who.bot_id) if who.bot_id else ""
        user = who.user if who.bot_id else ""
        return Asked(findings=[slack.bot_token(who), *told, clock(ahead)], user=user, app_id=app_id)

    async def _hello(self, url: str, token: str, bot_app_id: str) -> list[Finding]:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.seconds)) as session,
            session.ws_connect(url, proxy=proxy_for(url)) as connection,
        ):
            said = await connection.receive_json(timeout=self.seconds)
        if said.get("type") != "hello":
            return [slack.app_token_refused(str(said.get("reason", "")))]
        app_id = str((said.get("connection_info") or {}).get("app_id") or slack.app_id_in(token))
        found = slack.app_token(app_id=app_id, bot_app_id=bot_app_id)
        return [found, slack.connections(int(said.get("num_connections") or 1))]

    @asynccontextmanager
    async def _client(self, token: str) -> AsyncIterator[AsyncWebClient]:
        client = AsyncWebClient(token=token, base_url=self.api_url, retry_handlers=[])
        client.proxy = proxy_for(self.api_url)
        limit = aiohttp.ClientTimeout(total=self.seconds)
        async with aiohttp.ClientSession(timeout=limit) as client.session:
            yield client

    def _refused(self, error: SlackApiError, token: str) -> Finding:
        code = code_of(error)
        if code.startswith("http_"):
            return unreachable(slack.BOT, Trouble.BROKEN, host=self.host, setting=SETTING)
        return slack.bot_token_refused(code, token)

    def _silent(self, name: str, error: Exception) -> Finding:
        return unreachable(name, trouble_of(error), host=self.host, setting=SETTING)


_TROUBLES: tuple[tuple[type[BaseException], Trouble], ...] = (  # the special before the general
    (aiohttp.ClientHttpProxyError, Trouble.PROXY_REFUSED),
    (aiohttp.ClientProxyConnectionError, Trouble.PROXY),
    (aiohttp.ClientConnectorDNSError, Trouble.DNS),
    (aiohttp.ClientConnectorCertificateError, Trouble.TLS),
    (aiohttp.ClientSSLError, Trouble.TLS),
    (TimeoutError, Trouble.TIMEOUT),
    (aiohttp.ClientConnectorError, Trouble.REFUSED),
)


def trouble_of(error: BaseException) -> Trouble:
    """Classify what aiohttp or the operating system raised."""
    if isinstance(error, aiohttp.ClientHttpProxyError) and error.status == PROXY_LOGIN:
        return Trouble.PROXY_LOGIN
    found = (trouble for kind, trouble in _TROUBLES if isinstance(error, kind))
    return next(found, Trouble.BROKEN)


async def _app_of(client: AsyncWebClient, bot_id: str) -> str:
    try:
        answer = await client.bots_info(bot=bot_id)
    except (SlackApiError, *UNREACHABLE):
        return ""
    return str((answer.get("bot") or {}).get("app_id") or "")


def _granted(answer: AsyncSlackResponse) -> list[str] | None:
    header = _header(answer.headers, "x-oauth-scopes")
    return None if header is None else [scope.strip() for scope in header.split(",") if scope.strip()]


def _ahead(headers: object) -> float | None:
    """Return our clock less the server's in seconds; the header counts whole seconds."""
    date = _header(headers, "date")
    try:
        theirs = parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return None
    difference = time.time() - theirs
    return 0.0 if 0 <= difference < 1 else difference


def _header(headers: object, name: str) -> str | None:
    """Read a header whatever case it has; slack_sdk gives the mapping of aiohttp or a plain dict."""
    pairs = headers.items() if hasattr(headers, "items") else ()
    return next((str(value) for key, value in pairs if str(key).lower() == name), None)


def _place(channel: dict[str, object]) -> ChannelFacts:
    return ChannelFacts(
        id=str(channel.get("id", "")),
        name=str(channel.get("name", "")),
        is_private=bool(channel.get("is_private")),
        is_external=bool(channel.get("is_ext_shared") or channel.get("is_pending_ext_shared")),
    )


async def receiver_answers(host: str, port: int, *, seconds: float) -> bool:
    """Say whether a copilot's receiver listens at this address of the machine."""
    limit = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(f"http://{host}:{port}/healthz") as answer,
        ):
            return answer.status == HTTPStatus.OK and "alive" in await answer.json()
    except UNREACHABLE:
        return False
