"""One person's Stop ends the answer they stopped, with what stands, and no other one."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.answers import Closing, Posted, Restart, Usage
from bot.errors import AnalystFailedError, StoreUnavailableError
from bot.request import Request, RequestKind
from bot.slack.limits import visible_text
from bot.stopping import LocalStops, Stop, Stoppable, Watch, note, place_of_asker, place_of_message
from tests.fakes import FakeAnalyst, FakeFence, FakeReply, FakeWorkspace
from tests.slack.samples import H1, H2, STORE
from tests.test_copilot import copilot
from tests.waiting import eventually

ROOT, ASKED, PRESSED = "1742595000.000001", "1742595960.000001", "1742595970.000001"
DONE = Closing(analyst="claude", usage=Usage(model="claude-opus-5-5", cost_usd=Decimal("0.13")))
WRITER = next(message.author for message in STORE.messages if message.author.name)


@dataclass
class SlowAnalyst:
    """Says what it was given and then thinks until it is cut off."""

    steps: list[object]
    was_cut_off: bool = False

    async def diagnose(self, case):
        try:
            for step in self.steps:
                yield step
            await asyncio.Event().wait()
        finally:
            self.was_cut_off = True


@dataclass
class Presser:
    """Presses Stop once it has been asked so many times."""

    after: int
    who: str = "Ben"
    asked: int = field(default=0)

    async def __call__(self):
        self.asked += 1
        return self.who if self.asked > self.after else ""


class AwayStops(LocalStops):
    async def find(self, places):
        raise StoreUnavailableError("away")


def asked(**changes):
    values = {
        "id": "msg:T1:C1:1742595960.000001",
        "kind": RequestKind.ANSWER,
        "team_id": "T1",
        "channel_id": "C1",
        "asker_id": "UBEN",
        "text": "why are uploads failing?",
        "received_at": datetime.now(UTC),
        "message_ts": ASKED,
        "thread_ts": ROOT,
    }
    return Request(**{**values, **changes})


def stop(*messages, by="UBEN", at_ts=PRESSED):
    return asked(
        id="stop:1",
        kind=RequestKind.STOP,
        asker_id=by,
        subject=",".join(messages),
        pressed_ts=at_ts,
        message_ts=None,
    )


def watch(stops, *, request=None, posted="1742595961.000001", is_stopped=False):
    request = request or asked()
    reply = FakeReply(FakeWorkspace(STORE), request, is_stopped=is_stopped)
    reply.posted = Posted(channel_id="C1", ts=posted) if posted else None
    return Watch(stops=stops, request=request, reply=reply, thread_ts=ROOT, incident=STORE)


async def said(analyst):
    async with aclosing(analyst.diagnose(None)) as steps:
        return [step async for step in steps]


async def test_what_was_said_until_the_stop_stands_and_the_analyst_is_cut_off():
    slow = SlowAnalyst([H1, H2])
    analyst = Stoppable(analyst=slow, stopped_by=Presser(after=2), name="claude", poll_seconds=0.01)

    steps = await said(analyst)

    assert steps[:-1] == [H1, H2]
    assert (steps[-1].analyst, steps[-1].cut_short) == ("claude", "Stopped by Ben; best so far.")
    assert slow.was_cut_off


async def test_a_stop_before_the_first_word_says_that_there_is_nothing():
    slow = SlowAnalyst([H1])
    analyst = Stoppable(analyst=slow, stopped_by=Presser(after=0), name="rules", poll_seconds=0.01)

    [closing] = await said(analyst)

    assert (closing.analyst, closing.cut_short) == ("rules", "")
    assert closing.insufficient == "stopped by Ben before an explanation was found."


async def test_what_was_taken_back_does_not_stand_and_the_one_who_speaks_now_is_named():
    slow = SlowAnalyst([H1, H2, Restart(reason="API overloaded", analyst="rules"), H1])
    analyst = Stoppable(analyst=slow, stopped_by=Presser(after=4), name="claude", poll_seconds=0.01)

    *_, closing = await said(analyst)

    assert (closing.analyst, closing.cut_short) == ("rules", "Stopped by Ben; best so far.")


async def test_an_analyst_that_nobody_stops_is_heard_to_its_end():
    analyst = Stoppable(analyst=FakeAnalyst([H1, DONE]), stopped_by=Presser(after=99), name="claude")

    assert await said(analyst) == [H1, DONE]


async def test_an_analyst_that_fails_fails_as_before():
    failing = FakeAnalyst([H1, AnalystFailedError(reason="overloaded")])
    analyst = Stoppable(analyst=failing, stopped_by=Presser(after=99), name="claude")

    with pytest.raises(AnalystFailedError):
        await said(analyst)


async def test_leaving_early_ends_the_analyst():
    slow = SlowAnalyst([H1])
    analyst = Stoppable(analyst=slow, stopped_by=Presser(after=99), name="claude")

    async with aclosing(analyst.diagnose(None)) as steps:
        await anext(steps)

    assert slow.was_cut_off


@pytest.mark.parametrize(
    ("pressed", "request_changes", "posted", "is_ended"),
    [
        pytest.param(stop("1742595961.000001"), {}, "1742595961.000001", True, id="its message is named"),
        pytest.param(stop("1742595961.000001", by="UANA"), {}, "1742595961.000001", True, id="by another"),
        pytest.param(stop("1742595961.000001"), {}, "1742595999.000001", False, id="another's message"),
        pytest.param(stop(), {}, None, True, id="before there was a message"),
        pytest.param(stop(), {"asker_id": "UANA"}, None, False, id="another person's question"),
        pytest.param(stop(at_ts=ROOT), {}, None, False, id="asked after the stop"),
        pytest.param(stop(), {"message_ts": None}, None, False, id="no telling which came first"),
    ],
)
async def test_a_stop_ends_what_it_means(pressed, request_changes, posted, is_ended):
    stops = LocalStops()

    await note(stops, pressed)
    who = await watch(stops, request=asked(**request_changes), posted=posted).stopped_by()

    assert bool(who) is is_ended


async def test_who_stopped_is_called_by_their_name_in_the_thread():
    known, unknown = LocalStops(), LocalStops()
    place = place_of_message("C1", "1742595961.000001")
    await known.save([place], Stop(by_id=WRITER.id, at_ts=PRESSED))
    await unknown.save([place], Stop(by_id="U0NOBODY", at_ts=PRESSED))

    assert await watch(known).stopped_by() == WRITER.name
    assert await watch(unknown).stopped_by() == "a person"


async def test_slack_refusing_further_words_is_a_stop_too():
    assert await watch(LocalStops(), is_stopped=True).stopped_by() == "a person"
    assert await watch(AwayStops(), is_stopped=True).stopped_by() == "a person"


async def test_while_the_store_is_away_the_answer_goes_on():
    assert await watch(AwayStops()).stopped_by() == ""


async def test_a_stopped_answer_is_finished_with_what_stands_and_says_so():
    stops, workspace = LocalStops(), FakeWorkspace(STORE)
    slow = SlowAnalyst([H1, H2])
    bot = replace(copilot(workspace=workspace), analyst=slow, stops=stops)
    request = asked(thread_ts=None)
    running = asyncio.create_task(bot.handle(request, FakeFence()))
    await eventually(lambda: len(workspace.replies[request.id].shown) == 3)
    posted = workspace.replies[request.id].posted

    await bot.handle(stop(posted.ts, by=WRITER.id), FakeFence())
    await running

    words = "\n".join(visible_text(block) for block in workspace.replies[request.id].final)
    assert words.startswith(f"Stopped by {WRITER.name}; best so far.")
    assert "H1" in words
    assert "H2" in words
    assert slow.was_cut_off
    assert workspace.statuses[-1] == ""


async def test_a_stop_that_names_no_message_is_kept_for_its_asker():
    stops = LocalStops()

    await note(stops, stop())

    assert stops.stops == {place_of_asker("C1", ROOT, "UBEN"): Stop(by_id="UBEN", at_ts=PRESSED)}


async def test_a_stop_that_was_typed_ends_what_was_asked_before_it_and_says_so():
    stops, incident = LocalStops(), STORE
    typed = asked(kind=RequestKind.STOP, id="stop", message_ts=PRESSED, thread_ts=ROOT, pressed_ts="")
    await note(stops, typed)
    mine = asked(message_ts=ASKED, thread_ts=ROOT)
    later = asked(message_ts="1742595980.000001", thread_ts=ROOT)
    for request, is_ended in ((mine, True), (later, False)):
        reply = FakeReply(FakeWorkspace(incident), request)
        watch = Watch(stops=stops, request=request, reply=reply, thread_ts=ROOT, incident=incident)
        assert bool(await watch.stopped_by()) is is_ended


async def test_a_stop_by_command_ends_all_that_its_person_asked_in_the_channel():
    stops, incident, noon = LocalStops(), STORE, datetime(2026, 1, 1, 12, tzinfo=UTC)
    await note(stops, asked(kind=RequestKind.STOP, message_ts=None, thread_ts=None, received_at=noon))
    cases = (
        (asked(received_at=noon.replace(hour=11)), True),
        (asked(received_at=noon.replace(hour=13)), False),
        (asked(received_at=noon.replace(hour=11), asker_id="UOTHER"), False),
    )
    for request, is_ended in cases:
        reply = FakeReply(FakeWorkspace(incident), request)
        watch = Watch(stops=stops, request=request, reply=reply, thread_ts=ROOT, incident=incident)
        assert bool(await watch.stopped_by()) is is_ended


async def test_who_types_stop_is_told_that_it_is_done():
    workspace = FakeWorkspace(STORE)
    typed = asked(kind=RequestKind.STOP, message_ts=None, thread_ts=None)
    await copilot(workspace=workspace).handle(typed, FakeFence())
    assert workspace.whispers[0][2] == "Stopped: what you asked here ends with what stands."
