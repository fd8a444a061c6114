"""The server-sent events of one streamed answer, in the API's order."""

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.messages_api.script import Turn

Event = dict[str, Any]


def content_of(turn: Turn, text: str, *, number: int) -> list[dict[str, Any]]:
    """The blocks of an answer: thinking, then words, then calls."""
    signature = base64.b64encode(f"signed {number}".encode()).decode()
    blocks: list[dict[str, Any]] = [{"type": "thinking", "thinking": turn.thinking, "signature": signature}]
    if text or not turn.calls:
        blocks.append({"type": "text", "text": text})
    return blocks + [
        {"type": "tool_use", "id": f"toolu_{number:04d}_{n}", "name": name, "input": given}
        for n, (name, given) in enumerate(turn.calls)
    ]


def summary_of(words: str, *, number: int) -> dict[str, Any]:
    signature = base64.b64encode(f"summary {number} {len(words)}".encode()).decode()
    return {"type": "compaction", "content": words, "signature": signature}


def events(
    turn: Turn, content: Sequence[dict[str, Any]], *, number: int, model: str, usage: dict[str, Any]
) -> Iterator[Event]:
    """Yield the events; a turn that breaks yields them up to there."""
    yield {"type": "ping"}
    if turn.is_mute:
        yield {"type": "content_block_stop", "index": 0}
        return
    yield _start(number, model, usage)
    for index, block in enumerate(content):
        yield from _block(turn, index, block)
        if block["type"] == "text" and turn.break_after_chars is not None:
            return
        yield {"type": "content_block_stop", "index": index}
    delta = {"stop_reason": turn.end, "stop_sequence": None}
    words = "".join(block.get("text", "") for block in content)
    given = "".join(json.dumps(block["input"]) for block in content if "input" in block)
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": len(words + given) // 4 + 1}}
    yield {"type": "message_stop"}


def summary_events(
    block: dict[str, Any], *, number: int, model: str, usage: dict[str, Any]
) -> Iterator[Event]:
    """A summary comes whole; its use is told by its iteration alone."""
    nothing = {"input_tokens": 0, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    told = {**usage, "type": "compaction", "output_tokens": len(str(block.get("content"))) // 4 + 1}
    yield _start(number, model, {**nothing, "iterations": [told]})
    yield {"type": "content_block_start", "index": 0, "content_block": block}
    yield {"type": "content_block_stop", "index": 0}
    delta = {"stop_reason": "compaction", "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 0, "iterations": [told]}}
    yield {"type": "message_stop"}


def as_sse(event: Event) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def error_event(turn: Turn, *, request_id: str) -> Event:
    return {
        "type": "error",
        "error": {"type": turn.error, "message": turn.message},
        "request_id": request_id,
    }


def _start(number: int, model: str, usage: dict[str, Any]) -> Event:
    message = {
        "id": f"msg_{number:04d}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": 1},
    }
    return {"type": "message_start", "message": message}


def _block(turn: Turn, index: int, block: dict[str, Any]) -> Iterator[Event]:
    empty = {"thinking": {"thinking": "", "signature": ""}, "text": {"text": ""}, "tool_use": {"input": {}}}
    begun = {**block, **empty[block["type"]]}
    yield {"type": "content_block_start", "index": index, "content_block": begun}
    for delta in _deltas(turn, block):
        yield {"type": "content_block_delta", "index": index, "delta": delta}


def _deltas(turn: Turn, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    match block["type"]:
        case "thinking":
            if block["thinking"]:
                yield {"type": "thinking_delta", "thinking": block["thinking"]}
            yield {"type": "signature_delta", "signature": block["signature"]}
        case "text":
            for part in _parts(block["text"][: turn.break_after_chars], turn.chunk_chars):
                yield {"type": "text_delta", "text": part}
        case _:
            for part in _parts(json.dumps(block["input"]), turn.chunk_chars):
                yield {"type": "input_json_delta", "partial_json": part}


def _parts(text: str, size: int) -> Iterator[str]:
    yield from (text[start : start + size] for start in range(0, len(text), size))
