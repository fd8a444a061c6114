"""Durable before the acknowledgement: the middleware every delivery passes, over HTTP and Socket Mode alike.

Bolt acknowledges an event before its listener runs, so a listener is too late. This middleware runs after
the signature check and before any listener; what it accepts ends here and is acknowledged by its answer.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CopilotError
from bot.ports import Queue
from bot.request import Request
from handlers import happenings
from handlers.commands import receipt
from handlers.fields import at, items_at, text_at
from handlers.noting import Diary, Noting

log = structlog.get_logger()

JSON: dict[str, str | Sequence[str]] = {"content-type": "application/json"}

ARRIVED = "copilot_arrived"
"""In a Bolt request's context: when the delivery arrived, on the monotonic clock."""
ACCEPTED = "copilot_request"
"""In the same place: the id of the request that was accepted, once it was."""


class Parse(Protocol):
    """Finds the request in a payload."""

    def __call__(
        self, body: object, bot_user_id: str, *, now: datetime
    ) -> tuple[Request, tuple[str, ...]] | None:
        """Return the request and the keys by which its deliveries are known as one; None for the rest."""
        ...


class SlackUnknownError(CopilotError):
    """Slack has not yet told who we are, so that a delivery cannot be understood.

    Args:
        code: Slack's error, such as `invalid_auth`.
    """

    def __init__(self, *, code: str) -> None:
        super().__init__(code)
        self.code = code


class OneWorkspace(AsyncAuthorize):
    """Authorizes every delivery by the one token of this app; asks Slack who that is only once.

    Args:
        client: Has the token.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt left it untyped
        self._client = client
        self._result: AuthorizeResult | None = None

    async def __call__(self, **_facts: object) -> AuthorizeResult:
        """Return who we are.

        Raises:
            SlackUnknownError: Slack refused to say; the delivery must come again.
        """
        if self._result is None:
            self._result = await self._ask()
        return self._result

    async def _ask(self) -> AuthorizeResult:
        try:
            answer = await self._client.auth_test()
        except SlackApiError as error:
            raise SlackUnknownError(code=str(error.response.get("error"))) from None
        return AuthorizeResult.from_auth_test_response(
            bot_token=self._client.token, auth_test_response=answer
        )


class Acceptance(AsyncMiddleware):
    """Keeps what a delivery tells and puts its request into the queue, then lets it be acknowledged.

    Args:
        queue: Where requests are durable.
        parse: Finds the request in a payload.
        diary: Where what happens to messages is durable; without one it is not kept.
        has_model: There is a model to ask.
        is_silent: Nobody is to see anything: commands get no receipt.
    """

    def __init__(
        self,
        *,
        queue: Queue,
        parse: Parse,
        diary: Diary | None = None,
        has_model: bool = True,
        is_silent: bool = False,
    ) -> None:
        self._is_silent = is_silent
        self._queue = queue
        self._has_model = has_model
        self._parse = parse
        self._noting = None if diary is None else Noting(diary=diary, queue=queue)

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002  # Bolt passes it by this name
        **_rest: object,
    ) -> BoltResponse | None:
        """Keep what a delivery tells, and accept it when it asks something; hand on any other.

        Raises:
            StoreUnavailableError: It is not stored, and so must not be acknowledged.
        """
        if req.body.get("type") == "app_rate_limited":  # no event, so no listener of Bolt ever matches it
            log.warning("deliveries.limited", minute=req.body.get("minute_rate_limited"))
            return await self._note_limit()
        now = datetime.now(UTC)
        is_noted = self._noting is not None and await self._note(self._noting, req, now)
        found = self._parse(req.body, req.context.bot_user_id or "", now=now)
        if found is None:
            is_done = is_noted or not is_pressed(req.body)
            return BoltResponse(status=200, body="") if is_done else await next()
        request, keys = found
        await self._accept(req.context, request, keys)
        words = "" if self._is_silent else receipt(req.body, request, has_model=self._has_model)
        return BoltResponse(status=200, body=words, headers=JSON if words else None)

    async def _note(self, noting: Noting, req: AsyncBoltRequest, now: datetime) -> bool:
        """Keep what a delivery says about messages; False when it says nothing about them."""
        context = req.context
        happening = happenings.parse(
            req.body, bot_user_id=context.bot_user_id or "", bot_id=context.bot_id or "", now=now
        )
        if happening is None:
            return False
        await noting.note(happening)
        return True

    async def _note_limit(self) -> BoltResponse:
        """Keep that Slack sends less than there is."""
        if self._noting is not None:
            await self._noting.missed()
        return BoltResponse(status=200, body="")

    async def _accept(self, context: AsyncBoltContext, request: Request, keys: tuple[str, ...]) -> None:
        arrived = context.get(ARRIVED, time.monotonic())
        log.info("request.signed", request=request.id, ms=ms_since(arrived))
        is_new = await self._queue.accept(request, keys=keys)
        log.info("request.accepted", request=request.id, ms=ms_since(arrived), duplicate=not is_new)
        context[ACCEPTED] = request.id


def is_pressed(body: object) -> bool:
    """Say whether a payload is a pressed button of a shape that Bolt can take.

    Bolt has listeners for nothing else, and trusts the shape of what it looks a listener up for.
    """
    names = [at(action, name) for action in items_at(body, "actions") for name in ("action_id", "block_id")]
    is_named = bool(names) and all(isinstance(name, str) for name in names)
    return is_named and text_at(body, "type") == "block_actions"


def log_ack(context: AsyncBoltContext) -> None:
    """Log that a delivery was acknowledged, if a request came of it."""
    request_id = context.get(ACCEPTED)
    if request_id is not None:
        log.info("request.acked", request=request_id, ms=ms_since(context[ARRIVED]))


def ms_since(arrived: float) -> float:
    """Return the milliseconds since a moment of the monotonic clock, to the microsecond."""
    return round((time.monotonic() - arrived) * 1000, 3)
