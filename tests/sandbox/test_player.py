"""The play of an incident: its time, its pause at the question, its takes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.channel import Channel
from sandbox.errors import PageError
from sandbox.server import Sandbox, running_sandbox
from tests.sandbox.conftest import Ticker, incident
from tests.sandbox.receiver import running_receiver

STAMPS = [str(message["ts"]) for message in incident()["messages"]]  # type: ignore[attr-defined]


@pytest.fixture
async def stage(library: Path, ticker: Ticker) -> AsyncIterator[Sandbox]:
    """The small incident at its first message, stopped; machine time moves only when told."""
    settings = {"scenario_dir": library, "lead_seconds": None, "autoplay": False, "monotonic": ticker}
    async with running_sandbox(**settings) as running:
        yield running


def channel(sandbox: Sandbox) -> Channel:
    assert sandbox.current_channel is not None
    return sandbox.current_channel


def visible(sandbox: Sandbox) -> list[str]:
    sandbox.player.catch_up()
    return [message["ts"] for message in channel(sandbox).everything()]


async def test_messages_appear_when_the_clock_passes_them(stage: Sandbox, ticker: Ticker):
    stage.player.control("play")
    ticker.seconds += 9.9
    before = visible(stage)
    ticker.seconds += 0.2

    assert before == STAMPS[:1]
    assert visible(stage) == STAMPS[:2]


async def test_the_play_pauses_by_itself_at_the_question_and_goes_on_to_the_end(
    stage: Sandbox, ticker: Ticker
):
    stage.player.control("play")
    ticker.seconds += 500
    at_ask = stage.player.clock_state()
    seen = visible(stage)

    stage.player.control("play")
    ticker.seconds += 500
    at_end = stage.player.clock_state()

    assert (at_ask["at_ask"], at_ask["paused"], seen) == (True, True, STAMPS[:3])
    assert (at_end["at_ask"], at_end["paused"], at_end["ts"]) == (False, True, STAMPS[-1])
    assert visible(stage) == STAMPS


async def test_going_forward_stays_in_the_take_and_going_back_starts_another(stage: Sandbox):
    stage.player.control("seek", ts=STAMPS[3])
    forward = (channel(stage).id, visible(stage))
    posted = stage.person.say(channel(stage).id, "seen at take one")["ts"]

    stage.player.control("seek", ts=STAMPS[1])

    assert forward == ("C0SMALL001", STAMPS[:4])
    assert channel(stage).id == "C0SMALL001T2"
    assert visible(stage) == STAMPS[:2]
    assert channel(stage).numbers == {STAMPS[0]: 1, STAMPS[1]: 2}
    assert stage.workspace.channels["C0SMALL001"].find(posted)


async def test_a_take_that_went_keeps_its_own_time(stage: Sandbox, ticker: Ticker):
    stage.player.control("seek", ts=STAMPS[4])
    stage.player.control("play")
    stage.player.control("seek", ts=STAMPS[0])
    ticker.seconds += 3

    late = stage.person.say("C0SMALL001", "an answer that was under way")

    assert late["ts"].startswith(STAMPS[4].partition(".")[0])


async def test_posts_take_the_scenarios_time_and_never_a_coming_messages_ts(stage: Sandbox):
    stage.player.control("seek", ts=STAMPS[2])

    posts = [stage.person.say(channel(stage).id, "note")["ts"] for _ in range(3)]

    assert STAMPS[2] < posts[0] < posts[1] < posts[2] < STAMPS[3]


async def test_questions_and_answers_get_no_number_but_notes_do(stage: Sandbox):
    stage.player.control("seek", ts=STAMPS[2])
    stage.person.say(channel(stage).id, "@copilot why?")
    note = stage.person.say(channel(stage).id, "looking at the gateway")["ts"]

    stage.player.control("seek", ts=STAMPS[3])
    visible(stage)

    numbers = channel(stage).numbers
    assert [numbers[ts] for ts in (*STAMPS[:3], note, STAMPS[3])] == [1, 2, 3, 4, 5]
    assert len(numbers) == 5


async def test_the_root_counts_only_replies_that_have_appeared(stage: Sandbox):
    stage.player.control("seek", ts=STAMPS[1])
    visible(stage)

    root = channel(stage).shown(channel(stage).thread(STAMPS[0])[0])

    assert (root["reply_count"], root["latest_reply"]) == (1, STAMPS[1])


async def test_history_of_a_new_take_is_no_news_for_the_app(stage: Sandbox, ticker: Ticker):
    async with running_receiver() as app:
        stage.deliver_http(app.url, app.secret)
        stage.player.control("seek", ts=STAMPS[2])
        await stage.delivery.settled()
        forward = len(app.events("message"))
        stage.player.control("seek", ts=STAMPS[1])
        await stage.delivery.settled()

        assert (forward, len(app.events("message"))) == (2, 2)


async def test_an_incident_begins_shortly_before_its_question(library: Path, ticker: Ticker):
    async with running_sandbox(scenario_dir=library, lead_seconds=5, monotonic=ticker) as sandbox:
        opening = sandbox.player.clock_state()
        seen = visible(sandbox)

    assert float(STAMPS[2]) - 300 < float(opening["ts"]) < float(STAMPS[2]) - 298
    assert (seen, opening["paused"]) == (STAMPS[:2], True)


async def test_the_play_begins_when_the_first_page_opens(library: Path, ticker: Ticker):
    async with running_sandbox(scenario_dir=library, monotonic=ticker) as sandbox:
        before = sandbox.player.clock_state()["paused"]
        sandbox.player.watch()

        assert (before, sandbox.player.clock_state()["paused"]) == (True, False)


async def test_the_incident_to_begin_with_can_be_named(library: Path):
    (library / "a.json").write_text('[{"ts": "1.000000"}]')

    async with running_sandbox(scenario_dir=library, scenario="small") as sandbox:
        assert channel(sandbox).id == "C0SMALL001"
    with pytest.raises(PageError, match="no incident 'none'"):
        async with running_sandbox(scenario_dir=library, scenario="none"):
            pass


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("dance", {}),
        ("seek", {}),
        ("seek", {"ts": "noon"}),
        ("speed", {}),
        ("speed", {"speed": 0.0}),
        ("speed", {"speed": 1e9}),
    ],
)
async def test_a_senseless_clock_action_is_refused(stage: Sandbox, action: str, arguments: dict[str, object]):
    with pytest.raises(PageError):
        stage.player.control(action, **arguments)  # type: ignore[arg-type]


async def test_a_question_at_the_last_message_still_pauses(library: Path, ticker: Ticker):
    (library / "small.json").write_text('[{"ts": "1.000000", "text": "a"}, {"ts": "60.000000", "text": "b"}]')
    settings = {"scenario_dir": library, "lead_seconds": None, "monotonic": ticker}
    async with running_sandbox(**settings) as sandbox:
        sandbox.player.control("play")
        ticker.seconds += 10

        assert sandbox.player.clock_state()["at_ask"] is True
        assert len(visible(sandbox)) == 2
