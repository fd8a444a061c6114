"""What an answer of Slack's Web API says when the call failed, for the doors that call it."""

from http import HTTPStatus

from slack_sdk.errors import SlackApiError

UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Slack's own trouble, not ours."""
LIMITED = "ratelimited"


def code_of(error: SlackApiError) -> str:
    """Return Slack's name of an error, or `http_502` when what answered did not speak as Slack does."""
    body = getattr(error.response, "data", error.response)  # plain text and lists come through as they are
    code = body.get("error") if isinstance(body, dict) else None
    return str(code) if code else f"http_{_status(error)}"


def is_refusal(error: SlackApiError) -> bool:
    """Say whether Slack understood the call and refused it, so that asking again helps nothing by itself."""
    return _status(error) == HTTPStatus.OK and code_of(error) not in UNSURE | {
        LIMITED,
        f"http_{HTTPStatus.OK}",
    }


def _status(error: SlackApiError) -> int:
    answer = error.response
    return int(getattr(answer, "status_code", 0) or getattr(answer, "status", 0))
