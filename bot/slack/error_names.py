"""Slack's names of errors, and what each means for whoever called.

Names are those of Slack's method pages; that `fatal_error` and `internal_error` may come after the call took
effect is said there too.
"""

from http import HTTPStatus

LIMITED = "ratelimited"
"""Too fast, under the one name by which we know it."""
LIMITS = frozenset({LIMITED, "rate_limited"})
"""Slack's pages name it either way; a proxy may name nothing beside the status."""

UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Slack's own trouble: nobody knows whether the call took effect."""


def named(body: object) -> str:
    """Return the name in an answer; empty when there is none, or when it is no answer of Slack's."""
    return str(body.get("error") or "") if isinstance(body, dict) else ""


def name_of(body: object, status: int) -> str:
    """Return Slack's name of an error; `http_502` when what answered did not speak as Slack does.

    Args:
        body: Of the answer, as slack-sdk has read it: plain text and lists come through as they are.
        status: Of the answer; 0 when it is not known.
    """
    name = named(body)
    if name in LIMITS or status == HTTPStatus.TOO_MANY_REQUESTS:
        return LIMITED
    return name or f"http_{status}"


def had_no_effect(name: str, status: int) -> bool:
    """Say whether a call that ended so certainly did nothing."""
    return status in {HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS} and name not in UNSURE


def is_refusal(name: str, status: int) -> bool:
    """Say whether Slack understood the call and refused it, so that asking again helps nothing by itself."""
    return status == HTTPStatus.OK and name not in UNSURE | {LIMITED, f"http_{HTTPStatus.OK}"}
