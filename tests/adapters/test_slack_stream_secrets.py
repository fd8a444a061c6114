"""A growing message is gated as whole blocks, so that no border between two flushes halves a secret."""

import json

import pytest

from bot.outgoing import Outgoing
from bot.safety.redaction import Redactor
from tests.adapters.conftest import said
from tests.safety.secrets import UPPER, Maker

make = Maker(61)
KEY_ID = "AKI" + "A" + make.of(UPPER, 16)
PASSWORD = make.word(20)
FLUSH_CHARS = 64


def sent(place):
    """Every byte that went to Slack, call by call."""
    return [
        json.dumps(call, default=str)
        for method in ("startStream", "appendStream", "stopStream", "update", "postMessage")
        for call in place.calls(f"chat.{method}")
    ]


@pytest.mark.parametrize("flush_chars", [1, FLUSH_CHARS])
@pytest.mark.parametrize("secret", [KEY_ID, f"password={PASSWORD}"], ids=["token", "password"])
async def test_a_secret_at_any_border_of_a_flush_is_in_no_flush_and_not_in_the_joined_text(
    place, secret, flush_chars
):
    root = place.thread(1)
    request = place.ask(thread_ts=root)
    reply = place.at_pace(flush_seconds=0.0, flush_chars=flush_chars).reply(request, root)
    out = Outgoing(redactor=Redactor(b"key"), link_hosts=frozenset())
    before = [FLUSH_CHARS - kept for kept in range(0, len(secret) + 1, 3)]

    for n, chars in enumerate(before):
        sentence = f"{'x' * (chars - 1)} {secret} seen"
        blocks, text = out.message(said(request, sentence, start=n), sentence)
        await reply.show(blocks, text=text)
    sentence = f"done, saw {secret}"
    blocks, text = out.message(said(request, sentence), sentence)
    await reply.finish(blocks, text=text)

    told = sent(place)
    value = secret.removeprefix("password=")
    assert len(place.calls("chat.appendStream")) > 1
    assert [part for part in (*told, "".join(told)) if value[:8] in part or value[-8:] in part] == []
    assert ":1] seen" in "".join(told)
