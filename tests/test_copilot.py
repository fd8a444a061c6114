import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.answers import Closing, Restart, Usage
from bot.copilot import GAVE_UP, LEAST_SECONDS, OUT_OF_TIME, UNREADABLE, Copilot
from bot.errors import (
    AnalystFailedError,
    ChannelUnreadableError,
    PostRefusedError,
    StaleRunError,
    StoreUnavailableError,
)
from bot.finishing import file_name
from bot.incident.board import Board
from bot.incident.hypotheses import Change, Status
from bot.models.catalogue import default_catalogue
from bot.request import Request, RequestKind
from bot.router import router_of
from bot.slack.limits import visible_text
from tests.fakes import FakeAnalyst, FakeFence, FakeLog, FakeMemory, FakeReply, FakeWorkspace
from tests.purses import money_of
from tests.slack.samples import H1, H2, STORE

CLAUDE = Closing(analyst="claude", usage=Usage(model="claude-opus-5-5", cost_usd=Decimal("0.13")))
RULES = Closing(analyst="rules", note="no key")
HOSTS = frozenset({"acme.slack.com"})


def copilot(*steps, memory=None, workspace=None, seconds=20.0, literals=()):
    return Copilot(
        workspace=workspace or FakeWorkspace(STORE),
        memory=memory or FakeMemory(),
        log=FakeLog(),
        analyst=FakeAnalyst(steps),
        router=router_of(default_catalogue().pair()),
        catalogue=default_catalogue(),
        link_hosts=HOSTS,
        literals=literals,
        request_seconds=seconds,
        money=money_of(),
    )


def request(kind=RequestKind.ANSWER, **changes):
    values = {
        "id": "msg:T1:C1:1742595960.000001",
        "kind": kind,
        "team_id": "T1",
        "channel_id": "C1",
        "asker_id": "UBEN",
        "text": "why are uploads failing?",
        "received_at": datetime.now(UTC),
        "message_ts": "1742595960.000001",
    }
    return Request(**{**values, **changes})


def seen(blocks):
    return "\n".join(visible_text(block) for block in blocks)


async def test_facts_stand_first_then_each_hypothesis_then_one_ordered_answer():
    bot = copilot(H1, H2, CLAUDE)
    asked = request()

    await bot.handle(asked, FakeFence())

    reply = bot.workspace.replies[asked.id]
    assert len(reply.shown) == 3
    assert "H1" in seen(reply.shown[1])
    assert "H2" in seen(reply.shown[2])
    assert seen(reply.final).startswith("Likely, not proven: production still uses the old key pair")
    assert "$0.13" in seen(reply.final)
    assert bot.workspace.statuses[-1] == ""
    assert [h.id for h in bot.memory.boards[STORE.ref.key].hypotheses] == ["H1", "H2"]
    assert bot.memory.answers_kept[asked.id].quotes["m13"][2].startswith("gateway log sample")
    assert bot.memory.answers_kept[asked.id].claims == {"H1": H1.claim, "H2": H2.claim}


async def test_the_thread_decides_the_route_and_a_person_can_force_it():
    bot = copilot(RULES)

    await bot.handle(request(), FakeFence())
    await bot.handle(request(RequestKind.DEESCALATE, id="r2"), FakeFence())
    await bot.handle(request(RequestKind.ESCALATE, id="r3"), FakeFence())

    routes = [case.route for case in bot.analyst.cases]
    assert [route.tier.value for route in routes] == ["opus", "sonnet", "opus"]
    assert routes[0].matched[0].source in {"m13", "m15", "m1", "m2", "m3"}
    assert routes[2].is_forced


async def test_what_the_question_comes_after_is_all_that_is_known():
    bot = copilot(RULES)

    await bot.handle(request(message_ts=STORE.messages[3].ts), FakeFence())

    assert [m.id for m in bot.analyst.cases[0].incident.messages] == ["m1", "m2", "m3", "m6"]


async def test_hypotheses_before_a_restart_are_gone_from_the_answer():
    bot = copilot(H1, Restart(reason="API overloaded"), H2, replace(RULES, note="API overloaded"))
    asked = request()

    await bot.handle(asked, FakeFence())

    final = seen(bot.workspace.replies[asked.id].final)
    assert H2.links[0].effect in final
    assert H1.links[0].cause not in final
    assert "API overloaded" in final


async def test_a_claim_that_cites_nothing_real_is_dropped_and_counted():
    invented = replace(
        H1, trigger=replace(H1.trigger, evidence=()), links=(), impact=replace(H1.impact, evidence=())
    )
    bot = copilot(invented, RULES)
    asked = request()

    await bot.handle(asked, FakeFence())

    assert H1.claim not in seen(bot.workspace.replies[asked.id].final)
    assert (await bot.memory.board(STORE.ref)).hypotheses == ()


async def test_a_channel_that_cannot_be_read_is_told_to_the_asker_alone():
    refusal = ChannelUnreadableError(channel_id="C1", code="missing_scope", needed="groups:history")
    bot = copilot(workspace=FakeWorkspace(STORE, failure=refusal))

    await bot.handle(request(), FakeFence())

    [(asker, blocks, _)] = bot.workspace.whispers
    assert asker == "UBEN"
    assert "groups:history" in seen(blocks)


async def test_a_failure_after_the_facts_ends_in_the_same_message():
    bot = copilot(H1, AnalystFailedError(reason="broken"))
    asked = request()

    await bot.handle(asked, FakeFence())

    assert "no usable answer" in seen(bot.workspace.replies[asked.id].final)
    assert bot.workspace.whispers == []


async def test_a_request_that_takes_too_long_ends_with_a_sentence():
    class Sleeper(FakeAnalyst):
        async def diagnose(self, case):
            await asyncio.sleep(30)
            yield RULES

    bot = replace(copilot(seconds=0.2), analyst=Sleeper(()))
    asked = request()

    await bot.handle(asked, FakeFence())

    assert seen(bot.workspace.replies[asked.id].final) == OUT_OF_TIME


@pytest.mark.parametrize("failure", [StaleRunError(), StoreUnavailableError("away")])
async def test_what_another_run_must_finish_is_not_apologized_for(failure):
    bot = copilot(workspace=FakeWorkspace(STORE, failure=failure))

    with pytest.raises(type(failure)):
        await bot.handle(request(), FakeFence())

    assert bot.workspace.whispers == []


async def test_giving_up_is_said_once_in_plain_words():
    bot = copilot()

    await bot.give_up(request(), FakeFence())

    assert seen(bot.workspace.whispers[0][1]) == GAVE_UP


async def test_who_asked_what_can_no_longer_be_read_is_told_to_ask_again():
    bot = copilot()

    await bot.give_up(replace(request(), text="", is_unreadable=True), FakeFence())

    assert seen(bot.workspace.whispers[0][1]) == UNREADABLE


async def test_a_board_that_changed_meanwhile_keeps_both_changes():
    theirs = Board(hypotheses=(replace(H2, status=Status.REFUTED),), version=5)
    bot = copilot(H1, RULES, memory=FakeMemory(rivals=[theirs]))

    await bot.handle(request(), FakeFence())

    board = bot.memory.boards[STORE.ref.key]
    assert board.version == 6
    assert {H1.claim, H2.claim} <= {h.claim for h in board.hypotheses}


async def test_own_secrets_and_secrets_in_the_thread_leave_in_no_form():
    token = "xoxb-" + "7" * 24
    leaky = replace(STORE.messages[2], text=f"removed the old pair, was {token}")
    messages = (*STORE.messages[:2], leaky, *STORE.messages[3:])
    bot = copilot(H1, RULES, workspace=FakeWorkspace(STORE.with_messages(messages)), literals=(token,))
    asked = request(text=f"is {token} the cause?")

    await bot.handle(asked, FakeFence())

    reply = bot.workspace.replies[asked.id]
    case = bot.analyst.cases[0]
    kept = bot.memory.answers_kept[asked.id]
    assert token not in f"{reply.shown} {reply.final} {reply.text} {case} {kept}"


async def test_a_postmortem_is_one_file_with_sources():
    bot = copilot(H1, H2, RULES)

    await bot.handle(request(RequestKind.POSTMORTEM, text="", message_ts=None), FakeFence())

    [(name, content)] = bot.workspace.files
    assert name == "postmortem-inc-0321-object-writes.md"
    assert "## " in content
    assert "removed the old pair" in content


async def test_a_button_asks_the_answers_own_question_again():
    bot = copilot(RULES)
    asked = request()
    await bot.handle(asked, FakeFence())

    again = request(RequestKind.ESCALATE, id="act:1", text="", message_ts=None, subject=asked.id)
    await bot.handle(again, FakeFence())

    assert bot.analyst.cases[1].question == "why are uploads failing?"


async def test_help_evidence_and_thumbs_need_no_analyst():
    bot = copilot(H1, RULES)
    asked = request()
    await bot.handle(asked, FakeFence())

    await bot.handle(request(RequestKind.HELP, id="h", text=""), FakeFence())
    await bot.handle(request(RequestKind.EVIDENCE, id="e", subject=asked.id), FakeFence())
    await bot.handle(request(RequestKind.FEEDBACK, id="f", subject=asked.id, text="good"), FakeFence())
    await bot.handle(request(RequestKind.EVIDENCE, id="g", subject="forgotten"), FakeFence())

    words = [seen(blocks) for _, blocks, _ in bot.workspace.whispers]
    assert "/copilot postmortem" in words[0]
    assert "InvalidAccessKeyId" in words[1]
    assert bot.memory.thumbs == {(asked.id, "UBEN"): "good"}
    assert "older than my memory" in words[3]
    assert len(bot.analyst.cases) == 1


async def test_a_persons_refutation_changes_the_board_and_marks_the_answer():
    bot = copilot(H1, H2, RULES)
    asked = request()
    await bot.handle(asked, FakeFence())

    wrong = request(RequestKind.REFUTE, id="v", subject=f"{asked.id}|H1", text="production has the new pair")
    await bot.handle(wrong, FakeFence())

    [h1, _] = bot.memory.boards[STORE.ref.key].hypotheses
    assert h1.status is Status.REFUTED
    assert h1.history[-1].by == "UBEN"
    [(posted, blocks, text)] = bot.workspace.updates
    assert posted.ts == bot.memory.answers_kept[asked.id].ts
    assert seen(blocks).startswith("Superseded")
    assert "H1 refuted" in text


async def test_a_refutation_of_what_is_not_on_the_board_says_so():
    bot = copilot(H1, RULES)
    asked = request()
    await bot.handle(asked, FakeFence())

    await bot.handle(request(RequestKind.REFUTE, id="v", subject=f"{asked.id}|H9", text="no"), FakeFence())

    assert "H9 is not on this incident's board" in seen(bot.workspace.whispers[-1][1])


async def test_an_answer_that_can_stand_nowhere_is_told_to_the_asker_alone_and_no_status_stays():
    class Closed(FakeReply):
        async def exists(self):
            return True

        async def finish(self, blocks, *, text):
            raise PostRefusedError(code="is_archived", is_about_content=False)

    bot = copilot(H1, RULES)
    asked = request()
    bot.workspace.replies[asked.id] = Closed(bot.workspace, asked)

    await bot.handle(asked, FakeFence())

    assert "is_archived" in seen(bot.workspace.whispers[0][1])
    assert bot.workspace.statuses[-1] == ""


async def test_an_older_answer_says_what_has_fallen_since():
    bot = copilot(H1, H2, RULES)
    first = request()
    await bot.handle(first, FakeFence())
    board = bot.memory.boards[STORE.ref.key]
    fall = Change(at=STORE.messages[-1].at, status=Status.REFUTED, because=("m18",), by="rule")
    fallen = replace(board.hypotheses[1], status=Status.REFUTED, history=(fall,))
    bot.memory.boards[STORE.ref.key] = replace(board, hypotheses=(board.hypotheses[0], fallen))
    bot.analyst.steps = (H1, RULES)

    await bot.handle(request(id="msg:T1:C1:later"), FakeFence())

    [(posted, blocks, _)] = bot.workspace.updates
    assert posted.ts == bot.memory.answers_kept[first.id].ts
    assert "H2 refuted [18]" in seen(blocks)


async def test_an_answer_that_stands_is_not_replaced_by_what_fails_afterwards():
    class SlowToClear(FakeWorkspace):
        async def status(self, request, thread_ts, words):
            await asyncio.sleep(0 if words else 0.5)

    class NoOldAnswers(FakeMemory):
        async def answers(self, ref):
            raise StoreUnavailableError("away")

    bot = copilot(H1, RULES, workspace=SlowToClear(STORE), memory=NoOldAnswers(), seconds=0.4)
    asked = request()

    await bot.handle(asked, FakeFence())

    assert "check before you act" in seen(bot.workspace.replies[asked.id].final)
    assert bot.workspace.whispers == []


async def test_a_slow_call_to_slack_is_tried_again_and_not_taken_for_our_own_deadline():
    bot = copilot(workspace=FakeWorkspace(STORE, failure=TimeoutError()))

    with pytest.raises(TimeoutError):
        await bot.handle(request(), FakeFence())

    assert bot.workspace.whispers == []


def test_time_spent_waiting_counts_against_the_deadline():
    bot = copilot(seconds=100.0)
    late = request(received_at=datetime.now(UTC) - timedelta(seconds=600))

    assert bot._left_seconds(late) == LEAST_SECONDS
    assert 99 < bot._left_seconds(request()) <= 100


async def test_a_run_that_was_overtaken_whispers_nothing_and_shares_nothing():
    class Overtaken(FakeFence):
        async def check(self):
            raise StaleRunError

    bot = copilot(H1, RULES)

    for kind in (RequestKind.HELP, RequestKind.POSTMORTEM):
        with pytest.raises(StaleRunError):
            await bot.handle(request(kind, text=""), Overtaken())

    assert bot.workspace.whispers == []
    assert bot.workspace.files == []


async def test_the_status_names_no_model_when_there_is_none():
    bot = replace(copilot(H1, RULES), has_model=False)

    await bot.handle(request(), FakeFence())

    assert any("no model" in words for words in bot.workspace.statuses)
    assert not any("Opus" in words for words in bot.workspace.statuses)


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("inc-1", "postmortem-inc-1.md"),
        ("störung/../x", "postmortem-st-rung-x.md"),
        ("", "postmortem-incident.md"),
    ],
)
def test_the_name_of_a_draft_is_a_plain_file_name(channel, name):
    assert file_name(channel) == name
