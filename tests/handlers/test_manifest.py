"""The manifest asks Slack for exactly what the code uses, and the committed file is the one it builds."""

import json
import re
from pathlib import Path

import pytest

from bot.errors import BadInputError
from handlers import commands, mentions, shortcuts
from handlers.manifest import SCOPES_OF_METHOD, manifest, scopes

ROOT = Path(__file__).parents[2]
CALL = re.compile(
    r"client\.((?:agents|assistant|auth|bookmarks|bots|canvases|chat|conversations|files|pins|reactions|users"
    r"|views)_\w+)"
)


def called():
    files = [*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/*.py")]
    return {name.replace("_", ".") for file in files for name in CALL.findall(file.read_text("utf-8"))}


def test_the_committed_manifest_is_the_one_that_is_built():
    assert json.loads((ROOT / "manifest.json").read_text("utf-8")) == manifest(None)


def test_the_scopes_are_those_of_the_methods_that_are_called():
    assert called() == set(SCOPES_OF_METHOD)


def test_every_door_has_its_entry():
    built = manifest(None)

    assert {entry["command"] for entry in built["features"]["slash_commands"]} == set(commands.COMMANDS)
    assert [entry["callback_id"] for entry in built["features"]["shortcuts"]] == [shortcuts.ESCALATE]
    assert set(built["settings"]["event_subscriptions"]["bot_events"]) == set(mentions.EVENTS)
    assert {"app_mentions:read", "chat:write", "commands", "im:history"} <= set(scopes())


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


def test_an_address_without_https_is_refused():
    with pytest.raises(BadInputError, match="https"):
        manifest("http://copilot.example")


def test_slacks_limits_on_lengths_are_kept():
    features = manifest(None)["features"]

    assert all(len(entry["description"]) <= 2000 for entry in features["slash_commands"])
    assert all(len(entry["name"]) <= 24 for entry in features["shortcuts"])
    assert all(len(entry["description"]) <= 150 for entry in features["shortcuts"])
    assert len(manifest(None)["display_information"]["description"]) <= 140
