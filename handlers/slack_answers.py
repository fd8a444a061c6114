"""What a failed call of Slack's Web API says, for the doors that make one."""

from slack_sdk.errors import SlackApiError

from bot.slack import error_names


def code_of(error: SlackApiError) -> str:
    """Return Slack's name of an error, or `http_502` when what answered did not speak as Slack does."""
    return error_names.name_of(getattr(error.response, "data", error.response), _status(error))


def is_refusal(error: SlackApiError) -> bool:
    """Say whether Slack understood the call and refused it, so that asking again helps nothing by itself."""
    return error_names.is_refusal(code_of(error), _status(error))


def _status(error: SlackApiError) -> int:
    answer = error.response
    return int(getattr(answer, "status_code", 0) or getattr(answer, "status", 0))
