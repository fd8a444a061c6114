"""The Web API's methods, each a plain function from arguments to an answer."""

from collections.abc import Callable

from sandbox.args import Args
from sandbox.channel import Json
from sandbox.methods import chat, conversations, files, items, members, status, streaming, views
from sandbox.workspace import Workspace

Method = Callable[[Workspace, Args], Json]

METHODS: dict[str, Method] = {
    **members.METHODS,
    **chat.METHODS,
    **streaming.METHODS,
    **conversations.METHODS,
    **items.METHODS,
    **status.METHODS,
    **views.METHODS,
    **files.METHODS,
}
"""Slack's name → function; each raises `SlackError` for what Slack refuses."""
