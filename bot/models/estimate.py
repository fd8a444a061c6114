"""What an answer would cost about, before it is asked for. Pure."""

from decimal import ROUND_CEILING, Decimal

from bot.models.catalogue import Model
from bot.models.cost import MILLION
from bot.models.spending import Purpose, Spending

COUNTED_FACTOR = Decimal("1.3")
"""The tokenizer that our counts of tokens are made for; see `Model.token_factor`."""
TYPICAL_OUTPUT_TOKENS = 5_000
"""Of one diagnosis at high effort, thinking included, until enough of them were made to know better."""
ENOUGH_QUESTIONS = 3
_STEPS = ((Decimal("0.10"), Decimal("0.01")), (Decimal(1), Decimal("0.05")), (Decimal(10), Decimal("0.50")))
_COARSEST = Decimal(5)


def about_usd(model: Model, *, prompt_tokens: int, spending: Spending = Spending()) -> Decimal | None:  # noqa: B008  # frozen
    """Return what one answer of a model would cost about, rounded up to a sum that people can take in.

    Args:
        model: Whom to ask.
        prompt_tokens: How long the prompt is, counted as by `bot.incident.sizes`; counted as not cached yet.
        spending: What was spent lately: how much the model wrote a question is taken from it.

    Returns:
        USD; None when the model's price is not known.
    """
    tokens = int(prompt_tokens * model.token_factor / COUNTED_FACTOR)
    price = model.price_for(tokens)
    if price is None:
        return None
    usd = (tokens * price.write_5m + _output_tokens(model, spending) * price.output) / MILLION
    return rounded_up(usd)


def rounded_up(usd: Decimal) -> Decimal:
    """Return the next round sum, a cent at least: whole cents up to 10, then steps of 5 cents and so on."""
    step = next((step for below, step in _STEPS if usd < below), _COARSEST)
    return max(step, (usd / step).to_integral_value(ROUND_CEILING) * step)


def _output_tokens(model: Model, spending: Spending) -> int:
    """Return how many tokens the model writes for one question."""
    for spent in spending.by_model:
        is_answering = spent.model == model.id and spent.purpose is Purpose.ANSWER
        if is_answering and spent.questions >= ENOUGH_QUESTIONS:
            return spent.output // spent.questions
    return TYPICAL_OUTPUT_TOKENS
