"""Answers that go wrong on the way: late, never, cut, as HTML, in drops."""

import asyncio
import json
import socket
import struct

from aiohttp import web

from sandbox.channel import Json
from sandbox.faults import NEVER, Fault

DROPS_A_SECOND = 20
_GONE_SECONDS = 0.05
_HTML = (
    "<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>Try again later</h1></body></html>"
)


async def misanswer(
    request: web.Request, fault: Fault, answer: Json, *, headers: dict[str, str]
) -> web.StreamResponse:
    """Send what the fault makes of an answer.

    Args:
        request: The call.
        fault: What goes wrong.
        answer: The method's answer; shown only when the fault leaves it true.
        headers: What every answer carries.
    """
    await _wait(request, fault.wait_seconds)
    text = json.dumps(answer if fault.is_true_answer else _refusal(fault))
    headers = headers | _retry_after(fault)
    if fault.body == "html":
        page = _HTML.format(status=fault.status)
        return web.Response(text=page, status=fault.status, headers=headers, content_type="text/html")
    if fault.body == "json":
        return web.Response(text=text, status=fault.status, headers=headers, content_type="application/json")
    if fault.body == "reset":
        _reset(request)
        return web.Response()
    return await _broken(request, fault, text.encode(), headers)


async def _broken(
    request: web.Request, fault: Fault, body: bytes, headers: dict[str, str]
) -> web.StreamResponse:
    """Begin an answer of a known length, then cut it or let it drip."""
    response = web.StreamResponse(
        status=fault.status, headers=headers | {"Content-Type": "application/json; charset=utf-8"}
    )
    response.content_length = len(body)
    await response.prepare(request)
    try:
        if fault.body == "cut":
            await response.write(body[: len(body) // 2])
            _reset(request)
        else:
            await _drip(response, body)
    except ConnectionError:
        return response
    return response


async def _drip(response: web.StreamResponse, body: bytes) -> None:
    for start in range(0, len(body), 10):
        await response.write(body[start : start + 10])
        await asyncio.sleep(1 / DROPS_A_SECOND)


async def _wait(request: web.Request, seconds: float) -> None:
    """Wait; for ever means until the caller has gone."""
    if seconds != NEVER:
        await asyncio.sleep(seconds)
        return
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(_GONE_SECONDS)


def _reset(request: web.Request) -> None:
    """Close with a reset: what was sent may arrive, an orderly end does not."""
    if request.transport is None:
        return
    plain = request.transport.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


def _refusal(fault: Fault) -> Json:
    limited = fault.status == 429  # noqa: PLR2004  # HTTP's name for too many requests
    return {"ok": False, "error": fault.error or ("ratelimited" if limited else "internal_error")}


def _retry_after(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after_seconds is None else {"Retry-After": str(fault.retry_after_seconds)}
