"""Secrets in an incident stay in Slack: no byte that leaves the process or rests in the store holds one."""

import json
import shutil

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.adapters.wire import MAX_TEXT_CHARS
from tests.end_to_end.conftest import INCIDENTS, KEY_ROTATION, MINE, running_product
from tests.messages_api.diagnoses import any_incident
from tests.messages_api.script import Turn
from tests.messages_api.server import stand_in
from tests.safety.secrets import LETTERS, UPPER, Maker

pytestmark = pytest.mark.asyncio(loop_scope="module")

make = Maker(53)
PLANTED = {
    "said": ("the password for the proxy is {}", make.word(14) + "!"),
    "key id": ("aws_access_key_id = {}", "AKI" + "A" + make.of(UPPER, 16)),
    "cloud secret": ("AWS_SECRET_ACCESS_KEY={}", make.aws_secret()),
    "repository": ("remote: {} refused", make.token("ghp" + "_", 36)),
    "chat": ("SLACK_BOT_TOKEN={}", make.token("xox" + "b-", 40)),
    "address": ("postgres" + "://svc:{}@db.internal/ledger", make.word(18)),
    "header": ("Authorization: Bearer {}", make.word(40)),
    "session": ("cookie: sid={}; theme=dark", make.word(32)),
    "web token": ("token eyJ{}", make.of(LETTERS, 30) + ".eyJ" + make.of(LETTERS, 40) + "." + make.word(43)),
    "private key": (
        "-----BEGIN " + "RSA PRIVATE KEY-----\n{}\n-----END " + "RSA PRIVATE KEY-----",
        make.word(64),
    ),
}
PASSWORD, KEY_ID = PLANTED["said"][1], PLANTED["key id"][1]
PADDING = "why does checkout fail? " * (MAX_TEXT_CHARS // 24 + 40)


def incident_with_secrets():
    """The short incident, and a message for each planted secret before its question."""
    incident = json.loads(MINE)
    first = incident["messages"][0]
    for n, (template, secret) in enumerate(PLANTED.values()):
        text = f"checkout fails since the certificate was renewed: {template.format(secret)}"
        incident["messages"].append(
            {"type": "message", "ts": f"17000007{n:02d}.000001", "thread_ts": first["ts"], "text": text}
            | {"user": "U0KAI"}
        )
    incident["messages"].sort(key=lambda message: message["ts"])
    first["reply_count"] = len(incident["messages"]) - 1
    return json.dumps(incident)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory):
    """A product with a model, and an incident full of secrets."""
    library = tmp_path_factory.mktemp("planted")
    (library / "mine.json").write_text(incident_with_secrets())
    shutil.copy(INCIDENTS / f"{KEY_ROTATION}.json", library)
    async with stand_in([Turn(words=any_incident)]) as api:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("ANTHROPIC_API_KEY", "no-real-" + "key")
            environment.setenv("ANTHROPIC_BASE_URL", api.base_url)
            async with running_product(tmp_path_factory.mktemp("secrets"), library) as running:
                running.api = api
                yield running


async def stored(product) -> bytes:
    """Return every key of the store with its value, as the store itself writes it out."""
    redis = Redis.from_url(product.bot.worker.environment["REDIS_URL"])
    try:
        return b"\n".join([key + (await redis.dump(key) or b"") async for key in redis.scan_iter()])
    finally:
        await redis.aclose()


async def everything_outside(product) -> dict[str, str]:
    """Return what left for Slack and for the model, what was logged, and what rests in the store."""
    return {
        "Slack": repr([(call.method, call.args) for call in product.sandbox.web_api.calls]),
        "the model": json.dumps(product.api.bodies, ensure_ascii=False),
        "the log": product.log_path.read_text(),
        "the store": (await stored(product)).decode("latin-1"),
    }


def leaks(places: dict[str, str]) -> list[tuple[str, str]]:
    """Name each place in which eight letters of a secret stand together."""
    return [
        (place, kind)
        for place, text in places.items()
        for kind, (_, secret) in PLANTED.items()
        if any(secret[at : at + 8] in text for at in range(len(secret) - 7))
    ]


async def test_after_a_whole_question_no_planted_secret_is_anywhere_but_in_the_thread(product):
    person = await product.fresh("mine")

    await person.ask()
    await person.answers()
    await person.command("/copilot", "postmortem")
    review = await person.file()
    outside = await everything_outside(product) | {"the review": review}

    assert leaks(outside) == []
    assert "[aws_key_id:1]" in outside["the model"]
    assert len(outside["the store"]) > 1_000


@pytest.mark.parametrize("kept", [4, 8, 12, 19])
async def test_a_secret_that_the_cut_of_a_long_question_halves_is_gone_from_the_door_to_the_answer(
    product, kept
):
    person = await product.fresh("mine")
    said = make.word(20)
    asked = len(product.api.bodies)
    start = f"{PADDING[: MAX_TEXT_CHARS - len('password=') - kept]}password="

    await person.ask(f"{start}{said} {PADDING[:1_000]}")
    await person.answers()
    outside = await everything_outside(product)

    question = json.dumps(product.api.bodies[asked:], ensure_ascii=False)
    assert "password=" in question
    assert "[…]" in question
    assert [place for place, text in outside.items() if f"password={said[:3]}" in text] == []
    assert [place for place, text in outside.items() if said[:8] in text] == []
