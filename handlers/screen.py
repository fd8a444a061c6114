"""What is turned away at the door before Bolt sees it: cheap to decide, and never answered 500."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_BODY_BYTES = 1_000_000
MAX_SKEW_SECONDS = 300
"""Slack's own window for replays; we keep it for the future too, where a forged time would live on."""

CONTENT_TYPES = frozenset({"application/json", "application/x-www-form-urlencoded"})

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request is turned away.

    Attributes:
        status: 400, 401, 413 or 415.
        reason: A few words for the log and the sender; nothing of the request itself.
    """

    status: int
    reason: str


def screen(headers: Mapping[str, str], *, size_bytes: int | None, now_seconds: float) -> Refusal | None:
    """Judge a request by its headers; None when Bolt may look at it.

    Args:
        headers: The request's headers, case-insensitive.
        size_bytes: The size it announces; None when it does not say.
        now_seconds: The time, in seconds since 1970.
    """
    if not _is_near(headers.get("X-Slack-Request-Timestamp", ""), now_seconds):
        return Refusal(status=401, reason="timestamp")
    if not _SIGNATURE.fullmatch(headers.get("X-Slack-Signature", "")):
        return Refusal(status=401, reason="signature")
    if size_bytes is not None and size_bytes > MAX_BODY_BYTES:
        return Refusal(status=413, reason="size")
    return _judge_form(headers)


def _is_near(timestamp: str, now_seconds: float) -> bool:
    return (
        _TIMESTAMP.fullmatch(timestamp) is not None and abs(now_seconds - int(timestamp)) <= MAX_SKEW_SECONDS
    )


def _judge_form(headers: Mapping[str, str]) -> Refusal | None:
    content_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type not in CONTENT_TYPES:
        return Refusal(status=415, reason="content type")
    if headers.get("Content-Encoding", "identity") != "identity":  # Slack compresses nothing; a bomb would
        return Refusal(status=415, reason="content encoding")
    return None
