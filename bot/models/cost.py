"""What a call cost: from the tokens the API reports and the prices of the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.models.catalogue import Catalogue, Price

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What one sampling of one model used.

    The API counts the four kinds of input apart: `input` has none of the cached tokens in it. One call
    may consist of several samplings (a fallback to another model, a compaction): the top-level figures
    of its usage then leave some out, so count its iterations, one `Tokens` each.

    Attributes:
        model: Id of the model that answered, which need not be the one that was asked.
    """

    model: str
    input: int = 0
    output: int = 0
    write_5m: int = 0
    write_1h: int = 0
    read: int = 0


def cost_usd(used: Iterable[Tokens], catalogue: Catalogue) -> Decimal | None:
    """Return what the samplings cost together.

    Returns:
        USD, exact; None as soon as one of the models has no known price. Never 0 for that reason.
    """
    total = Decimal(0)
    for tokens in used:
        model = catalogue.find(tokens.model)
        if model is None:
            return None
        total += _cost(tokens, model.price)
    return total


def _cost(tokens: Tokens, price: Price) -> Decimal:
    parts = (
        tokens.input * price.input,
        tokens.output * price.output,
        tokens.write_5m * price.write_5m,
        tokens.write_1h * price.write_1h,
        tokens.read * price.read,
    )
    return sum(parts, Decimal(0)) / MILLION
