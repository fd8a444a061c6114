"""What each model accepts, written down apart from the product's catalogue: the two check each other.

Source: Anthropic's pages on adaptive thinking, effort, prompt caching and tool use, November 2026.
"""

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


_FOUR_SIX = {
    "efforts": ALL_EFFORTS - {"xhigh"},
    "thinking": frozenset({"adaptive", "enabled", "disabled"}),
    "forced_tools": True,
}
MODELS = {
    "claude-sonnet-5-5": Accepts(
        efforts=ALL_EFFORTS,
        thinking=frozenset({"adaptive", "between_tools"}),
        forced_tools=False,
        min_cache_tokens=512,
        message_effort=True,
    ),
    "claude-opus-5-5": Accepts(
        efforts=ALL_EFFORTS,
        thinking=frozenset({"adaptive"}),
        forced_tools=False,
        min_cache_tokens=512,
        message_effort=True,
    ),
    "claude-sonnet-4-6": Accepts(**_FOUR_SIX, min_cache_tokens=1024),
    "claude-opus-4-6": Accepts(**_FOUR_SIX, min_cache_tokens=4096),
}
MAX_OUTPUT_TOKENS = 128_000


def listed(name: str) -> dict[str, Any]:
    """What the Models API says of a model that may be used and is not planned to go."""
    return {
        "id": name,
        "type": "model",
        "display_name": name,
        "created_at": "2026-09-22T00:00:00Z",
        "deprecated_at": None,
        "lifecycle": "active",
        "retires_at": None,
    }
