"""Events that are lost, doubled, late, out of order or held on their way."""

from random import Random

from sandbox.payloads import app_rate_limited
from sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL
from tests.sandbox.receiver import Receiver


def say(sandbox: Sandbox, count: int) -> list[str]:
    """Let the person write so often; returns what was written."""
    lines = [f"line {number}" for number in range(count)]
    for line in lines:
        sandbox.person.say(CHANNEL, line)
    return lines


def came(app: Receiver) -> list[str]:
    return [event["text"] for event in app.events("message")]


async def test_a_share_of_the_events_is_lost_and_with_the_same_seed_the_same_ones(
    sandbox: Sandbox, app: Receiver
):
    lost: list[list[str]] = []
    for _ in range(2):
        sandbox.delivery.traffic.random, sandbox.delivery.traffic.lost_share = Random(7), 0.3  # noqa: S311  # nothing secret
        sandbox.delivery.traffic.lost.clear()
        lines = say(sandbox, 50)
        await sandbox.delivery.settled()
        lost.append([event["text"] for event in sandbox.delivery.traffic.lost])

    assert lost[0] == lost[1]
    assert 5 < len(lost[0]) < 25
    assert sorted([*came(app), *lost[0], *lost[1]]) == sorted(lines * 2)


async def test_chosen_events_are_lost_on_every_attempt(sandbox: Sandbox, app: Receiver):
    sandbox.delivery.traffic.is_lost = lambda event: event["type"] == "app_mention"

    sandbox.person.say(CHANNEL, "@copilot why?")
    await sandbox.delivery.settled()

    assert [event["type"] for event in app.events()] == ["message"]


async def test_copies_of_an_event_have_one_event_id(sandbox: Sandbox, app: Receiver):
    sandbox.delivery.traffic.copies = 3

    say(sandbox, 1)
    await sandbox.delivery.settled()

    assert (len(app.bodies), len({body["event_id"] for body in app.bodies})) == (3, 1)


async def test_late_events_overtake_each_other_and_all_come(sandbox: Sandbox, app: Receiver):
    sandbox.delivery.traffic.late_seconds = (0.0, 0.2)

    lines = say(sandbox, 20)
    await sandbox.delivery.settled()

    assert sorted(came(app)) == sorted(lines)
    assert came(app) != lines


async def test_a_held_queue_is_sent_when_it_goes_on(sandbox: Sandbox, app: Receiver):
    sandbox.delivery.hold()
    lines = say(sandbox, 10)
    await sandbox.delivery.settled()
    before = came(app)

    held = sandbox.delivery.resume(is_shuffled=True)
    await sandbox.delivery.settled()

    assert (before, held, sorted(came(app))) == ([], 10, sorted(lines))


async def test_a_held_queue_can_be_thrown_away(sandbox: Sandbox, app: Receiver):
    sandbox.delivery.hold()
    say(sandbox, 3)

    lost = sandbox.delivery.discard()
    sandbox.person.say(CHANNEL, "after")
    await sandbox.delivery.settled()

    assert (lost, came(app)) == (3, ["after"])


async def test_slack_can_say_that_it_limits_the_apps_events(sandbox: Sandbox, app: Receiver):
    sandbox.delivery.send_event(app_rate_limited(minute_seconds=1_700_000_040))
    await sandbox.delivery.settled()

    assert (app.bodies[0]["type"], app.bodies[0]["minute_rate_limited"]) == (
        "app_rate_limited",
        1_700_000_040,
    )
