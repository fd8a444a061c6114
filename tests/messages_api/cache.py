"""A prompt cache by prefix hash, so that `cache_read` and `cache_creation` in the answers are real."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from tests.messages_api.judge import prompt_blocks
from tests.messages_api.models import MODELS

LOOK_BACK_BLOCKS = 20
_OF_THE_CACHE = ("model", "thinking", "output_config", "tool_choice")
"""Another value of any of these begins another cache."""


@dataclass(slots=True)
class PromptCache:
    entries: dict[str, int] = field(default_factory=dict)

    def count(self, body: dict[str, Any], betas: Collection[str] = ()) -> dict[str, Any]:
        """Return the usage of a request's input, and remember what its breakpoints store."""
        keys, sizes, marks = _prefixes(body, betas)
        least = MODELS[body["model"]].min_cache_tokens
        ends = [place for place, ttl in enumerate(marks) if ttl and sizes[place] >= least]
        read = max((self._found(keys, end) for end in ends), default=0)
        stored = max((sizes[end] for end in ends), default=0)
        hour = max((sizes[end] for end in ends if marks[end] == "1h"), default=0)
        self.entries.update({keys[end]: sizes[end] for end in ends})
        written = max(0, stored - read)
        written_hour = max(0, min(hour - read, written))
        return {
            "input_tokens": sizes[-1] - max(read, stored),
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "cache_creation": {
                "ephemeral_1h_input_tokens": written_hour,
                "ephemeral_5m_input_tokens": written - written_hour,
            },
        }

    def _found(self, keys: list[str], end: int) -> int:
        near = keys[max(0, end - LOOK_BACK_BLOCKS) : end + 1]
        return max((self.entries.get(key, 0) for key in near), default=0)


def _prefixes(body: dict[str, Any], betas: Collection[str]) -> tuple[list[str], list[int], list[str]]:
    state = hashlib.sha256(json.dumps([sorted(betas), *(body.get(name) for name in _OF_THE_CACHE)]).encode())
    keys, sizes, marks, total = [], [], [], 0
    for block in prompt_blocks(body):
        control = block.get("cache_control")
        text = json.dumps({key: value for key, value in block.items() if key != "cache_control"})
        state.update(text.encode())
        total += len(text) // 4 + 1
        keys.append(state.copy().hexdigest())
        sizes.append(total)
        marks.append(control.get("ttl", "5m") if control else "")
    return keys, sizes, marks
