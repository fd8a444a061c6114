"""What a request asks for beside its words."""

from datetime import UTC, datetime

import pytest

from bot.answers import SavedAnswer
from bot.models.catalogue import Phase
from bot.request import Request, RequestKind
from bot.routing.route import Tier
from bot.wishes import Wish, wish_of
from tests.fakes import FakeMemory

PLAIN = Wish()
ESCALATED = Wish(forced=Tier.OPUS, phase=Phase.ESCALATED)


def asking(kind, *, is_full=False):
    return Request(
        id="act:1",
        kind=kind,
        team_id="T1",
        channel_id="C1",
        asker_id="UBEN",
        text="",
        received_at=datetime.now(UTC),
        subject="msg:1",
        is_full=is_full,
    )


async def memory_with(**facts):
    memory = FakeMemory()
    if facts:
        kept = {"id": "msg:1", "incident_key": "k", "channel_id": "C1", "ts": "1.1", "question": "why?"}
        await memory.save_answer(SavedAnswer(**kept, **facts))
    return memory


@pytest.mark.parametrize(
    ("kind", "earlier", "wish"),
    [
        (RequestKind.ANSWER, {}, PLAIN),
        (RequestKind.ESCALATE, {}, ESCALATED),
        (RequestKind.DEESCALATE, {"tier": "opus"}, Wish(forced=Tier.SONNET)),
        (RequestKind.DECLINE, {"is_escalated": True}, Wish(forced=Tier.SONNET)),
        (RequestKind.CONSENT, {}, Wish(forced=Tier.OPUS)),
        (RequestKind.CONSENT, {"tier": "opus"}, Wish(forced=Tier.OPUS)),
        (RequestKind.CONSENT, {"tier": "opus", "is_escalated": True}, ESCALATED),
        (RequestKind.KEEP_GOING, {}, PLAIN),
        (RequestKind.KEEP_GOING, {"question": "why?"}, Wish(continues="msg:1")),
        (RequestKind.KEEP_GOING, {"tier": "sonnet"}, Wish(forced=Tier.SONNET, continues="msg:1")),
        (RequestKind.KEEP_GOING, {"continues": "msg:0"}, Wish(continues="msg:0")),
        (
            RequestKind.KEEP_GOING,
            {"tier": "opus", "is_escalated": True, "is_full": True},
            Wish(forced=Tier.OPUS, is_full=True, continues="msg:1"),
        ),
    ],
)
async def test_only_a_persons_call_for_opus_gets_the_highest_effort_and_what_goes_on_stays_as_it_was(
    kind, earlier, wish
):
    kept = {name: value for name, value in earlier.items() if name != "question"}
    memory = await memory_with(**kept, **({"text": "so far"} if earlier else {}))

    assert await wish_of(memory, asking(kind)) == wish


async def test_a_wish_to_read_everything_is_kept():
    assert (await wish_of(FakeMemory(), asking(RequestKind.ESCALATE, is_full=True))).is_full
