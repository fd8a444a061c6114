"""What doctor finds out about the models, from a stand-in for Claude's API."""

import asyncio

import pytest
from aiohttp import web

from bot.adapters import doctor_model
from bot.models.catalogue import default_catalogue
from bot.models.choosing import choices, chosen
from tests.adapters.forwarding import forward_proxy, tls_front
from tests.messages_api.script import Turn
from tests.messages_api.server import stand_in

KEY = "sk-" + "not-a-key"
SONNET = "claude-sonnet-5-5"


@pytest.fixture
async def api():
    async with stand_in([Turn(words="")]) as running:
        yield running


async def examined(base_url, *, key=KEY, seconds=3.0, **named):
    catalogue = default_catalogue()
    wanted = choices(catalogue, "5.5", **named)
    pair = chosen(catalogue, "5.5", wanted)
    both = tuple(zip(wanted, (pair.sonnet, pair.opus), strict=True))
    return await doctor_model.examine(key, both, other_pair="4.6", seconds=seconds, base_url=base_url)


def told(findings):
    return [(finding.name, finding.state.value) for finding in findings]


async def test_a_good_key_reaches_both_models(api):
    findings = await examined(api.base_url)

    assert told(findings) == [("model key", "pass"), ("model", "pass"), ("model", "pass")]
    assert findings[1].found == f"Sonnet 5.5 ({SONNET}, tier sonnet) is available"


async def test_a_key_with_a_line_break_is_not_sent():
    [finding] = await examined("http://127.0.0.1:1", key=f"{KEY}\n")

    assert "no key has" in finding.found


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "the API refuses it"), (403, "it may not be used for this"), (529, "the API fails (529)")],
)
async def test_a_key_that_is_refused_is_told_once(api, status, words):
    api.refused_status = status

    [finding] = await examined(api.base_url)

    assert (finding.name, finding.state.value, finding.found) == ("model key", "fail", words)
    assert finding.remedy


async def test_a_model_that_the_key_cannot_use_is_told(api):
    del api.listed[SONNET]

    _, sonnet, opus = await examined(api.base_url)

    assert sonnet.state.value == "fail"
    assert "is not available to this key" in sonnet.found
    assert "MODEL_PAIR=4.6" in sonnet.remedy
    assert opus.state.value == "pass"


@pytest.mark.parametrize(
    ("lifecycle", "retires_at", "state", "words"),
    [
        ("deprecated", "2031-05-01T00:00:00Z", "warn", "is deprecated, retires on 2031-05-01"),
        ("retired", None, "fail", "was retired"),
        ("active", "2026-01-01T00:00:00Z", "warn", "is available, retires on 2026-01-01"),
    ],
)
async def test_a_model_that_goes_is_told_with_its_day(api, lifecycle, retires_at, state, words):
    api.listed[SONNET] |= {"lifecycle": lifecycle, "retires_at": retires_at}

    _, sonnet, _ = await examined(api.base_url)

    assert sonnet.state.value == state
    assert words in sonnet.found
    assert "MODEL_PAIR=4.6" in sonnet.remedy


async def test_a_model_of_an_operators_choice_is_told_with_what_is_wrong_with_it(api):
    api.list_model("claude-opus-6", able={"thinking": ["enabled"]})

    _, _, opus = await examined(api.base_url, opus="claude-opus-6")

    assert (opus.state.value, opus.found) == (
        "fail",
        "claude-opus-6 (tier opus) cannot be asked",
    )
    assert "MODEL_OPUS: claude-opus-6 does not accept adaptive thinking" in opus.remedy
    assert "leave MODEL_OPUS empty for Opus 5.5" in opus.remedy


async def test_a_model_of_unknown_price_is_a_drawback(api):
    api.list_model("claude-opus-6")

    _, _, opus = await examined(api.base_url, opus="claude-opus-6")

    assert opus.state.value == "warn"
    assert "at a price that is not in the catalogue" in opus.found


async def test_a_model_of_an_operators_choice_that_the_key_cannot_use_names_its_setting(api):
    _, _, opus = await examined(api.base_url, opus="claude-opus-6")

    assert opus.state.value == "fail"
    assert "MODEL_OPUS" in opus.remedy


async def test_a_port_where_nothing_listens_is_told():
    [finding] = await examined("http://127.0.0.1:1")

    assert finding.found == "nothing answers at 127.0.0.1"


async def test_silence_is_told():
    async def keep_silent(_request):
        await asyncio.sleep(60)

    app = web.Application()
    app.router.add_get("/{tail:.*}", keep_silent)
    runner = web.AppRunner(app, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    [finding] = await examined(f"http://127.0.0.1:{runner.addresses[0][1]}", seconds=0.2)

    await runner.cleanup()
    assert finding.found == "127.0.0.1 did not answer in time"


async def test_a_name_that_does_not_resolve_is_told():
    [finding] = await examined("https://claude.invalid")

    assert finding.found == "the name claude.invalid cannot be resolved"


async def test_a_certificate_that_nobody_knows_is_told(api, tmp_path):
    async with tls_front(api.base_url.removeprefix("http://"), tmp_path) as (address, _certificate):
        [finding] = await examined(f"https://{address}")

    assert finding.found == "the certificate of 127.0.0.1 is not trusted"


async def test_the_api_is_reached_through_the_proxy(api, monkeypatch):
    async with forward_proxy(api.base_url.removeprefix("http://")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)

        findings = await examined("http://claude.test")

    assert told(findings)[0] == ("model key", "pass")
    assert set(proxy.asked) == {"claude.test"}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", "the proxy on the way to claude.test wants a password"),
        ("403 Forbidden", "the proxy refuses the way to claude.test"),
        ("502 Bad Gateway", "the proxy refuses the way to claude.test"),
    ],
)
async def test_a_proxy_that_does_not_let_us_out_is_told(monkeypatch, status, words):
    async with forward_proxy("127.0.0.1:1", refuses=status) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)

        [finding] = await examined("https://claude.test")

    assert finding.found == words
    assert set(proxy.asked) == {"claude.test:443"}
