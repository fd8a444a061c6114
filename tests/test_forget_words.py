"""What `forget` tells whoever ran it."""

import asyncio
import json

import pytest

from bot.__main__ import command_line
from bot.adapters.incident_log import IncidentLog
from bot.adapters.sealing import Sealer
from bot.adapters.store import RedisMemory
from bot.forgetting import Counts
from bot.incident.log import Said
from bot.incident.messages import IncidentRef

LINK = "https://acme.slack.com/archives/C0INC00001"
TS = "100.000001"
SECRET = "not-a-token-not-a-token"
CHANNEL = IncidentRef(team_id="T1", channel_id="C0INC00001")


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (Counts(), "Nothing of it was kept."),
        (Counts(marks=1), "Nothing of it was kept; it will not be read again."),
        (
            Counts(messages=1, answers=6, hypotheses=2, marks=1),
            "Removed 1 message, 2 hypotheses, 6 answers; it will not be read again.",
        ),
    ],
)
def test_what_was_removed_is_a_sentence(counts, words):
    assert counts.in_words() == words


def test_what_still_stands_in_slack_is_told_with_what_to_do():
    told = Counts(answers=1, marks=1, left={"a1", "a2"}).in_words()

    assert told.startswith("Removed 1 answer; it will not be read again. Still in Slack: 2")
    assert told.endswith("run it again with a good SLACK_BOT_TOKEN.")


async def run(capsys, link):
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(command_line, ["forget", link])
    told = capsys.readouterr()
    return ended.value.code or 0, "".join(told.out.splitlines()[-1:]), told.err


@pytest.fixture
async def environment(redis_client, valkey_url, monkeypatch):
    """A log of one message, sealed with a secret of its own; no token."""
    given = {"REDIS_URL": valkey_url, "STORE_SECRET": SECRET, "SLACK_BOT_TOKEN": ""}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    log = IncidentLog(redis_client, Sealer(SECRET), ttl_seconds=3600)
    await log.open(CHANNEL)
    body = json.dumps({"ts": TS, "text": "gw-prod-17 fails"})
    await log.write(CHANNEL, [Said(ts=TS, version=TS, thread_ts=None, body=body)])
    await RedisMemory(redis_client).mint(CHANNEL, [TS])
    yield monkeypatch
    await log.aclose()


async def test_the_counts_are_data_on_one_stream_and_a_sentence_on_the_other(environment, capsys):
    code, out, err = await run(capsys, f"{LINK}/p100000001")

    assert (code, json.loads(out)["messages"]) == (0, 1)
    assert err == "Removed 1 message; it will not be read again.\n"


async def test_a_log_that_another_secret_sealed_is_left_alone_and_told(environment, capsys, redis_client):
    environment.setenv("STORE_SECRET", SECRET[::-1])
    before = await redis_client.dbsize()

    code, out, err = await run(capsys, f"{LINK}/p100000001")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "STORE_SECRET: the log of this channel was sealed with another one" in err
    assert await redis_client.dbsize() == before


async def test_a_whole_channel_is_forgotten_without_the_secret(environment, capsys):
    environment.setenv("STORE_SECRET", SECRET[::-1])

    code, out, err = await run(capsys, LINK)

    assert (code, json.loads(out)["logs"]) == (0, 1)
    assert "Slack's history may bring it back" in err
