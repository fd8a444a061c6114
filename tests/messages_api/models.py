"""What each model accepts, written down apart from the product's catalogue: the two check each other.

Source: Anthropic's pages on adaptive thinking, effort, prompt caching and tool use, November 2026.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

ALL_EFFORTS = frozenset({"low", "medium", "high", "xhigh", "max"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepts:
    efforts: frozenset[str]
    thinking: frozenset[str]
    forced_tools: bool
    min_cache_tokens: int
    message_effort: bool = False
    binds_thinking: bool = False
    compacts: bool = True


_FOUR_SIX = {
    "efforts": ALL_EFFORTS - {"xhigh"},
    "thinking": frozenset({"adaptive", "enabled", "disabled"}),
    "forced_tools": True,
}
_SINCE_FOUR_SEVEN = {
    "efforts": ALL_EFFORTS,
    "thinking": frozenset({"adaptive", "disabled"}),
    "forced_tools": True,
}
MODELS = {
    "claude-sonnet-5-5": Accepts(
        efforts=ALL_EFFORTS,
        thinking=frozenset({"adaptive", "between_tools"}),
        forced_tools=False,
        min_cache_tokens=512,
        message_effort=True,
        binds_thinking=True,
    ),
    "claude-opus-5-5": Accepts(
        efforts=ALL_EFFORTS,
        thinking=frozenset({"adaptive"}),
        forced_tools=False,
        min_cache_tokens=512,
        message_effort=True,
        binds_thinking=True,
    ),
    "claude-sonnet-5": Accepts(**_SINCE_FOUR_SEVEN, min_cache_tokens=1024),
    "claude-opus-5": Accepts(**_SINCE_FOUR_SEVEN, min_cache_tokens=512, message_effort=True),
    "claude-opus-4-8": Accepts(**_SINCE_FOUR_SEVEN, min_cache_tokens=1024),
    "claude-opus-4-7": Accepts(**_SINCE_FOUR_SEVEN, min_cache_tokens=2048),
    "claude-sonnet-4-6": Accepts(**_FOUR_SIX, min_cache_tokens=1024),
    "claude-opus-4-6": Accepts(**_FOUR_SIX, min_cache_tokens=4096),
}
MAX_OUTPUT_TOKENS = 128_000
_FORMS = ("adaptive", "between_tools", "disabled", "enabled")
_OTHERS = ("batch", "citations", "code_execution", "image_input", "pdf_input")


def listed(name: str) -> dict[str, Any]:
    """What the Models API says of a model that may be used and is not planned to go."""
    accepts = MODELS[name]
    return entry(name, efforts=accepts.efforts, thinking=accepts.thinking)


def entry(
    name: str,
    *,
    efforts: Collection[str] = ALL_EFFORTS,
    thinking: Collection[str] = ("adaptive",),
    has_schemas: bool = True,
    line: str | None = None,
) -> dict[str, Any]:
    """One model in the shape of the Models API, as the SDK's types have it."""
    capabilities = {
        **{other: {"supported": False} for other in _OTHERS},
        "context_management": {"supported": True},
        "effort": {
            "supported": bool(efforts),
            **{level: {"supported": level in efforts} for level in sorted(ALL_EFFORTS)},
        },
        "server_tools": {"supported": False},
        "structured_outputs": {"supported": has_schemas},
        "thinking": {
            "supported": bool(thinking),
            "types": {form: {"supported": form in thinking} for form in _FORMS},
        },
    }
    return {
        "id": name,
        "type": "model",
        "display_name": name,
        "created_at": "2026-09-22T00:00:00Z",
        "deprecated_at": None,
        "lifecycle": "active",
        "retires_at": None,
        "line": line,
        "max_input_tokens": 1_000_000,
        "max_tokens": MAX_OUTPUT_TOKENS,
        "capabilities": capabilities,
    }
