"""Whatever stands in an event, it is read or left alone; what is kept can be stored, folded and read."""

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.incident.bodies import MAX_BODY_CHARS
from bot.incident.log import Log, decode, encode, seen
from tests.handlers.test_happenings import TS, told

KEYS = (
    *("type", "subtype", "channel", "channel_type", "user", "bot_id", "name", "users", "count", "reactions"),
    *("ts", "thread_ts", "event_ts", "deleted_ts", "text", "blocks", "attachments", "files", "edited"),
    *("message", "previous_message", "hidden", "item", "reaction", "is_ephemeral"),
)
KINDS = (
    "message",
    "reaction_added",
    "reaction_removed",
    "channel_rename",
    "member_joined_channel",
    "team_join",
)
SUBTYPES = ("message_changed", "message_deleted", "message_replied", "tombstone", "bot_message", "", "odd")
WORDS = (
    "C1",
    "U1",
    "U0BOT",
    "B0BOT",
    "yesterday",
    TS,
    "1700000099.5",
    "half \ud83d",
    "\x00",
    "+1",
    *KINDS,
    *SUBTYPES,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=24,
)
likely = st.fixed_dictionaries(
    {
        "type": st.sampled_from(KINDS) | values,
        "channel": st.just("C1") | values,
        "ts": st.just(TS) | values,
        "event_ts": st.just("1700000099.5") | values,
    },
    optional={
        "subtype": st.sampled_from(SUBTYPES) | values,
        "message": st.fixed_dictionaries({"ts": st.just(TS)}, optional={"text": values, "blocks": values})
        | values,
        "previous_message": values,
        "deleted_ts": st.just(TS) | values,
        "item": st.just({"type": "message", "channel": "C1", "ts": TS}) | values,
        "user": st.just("U1") | values,
        "reaction": st.just("+1") | values,
        "text": values,
        "blocks": values,
        "thread_ts": values,
    },
)


@settings(max_examples=100, deadline=None)
@given(event=likely | values)
def test_whatever_an_event_holds_what_is_kept_of_it_can_be_stored_and_read(event):
    with capture_logs():
        found = told(event)

    entries = list(found.entries) if found else []
    log = Log()
    log.apply_all(decode(encode(entries)))
    assert list(decode(encode(entries))) == entries
    assert all(isinstance(log.raw(ts), dict) for ts in log.said)
    assert all(len(said.body) <= MAX_BODY_CHARS for said in log.said.values())


@settings(max_examples=100, deadline=None)
@given(raw=st.dictionaries(st.sampled_from(KEYS), values), reactions=values)
def test_whatever_history_holds_what_is_kept_of_it_can_be_stored_and_read(raw, reactions):
    entries = seen({**raw, "ts": TS, "reactions": reactions}, as_of="1700000099.5")

    log = Log()
    log.apply_all(decode(encode(entries)))
    assert log.said.keys() | log.deleted == {TS}
    assert all(count > 0 for _, count in log.reactions(TS))
