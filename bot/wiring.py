"""The composition root: the only file, beside the roles, that builds adapters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from aiohttp import ClientSession, ClientTimeout
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.adapters.aliases import RedisAliases
from bot.adapters.claude import ClaudeAnalyst
from bot.adapters.claude_asks import Failover
from bot.adapters.claude_gather import ClaudeGatherer
from bot.adapters.digests import RedisDigests
from bot.adapters.fallback import FallbackAnalyst, RulesAnalyst
from bot.adapters.gaps import Gaps
from bot.adapters.incident_log import IncidentLog
from bot.adapters.ledger import RedisLedger
from bot.adapters.log_keeper import LogKeeper
from bot.adapters.log_looks import LogLooks
from bot.adapters.open_streams import OpenStreams
from bot.adapters.proxy import proxy_for
from bot.adapters.purse_store import RedisPurse
from bot.adapters.queue import open_redis
from bot.adapters.review_timer import ReviewTimer
from bot.adapters.sealing import Sealer
from bot.adapters.shadow_course import as_paid, following
from bot.adapters.shadow_timer import ShadowTimer
from bot.adapters.slack import Identity, SlackWorkspace, identify, permalinks
from bot.adapters.slack_channels import Channels
from bot.adapters.slack_failures import FAULTS
from bot.adapters.slack_forgetting import SlackPosts
from bot.adapters.slack_live import LiveReader
from bot.adapters.slack_members import Members
from bot.adapters.slack_names import Names
from bot.adapters.slack_read import IncidentReader
from bot.adapters.slack_retry import retry_handlers
from bot.adapters.stops import RedisStops
from bot.adapters.store import RedisMemory
from bot.adapters.turns import RedisTurns, Turns
from bot.adapters.valkey import EmbeddedValkey
from bot.analysts import rules
from bot.bridging import Bridging
from bot.chosen import Models, looked_up, warn_of_retirement
from bot.copilot import Copilot
from bot.errors import BadInputError
from bot.forgetting import Forgetting
from bot.gathering import Gathering
from bot.improving import Improving
from bot.incident.history import Us
from bot.models.spending import caps_of
from bot.money import Money
from bot.ports import Analyst, Queue
from bot.router import router_of
from bot.safety.canary import canary_of
from bot.settings import Settings
from bot.shadow import ShadowWorkspace
from bot.tasks import ended, kept_up, running
from bot.till import Till

log = structlog.get_logger()

DAY_SECONDS = 86_400
SOFT_ABOVE_HARD = "INCIDENT_SOFT_USD is above INCIDENT_HARD_USD: costs are told from INCIDENT_HARD_USD on"
NO_MODEL = "ANTHROPIC_API_KEY is not set"


@asynccontextmanager
async def store(settings: Settings) -> AsyncIterator[str]:
    """Give the address of the store; start an embedded one when none is configured."""
    if settings.redis_url:
        yield settings.redis_url
        return
    async with EmbeddedValkey(settings.data_dir) as url:
        yield url


@asynccontextmanager
async def slack_client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    """Give the one Web API client of this process; it waits for rate limits, a minute a call.

    Connections are kept: without a session of ours the client would make a new one, with a new TLS
    handshake, for every call.
    """
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        retry_handlers=retry_handlers(),
    )
    client.proxy = proxy_for(settings.slack_api_url)  # after: the SDK would take HTTPS_PROXY for any host
    async with ClientSession(timeout=ClientTimeout(total=client.timeout)) as client.session:
        yield client


@asynccontextmanager
async def analyst(
    settings: Settings, models: Models, *, ready: asyncio.Event | None = None, money: Money | None = None
) -> AsyncIterator[Analyst]:
    """Give the analyst that the settings ask for; the rules answer when Claude cannot.

    Args:
        settings: For the models' key.
        models: That are asked.
        ready: Set when the role is ready: only then is the SDK loaded, in a thread, so that nothing waits
            for it. Without it the first question loads it.
        money: Takes down what that costs, and knows what may be spent; without it nobody does.
    """
    key = settings.anthropic_api_key.get_secret_value()
    if not key:
        yield RulesAnalyst(rules.diagnose, pace_seconds=settings.pace_seconds, note=NO_MODEL)
        return
    claude = ClaudeAnalyst(
        catalogue=models.catalogue,
        api_key=key,
        total_seconds=settings.model_seconds,
        till=money.till if money else None,
        fold_model=models.pair.sonnet.id,
        failover=failover(settings, models, money),
    )
    warming = asyncio.create_task(_warm(claude, ready, settings, models)) if ready else None
    try:
        yield FallbackAnalyst(claude, RulesAnalyst(rules.diagnose), improver=claude)
    finally:
        await ended(*filter(None, [warming]))
        await claude.close()


async def _warm(claude: ClaudeAnalyst, ready: asyncio.Event, settings: Settings, models: Models) -> None:
    await ready.wait()
    await claude.warm()
    await warn_of_retirement(settings, models)


def failover(settings: Settings, models: Models, money: Money | None) -> Failover | None:
    """Return what lets the other model answer where one has no room; None where that is not wanted."""
    if money is None or settings.fail_over == "off":
        return None
    return Failover(pair=models.pair, allows=money.allows)


def money(settings: Settings, models: Models, redis: Redis) -> Money:
    """Return what the copilot knows of money."""
    if 0 < settings.incident_hard_usd < settings.incident_soft_usd:
        log.warning("caps.soft_above_hard", told=SOFT_ABOVE_HARD)
    purse = RedisPurse(redis, ttl_seconds=settings.retention_days * DAY_SECONDS)
    return Money(
        till=Till(purse, models.catalogue),
        catalogue=models.catalogue,
        caps=caps_of(soft_usd=settings.incident_soft_usd, hard_usd=settings.incident_hard_usd),
        has_model=bool(settings.anthropic_api_key.get_secret_value()),
    )


@asynccontextmanager
async def copilot(
    settings: Settings,
    url: str,
    client: AsyncWebClient,
    *,
    ready: asyncio.Event,
    queue: Queue | None = None,
) -> AsyncIterator[Copilot]:
    """Give a copilot that works on the store at `url`; `ready` as for `analyst`.

    Args:
        settings: For all that it is made of.
        url: Of the store.
        client: For Slack.
        ready: As for `analyst`.
        queue: Takes questions that were lost on their way here; without it nobody looks for them.
    """
    settings = as_paid(settings)
    async with AsyncExitStack() as stack:
        redis = open_redis(url)
        stack.push_async_callback(redis.aclose)
        place = await stack.enter_async_context(place_of_work(settings, redis, client, queue))
        models = await looked_up(settings)
        books = money(settings, models, redis)
        stack.push_async_callback(books.till.close)
        chosen = await stack.enter_async_context(analyst(settings, models, ready=ready, money=books))
        yield Copilot(
            workspace=ShadowWorkspace(place.workspace) if settings.shadow == "on" else place.workspace,
            memory=place.memory,
            log=LogKeeper(place.log, redis),
            retention_days=settings.retention_days,
            analyst=chosen,
            aliases=RedisAliases(redis, sealer(settings), ttl_seconds=settings.retention_days * DAY_SECONDS),
            digests=RedisDigests(redis, sealer(settings), ttl_seconds=settings.retention_days * DAY_SECONDS),
            improving=await stack.enter_async_context(improving(chosen)),
            gathering=gathering(chosen, models, money=books, turns=RedisTurns(redis, sealer(settings))),
            bridging=Bridging(rules=RulesAnalyst(rules.diagnose)) if books.has_model else None,
            router=router_of(models.pair),
            catalogue=models.catalogue,
            money=books,
            link_hosts=link_hosts(settings, place.me),
            literals=settings.literals(),
            confirm_by=settings.confirm_by,
            canary=canary_of(settings.anthropic_api_key.get_secret_value()),
            request_seconds=settings.request_seconds,
            has_model=bool(settings.anthropic_api_key.get_secret_value()),
            stops=RedisStops(redis),
            shadowing=following(settings, redis, place.memory, books),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the copilot works: a workspace in Slack, and what is kept of it.

    Attributes:
        me: Who the copilot is there.
    """

    me: Identity
    workspace: SlackWorkspace
    memory: RedisMemory
    log: IncidentLog


@asynccontextmanager
async def place_of_work(
    settings: Settings, redis: Redis, client: AsyncWebClient, queue: Queue | None
) -> AsyncIterator[Place]:
    """Give the workspace; with a `queue`, questions that were lost on their way here are looked for."""
    async with AsyncExitStack() as stack:
        me = await identify(client)
        memory = RedisMemory(redis, ttl_seconds=settings.retention_days * DAY_SECONDS)
        log = incident_log(settings, redis)
        stack.push_async_callback(log.aclose)
        channels = followed(settings, client, memory)
        live = live_reader(settings, redis, client, me=me, memory=memory, log=log, channels=channels)
        if queue is not None:
            gaps = Gaps(
                live=live,
                log=log,
                looks=LogLooks(redis),
                channels=channels,
                queue=queue,
                parse=handlers.parse,
                bot_user_id=me.user_id,
                gap_seconds=settings.gap_seconds,
            )
            await stack.enter_async_context(running(kept_up(gaps.run)))
            timer = ShadowTimer if settings.shadow == "on" else ReviewTimer
            await stack.enter_async_context(running(kept_up(timer(redis=redis, queue=queue).run)))
        workspace = SlackWorkspace(
            client=client,
            me=me,
            memory=memory,
            ledger=RedisLedger(redis),
            channels=channels,
            reader=live.reader,
            live=live,
            members=Members(client, guests_may=settings.guests == "on"),
            streams=await stack.enter_async_context(open_streams(redis, client)),
        )
        stack.push_async_callback(workspace.close)
        yield Place(me=me, workspace=workspace, memory=memory, log=log)


def followed(settings: Settings, client: AsyncWebClient, memory: RedisMemory) -> Channels:
    """Return which channels may be read and logged."""
    return Channels(
        client=client,
        wishes=memory,
        patterns=settings.watched_channels,
        allow_external=settings.slack_connect == "on",
    )


def live_reader(
    settings: Settings,
    redis: Redis,
    client: AsyncWebClient,
    *,
    me: Identity,
    memory: RedisMemory,
    log: IncidentLog,
    channels: Channels,
) -> LiveReader:
    """Return what reads incidents, from their log where there is one."""
    return LiveReader(
        reader=IncidentReader(client),
        log=log,
        names=Names(client=client, redis=redis, sealer=sealer(settings), team_id=me.team_id),
        memory=memory,
        us=Us(user_id=me.user_id, bot_id=me.bot_id),
        permalink=permalinks(me.url),
        may_keep=channels.is_logged,
    )


@asynccontextmanager
async def improving(analyst: Analyst) -> AsyncIterator[Improving | None]:
    """Give what has folded messages told better in the background; None where no model can."""
    if not isinstance(analyst, FallbackAnalyst) or analyst.improver is None:
        yield None
        return
    background = Improving(improver=analyst.improver)
    try:
        yield background
    finally:
        await background.close()


def gathering(
    analyst: Analyst, models: Models, *, money: Money | None = None, turns: Turns | None = None
) -> Gathering:
    """Return what looks things up before a diagnosis: nothing does where no model can.

    Args:
        analyst: Whose client is asked.
        models: The smaller one of the pair looks things up.
        money: Takes down what that costs, and knows what may be spent.
        turns: Where turns are kept; without it in this process alone.
    """
    claude = analyst.primary if isinstance(analyst, FallbackAnalyst) else None
    if not isinstance(claude, ClaudeAnalyst):
        return Gathering()
    gatherer = ClaudeGatherer(
        catalogue=models.catalogue,
        model_id=models.pair.sonnet.id,
        ready=claude.client_for,
        till=money.till if money else None,
        turns=turns,
    )
    return Gathering(gatherer=gatherer, router=router_of(models.pair), money=money)


@asynccontextmanager
async def open_streams(redis: Redis, client: AsyncWebClient) -> AsyncIterator[OpenStreams]:
    """Give the book of open streams; what crashed workers left open is closed meanwhile."""
    streams = OpenStreams(redis, client)
    async with running(streams.watch()):
        yield streams


def sealer(settings: Settings) -> Sealer:
    """Return what seals words and names in the store; all roles must have the same secret."""
    return Sealer(settings.store_secret.get_secret_value() or settings.slack_bot_token.get_secret_value())


@asynccontextmanager
async def forgetting(settings: Settings, channel_id: str) -> AsyncIterator[tuple[Forgetting, set[str]]]:
    """Give what forgets, and the workspaces in which it is to; without a good token Slack is left as it is.

    Raises:
        BadInputError: There is no store, or nobody can say which workspace the channel is in.
    """
    if not settings.redis_url and not (settings.data_dir / "valkey").is_dir():
        remedy = "run this where the copilot runs, or set REDIS_URL (`make sandbox` prints its own)."
        problem = f"{settings.data_dir} holds no store: {remedy}"
        raise BadInputError(field="DATA_DIR", problem=problem)
    async with AsyncExitStack() as stack:
        redis = open_redis(await stack.enter_async_context(store(settings)))
        stack.push_async_callback(redis.aclose)
        log, memory = incident_log(settings, redis), RedisMemory(redis)
        stack.push_async_callback(log.aclose)
        client = await stack.enter_async_context(slack_client(settings))
        me = await _known(client, settings)
        teams = {me.team_id} if me else await memory.teams_of(channel_id)
        if not teams:
            problem = (
                "is not set or not good, and nothing is kept of this channel, so only Slack knows its "
                "workspace: set it to the copilot's token and run this again."
            )
            raise BadInputError(field="SLACK_BOT_TOKEN", problem=problem)
        keeper = LogKeeper(log, redis)
        posts = SlackPosts(client) if me else None
        yield Forgetting(kept=memory, logs=keeper, books=RedisPurse(redis), slack=posts), teams
        await memory.compact()


async def _known(client: AsyncWebClient, settings: Settings) -> Identity | None:
    if not settings.slack_bot_token.get_secret_value():
        return None
    try:
        return await identify(client)
    except FAULTS:
        return None


def incident_log(settings: Settings, redis: Redis) -> IncidentLog:
    """Return the logs of incidents."""
    return IncidentLog(redis, sealer(settings), ttl_seconds=settings.retention_days * DAY_SECONDS)


def link_hosts(settings: Settings, me: Identity) -> frozenset[str]:
    """Return the hosts that may be linked: the workspace's own and those that the operator lists."""
    own = urlsplit(me.url)
    listed = own.netloc if own.scheme == "https" else f"{own.scheme}://{own.netloc}"
    return frozenset({*settings.link_hosts, *((listed,) if own.netloc else ())})
