"""The server-sent events of one streamed answer, in the API's order."""

import json
from collections.abc import Iterator
from typing import Any

from tests.messages_api.script import Turn

Event = dict[str, Any]


def events(turn: Turn, text: str, *, number: int, model: str, usage: dict[str, Any]) -> Iterator[Event]:
    """Yield the events; a turn that breaks yields them up to there."""
    yield {"type": "ping"}
    if turn.is_mute:
        yield {"type": "content_block_stop", "index": 0}
        return
    yield _start(number, model, usage)
    yield from _thinking(turn)
    yield {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}
    shown = text if turn.break_after_chars is None else text[: turn.break_after_chars]
    for start in range(0, len(shown), turn.chunk_chars):
        part = shown[start : start + turn.chunk_chars]
        yield {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": part}}
    if turn.break_after_chars is not None:
        return
    yield {"type": "content_block_stop", "index": 1}
    delta = {"stop_reason": turn.end, "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": len(text) // 4 + 1}}
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


def _thinking(turn: Turn) -> Iterator[Event]:
    block = {"type": "thinking", "thinking": "", "signature": ""}
    yield {"type": "content_block_start", "index": 0, "content_block": block}
    if turn.thinking:
        delta = {"type": "thinking_delta", "thinking": turn.thinking}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    signature = {"type": "signature_delta", "signature": "c2lnbmVk"}
    yield {"type": "content_block_delta", "index": 0, "delta": signature}
    yield {"type": "content_block_stop", "index": 0}
