"""What the attempts at one answer used together, in tokens and money."""

from dataclasses import dataclass, field
from typing import Any

from bot.answers import Usage
from bot.models.catalogue import Catalogue
from bot.models.cost import Tokens, cost_usd


@dataclass(slots=True)
class Ledger:
    """Takes down every request of one question, failed ones too: they are paid for as well.

    Attributes:
        model: Id of the model that answered last.
        request_id: The API's id of its answer.
        requests: How many requests were taken down.
    """

    samplings: list[Tokens] = field(default_factory=list)
    model: str = ""
    request_id: str = ""
    requests: int = 0

    def take(self, model: str, usage: Any, *, request_id: str) -> None:
        """Take down one request.

        Args:
            model: Id of the model that answered.
            usage: The SDK's usage object.
            request_id: The API's id of the answer.
        """
        self.model, self.request_id = model, request_id
        self.requests += 1
        self.samplings += tokens_of(model, usage)

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
        )


def tokens_of(model: str, usage: Any) -> list[Tokens]:
    """Return the samplings behind one usage object of the SDK.

    When the API lists iterations (a fallback, a compaction), the top-level figures leave some out, so the
    iterations are counted instead.
    """
    parts = getattr(usage, "iterations", None) or [usage]
    return [_tokens(getattr(part, "model", None) or model, part) for part in parts]


def _tokens(model: str, part: Any) -> Tokens:
    written = part.cache_creation_input_tokens or 0
    for_an_hour = part.cache_creation.ephemeral_1h_input_tokens if part.cache_creation else 0
    return Tokens(
        model=model,
        input=part.input_tokens or 0,
        output=part.output_tokens or 0,
        write_5m=max(0, written - for_an_hour),
        write_1h=for_an_hour,
        read=part.cache_read_input_tokens or 0,
    )
