"""Read through the product from backlot, a server of the Web API that was not written for this project."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from backlot.config import Settings
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import SlackWorkspace, identify
from bot.adapters.slack_read import IncidentReader
from bot.incident.messages import AuthorKind, Incident, IncidentRef
from bot.local import free_port
from tests.adapters.conftest import worker

START = 1_772_000_000
PATIENCE_SECONDS = 90
ROOTS, TALKATIVE, PAGE_SIZE = 60, 45, 20
PEOPLE = [f"{name}@acme.example" for name in ("ana", "ben", "cho", "dee")]


def message(number: int, content: str, **fields: object) -> dict[str, object]:
    author = PEOPLE[number % len(PEOPLE)]
    name = author.partition("@")[0].title()
    return {
        "author_email": author,
        "author_name": f"{name} Person",
        "created": START + number,
        "content": content,
        **fields,
    }


def corpus() -> list[dict[str, object]]:
    """More roots than fit a page, one thread longer than a page, and the odd shapes in between."""
    roots = []
    for number in range(ROOTS):
        at = number * 1000
        root = message(at, f"root {number}", source_type="slack", channel="inc-writes", doc_id=f"r{number}")
        if number % 10 == 0:
            count = TALKATIVE if number == 50 else 3
            root["replies"] = [message(at + n, f"reply {n} to {number}") for n in range(1, count + 1)]
        roots.append(root)
    roots[3]["content"] = "writes < 3 & reads > 4 since the deploy"
    roots[4]["subtype"] = "bot_message"
    roots[5]["edited"] = {"user": roots[5]["author_email"], "ts": f"{START + 5_009}.000000"}
    roots[6]["reactions"] = [{"name": "eyes", "users": PEOPLE[:3]}]
    return roots


@dataclass(frozen=True)
class There:
    """What was read, and from where."""

    slack: SlackWorkspace
    incident: Incident

    def told(self, content: str):
        [found] = [one for one in self.incident.messages if one.text == content]
        return found


@dataclass(frozen=True)
class Server:
    """Where it is, and the token that it takes."""

    base_url: str
    token: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server in a process of its own; `backlot.serve` gives it ten seconds, too few on a busy machine."""
    folder = tmp_path_factory.mktemp("backlot")
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus())))
    environment = {**os.environ, "BACKLOT_DATA_DIR": str(folder), "BACKLOT_TELEMETRY": "0"}
    run = [sys.executable, "-m", "backlot"]
    subprocess.run([*run, "import", str(folder / "corpus.jsonl")], env=environment, check=True)  # ours
    port = free_port()
    command = [*run, "serve", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    with subprocess.Popen(command, env=environment) as process:  # ours
        try:
            wait_until_it_answers(port)
            yield Server(base_url=f"http://127.0.0.1:{port}", token=Settings().admin_token)
        finally:
            process.terminate()


def wait_until_it_answers(port: int) -> None:
    for _ in range(PATIENCE_SECONDS * 10):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"backlot does not listen after {PATIENCE_SECONDS} s")


@pytest.fixture
async def there(server: Server, redis_client: Redis) -> AsyncIterator[There]:
    client = AsyncWebClient(token=server.token, base_url=f"{server.base_url}/slack/api/")
    listed = await client.conversations_list()
    [channel] = [one for one in listed["channels"] if one["name"] == "inc-writes"]
    slack = worker(client, redis_client, me=await identify(client))
    slack.live.reader = IncidentReader(client, page_size=PAGE_SIZE)
    ref = IncidentRef(team_id=slack.me.team_id, channel_id=channel["id"])
    yield There(slack, await slack.read(ref, until_ts=None))
    await slack.close()


async def test_all_pages_and_threads_of_another_server_are_read_each_message_once_in_order(there):
    read = there.incident

    texts = {one.text for one in read.messages}
    replies = {f"reply {n} to 50" for n in range(1, TALKATIVE + 1)}
    assert len(read.messages) == ROOTS + 3 * (ROOTS // 10 - 1) + TALKATIVE
    assert (read.omitted, read.deleted, read.channel_name) == (0, 0, "inc-writes")
    assert replies <= texts
    assert [one.number for one in read.messages] == list(range(1, len(read.messages) + 1))
    assert [one.at for one in read.messages] == sorted(one.at for one in read.messages)


async def test_authors_threads_text_edits_and_reactions_of_another_server_are_read(there):
    root, reply = there.told("root 50"), there.told("reply 1 to 50")

    assert (reply.thread_ts, root.thread_ts) == (root.ts, root.ts)
    assert {one.author.name for one in there.incident.messages} >= {"Ana Person", "Ben Person", "Cho Person"}
    assert there.told("root 4").author.kind is AuthorKind.BOT
    assert there.told("root 5").edited_at is not None
    assert there.told("root 6").reactions == (("eyes", 3),)
    assert there.told("writes < 3 & reads > 4 since the deploy").number == 7


async def test_permalinks_are_those_of_another_server(there):
    """It says of itself that a thread's root has the query too; a root opens without it as well."""
    reply, alone, root = (there.told(text) for text in ("reply 9 to 50", "root 1", "root 50"))

    given = [await permalink(there, one.ts) for one in (reply, alone, root)]

    assert [reply.permalink, alone.permalink] == given[:2]
    assert root.permalink == given[2].partition("?")[0]


async def permalink(there: There, ts: str) -> str:
    answer = await there.slack.client.chat_getPermalink(channel=there.incident.ref.channel_id, message_ts=ts)
    return str(answer["permalink"])


async def test_a_second_question_to_another_server_finds_nothing_new(there):
    again = await there.slack.read(there.incident.ref, until_ts=None)

    assert again.messages == there.incident.messages
