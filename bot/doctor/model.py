"""Verdicts on the models: the key, and each model of the pair with its lifecycle."""

from dataclasses import dataclass
from datetime import date

from bot.doctor.finding import Finding, failed, noted, passed, warned

KEY, MODEL = "model key", "model"
PAIR = "MODEL_PAIR"
SOON_DAYS = 60
"""A retirement nearer than this is a warning even where the API still calls the model active."""

NEW_KEY = "Make a key in the Claude Console under API Keys and put it into ANTHROPIC_API_KEY."

_KEY_ERRORS = {
    401: ("the API refuses it", NEW_KEY),
    402: ("no credit is left", "Add credit in the Claude Console under Billing."),
    403: (
        "it may not be used for this",
        "Give the key's workspace access to the models, or use another key.",
    ),
    429: (
        "the rate limit is reached",
        "Try again in a minute; raise the limit in the Claude Console if it stays.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What the Models API says of one model.

    Attributes:
        tier: What it is asked for: `sonnet` or `opus`.
        status: HTTP status of the answer; 200 when it is there.
        lifecycle: `active`, `deprecated` or `retired`; empty when not told.
        retires_on: When it will be gone; None when not planned.
        setting: The setting that names it: `MODEL_PAIR`, `MODEL_SONNET` or `MODEL_OPUS`.
        trouble: Why this program cannot ask it, and what to do; empty when it can.
        is_priced: What it costs is known.
    """

    id: str
    label: str
    tier: str
    status: int = 200
    lifecycle: str = ""
    retires_on: date | None = None
    setting: str = PAIR
    trouble: str = ""
    is_priced: bool = True


def key_absent() -> Finding:
    """Tell that there is no model: a way to run, not a fault."""
    return noted(
        KEY,
        "ANTHROPIC_API_KEY is not set: the rules answer, and every answer says so",
        f"For Claude: {NEW_KEY[0].lower()}{NEW_KEY[1:]}",
    )


def key_unclean() -> Finding:
    """Tell that more than the key was pasted."""
    found = "ANTHROPIC_API_KEY holds a character that no key has, such as a quote, a space or a line break"
    return failed(KEY, found, NEW_KEY)


def wrong_choice(setting: str, problem: str) -> Finding:
    """Tell that a setting names a model that cannot be asked."""
    return failed(MODEL, f"{setting} cannot be used", f"{setting}: {problem}")


def models(facts: list[ModelFacts], *, today: date, other_pair: str) -> list[Finding]:
    """Judge the pair; a trouble with the key is told once.

    Args:
        facts: One for each model of the pair.
        today: By UTC.
        other_pair: The name of the pair that could be used instead.
    """
    refused = next((fact.status for fact in facts if fact.status in _KEY_ERRORS or fact.status >= 500), 0)  # noqa: PLR2004  # HTTP
    if refused:
        found, remedy = _KEY_ERRORS.get(
            refused, (f"the API fails ({refused})", "Try again later; until then the rules answer.")
        )
        return [failed(KEY, found, remedy)]
    return [passed(KEY, "the API accepts it"), *(_model(fact, today, other_pair) for fact in facts)]


def _model(fact: ModelFacts, today: date, other_pair: str) -> Finding:
    names = "" if fact.label == fact.id else f"{fact.id}, "
    what = f"{fact.label} ({names}tier {fact.tier})"
    switch = _switch(fact, other_pair)
    if fact.lifecycle == "retired" or fact.status == 410:  # noqa: PLR2004  # HTTP: gone
        return failed(MODEL, f"{what} was retired", switch)
    if fact.status != 200:  # noqa: PLR2004  # HTTP
        remedy = f"Ask for access in the Claude Console, or {switch[0].lower()}{switch[1:]}"
        return failed(MODEL, f"{what} is not available to this key", remedy)
    if fact.trouble:
        return failed(MODEL, f"{what} cannot be asked", f"{fact.setting}: {fact.trouble}")
    return _fate(fact, what, today, switch)


def _fate(fact: ModelFacts, what: str, today: date, switch: str) -> Finding:
    when = f", retires on {fact.retires_on.isoformat()}" if fact.retires_on else ""
    is_near = fact.retires_on is not None and (fact.retires_on - today).days <= SOON_DAYS
    if fact.lifecycle == "deprecated" or is_near:
        words = fact.lifecycle if fact.lifecycle == "deprecated" else "available"
        return warned(MODEL, f"{what} is {words}{when}", f"Before that day: {switch[0].lower()}{switch[1:]}")
    if not fact.is_priced:
        remedy = (
            "The caps count it at the dearest known price of its tier, and sums say “at least”: "
            "look in the Claude Console for what it really costs."
        )
        return warned(MODEL, f"{what} is available{when}, at a price that is not in the catalogue", remedy)
    return passed(MODEL, f"{what} is available{when}")


def _switch(fact: ModelFacts, other_pair: str) -> str:
    if fact.setting == PAIR:
        return f"Set MODEL_PAIR={other_pair}, or update the copilot."
    return f"Name another model in {fact.setting}, or leave it empty."
