"""The app manifest: what Slack must allow and send, no more than the code asks for.

Form and limits as in Slack's "App manifest reference"; scopes as on the page of each method and event.
"""

from typing import Any

from bot.errors import BadInputError
from handlers import mentions, shortcuts

_PATH = "/slack/events"

SCOPES_OF_METHOD = {
    "auth.test": (),
    "assistant.threads.setStatus": ("assistant:write",),
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
    "files.getUploadURLExternal": ("files:write",),
    "users.info": ("users:read",),
    "views.open": (),
}
"""Every Web API method the code calls, with the bot scopes it needs."""

_SCOPES_OF_EVENT = {
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
}
_OTHER_SCOPES = (
    "commands",  # slash commands and the shortcut
    "files:read",  # without it, messages come without the files pasted into them
)

_COMMANDS = (
    {
        "command": "/opus",
        "description": "Ask Opus about this channel's incident",
        "usage_hint": "[question]",
    },
    {
        "command": "/copilot",
        "description": "Ask about this channel's incident, or draft its review",
        "usage_hint": "ask … | escalate … | postmortem | help",
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
    needed = [*SCOPES_OF_METHOD.values(), *_SCOPES_OF_EVENT.values(), _OTHER_SCOPES]
    return sorted({scope for group in needed for scope in group})


def _request_url(http_url: str) -> str:
    if not http_url.startswith("https://"):
        raise BadInputError(field="--http", problem="must be an address that begins with https://")
    return http_url.rstrip("/").removesuffix(_PATH) + _PATH


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
        "event_subscriptions": {"bot_events": sorted(mentions.EVENTS), **where},
        "interactivity": {"is_enabled": True, **where},
        "socket_mode_enabled": request_url is None,
        "org_deploy_enabled": False,
        "token_rotation_enabled": False,
    }
