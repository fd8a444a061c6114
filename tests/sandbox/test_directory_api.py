"""Who and what there is: channels, people, user groups, and how often one may ask."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.people import BOT_USER_ID, PERSON_ID, UserGroup
from sandbox.rates import TIERS
from sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL, NOW, Ticker

PRIVATE, SECRET, SHARED = "C0PRIVATE01", "C0SECRET001", "C0SHARED001"


@pytest.fixture
def channels(sandbox: Sandbox) -> None:
    """A private channel with the bot, one without it, and one shared with another organisation."""
    sandbox.add_channel(PRIVATE, name="private", at_ts=NOW, is_private=True)
    sandbox.add_channel(SECRET, name="secret", at_ts=NOW, is_private=True, bot_is_member=False)
    sandbox.add_channel(SHARED, name="shared", at_ts=NOW, is_external=True, bot_is_member=False)


@pytest.mark.usefixtures("channels")
@pytest.mark.parametrize(
    ("channel", "facts"),
    [
        (CHANNEL, {"is_private": False, "is_ext_shared": False, "is_im": False, "is_member": True}),
        (PRIVATE, {"is_private": True, "is_ext_shared": False, "is_group": True, "is_member": True}),
        (SHARED, {"is_private": False, "is_ext_shared": True, "is_shared": True, "is_member": False}),
    ],
)
async def test_a_channel_says_what_kind_it_is(client: AsyncWebClient, channel: str, facts: dict[str, bool]):
    shown = (await client.conversations_info(channel=channel))["channel"]

    assert shown["id"] == channel
    assert {name: shown[name] for name in facts} == facts


async def test_direct_messages_have_a_person_and_no_name(client: AsyncWebClient):
    posted = await client.chat_postMessage(channel=PERSON_ID, text="hello")

    shown = (await client.conversations_info(channel=posted["channel"]))["channel"]

    assert (shown["is_im"], shown["user"]) == (True, PERSON_ID)
    assert "name" not in shown


@pytest.mark.usefixtures("channels")
@pytest.mark.parametrize("call", ["conversations_info", "conversations_history", "conversations_members"])
async def test_a_private_channel_without_the_bot_is_not_there(client: AsyncWebClient, call: str):
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await getattr(client, call)(channel=SECRET)


@pytest.mark.usefixtures("channels")
async def test_channels_are_listed_for_the_bot_and_by_type(client: AsyncWebClient):
    types = "public_channel,private_channel"

    everything = (await client.conversations_list(types=types))["channels"]
    own = (await client.users_conversations(types=types))["channels"]
    public = (await client.users_conversations())["channels"]

    assert [channel["id"] for channel in everything] == [CHANNEL, PRIVATE, SHARED]
    assert [channel["id"] for channel in own] == [CHANNEL, PRIVATE]
    assert [channel["id"] for channel in public] == [CHANNEL]


async def test_user_groups_are_listed_with_their_people_on_demand(sandbox: Sandbox, client: AsyncWebClient):
    people = sandbox.workspace.people
    people.add_group(UserGroup(id="S0SRE000001", handle="sre-team", users=("U0ANA00001",)))
    people.add_group(UserGroup(id="S0OLD000001", handle="old-team", is_disabled=True))

    plain = (await client.usergroups_list())["usergroups"]
    full = (await client.usergroups_list(include_users=True, include_count=True, include_disabled=True))[
        "usergroups"
    ]

    assert [(group["id"], group["handle"]) for group in plain] == [("S0SRE000001", "sre-team")]
    assert "users" not in plain[0]
    assert [(group["users"], group["user_count"]) for group in full] == [(["U0ANA00001"], 1), ([], 0)]


async def test_people_in_a_shared_channel_come_with_their_profile(sandbox: Sandbox, client: AsyncWebClient):
    sandbox.add_channel(SHARED, name="shared", at_ts=NOW, is_external=True)
    sandbox.person.say(SHARED, "hello", as_user="U0ANA00001")

    [message] = (await client.conversations_history(channel=SHARED))["messages"]

    assert message["user_profile"]["display_name"] == "Ana"


async def test_history_takes_999_and_replies_1000(client: AsyncWebClient):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]

    assert (await client.conversations_history(channel=CHANNEL, limit=999))["ok"]
    assert (await client.conversations_replies(channel=CHANNEL, ts=root, limit=1000))["ok"]
    with pytest.raises(SlackApiError, match="invalid_limit"):
        await client.conversations_history(channel=CHANNEL, limit=1000)


async def test_a_method_can_be_limited_to_its_tier(sandbox: Sandbox, client: AsyncWebClient, ticker: Ticker):
    root = (await client.chat_postMessage(channel=CHANNEL, text="root"))["ts"]
    sandbox.web_api.rates.per_minute = TIERS
    stream: dict[str, Any] = {
        "channel": CHANNEL,
        "thread_ts": root,
        "recipient_user_id": PERSON_ID,
        "recipient_team_id": "T0LOCAL001",
    }
    for _ in range(20):
        await client.chat_startStream(**stream)
    ticker.seconds += 45.5

    with pytest.raises(SlackApiError) as caught:
        await client.chat_startStream(**stream)
    ticker.seconds += 14.5
    again = await client.chat_startStream(**stream)

    response = caught.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (
        429,
        "ratelimited",
        "15",
    )
    assert again["ok"]


async def test_the_scopes_of_the_token_can_be_fewer(sandbox: Sandbox, client: AsyncWebClient):
    sandbox.web_api.scopes = ("chat:write",)

    answer = await client.auth_test()

    assert (answer.headers["x-oauth-scopes"], answer["user_id"]) == ("chat:write", BOT_USER_ID)
