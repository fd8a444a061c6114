"""What the documents say is so: commands exist, links lead somewhere, tables are the code's."""

import json
import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import app
from bot.doctor import machine, model, slack, store
from bot.settings import Settings
from handlers.briefs import BRIEFS
from handlers.manifest import WHY_EVENT, WHY_SCOPE
from handlers.words import VERBS

ROOT = Path(__file__).parents[1]
SLACK = (ROOT / "docs" / "slack.md").read_text("utf-8")
DOCUMENTS = {
    path.name: path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
CALLS = re.compile(r"python3? -m bot ((?:[a-z]+)(?: --?[a-z]+)*)")
LINKS = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")
VARIABLES = re.compile(r"`([A-Z][A-Z_]+)`|^([A-Z][A-Z_]+)=", re.MULTILINE)
NOT_OURS = {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"}
CHECKS = {
    *(slack.BOT, slack.SCOPES, slack.APP, slack.SECRET, slack.RECEIVER, slack.CONNECTIONS, slack.EVENTS),
    *(
        slack.CHANNELS,
        store.STORE,
        store.WRITES,
        store.MEMORY,
        store.DISK,
        store.SPEED,
        model.KEY,
        model.MODEL,
    ),
    *(machine.SETTINGS, machine.CLOCK, machine.FOLDER, machine.PORT, machine.PUBLIC, machine.PROXY),
}


def rows(heading):
    """The first two cells of each row of the table under a heading."""
    part = SLACK.partition(f"## {heading}\n")[2].partition("\n## ")[0].partition("\n\n| it runs")[0]
    cells = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("| `")]
    return {first.strip(" `"): second.strip(" |") for first, second, *_ in cells}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_exists_with_its_options(name):
    commands = get_command(app).commands
    called = [call.split() for call in CALLS.findall(DOCUMENTS[name])]

    for command, *options in called:
        assert command in commands
        known = {option for parameter in commands[command].params for option in parameter.opts}
        assert set(options) <= known


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_to_a_file_leads_to_one(name):
    folder = ROOT if name == "README.md" else ROOT / "docs"
    targets = [target for target, _ in LINKS.findall(DOCUMENTS[name]) if "://" not in target]

    assert [target for target in targets if not (folder / target).exists()] == []


def test_every_setting_of_an_operator_stands_in_the_readme():
    told = {first or second for first, second in VARIABLES.findall(DOCUMENTS["README.md"])}

    fields = {name.upper() for name in Settings.model_fields}
    assert fields - told <= {"SLACK_API_URL", "PACE_SECONDS"}


def test_every_variable_on_the_way_to_slack_is_one():
    told = {first or second for first, second in VARIABLES.findall(SLACK)}

    assert told - NOT_OURS <= {name.upper() for name in Settings.model_fields} | {"PERMALINK"}


def test_each_scope_and_each_event_stands_with_its_reason():
    assert rows("Each scope, and why") == WHY_SCOPE
    assert rows("Each event, and why") == WHY_EVENT


def test_each_check_of_doctor_stands_in_the_table_of_troubles():
    assert set(rows("When something is wrong")) == CHECKS


def test_the_files_that_the_way_names_are_there():
    named = (
        "manifest.json",
        "tools/setup.py",
        "requirements.txt",
        ".slack/hooks.json",
        "bot/adapters/keys.py",
    )

    assert all(name in SLACK and (ROOT / name).is_file() for name in named)
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").split()
    assert json.loads((ROOT / "manifest.json").read_text("utf-8"))["settings"]["socket_mode_enabled"]


def test_every_brief_and_every_verb_stands_in_the_table_of_what_people_type():
    told = DOCUMENTS["commands.md"]

    verbs = {*BRIEFS, *VERBS} - {"fixed", "post-mortem", "costs", "opus"}
    assert [word for word in sorted(verbs) if word not in told] == []
    assert all(word in told for word in ("is it fixed?", "/opus"))
