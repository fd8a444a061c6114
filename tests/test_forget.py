"""`forget` on a real store: what it removes, what it leaves, what it says."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.__main__ import command_line
from bot.adapters.incident_log import IncidentLog
from bot.adapters.log_keeper import LogKeeper
from bot.adapters.purse_store import RedisPurse
from bot.adapters.sealing import Sealer
from bot.adapters.steady import steadied
from bot.adapters.store import RedisMemory
from bot.adapters.valkey import EmbeddedValkey
from bot.answers import KeptFile, SavedAnswer
from bot.errors import EditFailedError, StoreUnavailableError
from bot.forgetting import SENTENCE, Forgetting, bare
from bot.incident.board import Board
from bot.incident.log import Log, Said
from bot.incident.messages import IncidentRef
from bot.permalinks import Place
from bot.removed import Counts
from bot.slack.texts import plain
from tests.slack.samples import H1, H2, cite
from tests.waiting import eventually

ROOT = Path(__file__).parents[1]
CHANNEL = IncidentRef(team_id="T1", channel_id="C0INC00001")
THREAD = replace(CHANNEL, thread_ts="100.000001")
FIRST, SECOND, THIRD, ALONE = "100.000001", "100.000002", "100.000003", "200.000001"
LINK = "https://acme.slack.com/archives/C0INC00001"
SECRET = "not-a-token-not-a-token"


@dataclass
class FakeSlack:
    failure: bool = False
    threads: dict[str, set[str]] = field(default_factory=dict)
    last: str = ""
    replaced: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    async def replace(self, posted, sentence, *, answer_id):
        if self.failure:
            raise EditFailedError(code="http_503")
        self.replaced.append((posted.ts, sentence))

    async def remove_file(self, file_id):
        if self.failure:
            raise EditFailedError(code="http_503")
        self.removed.append(file_id)

    async def thread(self, channel_id, root_ts):
        return self.threads.get(root_ts, set())

    async def newest(self, channel_id):
        return self.last


def said(ts, words, thread_ts=None):
    return Said(ts=ts, version=ts, thread_ts=thread_ts, body=json.dumps({"ts": ts, "text": words}))


def citing(hypothesis, number):
    """A hypothesis that rests on one message alone."""
    [link, *_] = hypothesis.links
    return replace(
        hypothesis,
        trigger=replace(hypothesis.trigger, evidence=(cite(number),)),
        links=(replace(link, evidence_for=(cite(number),), evidence_against=()),),
        impact=replace(hypothesis.impact, evidence=()),
        history=(),
    )


def answer(name, ref, number, words="gw-prod-17 fails", **changes):
    values = {
        "id": name,
        "incident_key": ref.key,
        "channel_id": ref.channel_id,
        "ts": f"300.{number:06d}",
        "question": "why?",
        "quotes": {f"m{number}": ("Ana", "2025-03-21T20:37:00+00:00", words, "")},
        "blocks": plain(f"{words} [{number}]", answer_id=name),
        "text": words,
    }
    return SavedAnswer(**{**values, **changes})


@pytest.fixture
async def logs(redis_client):
    log = IncidentLog(redis_client, Sealer(SECRET), ttl_seconds=3600)
    yield log
    await log.aclose()


@pytest.fixture
async def kept(redis_client, logs):
    """A channel of four messages, three of them in a thread, all known to two incidents."""
    memory = RedisMemory(redis_client)
    entries = [
        said(FIRST, "gw-prod-17 fails", FIRST),
        said(SECOND, "old pair removed", FIRST),
        said(THIRD, "so it is", FIRST),
        said(ALONE, "another thing"),
    ]
    await logs.open(CHANNEL)
    await logs.write(CHANNEL, entries)
    await memory.mint(CHANNEL, [FIRST, SECOND, THIRD, ALONE])
    await memory.mint(THREAD, [FIRST, SECOND])
    await memory.commit_board(CHANNEL, Board(hypotheses=(citing(H1, 1), citing(H2, 4))))
    await memory.save_answer(answer("a1", CHANNEL, 1))
    await memory.save_answer(answer("a4", CHANNEL, 4, "another thing"))
    await memory.save_answer(answer("t1", THREAD, 1))
    return memory


@pytest.fixture
def slack():
    return FakeSlack()


@pytest.fixture
def forgetting(kept, logs, redis_client, slack):
    return Forgetting(
        kept=kept, logs=LogKeeper(logs, redis_client), books=RedisPurse(redis_client), slack=slack
    )


async def standing(logs, ref=CHANNEL):
    log = Log()
    log.apply_all((await logs.since(ref, None)).entries)
    return set(log.said)


async def test_a_message_leaves_with_all_that_came_of_it_and_the_rest_stays(forgetting, kept, logs, slack):
    counts = await forgetting.forget("T1", Place(channel_id=CHANNEL.channel_id, ts=FIRST))

    assert counts.as_json() == {
        "messages": 1,
        "logs": 0,
        "hypotheses": 1,
        "answers": 2,
        "posts": 2,
        "files": 0,
        "posts_left": 0,
        "keys": 0,
        "marks": 1,
    }
    assert await standing(logs) == {SECOND, THIRD, ALONE}
    assert [h.claim for h in (await kept.board(CHANNEL)).hypotheses] == [H2.claim]
    assert [one.id for one in await kept.answers(CHANNEL)] == ["a4"]
    assert {sentence for _, sentence in slack.replaced} == {SENTENCE}
    assert (await kept.forgotten(CHANNEL)).covers(FIRST)
    assert await kept.is_withdrawn(f"msg:T1:{CHANNEL.channel_id}:{FIRST}")


async def test_no_word_of_it_is_left_in_the_store(forgetting, kept, redis_client):
    await forgetting.forget("T1", Place(channel_id=CHANNEL.channel_id, ts=FIRST))

    texts = [await redis_client.get(name) async for name in redis_client.scan_iter(_type="string")]
    hashes = [await redis_client.hgetall(name) async for name in redis_client.scan_iter(_type="hash")]
    assert "another thing" in f"{texts}"
    assert "gw-prod-17" not in f"{texts} {hashes}"


async def test_what_cites_nothing_of_it_is_left_alone_and_a_second_run_finds_nothing(forgetting, kept):
    place = Place(channel_id=CHANNEL.channel_id, ts=FIRST)
    await forgetting.forget("T1", place)

    counts = await forgetting.forget("T1", place)

    assert counts.as_json() == {**dict.fromkeys(counts.as_json(), 0), "marks": 1}


async def test_a_thread_leaves_the_channel_and_its_own_incident(forgetting, kept, logs, slack):
    slack.threads = {FIRST: {FIRST, "100.000009"}}

    counts = await forgetting.forget("T1", Place(channel_id=CHANNEL.channel_id, ts=FIRST, is_thread=True))

    marks = await kept.forgotten(CHANNEL)
    assert counts.messages == 3
    assert await standing(logs) == {ALONE}
    assert [one.id for one in await kept.answers(CHANNEL)] == ["a4"]
    assert await kept.answers(THREAD) == []
    assert marks.covers("100.000009", FIRST)
    assert not marks.covers("100.000010", FIRST)


FILES = (
    KeptFile(id="F1", request_id="a1", cites=frozenset()),
    KeptFile(id="F2", request_id="draft", cites=frozenset({"m1", "m4"})),
    KeptFile(id="F3", request_id="draft", cites=frozenset({"m4"})),
)


@pytest.mark.parametrize(
    ("place", "removed"),
    [({"ts": FIRST}, ["F1", "F2"]), ({}, ["F1", "F2", "F3"])],
    ids=["message", "channel"],
)
async def test_files_of_answers_and_drafts_that_cite_it_leave_slack(forgetting, kept, slack, place, removed):
    for file in FILES:
        await kept.save_file(CHANNEL, file)
    where = Place(channel_id=CHANNEL.channel_id, **place)
    slack.failure = True
    before = await forgetting.forget("T1", where)
    slack.failure = False

    counts = await forgetting.forget("T1", where)

    left = {file.id for file in await kept.files(CHANNEL)}
    assert (before.files, set(removed) & before.left) == (0, set(removed))
    assert (counts.files, sorted(slack.removed)) == (len(removed), removed)
    assert left == {"F1", "F2", "F3"} - set(removed)


async def test_a_reply_names_its_thread_when_all_of_it_is_meant(forgetting, logs):
    place = Place(channel_id=CHANNEL.channel_id, ts=SECOND, thread_ts=FIRST)

    await forgetting.forget("T1", place, whole_thread=True)

    assert await standing(logs) == {ALONE}


async def test_a_channel_leaves_whole(forgetting, kept, redis_client, slack):
    slack.last = "250.000001"

    counts = await forgetting.forget("T1", Place(channel_id=CHANNEL.channel_id))

    left = [name.decode() async for name in redis_client.scan_iter(match="*C0INC00001*")]
    assert left == ["{copilot}:forgotten:T1:C0INC00001"]
    assert (counts.answers, counts.posts, counts.logs) == (3, 3, 1)
    assert (await kept.forgotten(CHANNEL)).until_ts == "250.000001"


@pytest.mark.parametrize("place", [{"ts": FIRST}, {}])
async def test_what_could_not_be_replaced_is_replaced_by_the_next_run(forgetting, kept, slack, place):
    where = Place(channel_id=CHANNEL.channel_id, **place)
    slack.failure = True
    counts = await forgetting.forget("T1", where)
    slack.failure = False

    again = await forgetting.forget("T1", where)

    assert len(counts.left) == again.posts > 0
    assert again.answers == 0
    assert {ts for ts, _ in slack.replaced} >= {"300.000001"}


async def test_without_slack_the_place_of_an_answer_is_all_that_stays(forgetting, kept):
    await replace(forgetting, slack=None).forget("T1", Place(channel_id=CHANNEL.channel_id, ts=FIRST))

    [left, _] = await kept.answers(CHANNEL)
    assert left == bare(left)


async def test_an_answer_to_a_forgotten_question_goes_too(forgetting, kept):
    asked = answer(f"msg:T1:{CHANNEL.channel_id}:{ALONE}", CHANNEL, 2, quotes={}, blocks=[])
    await kept.save_answer(asked)

    await forgetting.forget("T1", Place(channel_id=CHANNEL.channel_id, ts=ALONE))

    assert await kept.answer(asked.id) is None


async def test_an_answer_can_be_forgotten_by_its_own_link(forgetting, kept, slack):
    await forgetting.forget("T1", Place(channel_id=CHANNEL.channel_id, ts="300.000004"))

    assert await kept.answer("a4") is None
    assert [ts for ts, _ in slack.replaced] == ["300.000004"]


async def test_two_workspaces_are_counted_together():
    both = Counts(answers=1, left={"a1"}) + Counts(answers=2, left={"a1", "a2"})

    assert (both.answers, both.as_json()["posts_left"]) == (3, 2)


async def test_a_board_that_never_stands_still_is_told(forgetting, redis_client):
    class Busy(RedisMemory):
        async def commit_board(self, ref, board):
            return False

    busy = replace(forgetting, kept=Busy(redis_client))

    with pytest.raises(StoreUnavailableError):
        await busy.forget("T1", Place(channel_id=CHANNEL.channel_id, ts=FIRST))


def process(*arguments, **environment):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "REDIS_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", "forget", *arguments],
        capture_output=True,
        cwd=ROOT,
        env={**own, "SLACK_BOT_TOKEN": "", "REDIS_URL": "", **environment},
        timeout=60,
        check=False,
    )


async def test_the_command_prints_what_was_removed(kept, valkey_url, capsys, monkeypatch):
    given = {"REDIS_URL": valkey_url, "STORE_SECRET": SECRET, "SLACK_BOT_TOKEN": ""}
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(command_line, ["forget", f"{LINK}/p100000001", "--thread"])

    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (ended.value.code or 0, told["messages"], told["answers"], told["posts_left"]) == (0, 3, 2, 2)


def written(folder):
    """What a store that appends to a file has on its disk."""
    return b"".join(path.read_bytes() for path in folder.rglob("*.aof"))


async def test_the_command_finds_the_store_of_a_program_that_is_running(tmp_path):
    async with EmbeddedValkey(tmp_path) as url, steadied(Redis.from_url(url)) as redis:
        memory = RedisMemory(redis)
        await memory.mint(CHANNEL, [FIRST])
        await memory.save_answer(answer("a1", CHANNEL, 1))

        while b"gw-prod-17" not in written(tmp_path):  # noqa: ASYNC110  # a file tells nobody
            await asyncio.sleep(0.01)
        ran = await asyncio.to_thread(
            process, f"{LINK}/p100000001", DATA_DIR=str(tmp_path), STORE_SECRET=SECRET
        )

        [left] = await memory.answers(CHANNEL)
        assert (ran.returncode, json.loads(ran.stdout)["answers"]) == (0, 1)
        assert left == bare(left)
        await eventually(lambda: b"gw-prod-17" not in written(tmp_path))  # its old file goes a little later


@pytest.mark.parametrize(
    ("link", "environment", "words"),
    [
        ("nonsense", {}, "PERMALINK: is no link into Slack; copy one such as"),
        (LINK, {"DATA_DIR": "/nowhere"}, "DATA_DIR: /nowhere holds no"),
        (
            LINK,
            {"REDIS_URL": "redis://127.0.0.1:9"},
            "REDIS_URL: the store does not answer",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_with_the_remedy(capsys, monkeypatch, link, environment, words):
    for name, value in {"SLACK_BOT_TOKEN": "", "REDIS_URL": "", **environment}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        command_line(["forget", link])

    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert words in told.err
    assert told.err.count("\n") == 1
