"""A deletion where nothing is logged: a private channel, a direct message, a thread after `unwatch`."""

from datetime import UTC, datetime

from bot.adapters.log_keeper import LogKeeper
from bot.answers import SavedAnswer
from bot.incident.messages import IncidentRef
from bot.outgoing import Outgoing
from bot.rechecking import DELETED_QUOTE
from bot.request import RequestKind
from bot.safety.redaction import Redactor
from bot.slack.blocks import rich, spans
from bot.upkeep import DELETED, Upkeep
from sandbox.people import TEAM_ID
from tests.adapters.conftest import words

PRIVATE = "G0PRIVATE1"
SAID = "it was gw-prod-17 with its old key"


def upkeep_of(place):
    return Upkeep(
        workspace=place.slack,
        memory=place.slack.memory,
        log=LogKeeper(place.slack.live.log, place.redis),
        out=Outgoing(redactor=Redactor(b"k"), link_hosts=frozenset()),
        literals=(),
        retention_days=14,
    )


async def answered(place, root, ts):
    """An answer of ours that quotes a message, posted and kept."""
    ref = IncidentRef(team_id=TEAM_ID, channel_id=PRIVATE, thread_ts=root)
    number = (await place.slack.memory.mint(ref, [ts]))[ts]
    request = place.ask(channel=PRIVATE, thread_ts=root)
    blocks = [rich([spans(f"{SAID} [{number}]")])]
    posted = await place.slack.reply(request, root, NoFence()).finish(blocks, text=SAID)
    quotes = {f"m{number}": ("Ana", datetime.now(UTC).isoformat(), SAID, "")}
    kept = SavedAnswer(
        id=request.id,
        incident_key=ref.key,
        channel_id=PRIVATE,
        ts=posted.ts,
        question="why?",
        quotes=quotes,
        blocks=blocks,
        text=SAID,
    )
    await place.slack.memory.save_answer(kept)
    return kept


class NoFence:
    async def check(self):
        return None


async def test_a_deletion_reaches_answers_where_nothing_is_logged(place):
    place.sandbox.add_channel(PRIVATE, name="secret", at_ts="1700000000.000000", is_private=True)
    root = place.say("writes fail", channel=PRIVATE)
    ts = place.say(SAID, channel=PRIVATE, thread_ts=root)
    kept = await answered(place, root, ts)
    place.delete(ts, channel=PRIVATE)
    told = place.ask(
        kind=RequestKind.RECHECK, channel=PRIVATE, thread_ts=root, subject=ts, text=DELETED, asker_id=""
    )

    await upkeep_of(place).handle(told)

    after = await place.slack.memory.answer(kept.id)
    [message] = place.own(PRIVATE)
    assert {quote[2] for quote in after.quotes.values()} == {DELETED_QUOTE}
    assert "gw-prod-17" not in f"{after} {message['blocks']} {message['text']}"
    assert words(message["blocks"]).startswith("Updated")
    assert [name async for name in place.redis.scan_iter(match="*:log:*")] == []
