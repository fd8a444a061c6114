"""Refuses what the Messages API refuses: a request that passes here is one that the API would take."""

from collections.abc import Collection, Iterator
from typing import Any

from tests.messages_api.models import MAX_OUTPUT_TOKENS, MODELS, Accepts

FIELDS = frozenset(
    {
        *("model", "max_tokens", "messages", "system", "tools", "tool_choice", "thinking", "output_config"),
        *("cache_control", "stream", "stop_sequences", "metadata", "service_tier"),
    }
)
UNSUPPORTED_IN_SCHEMA = frozenset(
    {
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "maxItems", "default"),
    }
)
EFFORT_BETA = "mid-conversation-output-config-2026-07-01"
COMPACT_BETA = "compact-2026-09-04"
MAX_INSTRUCTION_CHARS = 16_384
MAX_OPTIONAL = 24
MAX_BREAKPOINTS = 4


class RefusalError(Exception):
    def __init__(self, *, message: str, status: int = 400, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message


def judge(body: Any, *, has_key: bool, betas: Collection[str] = (), may_go_on: bool = False) -> None:
    """Raise what the API would answer with, if it would refuse.

    Args:
        may_go_on: The last turn is one of the API's own that it paused.
    """
    if not has_key:
        raise RefusalError(status=401, kind="authentication_error", message="invalid bearer token")
    _require(isinstance(body, dict), "body: must be a JSON object")
    allowed = FIELDS | {"compaction"} if COMPACT_BETA in betas else FIELDS
    for name in sorted(set(body) - allowed):
        raise RefusalError(message=f"{name}: Extra inputs are not permitted")
    for name in ("model", "max_tokens", "messages"):
        _require(name in body, f"{name}: Field required")
    if body["model"] not in MODELS:
        raise RefusalError(status=404, kind="not_found_error", message=f"model: {body['model']}")
    _require(0 < body["max_tokens"] <= MAX_OUTPUT_TOKENS, "max_tokens: out of range")
    accepts = MODELS[body["model"]]
    _judge_thinking(body, accepts)
    _judge_output(body.get("output_config") or {}, accepts)
    _judge_tools(body, accepts)
    _judge_effort_turns(body["messages"], accepts, betas)
    turns = [turn for turn in body["messages"] if turn["role"] != "system"]
    _judge_compaction(body, turns, accepts, betas)
    _judge_turns(turns, may_go_on=may_go_on)
    _judge_breakpoints(body)


def _judge_thinking(body: dict[str, Any], accepts: Accepts) -> None:
    thinking = body.get("thinking") or {"type": "adaptive"}
    _require(thinking["type"] in accepts.thinking, f"thinking.type: {thinking['type']} is not supported")
    _require("budget_tokens" not in thinking, "thinking.budget_tokens: Extra inputs are not permitted")
    display = thinking.get("display", "omitted")
    _require(display in {"summarized", "omitted"}, f"thinking.display: {display} is not supported")


def _judge_output(output: dict[str, Any], accepts: Accepts) -> None:
    effort = output.get("effort", "high")
    _require(effort in accepts.efforts, f"output_config.effort: {effort} is not supported by this model")
    wanted = output.get("format")
    if wanted is None:
        return
    _require(wanted.get("type") == "json_schema", "output_config.format.type: must be json_schema")
    optional = 0
    for node in _objects(wanted["schema"]):
        _require(not UNSUPPORTED_IN_SCHEMA & set(node), f"schema: {sorted(node)} holds an unsupported bound")
        if node.get("type") == "object":
            closed = node.get("additionalProperties") is False
            _require(closed, "schema: additionalProperties must be false")
            optional += len(set(node["properties"]) - set(node.get("required", ())))
    _require(optional <= MAX_OPTIONAL, "schema: too many optional parameters")


def _judge_tools(body: dict[str, Any], accepts: Accepts) -> None:
    choice = (body.get("tool_choice") or {"type": "auto"})["type"]
    _require("tool_choice" not in body or body.get("tools"), "tool_choice: needs tools")
    if choice in {"any", "tool"}:
        _require(accepts.forced_tools, "tool_choice: forcing a tool is not supported by this model")
    uses_tools = any(block["type"] in {"tool_use", "tool_result"} for _, block in _blocks(body["messages"]))
    _require(bool(body.get("tools")) or not uses_tools, "tools: required when messages hold tool blocks")


def _judge_effort_turns(turns: list[dict[str, Any]], accepts: Accepts, betas: Collection[str]) -> None:
    """A turn of the system that changes the effort stands between an answer and the next user turn."""
    for place, turn in enumerate(turns):
        if turn["role"] != "system":
            continue
        allowed = EFFORT_BETA in betas and accepts.message_effort
        _require(allowed, "messages: role system is not supported by this model without the beta")
        _require(turn["content"] == [], "messages: a system turn with output_config holds no content")
        _judge_output(turn["output_config"], accepts)
        around = [one["role"] for one in turns[max(place - 1, 0) : place + 2]]
        _require(around == ["assistant", "system", "user"], "messages: misplaced system turn")


def _judge_compaction(
    body: dict[str, Any], turns: list[dict[str, Any]], accepts: Accepts, betas: Collection[str]
) -> None:
    """A summary stands first, alone and once; what asks for one asks for nothing else."""
    places = [n for n, turn in enumerate(turns) for b in _content(turn) if b["type"] == "compaction"]
    if places:
        _require(COMPACT_BETA in betas, "messages: compaction blocks need the beta")
        _require(places == [0] and turns[0]["role"] == "assistant", "compaction_block_misplaced")
    asked = body.get("compaction")
    if asked is None:
        return
    _require(accepts.compacts, "compaction: not supported by this model")
    _require(asked.get("type") == "summarize", "compaction.type: must be summarize")
    _require(len(asked.get("instructions") or "") <= MAX_INSTRUCTION_CHARS, "compaction: too long")
    _require("stop_sequences" not in body, "compaction: not with stop_sequences")
    _require("format" not in (body.get("output_config") or {}), "compaction: not with a format")
    forced = (body.get("tool_choice") or {"type": "auto"})["type"] in {"any", "tool"}
    _require(not forced, "compaction: not with a forced tool_choice")


def _judge_turns(turns: list[dict[str, Any]], *, may_go_on: bool = False) -> None:
    _require(bool(turns), "messages: at least one message is required")
    is_summed_up = any(block["type"] == "compaction" for block in _content(turns[0]))
    is_first = turns[0]["role"] == "user" or is_summed_up
    _require(is_first, "messages: first message must use the user role")
    is_last = turns[-1]["role"] == "user" or may_go_on
    _require(is_last, "messages: prefilling the assistant turn is not supported")
    for _, block in _blocks(turns):
        if block["type"] == "text":
            _require(bool(block["text"].strip()), "messages: text content blocks must contain text")
    open_calls: set[str] = set()
    for turn in turns:
        blocks = _content(turn)
        results = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
        _require(results == open_calls, f"messages: tool_use ids {open_calls ^ results} without their pair")
        kinds = [block["type"] == "tool_result" for block in blocks]
        _require(kinds == sorted(kinds, reverse=True), "messages: tool_result blocks must come first")
        open_calls = {block["id"] for block in blocks if block["type"] == "tool_use"}


def _judge_breakpoints(body: dict[str, Any]) -> None:
    marked = [block["cache_control"] for block in prompt_blocks(body) if "cache_control" in block]
    marked += [body["cache_control"]] if "cache_control" in body else []
    _require(len(marked) <= MAX_BREAKPOINTS, "cache_control: at most 4 blocks")
    hours = [mark.get("ttl") == "1h" for mark in marked]
    _require(hours == sorted(hours, reverse=True), "cache_control: a 1h block must not come after a 5m block")


def prompt_blocks(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return everything the model reads in the order of the prompt cache: tools, system, messages."""
    system = body.get("system") or []
    system = [{"type": "text", "text": system}] if isinstance(system, str) else system
    return [*(body.get("tools") or []), *system, *(block for _, block in _blocks(body["messages"]))]


def _blocks(turns: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for turn in turns:
        for block in _content(turn):
            yield turn["role"], block


def _content(turn: dict[str, Any]) -> list[dict[str, Any]]:
    content = turn["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)


def _require(holds: object, message: str) -> None:
    if not holds:
        raise RefusalError(message=message)
