from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.answers import SavedAnswer
from bot.incident.board import RULE, Board
from bot.incident.hypotheses import Change, Status
from bot.lookups import FORGOTTEN, THANKS, Lookups, ref_of
from bot.outgoing import Outgoing
from bot.request import Request, RequestKind
from bot.safety.redaction import Redactor
from bot.slack.limits import visible_text
from bot.slack.texts import plain
from bot.superseded import top_line
from tests.fakes import FakeMemory, FakeWorkspace
from tests.purses import money_of
from tests.slack.samples import H1, H2, STORE, clock

SECRET = "hunter2-hunter2"
PRESSED = f"{int(clock(22, 26).timestamp())}.000001"


def answer(name="a1", ts="2.0", **changes):
    blocks = plain(f"answer {name}", answer_id=name)
    values = {
        "id": name,
        "incident_key": STORE.ref.key,
        "channel_id": "C1",
        "ts": ts,
        "question": "why?",
        "hypothesis_ids": ("H1", "H2"),
        "quotes": {"m3": ("Cho", "2025-03-21T20:37:00+00:00", "removed the old pair", "")},
        "blocks": blocks,
        "text": "Likely",
    }
    return SavedAnswer(**{**values, **changes})


def request(kind, **changes):
    values = {
        "id": f"r-{kind}",
        "kind": kind,
        "team_id": "T1",
        "channel_id": "C1",
        "asker_id": "UBEN",
        "text": "",
        "received_at": datetime(2026, 1, 1, tzinfo=UTC),
        "subject": "a1",
    }
    return Request(**{**values, **changes})


@pytest.fixture
def out():
    return Outgoing(redactor=Redactor(b"k", literals=(SECRET,)), link_hosts=frozenset())


@pytest.fixture
def memory():
    kept = {"a1": answer(), "a2": answer("a2", ts="3.0", hypothesis_ids=("H2",))}
    return FakeMemory(boards={STORE.ref.key: Board(hypotheses=(H1, H2))}, answers_kept=kept)


@pytest.fixture
def workspace():
    return FakeWorkspace(STORE)


@pytest.fixture
def lookups(workspace, memory, out):
    return Lookups(workspace, memory, out, money_of())


def seen(blocks):
    return "\n".join(visible_text(block) for block in blocks)


def whispered(workspace):
    return [seen(blocks) for _, blocks, _ in workspace.whispers]


async def test_thumbs_are_kept_and_thanked_for(lookups, workspace, memory):
    await lookups.handle(request(RequestKind.FEEDBACK, text="good"))

    assert memory.thumbs == {("a1", "UBEN"): "good"}
    assert whispered(workspace) == [THANKS]


async def test_who_finds_an_answer_not_useful_may_say_why_with_one_press(lookups, workspace, memory):
    await lookups.handle(request(RequestKind.FEEDBACK, text="bad"))
    assert memory.thumbs == {("a1", "UBEN"): "bad"}
    assert "What was wrong with it?" in whispered(workspace)[0]
    values = [b["value"] for block in workspace.whispers[0][1] for b in block["elements"] if "value" in b]
    assert "bad:fact|a1" in values

    await lookups.handle(request(RequestKind.FEEDBACK, text="bad:fact"))
    assert memory.thumbs == {("a1", "UBEN"): "bad:fact"}
    assert whispered(workspace)[1] == THANKS


async def test_help_says_what_it_does_not_know_without_its_secrets_and_without_a_ping(lookups, workspace):
    await lookups.handle(request(RequestKind.HELP, text=f"fnord {SECRET} <!channel>", subject=""))

    [(_, blocks, text)] = workspace.whispers
    first = seen(blocks).splitlines()[0]
    assert first.startswith("I do not know fnord ")
    assert SECRET not in f"{blocks} {text}"
    assert all(one["type"] == "text" for one in blocks[0]["elements"][0]["elements"])


async def test_evidence_shows_the_kept_words(lookups, workspace):
    await lookups.handle(request(RequestKind.EVIDENCE))

    assert "removed the old pair" in whispered(workspace)[0]


async def test_an_answer_that_is_no_longer_kept_is_said_to_be(lookups, workspace):
    await lookups.handle(request(RequestKind.EVIDENCE, subject="a9"))

    assert whispered(workspace) == [FORGOTTEN]


async def test_help_says_what_can_be_asked(lookups, workspace):
    await lookups.handle(request(RequestKind.HELP))

    assert "/copilot postmortem" in whispered(workspace)[0]


def test_what_fell_by_rule_cites_the_message_that_felled_it():
    fall = Change(at=clock(22, 36), status=Status.REFUTED, because=("m18",), by=RULE)
    fallen = replace(H2, status=Status.REFUTED, history=(fall,))

    assert top_line(answer(), Board(hypotheses=(H1, fallen))) == "Superseded 22:36: H2 refuted [18]"
    assert top_line(answer(), Board(hypotheses=(H1, H2))) == ""


def test_an_answer_of_which_one_only_lost_to_a_rival_is_updated():
    lost = Change(at=clock(22, 36), status=Status.STALE, because=("m18",), reason="H1 is confirmed", by=RULE)
    board = Board(hypotheses=(H1, replace(H2, status=Status.STALE, history=(lost,))))

    words = "Updated 22:36: H2 is not supported any more [18]: H1 is confirmed"
    assert top_line(answer(), board) == words


@pytest.mark.parametrize("status", [Status.SUPPORTED, Status.CONFIRMED])
def test_an_answer_says_what_rose_after_it_was_given(status):
    rise = Change(at=clock(22, 36), status=status, because=("m18",), by=RULE)
    board = Board(hypotheses=(replace(H1, status=status, history=(rise,)), H2))
    later = f"{int(clock(22, 40).timestamp())}.000001"

    assert top_line(answer(), board) == f"Updated 22:36: H1 {status} [18]"
    assert top_line(answer(ts=later), board) == ""


@pytest.mark.parametrize("thread", [None, "1742586540.000137"])
def test_an_answer_leads_back_to_its_incident(thread):
    ref = replace(STORE.ref, thread_ts=thread)

    assert ref_of(answer(incident_key=ref.key)) == ref
