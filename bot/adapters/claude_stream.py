"""One request to the Messages API and its streamed answer. Imports the SDK: import this only in a worker."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Self

import anthropic
import httpx2
from anthropic.types.beta.parsed_beta_message import ParsedBetaMessage
from pydantic import ValidationError

from bot.adapters.claude_failures import trouble_of
from bot.adapters.claude_request import expected_use, marked
from bot.adapters.claude_trouble import Remedy, TroubleError
from bot.adapters.claude_usage import Ledger
from bot.adapters.claude_wire import (
    MAX_HYPOTHESES,
    WireDiagnosis,
    WireHypothesis,
    to_closing,
    to_hypothesis,
)
from bot.answers import Closing
from bot.incident.hypotheses import Hypothesis
from bot.safety.canary import canary_of

TIMEOUT = httpx2.Timeout(connect=5, read=45, write=20, pool=5)
"""Seconds. `read` is the longest silence inside a stream; the API sends pings while the model thinks."""

SDK_FAILURES = (
    *(anthropic.AnthropicError, httpx2.HTTPError, httpx2.StreamError),
    # What the SDK runs into when a proxy in between sends no JSON, or events in an order that is none.
    *(ValueError, LookupError, TypeError, RuntimeError),
)
Message = ParsedBetaMessage[None]
UNNAMED = "unnamed"
"""The model of an answer that does not say which one gave it; it has no price."""
_MILESTONES = frozenset("{]")
"""A hypothesis begins with a brace and a list ends with a bracket: the partial answer is parsed then only."""


@dataclass(frozen=True, slots=True)
class ClaudeClient:
    """The one client of a process."""

    client: anthropic.AsyncAnthropic

    @classmethod
    def open(cls, *, api_key: str, base_url: str | None, rehearsal: dict[str, Any]) -> Self:
        """Make the client and play one request against a canned answer.

        Takes a second, so call it in a thread. Without the rehearsal the first real request would stop
        the event loop for 125 to 310 ms.

        Args:
            api_key: The API key.
            base_url: Where the API is; None for the SDK's default, which honours `ANTHROPIC_BASE_URL`.
            rehearsal: Parameters of a request, as `answer` takes them.

        Raises:
            TroubleError: The key or the address cannot be used.
        """
        asyncio.run(_rehearse(rehearsal))
        try:
            return cls(_client(api_key=api_key, base_url=base_url))
        except (anthropic.AnthropicError, httpx2.InvalidURL) as error:
            raise TroubleError(reason="the key or the address of the API cannot be used") from error

    async def close(self) -> None:
        """Close the client's connections."""
        await self.client.close()

    async def answer(
        self, parameters: dict[str, Any], ledger: Ledger
    ) -> AsyncGenerator[Hypothesis | Closing, None]:
        """Ask once; yield each hypothesis when the next one begins or the answer ends, then the closing.

        Args:
            parameters: Of `messages.stream`.
            ledger: Takes down what the request used, however it ended.

        Raises:
            TroubleError: There is no usable answer; what was yielded is void.
        """
        async with aclosing(_read(self.client, parameters, ledger)) as items:
            async for item in items:
                yield item

    async def tell(self, parameters: dict[str, Any], ledger: Ledger) -> WireDiagnosis:
        """Ask once; return the whole answer when it has ended.

        Raises:
            TroubleError: There is no usable answer.
        """
        return _checked(await self.turn(parameters, ledger))

    async def turn(self, parameters: dict[str, Any], ledger: Ledger) -> Message:
        """Ask once; return what came when it has ended, calls of tools included, whatever ended it.

        Raises:
            TroubleError: It did not come to an end.
        """
        message: Message | None = None
        is_free = False
        await ledger.begin(expected_use(parameters))
        try:
            async with aclosing(_events(self.client, parameters)) as events:
                async for _, snapshot in events:
                    message = snapshot
        except TroubleError as trouble:
            is_free = trouble.is_free
            raise
        finally:
            _take_down(ledger, message, is_free=is_free)
        if message is None or message.stop_reason is None:
            raise TroubleError(reason="the answer was cut", remedy=Remedy.AGAIN)
        return message


def _client(*, api_key: str, base_url: str | None) -> anthropic.AsyncAnthropic:
    # Retries are ours: the SDK obeys a Retry-After of an hour. No trace headers go to a third party.
    return anthropic.AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        timeout=TIMEOUT,
        open_telemetry={"propagation": False},
    )


@dataclass(slots=True)
class _Answer:
    """The hypotheses of one answer as far as they are complete."""

    ids: list[str] = field(default_factory=list)

    def more(self, items: list[Any]) -> list[Hypothesis]:
        """Translate the complete items that were not translated before."""
        new = [WireHypothesis.model_validate(item) for item in items[len(self.ids) : MAX_HYPOTHESES]]
        return [self._take(wire) for wire in new]

    def _take(self, wire: WireHypothesis) -> Hypothesis:
        hypothesis = to_hypothesis(wire, taken=self.ids)
        self.ids.append(hypothesis.id)
        return hypothesis


async def _read(
    client: anthropic.AsyncAnthropic, parameters: dict[str, Any], ledger: Ledger
) -> AsyncGenerator[Hypothesis | Closing, None]:
    answer = _Answer()
    message: Message | None = None
    is_free = False
    await ledger.begin(expected_use(parameters))
    try:
        async with aclosing(_events(client, parameters)) as events:
            async for event, snapshot in events:
                message = snapshot
                if event.type == "text" and not _MILESTONES.isdisjoint(event.text):
                    for hypothesis in answer.more(_complete_items(event)):
                        yield hypothesis
    except ValidationError as error:
        raise _unusable(error) from error
    except TroubleError as trouble:
        is_free = trouble.is_free
        raise
    finally:
        _take_down(ledger, message, is_free=is_free)
    for item in _finish(message, answer):
        yield item


def _take_down(ledger: Ledger, message: Message | None, *, is_free: bool) -> None:
    """Take down what a request used; before its end the API has told no more than what it read."""
    if message is None:
        ledger.leave(is_free=is_free)
        return
    is_whole = message.stop_reason is not None
    usage = getattr(message, "usage", None)
    ledger.take(message.model or UNNAMED, usage, request_id=message.id, is_whole=is_whole)


async def _events(
    client: anthropic.AsyncAnthropic, parameters: dict[str, Any]
) -> AsyncGenerator[tuple[Any, Message], None]:
    """Yield each event with the message as far as it is known, from the first one that begins a message.

    Raises:
        TroubleError: The SDK or its transport failed.
    """
    has_begun = False
    try:
        asked = marked(parameters, canary_of(client.api_key or ""))
        async with client.beta.messages.stream(**asked) as stream:
            async for event in stream:
                has_begun = has_begun or event.type == "message_start"
                if has_begun:
                    yield event, stream.current_message_snapshot
    except SDK_FAILURES as error:
        raise trouble_of(error) from error


def _complete_items(event: Any) -> list[Any]:
    """Return the hypotheses of a partial answer that nothing can be added to.

    That is all but the last one, and the last one too as soon as what follows the list has begun.
    """
    try:
        snapshot = event.parsed_snapshot()
    except ValueError:  # no JSON at all; judged when the answer has ended
        return []
    items = snapshot.get("hypotheses") if isinstance(snapshot, dict) else None
    if not isinstance(items, list):
        return []
    return items if len(snapshot) > 1 else items[:-1]


def _finish(message: Message | None, answer: _Answer) -> list[Hypothesis | Closing]:
    diagnosis = _checked(message)
    rest = answer.more([wire.model_dump() for wire in diagnosis.hypotheses])
    return [*rest, to_closing(diagnosis)]


def _checked(message: Message | None) -> WireDiagnosis:
    _check_end(message.stop_reason if message else None)
    text = "".join(block.text for block in message.content if block.type == "text") if message else ""
    try:
        return WireDiagnosis.model_validate_json(text)
    except ValidationError as error:
        raise _unusable(error) from error


def _check_end(stop_reason: str | None) -> None:
    """Raise unless the answer ended by itself."""
    match stop_reason:
        case "end_turn" | "stop_sequence":
            return
        case None:
            raise TroubleError(reason="the answer was cut", remedy=Remedy.AGAIN)
        case "refusal":
            raise TroubleError(reason="the model declined", remedy=Remedy.OTHER_MODEL)
        case "max_tokens":
            raise TroubleError(
                reason="the answer was too long",
                remedy=Remedy.REPAIR,
                problem="it was too long and was cut off.",
            )
        case "model_context_window_exceeded":
            raise TroubleError(reason="the incident is too long for the model", remedy=Remedy.SMALLER)
        case _:
            raise TroubleError(
                reason="the model did not answer in the agreed form",
                remedy=Remedy.REPAIR,
                problem="it called a tool; there is nothing more to read.",
            )


def _unusable(error: ValidationError) -> TroubleError:
    """Say where an answer broke the schema, without a word of the answer itself."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
    where = ".".join(str(part) for part in place) or "the answer"
    return TroubleError(
        reason="the model did not answer in the agreed form",
        remedy=Remedy.REPAIR,
        problem=f"it did not match the schema ({where}: {first['type']}).",
    )


_EMPTY = WireDiagnosis(hypotheses=[], mitigations=[], open_questions=[], unseen=[], insufficient="rehearsal")
_CANNED: tuple[dict[str, Any], ...] = (
    {
        "type": "message_start",
        "message": {
            "id": "msg_rehearsal",
            "type": "message",
            "role": "assistant",
            "model": "rehearsal",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": _EMPTY.model_dump_json()},
    },
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 1},
    },
    {"type": "message_stop"},
)


async def _rehearse(parameters: dict[str, Any]) -> None:
    events = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in _CANNED)
    headers = {"content-type": "text/event-stream"}
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, headers=headers, text=events))
    async with (
        httpx2.AsyncClient(transport=transport) as http_client,
        anthropic.AsyncAnthropic(
            api_key="rehearsal", base_url="http://127.0.0.1:9", http_client=http_client, max_retries=0
        ) as client,
        aclosing(_read(client, parameters, Ledger())) as items,
    ):
        [item async for item in items]
