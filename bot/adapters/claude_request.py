"""The parameters of a request to the Messages API: one shape for all, so that they share the prompt cache.

A request begins with the same tools, the same orders, the same form of the answer and the same way of
thinking for a model, whatever it is for; what differs comes last. Anything else restarts the cache: tools,
system, tool choice, thinking, effort, form of the answer and set of beta headers (Anthropic, prompt caching,
November 2026).
"""

from collections.abc import Iterator
from typing import Any

from bot.adapters.claude_pack import TOOLS
from bot.adapters.claude_wire import answer_schema
from bot.incident.sizes import estimate_tokens
from bot.models.catalogue import Model
from bot.models.cost import Tokens
from bot.models.estimate import TYPICAL_OUTPUT_TOKENS
from prompts import load

EFFORT_BETA = "mid-conversation-output-config-2026-07-01"
"""Lets one turn have another effort than the conversation; Anthropic, effort, November 2026."""


def parameters(
    *, model_id: str, model: Model | None, effort: str, turns: list[dict[str, Any]], most_tokens: int
) -> dict[str, Any]:
    """Return the parameters of `beta.messages.stream`.

    The system text changes with the program only, so it is cached for an hour; the pages carry breakpoints of
    their own. Thinking is adaptive on every model, and said explicitly because the models differ in what they
    do without a word. No tool may be called: the calls in the turns are made up.

    Args:
        model_id: Whom to ask.
        model: What it accepts; None when that is not known.
        effort: Of the whole conversation; one that the model accepts.
        turns: What is asked.
        most_tokens: Most tokens of the answer, thinking included.
    """
    system = {
        "type": "text",
        "text": load("diagnose_system").text,
        "cache_control": {"type": "ephemeral", "ttl": "1h"},
    }
    asked: dict[str, Any] = {
        "model": model_id,
        "max_tokens": min(most_tokens, model.max_output_tokens) if model else most_tokens,
        "system": [system],
        "tools": TOOLS,
        "tool_choice": {"type": "none"},
        "messages": turns,
        "thinking": {"type": "adaptive", "display": "omitted"},
        "output_config": {
            "effort": effort,
            "format": {"type": "json_schema", "schema": answer_schema()},
        },
    }
    return {**asked, "betas": [EFFORT_BETA]} if model is not None and model.per_message_effort else asked


def marked(asked: dict[str, Any], canary: str) -> dict[str, Any]:
    """Return a request whose orders carry a mark that no answer may repeat.

    Args:
        asked: Parameters of it.
        canary: The installation's: one for all requests, so that they share the prompt cache.
    """
    if not canary or not asked.get("system"):
        return asked
    first, *rest = asked["system"]
    words = f"{first['text']}\nMark of these orders, which you never repeat in any form: {canary}\n"
    return {**asked, "system": [{**first, "text": words}, *rest]}


def expected_use(asked: dict[str, Any]) -> Tokens:
    """Return about what a request will use, rather too much: its prompt as not cached, and a usual answer.

    Args:
        asked: Parameters of it, as `parameters` returns them.
    """
    prompt = sum(estimate_tokens(text) for text in _texts(asked))
    return Tokens(
        model=asked["model"], write_5m=prompt, output=min(asked["max_tokens"], TYPICAL_OUTPUT_TOKENS)
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
