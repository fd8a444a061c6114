"""A question that is taken back, a thread that changes under an answer, and work that nobody asked for."""

import re
from dataclasses import dataclass, field, replace

import pytest

from bot.errors import ChannelUnreadableError, PostRefusedError
from bot.incident.hypotheses import EvidenceKind, Status
from bot.request import RequestKind
from bot.routing.route import Tier
from bot.slack.limits import visible_text
from bot.watching import Scope, Watch
from tests.fakes import FakeFence, FakeLog, FakeMemory, FakeReply, FakeWorkspace
from tests.slack.samples import H1, H2, STORE, cite
from tests.test_copilot import CLAUDE, RULES, copilot, request

LOG_LINE = STORE.by_id["m13"]


@dataclass
class Changing(FakeWorkspace):
    """A thread that reads otherwise the second time."""

    then: object = None
    reads: int = 0

    async def read(self, ref, *, until_ts):
        self.reads += 1
        return self.incident if self.reads == 1 else self.then


@dataclass
class Withdrawing(FakeMemory):
    """The question is deleted while the thread is read."""

    asked: list[str] = field(default_factory=list)

    async def is_withdrawn(self, request_id):
        self.asked.append(request_id)
        return len(self.asked) > 1


def seen(blocks):
    return "\n".join(map(visible_text, blocks))


def changing(then, *steps, memory=None):
    bot = copilot(*steps, memory=memory, workspace=Changing(STORE, then=then))
    return replace(bot, log=FakeLog(news=[{LOG_LINE.ts}]))


def without_log_line():
    return STORE.with_messages(message for message in STORE.messages if message is not LOG_LINE)


async def test_a_question_deleted_before_it_is_worked_ends_without_a_word():
    asked = request()
    bot = copilot(H1, CLAUDE, memory=FakeMemory(withdrawn={asked.id}))

    await bot.handle(asked, FakeFence())

    assert bot.workspace.replies == {}
    assert bot.workspace.whispers == []
    assert bot.analyst.cases == []


async def test_a_question_deleted_while_its_thread_is_read_ends_without_a_word():
    bot = copilot(H1, CLAUDE, memory=Withdrawing())
    asked = request()

    await bot.handle(asked, FakeFence())

    assert bot.workspace.replies[asked.id].posted is None
    assert bot.workspace.whispers == []
    assert bot.workspace.statuses[-1] == ""


async def test_an_answer_that_stands_nowhere_because_its_question_is_gone_is_not_apologized_for():
    class Gone(FakeReply):
        async def show(self, blocks, *, text):
            self.workspace.memory.withdrawn.add(self.request.id)
            raise PostRefusedError(code="thread_not_found", is_about_content=False)

    bot = copilot(H1, CLAUDE)
    bot.workspace.memory = bot.memory
    asked = request()
    bot.workspace.replies[asked.id] = Gone(bot.workspace, asked)

    await bot.handle(asked, FakeFence())

    assert bot.workspace.whispers == []


async def test_a_command_has_no_message_that_could_be_taken_back():
    asked = request(message_ts=None, id="cmd:1")
    bot = copilot(H1, CLAUDE, memory=Withdrawing(asked=["once"]))

    await bot.handle(asked, FakeFence())

    assert bot.workspace.replies[asked.id].final is not None


async def test_a_message_deleted_under_an_answer_is_cited_nowhere_in_it():
    bot = changing(without_log_line(), H1, H2, CLAUDE)
    asked = request()

    await bot.handle(asked, FakeFence())

    final = seen(bot.workspace.replies[asked.id].final)
    cited = {i.id for h in bot.memory.boards[STORE.ref.key].hypotheses if h.is_live for i in h.evidence}
    assert "[13]" not in final
    assert "m13" not in cited
    assert "m13" not in bot.memory.answers_kept[asked.id].quotes
    assert "(2 deleted)" in final


async def test_a_message_deleted_just_before_the_answer_is_kept_still_marks_it():
    bot = changing(without_log_line(), H1, H2, CLAUDE)
    bot = replace(bot, log=FakeLog(news=[set(), {LOG_LINE.ts}]))
    bot.memory.numbers = {LOG_LINE.ts: 13}
    asked = request()

    await bot.handle(asked, FakeFence())

    assert "message [13] was deleted" in bot.memory.answers_kept[asked.id].top_line
    assert bot.log.erased == [(STORE.ref.key, LOG_LINE.ts)]


async def test_what_rested_on_it_alone_falls_in_the_answer_itself():
    [link, *_] = H1.links
    only = (cite(13, EvidenceKind.DIRECT, "403"),)
    alone = replace(H1, trigger=replace(H1.trigger, evidence=only), links=(replace(link, evidence_for=only),))
    bot = changing(without_log_line(), alone, H2, CLAUDE)

    await bot.handle(request(), FakeFence())

    fallen = bot.memory.boards[STORE.ref.key].hypotheses[0]
    assert fallen.status is Status.STALE
    assert fallen.history[-1].reason == "message [13] was deleted"


async def test_a_message_edited_under_an_answer_is_quoted_as_it_stands():
    edited = replace(LOG_LINE, text=f"{LOG_LINE.text} (only FRA)")
    then = STORE.with_messages(edited if m is LOG_LINE else m for m in STORE.messages)
    bot = changing(then, H1, H2, CLAUDE)
    asked = request()

    await bot.handle(asked, FakeFence())

    assert bot.memory.answers_kept[asked.id].quotes["m13"][2].endswith("(only FRA)")


async def test_a_change_that_changed_no_word_asks_for_nothing_more():
    bot = changing(STORE, H1, H2, CLAUDE)
    asked = request()

    await bot.handle(asked, FakeFence())

    assert bot.workspace.reads == 2
    assert "[13]" in seen(bot.workspace.replies[asked.id].final)


@pytest.mark.parametrize("kind", [RequestKind.FOLLOW, RequestKind.RECHECK])
async def test_what_nobody_asked_for_fails_without_a_word(kind):
    bot = copilot(workspace=FakeWorkspace(STORE, watch=Watch(scope=Scope.REFUSED)))
    silent = request(kind, asker_id="", text="deleted", message_ts=None, subject="1.0")

    await bot.handle(silent, FakeFence())
    await bot.give_up(silent, FakeFence())

    assert bot.workspace.whispers == []
    assert bot.workspace.replies == {}


@pytest.mark.parametrize("kind", [RequestKind.EVIDENCE, RequestKind.REFUTE, RequestKind.WATCH])
async def test_people_of_another_organisation_get_a_plain_no(kind):
    bot = copilot(workspace=FakeWorkspace(STORE, watch=Watch(scope=Scope.REFUSED)))

    await bot.handle(request(kind, subject="a1|H1"), FakeFence())

    [(asker, blocks, _)] = bot.workspace.whispers
    assert asker == "UBEN"
    assert "SLACK_CONNECT=on" in seen(blocks)


async def test_a_channel_is_watched_when_a_member_asks():
    bot = copilot()

    await bot.handle(request(RequestKind.WATCH, text=""), FakeFence())

    assert [ref.key for ref in bot.workspace.followed] == ["T1:C1:channel"]
    assert "14 days" in seen(bot.workspace.whispers[0][1])


async def test_a_private_channel_that_nobody_opened_is_named_in_the_footer():
    bot = copilot(H1, RULES, workspace=FakeWorkspace(replace(STORE, is_thread_only=True)))
    asked = request()

    await bot.handle(asked, FakeFence())

    assert "/copilot watch lets me read the channel" in seen(bot.workspace.replies[asked.id].final)


async def test_the_quotes_of_an_answer_are_shown_though_the_channel_cannot_be_read_any_more():
    class Left(FakeWorkspace):
        async def admit(self, request, *, is_fresh=False):
            raise ChannelUnreadableError(channel_id="C1", code="not_in_channel")

    bot = copilot(H1, RULES, workspace=Left(STORE))
    asked = request()
    await bot.handle(asked, FakeFence())

    await bot.handle(request(RequestKind.EVIDENCE, id="e", subject=asked.id), FakeFence())

    assert "InvalidAccessKeyId" in seen(bot.workspace.whispers[0][1])


async def test_an_answer_keeps_a_quote_of_all_that_it_shows():
    bot = copilot(RULES)
    asked = request()

    await bot.handle(asked, FakeFence())

    kept = bot.memory.answers_kept[asked.id]
    shown = {f"m{n}" for n in re.findall(r"\[(\d+)\]", seen(kept.blocks))}
    assert shown
    assert {*shown, "p1"} == set(kept.quotes)


async def test_a_refusal_that_an_edit_brought_raises_the_route_and_the_answer_says_so():
    quiet = {"m1", "m2", "m13", "m15"}
    before = STORE.with_messages(replace(m, text="looking") if m.id in quiet else m for m in STORE.messages)
    bot = copilot(CLAUDE, workspace=Changing(before, then=STORE))
    bot = replace(bot, log=FakeLog(news=[{m.ts for m in STORE.messages if m.id in quiet}]))
    asked = replace(request(), text="why are uploads failing?")

    await bot.handle(asked, FakeFence())

    words = seen(bot.workspace.replies[asked.id].final)
    assert bot.analyst.cases[0].route.tier is Tier.SONNET
    assert "by now it would go to Opus, because of InvalidAccessKeyId" in words
