import asyncio
import json

import pytest

from bot.adapters import slack_shown
from bot.adapters.keys import NAMES_SECONDS, TABLE, key
from bot.adapters.sealing import Sealer
from bot.adapters.slack_names import Names, ids_in, told_in
from sandbox.faults import Fault
from sandbox.people import TEAM_ID
from tests.adapters.conftest import CHANNEL

ANA, BEN = "U0ANA00001", "U0BEN00001"


def named(place, redis, *, sealed_with="one", **settings) -> Names:
    """What names people who have spoken here."""
    place.say("hello", user=ANA)
    sealer = Sealer(sealed_with)
    return Names(client=place.slack.client, redis=redis, sealer=sealer, team_id=TEAM_ID, **settings)


async def asked(names: Names, *ids: str) -> dict[str, str]:
    known = await names.known(ids, told={})
    return {**known, **await names.ask([one for one in ids if one not in known])}


async def incident(place):
    return await place.slack.read(await place.slack.locate(place.ask()), until_ts=None)


def body(**fields) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"user": ANA}, [(ANA, True)]),
        ({"bot_id": "B0PAGE"}, [("B0PAGE", True)]),
        (
            {"text": f"<@{BEN}> in <#C0OPS>, <!subteam^S0SRE>"},
            [(BEN, False), ("C0OPS", False), ("S0SRE", False)],
        ),
        ({"text": f"<@{BEN}|ben> in <#C0OPS|ops>, <!subteam^S0SRE|@sre>"}, []),
        ({"blocks": [{"type": "user", "user_id": BEN}]}, [(BEN, False)]),
        (
            {"blocks": [{"channel_id": "C0OPS"}, {"usergroup_id": "S0SRE"}]},
            [("C0OPS", False), ("S0SRE", False)],
        ),
        ({"text": f'"user":"{ANA}"'}, []),
    ],
)
def test_ids_are_found_where_slack_puts_them_and_not_in_what_people_type(message, found):
    assert list(ids_in(body(**message))) == found


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"user": ANA, "user_profile": {"display_name": "", "real_name": "Ana A"}}, {ANA: "Ana A"}),
        ({"bot_id": "B0PAGE", "bot_profile": {"name": "pager"}}, {"B0PAGE": "pager"}),
        ({"user": ANA, "user_profile": {"display_name": 7}}, {}),
        ({"user": ANA, "user_profile": "odd"}, {}),
        ({"user_profile": {"name": "nobody's"}}, {}),
    ],
)
def test_names_that_come_with_a_message_are_taken(message, found):
    assert told_in(message) == found


async def test_people_channels_and_groups_are_named_and_the_unknown_stand_for_themselves(place, redis_client):
    found = await asked(named(place, redis_client), ANA, CHANNEL, "B0NOBODY", "S0NOBODY", "X0ODD")

    assert found == {ANA: "Ana", CHANNEL: "inc-test", "B0NOBODY": "B0NOBODY", "S0NOBODY": "S0NOBODY"}


async def test_a_name_is_asked_for_once_by_all_workers_and_is_sealed_in_the_store(place, redis_client):
    first = await asked(named(place, redis_client), ANA)
    second = await asked(named(place, redis_client), ANA)

    stored = await redis_client.hgetall(key("names", TEAM_ID))
    assert first == second == {ANA: "Ana"}
    assert len(place.calls("users.info")) == 1
    assert b"Ana" not in b"".join(stored.values())
    assert 0 < await redis_client.ttl(key("names", TEAM_ID)) <= NAMES_SECONDS
    assert any(family.matches(key("names", TEAM_ID)) for family in TABLE)


async def test_a_name_sealed_with_a_token_that_was_rotated_is_asked_for_anew(place, redis_client):
    await asked(named(place, redis_client), ANA)

    found = await asked(named(place, redis_client, sealed_with="another"), ANA)

    assert found == {ANA: "Ana"}
    assert len(place.calls("users.info")) == 2


async def test_a_name_is_kept_for_a_day(place, redis_client):
    now = [0.0]
    names = named(place, redis_client, monotonic=lambda: now[0])
    await asked(names, ANA)
    await redis_client.delete(key("names", TEAM_ID))
    now[0] = NAMES_SECONDS + 1.0

    await asked(names, ANA)

    assert len(place.calls("users.info")) == 2


async def test_groups_are_listed_once_a_day_for_all_workers(place, redis_client):
    for _ in range(2):
        await asked(named(place, redis_client), "S0NOBODY", "S0OTHER")

    assert len(place.calls("usergroups.list")) == 1


async def test_without_the_scope_groups_stand_for_themselves(place, redis_client):
    place.faults.order("usergroups.list", Fault(error="missing_scope"))

    assert await asked(named(place, redis_client), "S0SRE") == {"S0SRE": "S0SRE"}


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(error="fatal_error")])
async def test_when_slack_is_busy_a_name_is_missing_and_asked_for_again(place, redis_client, fault):
    names = named(place, redis_client)
    for method in ("users.info", "usergroups.list"):
        place.faults.order(method, fault)

    assert await asked(names, ANA, "S0SRE") == {}
    assert await asked(names, ANA) == {ANA: "Ana"}


async def test_an_answer_waits_for_names_only_so_long(place, redis_client):
    place.faults.order("users.info", Fault(status=429, retry_after_seconds=30))
    names = named(place, redis_client, patience_seconds=0.2)

    async with asyncio.timeout(10):
        assert await asked(names, ANA) == {}


async def test_without_the_store_names_are_asked_of_slack(place, redis_client):
    names = named(place, redis_client)
    await redis_client.set(key("names", TEAM_ID), "of another type")

    assert await asked(names, ANA) == {ANA: "Ana"}


async def test_of_many_people_those_who_said_most_are_named_first_and_the_others_by_and_by(place):
    people = [f"U0NEW{n:05d}" for n in range(slack_shown.MOST_ASKED + 20)]
    for one in people:
        place.say("hello", user=one)
    for one in people[-5:]:
        place.say("again", user=one)

    first = await incident(place)
    again = await incident(place)
    calls = len(place.calls("users.info"))
    await place.slack.follow(first.ref)
    later = await incident(place)

    unnamed = [{m.author.id for m in one.messages if m.author.name == m.author.id} for one in (first, again)]
    assert calls == slack_shown.MOST_ASKED
    assert unnamed[0] == unnamed[1]
    assert len(unnamed[0]) == 20
    assert not unnamed[0] & set(people[-5:])
    assert all(m.author.name != m.author.id for m in later.messages)
