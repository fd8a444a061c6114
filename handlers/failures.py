"""The last door: what goes wrong before a request is accepted is logged once, and Slack sends it again."""

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.errors import BadInputError, CopilotError

log = structlog.get_logger()


def register(app: AsyncApp) -> None:
    """Answer every failure before the acknowledgement by a status that makes Slack do the right thing."""
    app.error(refuse)


async def refuse(error: Exception) -> BoltResponse:
    """Answer 503, so that Slack sends the delivery again; 400 when that cannot help.

    Over Socket Mode neither is acknowledged.
    """
    if isinstance(error, BadInputError):
        log.warning("delivery.refused", field=error.field, problem=error.problem)
        return BoltResponse(status=400, body="", headers={"x-slack-no-retry": "1"})
    is_expected = isinstance(error, CopilotError)
    log.error("delivery.refused", error=type(error).__name__, exc_info=None if is_expected else error)
    return BoltResponse(status=503, body="")
