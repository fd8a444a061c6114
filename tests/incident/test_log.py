"""The fold: whatever is told, in whatever order and however often, the same messages stand in the end."""

from itertools import permutations

import pytest

from bot.incident.log import (
    NAMELESS,
    Deleted,
    Log,
    Reacted,
    Said,
    body_of,
    decode,
    encode,
    is_ts,
    seen,
)

TS = "10.000001"
HALF = "half a pair: \ud83d"


def said(text, *, version=TS, ts=TS, **facts):
    return Said(ts=ts, version=version, body=body_of({"ts": ts, "text": text}), **facts)


def reacted(person, *, version, count=1, name="+1", **facts):
    return Reacted(ts=TS, name=name, person_id=person, version=version, count=count, **facts)


def folded(*entries):
    log = Log()
    log.apply_all(entries)
    return log


def state(log):
    return {ts: log.raw(ts) for ts in log.said}, log.deleted


def in_every_order(*entries):
    """The states that entries lead to, told in every order; each order tells the first one twice."""
    return [state(folded(*order, order[0])) for order in permutations(entries)]


def test_the_last_edit_stands_in_whatever_order_edits_are_told():
    states = in_every_order(said("a"), said("b", version="11.0"), said("c", version="12.0"))

    assert all(messages[TS]["text"] == "c" for messages, _ in states)


def test_edits_at_the_same_moment_stand_alike_for_everybody():
    states = in_every_order(said("a"), said("b", version="11.0"), said("c", version="11.0"))

    assert all(found == states[0] for found in states)


def test_history_knows_more_than_an_event_of_the_same_version():
    assert folded(said("unmarked edit", is_seen=True), said("as written")).raw(TS)["text"] == "unmarked edit"


def test_a_deletion_is_for_good_in_whatever_order_it_is_told():
    states = in_every_order(
        said("a"), Deleted(ts=TS), said("b", version="12.0"), reacted("U1", version="11.0")
    )

    assert all(found == ({}, {TS}) for found in states)


def test_what_history_missed_is_gone_until_it_is_seen_later_in_whatever_order_that_is_told():
    gone = in_every_order(said("a"), reacted("U1", version="10.5"), Deleted(ts=TS, as_of="12.0"))
    back = in_every_order(
        said("a"), Deleted(ts=TS, as_of="11.0"), reacted("U1", version="10.5"), said("a", version="12.0"),
        Deleted(ts=TS, as_of="11.5"),
    )  # fmt: skip

    assert all(found == ({}, {TS}) for found in gone)
    assert all(found == back[0] for found in back)
    assert (back[0][0][TS]["reactions"], back[0][1]) == ([{"name": "+1", "count": 1}], set())


def test_what_history_missed_and_was_deleted_never_comes_back():
    states = in_every_order(Deleted(ts=TS, as_of="11.0"), Deleted(ts=TS), said("a", version="12.0"))

    assert all(found == ({}, {TS}) for found in states)


def test_a_reaction_is_what_its_person_did_last():
    states = in_every_order(
        said("a"), reacted("U1", version="11.0"), reacted("U1", version="12.0", count=0),
        reacted("U2", version="11.0"),
    )  # fmt: skip

    assert all(messages[TS]["reactions"] == [{"name": "+1", "count": 1}] for messages, _ in states)


def test_a_message_without_standing_reactions_shows_none():
    log = folded(said("a"), reacted("U1", version="11.0"), reacted("U1", version="12.0", count=0))

    assert "reactions" not in log.raw(TS)
    assert log.reactions("99.0") == ()


def test_reactions_are_counted_by_emoji_in_order_of_their_names():
    log = folded(said("a"), reacted("U1", version="11.0", name="wave"), reacted("U2", version="11.0"))

    assert log.reactions(TS) == (("+1", 1), ("wave", 1))


@pytest.mark.parametrize(
    ("later", "count"),
    [
        ([], 60),
        ([reacted("U7", version="13.0")], 61),
        ([reacted("U1", version="13.0", count=0)], 59),
        ([reacted("U7", version="11.5")], 60),
    ],
    ids=["nobody", "one more", "one less", "one who was counted"],
)
def test_those_whom_history_counts_without_a_name_are_counted_once(later, count):
    page = {"ts": TS, "text": "a", "reactions": [{"name": "+1", "users": ["U1", "U2"], "count": 60}]}

    log = folded(*later, *seen(page, as_of="12.0"))

    assert log.reactions(TS) == (("+1", count),)


def test_applying_says_what_stands_otherwise():
    log = Log()

    told = [said("a"), said("a", version="11.0"), said("b", version="12.0"), said("c", version="11.5")]
    assert [log.apply(entry) for entry in told] == [True, False, True, False]
    assert [log.apply(reacted("U1", version=at)) for at in ("11.0", "11.0", "12.0")] == [True, False, False]
    assert log.apply_all([Deleted(ts=TS), Deleted(ts=TS), said("d", version="13.0")]) == {TS}


def test_the_entries_of_a_state_lead_to_it():
    log = folded(said("a"), reacted("U1", version="11.0"), said("b", ts="20.0"), Deleted(ts="20.0"))

    again = folded(*log.entries())

    assert state(again) == state(log)
    assert again.reacted(TS) == log.reacted(TS)
    assert len(list(log.entries())) == 3


def test_the_entries_of_a_state_say_what_may_come_back():
    again = folded(*folded(said("a"), Deleted(ts=TS, as_of="11.0")).entries())

    assert again.deleted == {TS}
    assert again.apply(said("a", version="11.0"))


def test_what_is_encoded_is_decoded():
    entries = [
        said("a\nb\u2028c", thread_ts="9.0"),
        said(HALF, is_seen=True, version="11.0"),
        Deleted(ts=TS),
        Deleted(ts=TS, as_of="11.0"),
        reacted("U1", version="11.0"),
        reacted(NAMELESS, version="11.0", count=60, is_seen=True, name=HALF),
    ]

    assert list(decode(encode(entries))) == entries
    assert list(decode(encode([]))) == []


@pytest.mark.parametrize("data", [b"\xff", b"words", b'["s"]', b'["r", "1.0"]'])
def test_what_nobody_encoded_is_not_decoded(data):
    with pytest.raises(ValueError):  # noqa: PT011  # of JSON, of UTF-8 or of the number of facts
        list(decode(data))


def test_history_is_as_true_as_the_newest_it_shows():
    page = {"ts": TS, "thread_ts": "9.0", "text": "now", "edited": {"ts": "12.0"}}

    log = folded(*seen(page, as_of="20.0"), said("told late", version="15.0"))

    assert log.raw(TS)["text"] == "now"
    assert log.said[TS].thread_ts == "9.0"
    assert folded(*seen(page, as_of="20.0"), said("later", version="21.0")).raw(TS)["text"] == "later"


def test_a_message_newer_than_that_is_as_old_as_itself():
    (entry,) = seen({"ts": "30.0", "text": "now", "thread_ts": 7}, as_of="20.0")

    assert (entry.version, entry.thread_ts) == ("30.0", None)


def test_a_tombstone_in_history_is_a_deletion():
    assert seen({"ts": TS, "subtype": "tombstone", "text": "…"}, as_of=TS) == [Deleted(ts=TS)]


@pytest.mark.parametrize("ts", [None, 7, "", "words", "1.0000001", "10.0\n"])
def test_what_history_shows_without_a_usable_ts_is_nothing(ts):
    assert seen({"ts": ts, "text": "a"}, as_of="20.0") == []
    assert not is_ts(ts)


def test_a_reaction_that_history_shows_no_more_was_taken_back():
    known = folded(said("a"), reacted("U1", version="11.0"), reacted("U2", version="11.0"))
    page = {"ts": TS, "text": "a", "reactions": [{"name": "+1", "users": ["U2"], "count": 1}]}

    known.apply_all(seen(page, as_of="12.0", known=known))

    assert known.reactions(TS) == (("+1", 1),)


def test_one_whom_a_long_list_leaves_out_has_taken_nothing_back():
    known = folded(said("a"), reacted("U1", version="11.0"))
    page = {"ts": TS, "text": "a", "reactions": [{"name": "+1", "users": ["U2"], "count": 60}]}

    known.apply_all(seen(page, as_of="12.0", known=known))

    assert known.reactions(TS) == (("+1", 60),)


def test_a_count_without_names_ends_when_history_names_all():
    known = folded(said("a"), reacted(NAMELESS, version="11.0", count=60))
    page = {"ts": TS, "text": "a", "reactions": [{"name": "+1", "users": ["U2"], "count": 1}]}

    known.apply_all(seen(page, as_of="12.0", known=known))

    assert known.reactions(TS) == (("+1", 1),)


def test_odd_reactions_in_history_are_passed_over():
    odd = ["words", {"users": ["U1"]}, {"name": "x", "users": "U1", "count": "many"}]
    good = [{"name": "wave", "users": ["U1", 7, "", "U1"], "count": 1}]

    for reactions, count in ((odd, ()), (odd + good, (("wave", 1),)), ("words", ())):
        log = folded(*seen({"ts": TS, "reactions": reactions}, as_of=TS))
        assert log.reactions(TS) == count


def test_of_our_own_posts_no_word_is_kept():
    raw = {
        "ts": TS,
        "user": "U0BOT",
        "bot_id": "B0BOT",
        "text": "Two chains",
        "blocks": [{"type": "section"}],
    }

    (entry,) = seen(raw, as_of=TS, is_own=True)

    assert entry.raw == {"ts": TS, "user": "U0BOT", "bot_id": "B0BOT"}
