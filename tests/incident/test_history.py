from dataclasses import replace

import pytest

from bot.incident.history import Standing, Us, counters, differs, is_overdue, missing, news_in
from bot.incident.log import Deleted, Reacted, Said, body_of
from bot.incident.messages import ts_key

US = Us(user_id="U0BOT", bot_id="B0BOT")
AS_OF = "1700000900.000000"


def ts(number: int) -> str:
    return f"17000000{number:02d}.000000"


def raw(number: int, text: str = "hi", **fields) -> dict:
    return {"type": "message", "ts": ts(number), "user": "U0ANA", "text": text, **fields}


def said(number: int, text: str = "hi", **fields) -> Said:
    found = raw(number, text, **fields)
    return Said(ts=ts(number), version=ts(number), body=body_of(found), thread_ts=found.get("thread_ts"))


def standing(*entries) -> Standing:
    made = Standing()
    made.take(entries)
    return made


def news(here: Standing, *page: dict, as_of: str = AS_OF) -> list:
    return list(news_in(page, here.log, as_of=as_of, us=US))


def test_messages_stand_in_order_and_replies_by_their_root():
    here = standing(said(3), said(1), said(2, thread_ts=ts(1)))

    assert [one for _, one in here.order] == [ts(1), ts(2), ts(3)]
    assert here.replies == {ts(1): {ts(2)}}
    assert list(here.top_level()) == [ts(3), ts(1)]


def test_a_reply_that_was_also_sent_to_the_channel_stands_in_both():
    here = standing(said(1), said(2, thread_ts=ts(1), subtype="thread_broadcast"))

    assert list(here.top_level()) == [ts(2), ts(1)]
    assert here.replies == {ts(1): {ts(2)}}


def test_what_is_deleted_stands_nowhere():
    here = standing(said(1), said(2, thread_ts=ts(1)))

    changed = here.take([Deleted(ts=ts(2)), Deleted(ts=ts(9))])

    assert changed == {ts(2), ts(9)}
    assert ([one for _, one in here.order], here.replies) == ([ts(1)], {ts(1): set()})


def test_history_is_no_news_where_the_log_has_it_already():
    reacted = Reacted(ts=ts(1), name="eyes", person_id="U0ANA", version=ts(2))
    here = standing(said(1), reacted)

    page = [raw(1, reactions=[{"name": "eyes", "users": ["U0ANA"], "count": 1}]), {"text": "no ts"}]

    assert news(here, *page) == []


def test_what_history_has_otherwise_is_news_and_stands_afterwards():
    here = standing(said(1), said(2), Reacted(ts=ts(2), name="eyes", person_id="U0BEN", version=ts(3)))

    found = news(here, raw(1, "edited"), raw(2), raw(3, "new"))
    here.take(found)

    assert [type(one) for one in found] == [Said, Reacted, Said]
    assert [here.log.said[ts(number)].raw["text"] for number in (1, 2, 3)] == ["edited", "hi", "new"]
    assert here.log.reactions(ts(2)) == ()


def test_an_edit_of_the_newest_message_is_younger_than_it():
    here = standing(*news_in([raw(90, "zzz")], Standing().log, as_of=ts(90), us=US))

    here.take(news_in([raw(90, "aaa", edited={"ts": ts(95)})], here.log, as_of=ts(90), us=US))

    assert here.log.said[ts(90)].raw["text"] == "aaa"


@pytest.mark.parametrize("edited", ["odd", {"ts": "odd"}, {}])
def test_what_cannot_be_told_from_what_stands_by_its_time_is_no_news_again_and_again(edited):
    first = raw(1, "zzz", reactions=[{"name": "eyes", "users": ["U0ANA"], "count": 1}])
    here = standing(*news_in([first], Standing().log, as_of=ts(1), us=US))

    assert list(news_in([raw(1, "aaa", edited=edited)], here.log, as_of=ts(1), us=US)) == []


def test_a_tombstone_is_news_once():
    here = standing(said(1))
    tomb = raw(1, "This message was deleted.", subtype="tombstone")

    first = news(here, tomb)
    here.take(first)

    assert (first, news(here, tomb)) == ([Deleted(ts=ts(1))], [])


@pytest.mark.parametrize("own", [{"user": "U0BOT"}, {"bot_id": "B0BOT"}])
def test_of_our_own_posts_only_their_standing_is_news(own):
    post = raw(1, "an answer", reactions=[{"name": "+1", "users": ["U0ANA"], "count": 1}]) | own

    [found] = news(standing(), post)

    assert "answer" not in found.body


def test_nobody_is_us_when_we_have_no_ids():
    assert not Us(user_id="", bot_id="").wrote({"user": "", "bot_id": ""})


def test_what_is_known_and_not_listed_was_deleted_unless_it_is_never_listed_or_too_young():
    here = standing(said(1), said(2), said(3, subtype="x", hidden=True), said(4))

    known = [ts(1), ts(2), ts(3), ts(4), ts(5)]
    found = missing({ts(1)}, known, log=here.log, as_of=ts(7), end=ts_key(ts(4)))

    assert list(found) == [Deleted(ts=ts(2), as_of=ts(7))]


def test_what_was_seen_as_late_as_this_is_not_missing():
    here = standing(replace(said(2), version=ts(7)))

    assert list(missing(set(), [ts(2)], log=here.log, as_of=ts(7), end=ts_key(ts(4)))) == []


def test_what_history_shows_again_later_stands_again():
    here = standing(said(2), Deleted(ts=ts(2), as_of=ts(7)))

    earlier, again = news(here, raw(2, "a"), as_of=ts(6)), news(here, raw(2, "a"), as_of=ts(8))
    changed = here.take(again)

    assert (earlier, changed, here.log.deleted) == ([], {ts(2)}, set())
    assert [place for _, place in here.order] == [ts(2)]


@pytest.mark.parametrize(
    ("root", "replies", "is_other"),
    [
        ({}, (), False),
        ({"reply_count": 2, "latest_reply": ts(3)}, (ts(2), ts(3)), False),
        ({"reply_count": 2, "latest_reply": ts(4)}, (ts(2), ts(3)), True),
        ({"reply_count": 3, "latest_reply": ts(3)}, (ts(2), ts(3)), True),
        ({}, (ts(2),), True),
        ({"reply_count": "2"}, (), False),
        ({"reply_count": -1, "latest_reply": []}, (), False),
        ({"reply_count": 1, "latest_reply": "abc"}, (ts(2),), True),
    ],
)
def test_a_thread_differs_by_its_count_and_its_last_reply(root, replies, is_other):
    assert differs(root, replies) is is_other


def test_counters_without_a_last_reply_say_so():
    assert counters({"reply_count": 2}) == (2, "")


def test_an_event_is_overdue_after_some_time_by_slacks_clock_and_a_reaction_never():
    late = Deleted(ts=ts(1))

    assert is_overdue(late, as_of=ts(62), seconds=60)
    assert not is_overdue(late, as_of=ts(61), seconds=60)
    assert not is_overdue(
        Reacted(ts=ts(1), name="eyes", person_id="U0ANA", version=ts(1)), as_of=ts(99), seconds=60
    )
