"""Who decides: full members, asked of the local workspace over HTTP."""

from dataclasses import dataclass, replace

import pytest

from bot.adapters.slack_members import KNOWN_SECONDS, Members
from bot.errors import SlackAwayError
from sandbox.people import TEAM_ID, Member
from tests.adapters.conftest import CHANNEL
from tests.test_boarding import request

GUEST, APP, STRANGER, ANN = "U0GUEST001", "U0APP00001", "U0ELSE0001", "U0ANN00001"


@dataclass
class Clock:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def people(place):
    people = place.sandbox.workspace.people
    people.meet(Member(id=ANN, name="Ann"))
    people.meet(Member(id=GUEST, name="Guest", is_guest=True))
    people.meet(Member(id=APP, name="App", is_bot=True))
    people.meet(Member(id=STRANGER, name="Else", team_id="T0OTHER"))
    return people


@pytest.mark.parametrize(
    ("guests_may", "who"), [(False, {ANN}), (True, {ANN, GUEST})], ids=["members only", "guests too"]
)
async def test_guests_apps_and_strangers_are_told_from_members(place, people, guests_may, who):
    members = Members(place.slack.client, guests_may=guests_may)

    full = {one for one in (ANN, GUEST, APP, STRANGER) if await members.is_full(TEAM_ID, one)}

    assert full == who


async def test_somebody_is_not_asked_about_twice_within_ten_minutes(place, people):
    clock = Clock()
    members = Members(place.slack.client, monotonic=clock)
    assert await members.is_full(TEAM_ID, ANN)
    people.meet(Member(id=ANN, name="Ann", is_guest=True))
    people._members[ANN] = replace(people._members[ANN], is_guest=True)

    assert await members.is_full(TEAM_ID, ANN)
    clock.seconds += KNOWN_SECONDS
    assert not await members.is_full(TEAM_ID, ANN)


async def test_who_is_nobody_in_slack_decides_nothing_until_slack_says(place):
    asked = replace(request("confirm"), asker_id="U0NOBODY01", channel_id=CHANNEL)
    with pytest.raises(SlackAwayError):
        await place.slack.is_full_member(asked)
