"""The manifest asks Slack for exactly what the code uses, and the committed file is the one it builds."""

import ast
import inspect
import json
import re
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BadInputError
from handlers import commands, shortcuts
from handlers.manifest import (
    SCOPES_OF_EVENT,
    SCOPES_OF_METHOD,
    WHY_EVENT,
    WHY_SCOPE,
    bot_events,
    manifest,
    scopes,
)

ROOT = Path(__file__).parents[2]
SOURCES = [*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/*.py")]
DOORS = [file for file in ROOT.glob("handlers/*.py") if file.name != "manifest.py"]

EVENTS = frozenset(
    """
    agent_session_stopped agent_session_title_changed app_deleted app_home_opened app_installed app_mention
    app_requested app_uninstalled app_uninstalled_team assistant_thread_context_changed
    assistant_thread_started call_rejected channel_archive channel_created channel_deleted
    channel_history_changed channel_id_changed channel_left channel_rename channel_shared channel_unarchive
    channel_unshared dnd_updated dnd_updated_user email_domain_changed emoji_changed entity_details_requested
    file_change file_created file_deleted file_public file_shared file_unshared function_executed
    grid_migration_finished grid_migration_started group_archive group_close group_deleted
    group_history_changed group_left group_open group_rename group_unarchive im_close im_created
    im_history_changed im_open invite_requested link_shared member_joined_channel member_left_channel message
    message_metadata_deleted message_metadata_posted message_metadata_updated pin_added pin_removed
    reaction_added reaction_removed shared_channel_invite_accepted shared_channel_invite_approved
    shared_channel_invite_declined shared_channel_invite_received star_added star_removed
    subteam_created subteam_members_changed subteam_self_added subteam_self_removed subteam_updated team_join
    team_rename tokens_revoked user_change user_huddle_changed user_profile_changed user_status_changed
    """.split()  # noqa: SIM905  # a list this long is read as words
)
"""Types of Events API events, from Slack's list of events."""


def methods_of_the_sdk():
    """Its functions and the Web API methods they call, read from its source."""
    functions = re.split(r"\n    async def ", inspect.getsource(AsyncWebClient))[1:]
    calls = (
        (text.partition("(")[0], re.findall(r'self\.api_call\(\s*"([\w.]+)"', text)) for text in functions
    )
    return {name: found[0] for name, found in calls if found}


def called():
    """The Web API methods that stand anywhere in our code, called or handed on."""
    known = methods_of_the_sdk()
    nodes = [node for file in SOURCES for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    by_name = {known[node.attr] for node in nodes if isinstance(node, ast.Attribute) and node.attr in known}
    by_call = {
        node.args[0].value
        for node in nodes
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "api_call" and node.args
    }
    return by_name | by_call


def compared(file):
    """The words that a door compares with: in `match`, `==`, `in`, and as keys of a table."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.MatchValue(value=found):
                yield from ast.walk(found)
            case ast.Compare(left=left, comparators=right):
                yield from (part for side in (left, *right) for part in ast.walk(side))
            case ast.Dict(keys=keys):
                yield from (key for key in keys if key)
            case ast.Call(func=ast.Name(id="frozenset" | "set"), args=[ast.Set(elts=parts)]):
                yield from parts


def handled():
    """The event types that some door knows by name."""
    words = (node.value for file in DOORS for node in compared(file) if isinstance(node, ast.Constant))
    return EVENTS & {word for word in words if isinstance(word, str)}


def test_the_committed_manifest_is_the_one_that_is_built():
    assert json.loads((ROOT / "manifest.json").read_text("utf-8")) == manifest(None)


def test_the_methods_are_those_that_the_code_names():
    assert called() == set(SCOPES_OF_METHOD)


def test_the_events_are_those_that_a_door_takes():
    assert {event.partition(".")[0] for event in bot_events()} == handled()


def test_each_scope_is_needed_and_each_scope_and_event_says_why():
    needed = {scope for group in (*SCOPES_OF_METHOD.values(), *SCOPES_OF_EVENT.values()) for scope in group}

    assert set(scopes()) - needed == {"commands", "files:read"}
    assert set(WHY_SCOPE) == set(scopes())
    assert set(WHY_EVENT) == set(bot_events())


def test_every_door_has_its_entry():
    features = manifest(None)["features"]

    assert {entry["command"] for entry in features["slash_commands"]} == set(commands.COMMANDS)
    assert [entry["callback_id"] for entry in features["shortcuts"]] == [shortcuts.ESCALATE]
    assert all(entry["should_escape"] for entry in features["slash_commands"])


def test_without_an_address_it_is_for_socket_mode():
    built = manifest(None)

    assert built["settings"]["socket_mode_enabled"]
    assert "url" not in json.dumps(built)


@pytest.mark.parametrize(
    "address", ["https://copilot.example", "https://copilot.example/", "https://copilot.example/slack/events"]
)
def test_an_address_is_where_slack_sends_everything(address):
    built = manifest(address)

    assert not built["settings"]["socket_mode_enabled"]
    urls = [entry["url"] for entry in built["features"]["slash_commands"]]
    urls += [built["settings"][name]["request_url"] for name in ("event_subscriptions", "interactivity")]
    assert set(urls) == {"https://copilot.example/slack/events"}


def test_a_path_before_the_receiver_is_kept():
    settings = manifest("https://gateway.example:8443/bots/copilot/")["settings"]

    url = settings["interactivity"]["request_url"]
    assert url == "https://gateway.example:8443/bots/copilot/slack/events"


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://copilot.example",
            "copilot.example",
            "https://",
            "https:///slack/events",
            "https://localhost",
        ),
        *("https://ana@copilot.example", "https://copilot.example?x=1", "https://copilot.example/#top"),
        *("https://two words.example", "https://copilot.example:port"),
    ],
)
def test_an_address_that_slack_cannot_reach_is_refused(address):
    with pytest.raises(BadInputError, match="--http"):
        manifest(address)


def test_an_address_without_tls_is_told_what_is_missing():
    with pytest.raises(BadInputError, match="must begin with https://, not http://"):
        manifest("http://copilot.example")


def text(least, most):
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def one_of(*words):
    return lambda value: value in words


def is_flag(value):
    return isinstance(value, bool)


def is_url(value):
    return isinstance(value, str) and value.startswith(("http://", "https://")) and len(value) <= 3000


def all_of(rule, most):
    def check(values):
        return isinstance(values, list) and 1 <= len(values) <= most and all(map(rule, values))

    return check


def unique(rule, most):
    return lambda values: all_of(rule, most)(values) and len(values) == len(set(values))


def record(*required, **fields):
    """An object that holds what it must and nothing that Slack does not know."""

    def check(value):
        return set(required) <= set(value) <= set(fields) and all(fields[k](v) for k, v in value.items())

    return check


def is_a_command(value):
    fields = {"url": is_url, "usage_hint": text(1, 1000), "should_escape": is_flag}
    check = record("command", "description", command=text(2, 32), description=text(1, 2000), **fields)
    return check(value) and value["command"].startswith("/")


SHORTCUT = {
    "name": text(1, 24),
    "type": one_of("message", "global"),
    "callback_id": text(1, 255),
    "description": text(1, 150),
}
PROMPT = record("title", "message", title=text(1, 300), message=text(1, 3000))
HOME = ("home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled")
LIMITS = record(
    "display_information",
    _metadata=record(major_version=one_of(1, 2)),
    display_information=record(
        "name",
        name=text(1, 35),
        description=text(1, 140),
        background_color=lambda value: re.fullmatch(r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?", value),
    ),
    features=record(
        app_home=record(**dict.fromkeys(HOME, is_flag)),
        bot_user=record("display_name", display_name=text(1, 80), always_online=is_flag),
        agent_view=record(agent_description=text(1, 300), suggested_prompts=all_of(PROMPT, 4)),
        slash_commands=all_of(is_a_command, 50),
        shortcuts=all_of(record(*SHORTCUT, **SHORTCUT), 10),
    ),
    oauth_config=record(scopes=record(bot=unique(text(1, 50), 255))),
    settings=record(
        event_subscriptions=record(request_url=is_url, bot_events=unique(text(1, 50), 100)),
        interactivity=record("is_enabled", is_enabled=is_flag, request_url=is_url),
        org_deploy_enabled=is_flag,
        socket_mode_enabled=is_flag,
        token_rotation_enabled=is_flag,
    ),
)
"""Names, kinds and lengths of Slack's JSON schema for app manifests, version 2, as far as we use them."""


@pytest.mark.parametrize("address", [None, "https://copilot.example"])
def test_it_keeps_to_slacks_schema(address):
    assert LIMITS(manifest(address))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("display_information", {"name": "x" * 36}),
        ("display_information", {"description": "no name"}),
        ("settings", {"socket_mode": True}),
        ("oauth_config", {"scopes": {"bot": ["commands", "commands"]}}),
        ("features", {"slash_commands": [{"command": "opus", "description": "no slash"}]}),
    ],
)
def test_a_manifest_that_slack_would_refuse_does_not_pass(part, value):
    assert not LIMITS({**manifest(None), part: value})
