"""What the attempts at one answer used together, in tokens and money, and the account that it goes to."""

from dataclasses import dataclass, field
from typing import Any

from bot.answers import Usage
from bot.models.catalogue import Catalogue
from bot.models.cost import Tokens, cost_usd
from bot.till import Booking


@dataclass(slots=True)
class Ledger:
    """Takes down every request of one question, failed ones too: they are paid for as well.

    Before each request call `begin`; after it, however it ended, `take` or `leave`.

    Attributes:
        booking: Whose account the requests go to; None where nobody keeps one.
        model: Id of the model that answered last.
        request_id: The API's id of its answer.
        requests: How many requests were taken down.
        is_partial: One of them broke off before all of its use was reported.
    """

    booking: Booking | None = None
    samplings: list[Tokens] = field(default_factory=list)
    model: str = ""
    request_id: str = ""
    requests: int = 0
    is_partial: bool = False

    async def begin(self, expected: Tokens) -> None:
        """Book a request that is about to be made.

        Args:
            expected: What it will use about.

        Raises:
            StoreUnavailableError: It cannot be booked, so it must not be made.
        """
        if self.booking is not None:
            await self.booking.begin(expected)

    def take(self, model: str, usage: Any, *, request_id: str, is_whole: bool = True) -> None:
        """Take down one request.

        Args:
            model: Id of the model that answered.
            usage: The SDK's usage object; None when there was none.
            request_id: The API's id of the answer.
            is_whole: The answer came to its end, so that the usage tells of all of it.
        """
        if usage is None:  # a gateway before the API left it out
            self.leave(is_free=False)
            return
        self.model, self.request_id = model, request_id
        self.requests += 1
        used = tokens_of(model, usage)
        is_whole = is_whole and _is_told(usage)
        self.samplings += used
        self.is_partial = self.is_partial or not is_whole
        if self.booking is not None:
            self.booking.end(used, is_whole=is_whole)

    def leave(self, *, is_free: bool) -> None:
        """Take down that a request ended before any use was reported.

        Args:
            is_free: It was refused or never sent; otherwise nobody knows what it used.
        """
        self.is_partial = self.is_partial or not is_free
        if self.booking is not None:
            self.booking.end((), is_whole=is_free)

    def usage(self, catalogue: Catalogue) -> Usage | None:
        """Return the sum; None when the API reported nothing."""
        if not self.samplings:
            return None
        return Usage(
            model=self.model,
            input_tokens=sum(tokens.input for tokens in self.samplings),
            output_tokens=sum(tokens.output for tokens in self.samplings),
            cache_read_tokens=sum(tokens.read for tokens in self.samplings),
            cache_write_tokens=sum(tokens.write_5m + tokens.write_1h for tokens in self.samplings),
            cost_usd=cost_usd(self.samplings, catalogue),
            request_id=self.request_id,
            is_partial=self.is_partial,
        )


def tokens_of(model: str, usage: Any) -> list[Tokens]:
    """Return the samplings behind one usage object of the SDK.

    When the API lists iterations (a fallback, a compaction), the top-level figures leave some out, so the
    iterations are counted instead.
    """
    parts = getattr(usage, "iterations", None) or [usage]
    return [_tokens(getattr(part, "model", None) or model, part) for part in parts]


def _tokens(model: str, part: Any) -> Tokens:
    written = _count(part, "cache_creation_input_tokens")
    for_an_hour = _count(getattr(part, "cache_creation", None), "ephemeral_1h_input_tokens")
    return Tokens(
        model=model,
        input=_count(part, "input_tokens"),
        output=_count(part, "output_tokens"),
        write_5m=max(0, written - for_an_hour),
        write_1h=for_an_hour,
        read=_count(part, "cache_read_input_tokens"),
    )


def _is_told(usage: Any) -> bool:
    """Say whether the two figures stand there that every answer has."""
    return all(isinstance(getattr(usage, name, None), int) for name in ("input_tokens", "output_tokens"))


def _count(part: Any, name: str) -> int:
    """Return a figure that the API, or a gateway before it, may have left out."""
    found = getattr(part, name, None)
    return max(0, found) if isinstance(found, int) else 0
