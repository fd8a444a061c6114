"""What the stand-in gave out, and that it comes back as it was: turns with thinking, calls and summaries.

Source: Anthropic's pages on extended thinking, tool use and compaction, November 2026: a changed thinking
block is refused by every model; the 5.5 models also one behind a changed prefix (system, tools, turns).
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from tests.messages_api.judge import RefusalError
from tests.messages_api.models import MODELS

Json = dict[str, Any]


def bare(value: Any) -> Any:
    """The same without breakpoints, which may move."""
    if isinstance(value, dict):
        return {key: bare(part) for key, part in value.items() if key != "cache_control"}
    return [bare(part) for part in value] if isinstance(value, list) else value


def hashed(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(bare(list(parts)), sort_keys=True).encode()).hexdigest()


@dataclass(slots=True)
class Issued:
    """Everything that may come back.

    Attributes:
        thinking: Signature → the block, who wrote it, and behind what.
        turns: Id of a call → the content of its turn.
        paused: Hashes of turns that were paused, which may stand last.
        summaries: Signature → the block.
    """

    thinking: dict[str, tuple[Json, str, str]] = field(default_factory=dict)
    turns: dict[str, list[Json]] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)
    summaries: dict[str, Json] = field(default_factory=dict)

    def note(self, body: Json, content: list[Json], *, end: str) -> None:
        for block in content:
            if block["type"] == "thinking":
                self.thinking[block["signature"]] = (block, body["model"], prefix(body, body["messages"]))
            if block["type"] == "tool_use":
                self.turns[block["id"]] = content
            if block["type"] == "compaction":
                self.summaries[block["signature"]] = block
        if end == "pause_turn":
            self.paused.add(hashed(content))

    def may_end_in(self, turn: Json) -> bool:
        return turn["role"] == "assistant" and hashed(turn["content"]) in self.paused

    def judge(self, body: Json) -> None:
        for place, turn in enumerate(body["messages"]):
            if turn["role"] == "assistant" and isinstance(turn["content"], list):
                self._judge_turn(body, place, turn["content"])

    def _judge_turn(self, body: Json, place: int, content: list[Json]) -> None:
        for block in content:
            match block["type"]:
                case "thinking":
                    self._judge_thinking(body, place, block)
                case "tool_use" if block["id"] in self.turns:
                    same = bare(content) == bare(self.turns[block["id"]])
                    _require(same, "messages: thinking blocks in the latest assistant message were modified")
                case "compaction":
                    known = self.summaries.get(block.get("signature", ""))
                    _require(known is not None and bare(block) == known, "compaction_block_invalid")

    def _judge_thinking(self, body: Json, place: int, block: Json) -> None:
        known = self.thinking.get(block.get("signature", ""))
        _require(known is not None and bare(block) == bare(known[0]), "messages: invalid thinking signature")
        if known and MODELS[body["model"]].binds_thinking and known[1] == body["model"]:
            same = known[2] == prefix(body, body["messages"][:place])
            _require(same, "messages: thinking block does not match the conversation before it")


def prefix(body: Json, turns: list[Json]) -> str:
    return hashed(body.get("system"), body.get("tools"), turns)


def _require(holds: object, message: str) -> None:
    if not holds:
        raise RefusalError(message=message)
