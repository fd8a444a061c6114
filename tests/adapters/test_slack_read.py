import pytest

from bot.errors import ChannelUnreadableError, NoThreadError, SlackAwayError
from bot.incident.messages import AuthorKind
from sandbox.faults import Fault
from sandbox.people import BOT_USER_ID, PERSON_ID, TEAM_ID
from tests.adapters.conftest import CHANNEL, ELSEWHERE

LOCKED = "C0LOCKED01"


async def incident(place, request, *, until_ts=None):
    return await place.slack.read(await place.slack.locate(request), until_ts=until_ts)


async def test_a_watched_channel_is_read_with_all_its_threads_and_pages_each_message_once(place):
    first = place.thread(230)
    second = place.thread(3)
    for n in range(205):
        place.say(f"top {n}")
    place.say("broadcast", thread_ts=second, subtype="thread_broadcast")

    read = await incident(place, place.ask(thread_ts=first))

    assert read.ref.thread_ts is None
    assert read.channel_name == "inc-test"
    assert [m.number for m in read.messages] == list(range(1, 442))
    assert len({m.ts for m in read.messages}) == 441
    assert read.messages[-1].text == "broadcast"


async def test_elsewhere_the_incident_is_the_thread_up_to_the_question(place):
    place.say("lunch?", channel=ELSEWHERE)
    root = place.thread(250, channel=ELSEWHERE)
    asked = place.say(f"<@{BOT_USER_ID}> why?", channel=ELSEWHERE, thread_ts=root)
    place.say("later", channel=ELSEWHERE, thread_ts=root)

    request = place.ask(thread_ts=root, message_ts=asked, channel=ELSEWHERE)
    read = await incident(place, request, until_ts=asked)

    assert read.ref.thread_ts == root
    assert [m.text for m in read.messages] == ["writes fail", *(f"line {n}" for n in range(250))]


async def test_a_command_elsewhere_means_the_thread_with_the_newest_message_however_old_its_root(place):
    old = place.thread(1, channel=ELSEWHERE)
    place.thread(2, channel=ELSEWHERE)
    for n in range(230):
        place.say(f"talk {n}", channel=ELSEWHERE)
    place.say("it is back", channel=ELSEWHERE, thread_ts=old)

    located = await place.slack.locate(place.ask(channel=ELSEWHERE))

    assert located.thread_ts == old
    assert await place.slack.active_thread(located) == old


async def test_a_command_where_no_thread_is_asks_which_one_is_meant(place):
    place.say("hello", channel=ELSEWHERE)

    with pytest.raises(NoThreadError):
        await place.slack.locate(place.ask(channel=ELSEWHERE))


async def test_a_watched_channel_without_threads_has_no_active_one(place):
    place.say("writes fail")

    assert await place.slack.active_thread(await place.slack.locate(place.ask())) is None


async def test_a_direct_message_is_never_a_watched_channel(place):
    request = place.ask(channel="D0YOU00001", message_ts="1700000000.000009", is_direct=True)

    assert (await place.slack.locate(request)).thread_ts == "1700000000.000009"
    assert place.calls("conversations.info") == []


async def test_people_have_names_wherever_they_are_named(place):
    place.say("<@U0BEN00001> paged")
    mention = [
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0BEN00001"}]}
            ],
        }
    ]
    place.say("", blocks=mention, user="U0CHO00001")
    place.say("", attachments=[{"text": "assigned to <@U0CHO00001>"}], bot_id="B0PAGE", user=None)

    read = await incident(place, place.ask())

    assert [m.author.name for m in read.messages] == ["Ana", "Cho", "B0PAGE"]
    assert "@Ben" in read.messages[0].text
    assert "@Ben" in read.messages[1].text
    assert "@Cho" in read.messages[2].text
    assert read.messages[2].author.kind is AuthorKind.BOT


async def test_names_are_asked_for_once_but_again_after_slack_was_busy(place):
    place.say("hello")
    place.faults.order("users.info", Fault(status=500))

    first = await incident(place, place.ask())
    second = await incident(place, place.ask())
    await incident(place, place.ask())

    assert [first.messages[0].author.name, second.messages[0].author.name] == ["U0ANA00001", "Ana"]
    assert len(place.calls("users.info")) == 2


async def test_a_user_whom_slack_does_not_know_keeps_the_id_and_is_not_asked_for_again(place):
    place.say("hello")
    place.faults.order("users.info", Fault(error="user_not_found"))

    await incident(place, place.ask())
    read = await incident(place, place.ask())

    assert read.messages[0].author.name == "U0ANA00001"
    assert len(place.calls("users.info")) == 1


async def test_numbers_stay_when_messages_come_and_go(place):
    root = place.thread(2)
    before = await incident(place, place.ask())
    place.delete(before.messages[1].ts)
    place.later()
    place.say("new", thread_ts=root)

    after = await place.again().slack.read(before.ref, until_ts=None)

    assert [m.number for m in before.messages] == [1, 2, 3]
    assert [(m.number, m.text) for m in after.messages] == [(1, "writes fail"), (3, "line 1"), (4, "new")]


async def test_our_own_posts_and_what_is_asked_of_us_are_no_evidence(place):
    root = place.thread(1)
    place.say(f"<@{BOT_USER_ID}> why?", thread_ts=root, user=PERSON_ID)
    await place.slack.client.chat_postMessage(channel=CHANNEL, thread_ts=root, text="an answer")
    place.say("ok", thread_ts=root)

    read = await incident(place, place.ask())

    assert [(m.number, m.text) for m in read.messages] == [(1, "writes fail"), (2, "line 0"), (3, "ok")]


async def test_a_permalink_is_the_one_that_slack_gives(place):
    root = place.thread(1)

    read = await incident(place, place.ask())

    for message in read.messages:
        answer = await place.slack.client.chat_getPermalink(channel=CHANNEL, message_ts=message.ts)
        assert message.permalink == answer["permalink"]
    assert read.messages[0].ts == root


async def test_a_thread_deleted_while_we_read_is_left_out(place):
    place.thread(1)
    place.say("still here")
    place.faults.order("conversations.replies", Fault(error="thread_not_found"))

    read = await incident(place, place.ask())

    assert [m.text for m in read.messages] == ["writes fail", "still here"]


@pytest.mark.parametrize(
    ("code", "method", "sentence"),
    [
        ("missing_scope", "conversations.info", "lacks the scope `channels:history`"),
        ("not_in_channel", "conversations.history", "Invite me with `/invite @copilot`"),
        ("channel_not_found", "conversations.info", "Invite me"),
        ("thread_not_found", "conversations.history", "its first message was deleted"),
        ("ekm_access_denied", "conversations.history", "Slack answered `ekm_access_denied`"),
    ],
)
async def test_a_channel_that_cannot_be_read_says_what_is_missing(place, code, method, sentence):
    place.faults.order(method, Fault(error=code))

    with pytest.raises(ChannelUnreadableError) as raised:
        await incident(place, place.ask())

    assert sentence in raised.value.user_message


async def test_a_command_in_a_channel_without_us_says_that_we_must_be_invited(place):
    place.sandbox.add_channel(LOCKED, name="inc-locked", at_ts="1700000000.000000", bot_is_member=False)
    ref = await place.slack.locate(place.ask(channel=LOCKED))

    with pytest.raises(ChannelUnreadableError) as raised:
        await place.slack.active_thread(ref)

    assert raised.value.code == "not_in_channel"


async def test_a_rate_limit_is_waited_for(place):
    place.say("hello")
    place.faults.order("conversations.history", Fault(status=429, retry_after_seconds=1))

    read = await incident(place, place.ask())

    assert len(read.messages) == 1
    assert len(place.calls("conversations.history")) == 2


async def test_a_broken_slack_is_no_answer_about_the_channel(place):
    place.faults.order("conversations.history", Fault(status=500))

    with pytest.raises(SlackAwayError):
        await incident(place, place.ask())


async def test_our_identity_is_the_tokens(place):
    assert place.slack.me.user_id == BOT_USER_ID
    assert place.slack.me.team_id == TEAM_ID
    assert place.slack.me.url == f"{place.sandbox.url}/"


async def test_the_newest_thread_is_looked_for_only_so_far_back(place):
    place.thread(1)
    for n in range(1000):
        place.say(f"top {n}")

    assert await place.slack.active_thread(await place.slack.locate(place.ask())) is None
    assert len(place.calls("conversations.history")) == 1


async def test_a_thread_that_cannot_be_read_is_counted_and_read_the_next_time(place):
    root = place.thread(3)
    place.say("still here")
    place.faults.order("conversations.replies", Fault(status=500))

    torn = await incident(place, place.ask())
    whole = await incident(place, place.ask())

    assert [(m.text, m.ts == root) for m in torn.messages] == [("writes fail", True), ("still here", False)]
    assert (torn.omitted, whole.omitted) == (3, 0)
    assert [m.number for m in whole.messages] == [1, 3, 4, 5, 2]
