from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bot.answers import SavedAnswer
from bot.errors import BadInputError, EditFailedError, StoreUnavailableError
from bot.incident.board import RULE, Board
from bot.incident.hypotheses import Change, Status
from bot.lookups import COMMITS, FORGOTTEN, THANKS, UNMARKED, Lookups, ref_of
from bot.outgoing import Outgoing
from bot.request import Request, RequestKind
from bot.safety.redaction import Redactor
from bot.slack.limits import visible_text
from bot.slack.texts import plain
from bot.superseded import Marker, top_line
from tests.fakes import FakeMemory, FakeWorkspace
from tests.purses import money_of
from tests.slack.samples import H1, H2, STORE, clock

SECRET = "hunter2-hunter2"
PRESSED = f"{int(clock(22, 26).timestamp())}.000001"


@dataclass
class Deaf(FakeWorkspace):
    """A workspace that does not let old messages be changed."""

    failure: Exception | None = field(default_factory=lambda: EditFailedError(code="http_503"))

    async def update(self, posted, blocks, *, text):
        raise self.failure


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


def refutation(hypothesis="H1", text="it has the new pair", **changes):
    changes = {"subject": f"a1|{hypothesis}", "text": text, "pressed_ts": PRESSED, **changes}
    return request(RequestKind.REFUTE, **changes)


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
    await lookups.handle(request(RequestKind.FEEDBACK, text="bad"))

    assert memory.thumbs == {("a1", "UBEN"): "bad"}
    assert whispered(workspace) == [THANKS]


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


@pytest.mark.parametrize("kind", [RequestKind.EVIDENCE, RequestKind.REFUTE])
async def test_an_answer_that_is_no_longer_kept_is_said_to_be(lookups, workspace, kind):
    await lookups.handle(request(kind, subject="a9|H1" if kind is RequestKind.REFUTE else "a9"))

    assert whispered(workspace) == [FORGOTTEN]


async def test_a_refutation_stands_on_every_answer_that_names_the_hypothesis(lookups, workspace, memory):
    await lookups.handle(refutation("H2"))

    assert [posted.ts for posted, _, _ in workspace.updates] == ["2.0", "3.0"]
    assert all(
        seen(blocks).startswith("Superseded 22:26: H2 refuted by a person: it has")
        for _, blocks, _ in workspace.updates
    )
    assert "under your name" in whispered(workspace)[0]


async def test_a_second_refutation_keeps_the_first_on_the_line(lookups, workspace):
    await lookups.handle(refutation("H1", "no 1"))
    await lookups.handle(refutation("H2", "no 2", id="r2", asker_id="UCHO"))

    _, blocks, _ = next(update for update in reversed(workspace.updates) if update[0].ts == "2.0")
    assert "H1 refuted by a person: no 1; H2 refuted by a person: no 2" in seen(blocks)
    assert seen(blocks).count("Superseded") == 1


async def test_a_refutation_that_is_worked_twice_is_written_once(lookups, workspace, memory):
    for _ in range(2):
        await lookups.handle(refutation())

    [h1, _] = memory.boards[STORE.ref.key].hypotheses
    assert len(h1.history) == len(H1.history) + 1
    assert len(workspace.updates) == 1


async def test_a_refutation_without_slacks_time_has_ours(lookups, memory):
    await lookups.handle(refutation(pressed_ts=""))

    assert memory.boards[STORE.ref.key].hypotheses[0].history[-1].at == datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_long_reason_with_a_secret_fits_and_leaves_redacted(lookups, workspace, memory):
    await lookups.handle(refutation(text=f"{SECRET} " + "<!channel> very long " * 60))

    told = f"{workspace.updates} {workspace.whispers} {memory.boards}"
    assert SECRET not in told
    assert "<!channel>" not in workspace.updates[0][2]
    assert len(workspace.updates[0][2]) <= 280


async def test_a_hypothesis_that_is_not_there_is_named(lookups):
    with pytest.raises(BadInputError, match="H9 is not on this incident's board"):
        await lookups.handle(refutation("H9"))


async def test_a_board_that_never_stands_still_is_tried_again_later(lookups, memory):
    memory.rivals = [Board(hypotheses=(H1,), version=n) for n in range(COMMITS)]

    with pytest.raises(StoreUnavailableError):
        await lookups.handle(refutation())


async def test_answers_that_cannot_be_marked_now_are_marked_the_next_time(memory, out):
    deaf = Deaf(STORE)
    await Lookups(deaf, memory, out, money_of()).handle(refutation())
    board = memory.boards[STORE.ref.key]
    workspace = FakeWorkspace(STORE)

    left = await Marker(workspace, memory, out).mark(STORE.ref, board)
    await Marker(workspace, memory, out).mark(STORE.ref, board)

    assert UNMARKED in whispered(deaf)[0]
    assert left == 0
    assert [posted.ts for posted, _, _ in workspace.updates] == ["2.0"]


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


@pytest.mark.parametrize("thread", [None, "1742586540.000137"])
def test_an_answer_leads_back_to_its_incident(thread):
    ref = replace(STORE.ref, thread_ts=thread)

    assert ref_of(answer(incident_key=ref.key)) == ref
