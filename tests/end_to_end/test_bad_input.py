"""Bad input through the whole product: the log stays right and the answer says what it left out."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import INCIDENTS, KEY_ROTATION, Product
from tests.end_to_end.person import AtThePage, until, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = "1700000000.000001"
ASK_AT = "1700000900.000001"
EXPIRED = "log: ```x509: certificate has expired (payment proxy)```"
LONG_LINE = "9f" * 500_000
BINARY = "\x89PNG\r\n\x1a\n" + "".join(map(chr, range(32))) * 40
REFUSED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069\u200b]")
"""What must never stand in an answer: control characters, lone surrogates, bidi marks, hidden spaces."""


def file(name: str, mimetype: str, **more: Any) -> dict[str, Any]:
    kind = name.rpartition(".")[2]
    return {"id": f"F0{kind.upper()}", "name": name, "mimetype": mimetype, "filetype": kind, **more}


HOSTILE: tuple[dict[str, Any], ...] = (
    {"text": BINARY},
    {"text": LONG_LINE},
    {"text": "half an emoji \ud83d, the other half \ude00, and \ufffd"},
    {"text": "\u202etxt.exe\u202c \u2066hidden\u2069 zero\u200bwidth \u0007bell"},
    {"text": "dump", "files": [file("core.bin", "application/octet-stream", size=10_000_000, mode="hosted")]},
    {"text": "log", "files": [file("app.log", "text/plain", size=2_000_000, preview=LONG_LINE)]},
)
STORY: tuple[dict[str, Any], ...] = (
    {"user": "U0EVA00001", "text": "checkout is slow for some customers"},
    {"user": "U0KAI00001", "text": "renewed the certificate of the payment proxy at 22:14"},
    {
        "bot_id": "B0MON00001",
        "subtype": "bot_message",
        "username": "Alertmanager",
        "text": "[FIRING:1] CheckoutErrors: 5xx above 5 %",
    },
    {"user": "U0KAI00001", "text": EXPIRED},
)


def incident(name: str, *, before: tuple[dict[str, Any], ...] = (), crowd: int = 0) -> dict[str, Any]:
    """One thread: its root, what comes before the story, a crowd, and the story, two seconds apart."""
    people = tuple({"user": f"U0P{n:06d}", "text": f"same here, number {n}"} for n in range(crowd))
    told = (STORY[0], *before, *people, *STORY[1:])
    start = 1_700_000_000
    messages = [
        {"type": "message", "user": "U0EVA00001", "thread_ts": ROOT, "ts": f"{start + at}.000001", **fields}
        for at, fields in enumerate(told)
    ]
    return {
        "id": name,
        "channel": {"id": f"C0{name.upper()}", "name": f"inc-{name}"},
        "shape": "thread",
        "ask_at": ASK_AT,
        "question": "why does checkout fail?",
        "messages": messages,
    }


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An incident full of bad input, one without any, and one with five hundred people."""
    folder = tmp_path_factory.mktemp("bad")
    shutil.copy(INCIDENTS / f"{KEY_ROTATION}.json", folder)
    made = (incident("hostile", before=HOSTILE), incident("plain"), incident("crowd", crowd=500))
    for one in made:
        (folder / f"{one['id']}.json").write_text(json.dumps(one))
    return folder


async def asked(person: AtThePage, question: str | None = None, *, count: int = 1) -> str:
    """Ask, and return the words of the latest of so many finished answers."""
    await person.ask(question)
    return words((await person.answers(count))[-1]["blocks"])


def read(product: Product) -> list[tuple[int, int]]:
    """How many messages each run read, and how many of them were deleted."""
    return [(run["messages"], run["deleted"]) for run in product.logged("incident.read")]


async def test_an_answer_says_what_it_shortened_and_what_it_could_not_read(product: Product):
    person = await product.fresh("hostile")

    answer = await asked(person)

    assert "certificate" in answer
    assert "read 10 of 10 messages" in answer
    assert "2 messages shortened" in answer
    assert "1 file: first lines only" in answer
    assert "1 file not read (binary)" in answer
    assert REFUSED.search(answer) is None
    assert product.logged("request.failed") == []


async def test_five_hundred_people_are_read_and_named_in_order(product: Product):
    person = await product.fresh("crowd")

    answer = await asked(person)

    assert "read 504 of 504 messages" in answer
    assert "certificate has expired" in answer
    assert "[504]" in answer


async def test_bad_input_that_comes_live_stands_in_the_log_as_in_history(product: Product):
    person = await product.fresh("plain")
    await asked(person)
    channel, _ = await person.place()
    live = [fields for fields in HOSTILE if fields["text"] != LONG_LINE and "preview" not in str(fields)]
    live += [{"text": f"here too, {number}", "user": f"U0L{number:06d}"} for number in range(500)]
    for fields in live:
        product.sandbox.person.post(channel, fields, thread_ts=ROOT, as_user="U0EVA00001")
    await product.sandbox.delivery.settled()
    calls_before = len(product.sandbox.web_api.calls)

    answer = await asked(person, "what now?", count=2)

    read_calls = [
        call.method
        for call in list(product.sandbox.web_api.calls)[calls_before:]
        if call.method in {"conversations.history", "conversations.replies"}
    ]
    assert read(product) == [(4, 0), (4 + len(live), 0)]
    assert len(read_calls) <= 1
    assert REFUSED.search(answer) is None


async def test_an_event_too_long_for_the_door_is_found_in_history(product: Product):
    person = await product.fresh("plain")
    await asked(person)
    channel, _ = await person.place()
    product.sandbox.person.post(channel, {"text": LONG_LINE * 2}, thread_ts=ROOT, as_user="U0EVA00001")
    product.sandbox.person.say(channel, "that was the log", thread_ts=ROOT, as_user="U0KAI00001")

    answer = await asked(person, "what now?", count=2)

    assert read(product) == [(4, 0), (6, 0)]
    assert "1 message shortened" in answer


async def test_a_deleted_root_keeps_its_thread_and_is_counted_as_deleted(product: Product):
    person = await product.fresh("plain")
    channel, _ = await person.place()
    await asked(person)
    product.sandbox.person.delete(channel, ROOT, is_admin=True)

    answer = await asked(person, "and now?", count=2)

    assert read(product) == [(4, 0), (3, 1)]
    assert "(1 deleted)" in answer
    assert "slow for some customers" not in answer


async def test_an_answer_whose_evidence_was_deleted_says_so_on_its_first_line(product: Product):
    person = await product.fresh("plain")
    channel, _ = await person.place()
    await asked(person)
    renewed = product.sandbox.player.take.scenario.messages[1]["ts"]

    await person.call("delete", channel=channel, ts=renewed)

    async def told() -> str:
        shown = words((await person.answers())[0]["blocks"])
        return shown if "was deleted" in shown[:200] else ""

    assert (await until(told)).startswith("Updated")
    assert "renewed the certificate" not in await asked(person, "and now?", count=2)
