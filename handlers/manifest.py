"""The app manifest: what Slack must allow and send, no more than the code asks for.

Form and limits as in Slack's "App manifest reference"; scopes as on the page of each method and event.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from bot.errors import BadInputError
from handlers import shortcuts

_PATH = "/slack/events"
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d{1,5})?")
"""A public name, with its port; no user, no name of this machine alone."""

SCOPES_OF_METHOD: dict[str, tuple[str, ...]] = {
    "apps.connections.open": (),  # the app-level token's connections:write, which no manifest can ask for
    "assistant.threads.setStatus": ("assistant:write",),
    "auth.test": (),
    "bots.info": ("users:read",),
    "chat.appendStream": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.startStream": ("chat:write",),
    "chat.stopStream": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.info": ("channels:read", "groups:read", "im:read"),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "usergroups.list": ("usergroups:read",),
    "users.conversations": ("channels:read", "groups:read"),
    "users.info": ("users:read",),
    "views.open": (),
}
"""Every Web API method the code calls, with the bot scopes it needs."""

SCOPES_OF_EVENT: dict[str, tuple[str, ...]] = {
    "agent_session_stopped": ("assistant:write",),
    "app_mention": ("app_mentions:read",),
    "channel_rename": ("channels:read",),
    "group_rename": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
}
"""Every event the code takes, with the bot scopes it needs."""

WHY_SCOPE = {
    "app_mentions:read": "to hear that somebody writes `@copilot`",
    "assistant:write": "to show what it is doing while it works",
    "channels:history": "to read the public channels that it was invited to",
    "channels:read": "to know a public channel's name, and so whether it is watched",
    "chat:write": "to answer, and to correct its answers",
    "commands": "for `/copilot`, `/opus` and the shortcut *Escalate to Opus*",
    "files:read": "to see the logs and files that people paste; messages come without them otherwise",
    "files:write": "to post whole answers and drafts of the review as files, and to remove them",
    "groups:history": "to read the private channels that it was invited to",
    "groups:read": "to know a private channel's name, and so whether it is watched",
    "im:history": "to read what it is asked in direct messages",
    "im:read": "to tell a direct message from a channel",
    "reactions:read": "to see reactions as they come, such as :eyes: on what somebody takes on",
    "usergroups:read": "to write `@sre-team` where a message holds an id",
    "users:read": "to write people's and bots' names where messages hold ids",
}
"""What each bot scope is for."""

WHY_EVENT = {
    "agent_session_stopped": "somebody pressed Stop while an answer was being written",
    "app_mention": "a mention is a question",
    "channel_rename": "whether a public channel is watched depends on its name",
    "group_rename": "the same for a private channel",
    "member_joined_channel": "when the copilot is invited, it looks whether the channel is watched",
    "message.channels": "what is said, edited and deleted in public channels with the bot",
    "message.groups": "the same in private channels with the bot",
    "message.im": "a direct message is a question",
    "reaction_added": "a reaction is part of what was said",
    "reaction_removed": "one that is taken back is not",
}
"""What each event is for."""

_OTHER_SCOPES = (
    "commands",  # slash commands and the shortcut
    "files:read",  # without it, messages come without the files pasted into them
)

_COMMANDS = (
    {
        "command": "/opus",
        "description": "Ask Opus about this channel's incident",
        "usage_hint": "[full] [question]",
    },
    {
        "command": "/copilot",
        "description": "Ask about this channel's incident, or draft its review",
        "usage_hint": "ask … | catchup | summary | timeline | board | handoff | update | escalate … | help",
    },
)
_PROMPTS = (
    {"title": "What caused this?", "message": "What caused this, and what should we check next?"},
    {"title": "What changed?", "message": "What changed before the first symptom?"},
)


def manifest(http_url: str | None) -> dict[str, Any]:
    """Return the manifest to create the Slack app from.

    Args:
        http_url: The public https address of the receiver, with or without its path; None for Socket Mode.

    Raises:
        BadInputError: The address is not https.
    """
    request_url = None if http_url is None else _request_url(http_url)
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": "Incident Copilot",
            "description": "Cited hypotheses for incident channels, checked by code",
            "background_color": "#1f2933",
        },
        "features": _features(request_url),
        "oauth_config": {"scopes": {"bot": scopes()}},
        "settings": _settings(request_url),
    }


def scopes() -> list[str]:
    """Return the bot scopes, sorted: what the events and the called methods need."""
    needed = [*SCOPES_OF_METHOD.values(), *SCOPES_OF_EVENT.values(), _OTHER_SCOPES]
    return sorted({scope for group in needed for scope in group})


def bot_events() -> list[str]:
    """Return the events to subscribe to, sorted."""
    return sorted(SCOPES_OF_EVENT)


def _request_url(http_url: str) -> str:
    parts = urlsplit(http_url)
    if parts.scheme == "http":
        problem = "must begin with https://, not http://: Slack sends to no other address"
        raise BadInputError(field="--http", problem=problem)
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc):
        problem = "must be the address that Slack reaches you at, such as https://copilot.example.com"
        raise BadInputError(field="--http", problem=problem)
    if parts.query or parts.fragment:
        raise BadInputError(field="--http", problem="must end before a question mark or #")
    return f"https://{parts.netloc}{parts.path.rstrip('/').removesuffix(_PATH)}{_PATH}"


def _features(request_url: str | None) -> dict[str, Any]:
    where = {} if request_url is None else {"url": request_url}
    return {
        "app_home": {
            "home_tab_enabled": False,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "copilot", "always_online": True},
        "agent_view": {
            "agent_description": "Explains incidents from what was said, with a citation for every claim.",
            "suggested_prompts": list(_PROMPTS),
        },
        "slash_commands": [{**command, "should_escape": True, **where} for command in _COMMANDS],
        "shortcuts": [
            {
                "name": "Escalate to Opus",
                "type": "message",
                "callback_id": shortcuts.ESCALATE,
                "description": "Ask Opus about this message's thread",
            }
        ],
    }


def _settings(request_url: str | None) -> dict[str, Any]:
    where = {} if request_url is None else {"request_url": request_url}
    return {
        "event_subscriptions": {"bot_events": bot_events(), **where},
        "interactivity": {"is_enabled": True, **where},
        "socket_mode_enabled": request_url is None,
        "org_deploy_enabled": False,
        "token_rotation_enabled": False,
    }
