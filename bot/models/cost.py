"""What a call cost: from the tokens the API reports and the prices of the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.models.catalogue import NANOUSD_A_TOKEN, Catalogue

MILLION = 1_000_000
NANOUSD = 1_000_000_000
"""Billionths of a dollar in one."""


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

    @property
    def prompt(self) -> int:
        """All input, cached or not."""
        return self.input + self.write_5m + self.write_1h + self.read


def cost_usd(used: Iterable[Tokens], catalogue: Catalogue) -> Decimal | None:
    """Return what the samplings cost together.

    Returns:
        USD, exact; None as soon as one of the models has no known price. Never 0 for that reason.
    """
    costs = [cost_nanousd(tokens, catalogue) for tokens in used]
    known = [nanousd for nanousd in costs if nanousd is not None]
    return usd_of(sum(known)) if len(known) == len(costs) else None


def cost_nanousd(tokens: Tokens, catalogue: Catalogue) -> int | None:
    """Return what one sampling cost in billionths of a dollar, exact; None when its price is not known."""
    model = catalogue.find(tokens.model)
    price = model.price_for(tokens.prompt) if model else None
    if price is None:
        return None
    parts = (
        tokens.input * price.input,
        tokens.output * price.output,
        tokens.write_5m * price.write_5m,
        tokens.write_1h * price.write_1h,
        tokens.read * price.read,
    )
    return int(sum(parts, Decimal(0)) * NANOUSD_A_TOKEN)


def counted_nanousd(tokens: Tokens, catalogue: Catalogue) -> int:
    """Return what a sampling counts for a cap: its cost, or a guess on the dear side where that is not known.

    The guess is what the dearest known model of its tier would have cost, or of all tiers for a model of
    which nothing is known. People are never told it as a cost.
    """
    known = cost_nanousd(tokens, catalogue)
    if known is not None:
        return known
    model = catalogue.find(tokens.model)
    priced = [one for one in catalogue.models.values() if one.price is not None]
    likes = [one for one in priced if model is not None and one.tier == model.tier] or priced
    costs = (cost_nanousd(replace(tokens, model=one.id), catalogue) for one in likes)
    return max((cost for cost in costs if cost is not None), default=0)


def usd_of(nanousd: int) -> Decimal:
    """Return dollars, exact."""
    return Decimal(nanousd) / NANOUSD
