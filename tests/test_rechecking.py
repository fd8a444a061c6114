"""What follows when a message that answers rest on is deleted or edited."""

from dataclasses import dataclass, replace

import pytest

from bot.answers import SavedAnswer
from bot.boards import COMMITS
from bot.errors import ChannelUnreadableError, SlackAwayError, StoreUnavailableError
from bot.incident.board import Board
from bot.incident.hypotheses import Change, Status
from bot.incident.lost import Lost
from bot.rechecking import DELETED_QUOTE, OLD_VERDICT, Rechecker, outdated
from bot.slack.blocks import rich, spans
from bot.slack.limits import visible_text
from tests.fakes import FakeLog, FakeMemory, FakeWorkspace
from tests.slack.samples import H1, H2, STORE, cite, clock

LOG_LINE = STORE.by_id["m13"]
AT = clock(22, 36)
SHOWN = Change(at=clock(22, 26), status=Status.PROPOSED, reason="proposed")


@dataclass
class Blind(FakeWorkspace):
    """A workspace whose channel cannot be read any more."""

    async def read(self, ref, *, until_ts):
        raise ChannelUnreadableError(channel_id="C1", code="not_in_channel")


def resting(hypothesis, quote="403 InvalidAccessKeyId"):
    """A hypothesis of which message 13 shows the last link."""
    [*links, last] = hypothesis.links
    link = replace(last, evidence_for=(cite(13, quote=quote),))
    return replace(hypothesis, links=(*links, link), history=(SHOWN,))


def apart(hypothesis):
    """The same without a word of message 13."""
    kept = [link for link in hypothesis.links if "m13" not in {i.id for i in link.evidence_for}]
    return replace(hypothesis, links=tuple(kept), history=(SHOWN,))


def answer(**changes):
    values = {
        "id": "a1",
        "incident_key": STORE.ref.key,
        "channel_id": "C1",
        "ts": "2.0",
        "question": "why?",
        "hypothesis_ids": ("H1",),
        "quotes": {"m13": ("Ben", LOG_LINE.at.isoformat(), LOG_LINE.text, "")},
        "blocks": [rich([spans("storage auth failed: 403 InvalidAccessKeyId [13]")])],
        "text": "storage auth failed: 403 InvalidAccessKeyId",
        "claims": {"H1": "403 InvalidAccessKeyId stops writes"},
    }
    return SavedAnswer(**{**values, **changes})


def without(ts):
    return STORE.with_messages(message for message in STORE.messages if message.ts != ts)


def saying(text):
    return STORE.with_messages(replace(m, text=text) if m is LOG_LINE else m for m in STORE.messages)


@pytest.fixture
def memory():
    return FakeMemory(
        boards={STORE.ref.key: Board(hypotheses=(resting(H1), apart(H2)))},
        answers_kept={"a1": answer()},
        numbers={message.ts: message.number for message in STORE.messages},
    )


def rechecker(memory, incident, *, log=None, workspace=None):
    return Rechecker(
        workspace=workspace or FakeWorkspace(incident),
        memory=memory,
        log=log or FakeLog(),
        literals=(),
        link_hosts=frozenset(),
    )


async def recheck(memory, incident, *, is_deleted, **changes):
    made = rechecker(memory, incident, **changes)
    await made.recheck(STORE.ref, LOG_LINE.ts, is_deleted=is_deleted, at=AT)
    return made.workspace


def seen(blocks):
    return "\n".join(map(visible_text, blocks))


async def test_a_deleted_message_fells_what_cites_it_and_the_older_answer_says_so(memory):
    workspace = await recheck(memory, without(LOG_LINE.ts), is_deleted=True)

    [h1, h2] = memory.boards[STORE.ref.key].hypotheses
    assert (h1.status, h2.status) == (Status.STALE, H2.status)
    [(posted, blocks, text)] = workspace.updates
    words = (
        "Updated 22:36: H1 is not supported any more: message [13] was deleted. Ask again for a fresh answer."
    )
    assert posted.ts == "2.0"
    assert seen(blocks).splitlines()[0] == words
    assert text.startswith(words)
    assert workspace.whispers == []


async def test_its_words_leave_what_is_kept_and_what_is_shown(memory):
    workspace = await recheck(memory, without(LOG_LINE.ts), is_deleted=True)

    told = f"{memory.boards} {memory.answers_kept} {workspace.updates}"
    assert "InvalidAccessKeyId" not in told
    assert memory.answers_kept["a1"].quotes["m13"][2] == DELETED_QUOTE


async def test_a_recheck_that_broke_off_loses_no_word_that_is_to_be_taken_out(memory):
    @dataclass
    class SickOnce(FakeWorkspace):
        reads: int = 0

        async def read(self, ref, *, until_ts):
            self.reads += 1
            if self.reads == 1:
                raise SlackAwayError(code="internal_error")
            return self.incident

    memory.answers_kept["a1"] = answer(quotes={})
    workspace, log = SickOnce(without(LOG_LINE.ts)), FakeLog(said={LOG_LINE.ts: LOG_LINE.text})
    with pytest.raises(SlackAwayError):
        await recheck(memory, None, is_deleted=True, workspace=workspace, log=log)
    kept = dict(log.said)

    await recheck(memory, None, is_deleted=True, workspace=workspace, log=log)

    assert kept == {LOG_LINE.ts: LOG_LINE.text}
    assert log.said == {}
    assert "InvalidAccessKeyId" not in f"{memory.answers_kept} {workspace.updates}"


async def test_words_that_others_said_too_stay(memory):
    also = STORE.with_messages(
        replace(m, text="I see storage auth failed: 403 InvalidAccessKeyId") if m.id == "m12" else m
        for m in without(LOG_LINE.ts).messages
    )
    others = rich([spans("Refused: storage auth failed: 403 InvalidAccessKeyId [12]")])
    memory.answers_kept["a1"] = answer(blocks=[*answer().blocks, others])

    workspace = await recheck(memory, also, is_deleted=True)

    assert seen(workspace.updates[0][1]).splitlines()[1:] == [
        "Refused: storage auth failed: 403 InvalidAccessKeyId [12]"
    ]


async def test_doing_it_twice_does_what_once_does(memory):
    await recheck(memory, without(LOG_LINE.ts), is_deleted=True)
    before = (memory.boards[STORE.ref.key], memory.answers_kept["a1"])

    workspace = await recheck(memory, without(LOG_LINE.ts), is_deleted=True)

    assert (memory.boards[STORE.ref.key], memory.answers_kept["a1"]) == before
    assert workspace.updates == []


async def test_an_answer_without_hypotheses_still_says_that_its_source_is_gone(memory):
    memory.boards.clear()
    memory.answers_kept["a1"] = answer(hypothesis_ids=(), quotes={}, claims={})

    workspace = await recheck(memory, without(LOG_LINE.ts), is_deleted=True)

    assert seen(workspace.updates[0][1]).startswith("Updated 22:36: message [13] was deleted. Ask again")


async def test_what_the_log_still_had_of_it_leaves_older_answers_too(memory):
    memory.answers_kept["a1"] = answer(quotes={})

    workspace = await recheck(
        memory, without(LOG_LINE.ts), is_deleted=True, log=FakeLog(said={LOG_LINE.ts: LOG_LINE.text})
    )

    assert "InvalidAccessKeyId" not in seen(workspace.updates[0][1])


async def test_an_edit_that_keeps_what_was_cited_is_no_news(memory):
    workspace = await recheck(memory, saying(f"{LOG_LINE.text} (FRA only)"), is_deleted=False)

    assert memory.boards[STORE.ref.key].hypotheses[0].status is Status.PROPOSED
    assert workspace.updates == []
    assert memory.answers_kept["a1"].quotes["m13"][2].endswith("(FRA only)")


async def test_an_edit_that_takes_back_what_was_cited_fells_it_and_replaces_the_quote(memory):
    workspace = await recheck(memory, saying("sorry, wrong log"), is_deleted=False)

    assert memory.boards[STORE.ref.key].hypotheses[0].status is Status.STALE
    assert memory.answers_kept["a1"].quotes["m13"][2] == "sorry, wrong log"
    shown = seen(workspace.updates[0][1])
    assert "H1 is not supported any more: message [13] was edited" in shown
    assert "InvalidAccessKeyId" not in shown


async def test_a_secret_that_an_edit_brings_is_kept_redacted(memory):
    token = "xoxb-" + "7" * 24

    await recheck(memory, saying(f"{LOG_LINE.text} {token}"), is_deleted=False)

    assert token not in f"{memory.answers_kept}"


async def test_a_message_that_was_edited_and_is_gone_by_now_counts_as_deleted(memory):
    workspace = await recheck(memory, without(LOG_LINE.ts), is_deleted=False)

    assert "was deleted" in seen(workspace.updates[0][1])


@pytest.mark.parametrize(("is_deleted", "updates"), [(True, 1), (False, 0)])
async def test_a_channel_that_cannot_be_read_any_more_hides_no_deletion(memory, is_deleted, updates):
    workspace = await recheck(memory, STORE, is_deleted=is_deleted, workspace=Blind(STORE))

    assert len(workspace.updates) == updates


@pytest.mark.parametrize("known", [{}, {LOG_LINE.ts: 13}])
async def test_what_nothing_rests_on_costs_no_reading(known):
    memory, log = FakeMemory(numbers=known), FakeLog()

    await recheck(memory, STORE, is_deleted=True, log=log, workspace=Blind(STORE, failure=AssertionError()))

    assert log.erased == [(STORE.ref.key, LOG_LINE.ts)]


async def test_an_answer_that_does_not_cite_it_stays_as_it_is(memory):
    other = answer(id="a2", quotes={}, blocks=[rich([spans("rollback done [12]")])], hypothesis_ids=("H2",))
    memory.answers_kept["a2"] = other

    await recheck(memory, without(LOG_LINE.ts), is_deleted=True)

    assert memory.answers_kept["a2"] == other


async def test_a_board_that_never_stands_still_is_tried_again_later(memory):
    memory.rivals = [Board(hypotheses=(resting(H1),), version=n) for n in range(COMMITS)]

    with pytest.raises(StoreUnavailableError):
        await recheck(memory, without(LOG_LINE.ts), is_deleted=True)


async def test_a_verdict_goes_with_any_message_that_it_was_computed_from(memory):
    verdicts = {
        "p1": ("computed", LOG_LINE.at.isoformat(), "not evaluated: InvalidAccessKeyId [13]", ""),
        "p2": ("computed", LOG_LINE.at.isoformat(), "of another message [12]", ""),
    }
    memory.answers_kept["a1"] = answer(quotes={**answer().quotes, **verdicts})

    await recheck(memory, without(LOG_LINE.ts), is_deleted=True)

    kept = memory.answers_kept["a1"].quotes
    assert (kept["p1"][2], kept["p2"]) == (OLD_VERDICT, verdicts["p2"])
    assert outdated([answer(quotes=verdicts)], without(LOG_LINE.ts), at=AT) == {}


def touched(text):
    """The incident with message 13 edited to say this."""
    edited = replace(LOG_LINE, text=text, edited_at=AT)
    return STORE.with_messages(edited if m is LOG_LINE else m for m in STORE.messages)


@pytest.mark.parametrize(
    ("incident", "at", "found"),
    [
        (STORE, AT, {}),
        (without(LOG_LINE.ts), AT, {"m13": True}),
        (without(LOG_LINE.ts), clock(22, 11), {}),
        (replace(without(LOG_LINE.ts), omitted=1), AT, {}),
        (touched("sorry"), AT, {"m13": False}),
        (saying("a name that is known by now"), AT, {}),
    ],
)
def test_what_answers_quote_is_compared_with_what_is_said(incident, at, found):
    assert outdated([answer()], incident, at=at) == found


async def test_a_deletion_that_no_event_told_is_found_by_the_next_question(memory):
    made = rechecker(memory, without(LOG_LINE.ts))

    for _ in range(2):
        await made.catch_up(without(LOG_LINE.ts), (), at=AT)

    assert memory.boards[STORE.ref.key].hypotheses[0].status is Status.STALE
    assert len(made.workspace.updates) == 1


async def test_what_changed_after_the_reading_is_caught_up_with_too(memory):
    made = rechecker(memory, touched("sorry"))

    await made.catch_up(STORE, [Lost(id="m13", text="sorry")], at=AT)

    assert "was edited" in memory.answers_kept["a1"].top_line
