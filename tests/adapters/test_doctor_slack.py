"""What doctor finds out about a workspace, over real connections."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp import web

from bot.adapters.doctor_slack import SlackProbe
from bot.adapters.proxy import proxy_for
from bot.doctor.slack import app_id_in
from handlers.manifest import WHY_SCOPE, scopes
from sandbox.faults import NEVER, Fault
from sandbox.people import APP_ID
from sandbox.server import Sandbox, running_sandbox
from tests.adapters.forwarding import forward_proxy, tls_front

BOT_TOKEN = "xoxb-" + "1-2-abc"
USER_TOKEN = "xoxp-" + "1-2-abc"
APP_TOKEN = f"xapp-1-{APP_ID}-" + "2-abc"


def probe(api_url, *, seconds=3.0):
    return SlackProbe(api_url=api_url, needed=scopes(), features=WHY_SCOPE, seconds=seconds)


def told(findings):
    return {finding.name: (finding.state.value, finding.found) for finding in findings}


@pytest.fixture
async def slack():
    made = Sandbox()
    made.web_api.scopes = tuple(scopes())
    async with running_sandbox(made) as running:
        yield running


@asynccontextmanager
async def answering(body, *, status=200, **headers):
    """A server that gives one answer to everything; Slack's headers are what it is about."""

    async def answer(_request):
        return web.Response(text=body, status=status, headers={"content-type": "application/json", **headers})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    await runner.cleanup()


async def test_a_good_token_says_whose_it_is_and_that_it_may_all_that_is_needed(slack):
    asked = await probe(slack.api_url).bot_token(BOT_TOKEN)

    found = told(asked.findings)
    assert found["bot token"] == ("pass", f"@copilot in Local workspace ({slack.url}/)")
    assert found["scopes"] == ("pass", f"all {len(scopes())} of the manifest")
    assert found["clock"] == ("pass", "agrees with Slack's")
    assert (asked.user, asked.app_id) == ("copilot", APP_ID)


@pytest.mark.parametrize(
    ("code", "token", "words", "remedy"),
    [
        ("invalid_auth", BOT_TOKEN, "Slack does not know it", "Copy the Bot User OAuth Token"),
        ("invalid_auth", "xoxe." + "xoxb-1", "holds a token that expires", "Copy the Bot User OAuth Token"),
        ("token_revoked", BOT_TOKEN, "it was revoked", "reinstall"),
        ("account_inactive", BOT_TOKEN, "the app was removed", "reinstall"),
        ("token_expired", BOT_TOKEN, "it has expired", "Turn token rotation off"),
        ("team_added_to_org", BOT_TOKEN, "Slack answered team_added_to_org", "Copy the Bot User"),
    ],
)
async def test_a_token_that_slack_refuses_is_told_with_its_remedy(slack, code, token, words, remedy):
    slack.faults.order("auth.test", Fault(error=code))

    [finding, *_] = (await probe(slack.api_url).bot_token(token)).findings

    assert (finding.name, finding.state.value) == ("bot token", "fail")
    assert words in finding.found
    assert remedy in finding.remedy
    assert token not in finding.found + finding.remedy


@pytest.mark.parametrize("token", ["", "'quoted'", "two words", "line\n"])
async def test_a_token_that_cannot_be_one_is_not_sent(slack, token):
    asked = await probe(slack.api_url).bot_token(token)

    assert [finding.state.value for finding in asked.findings] == ["fail"]
    assert not slack.web_api.calls


async def test_missing_scopes_are_named_with_what_fails_and_those_too_many_too(slack):
    slack.web_api.scopes = (*(scope for scope in scopes() if scope != "files:write"), "pins:write")

    findings = (await probe(slack.api_url).bot_token(BOT_TOKEN)).findings

    lacking, more = (finding for finding in findings if finding.name == "scopes")
    assert lacking.state.value == "fail"
    assert lacking.found == f"missing files:write ({WHY_SCOPE['files:write']})"
    assert "reinstall" in lacking.remedy
    assert (more.state.value, more.found) == ("warn", "pins:write more than the manifest asks for")


async def test_a_persons_token_that_slack_accepts_is_no_bots():
    body = json.dumps({"ok": True, "user": "ana", "team": "Acme", "url": "https://acme.test/"})

    async with answering(body) as url:
        asked = await probe(url).bot_token("odd-1")

    assert told(asked.findings)["bot token"] == ("fail", "it speaks for a person in Acme, not for a bot")
    assert told(asked.findings)["scopes"][0] == "note"
    assert not asked.user


@pytest.mark.parametrize(
    ("minutes", "state", "words"),
    [(2, "warn", "behind Slack's"), (-2, "warn", "ahead of Slack's"), (6, "fail", "refused as too old")],
)
async def test_a_wrong_clock_is_told_by_slacks_own(minutes, state, words):
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)

    async with answering(json.dumps({"ok": False, "error": "invalid_auth"}), Date=date) as url:
        asked = await probe(url).bot_token(BOT_TOKEN)

    assert told(asked.findings)["clock"][0] == state
    assert words in told(asked.findings)["clock"][1]


@pytest.mark.parametrize("status", [200, 503])
async def test_a_page_that_is_no_slack_is_told(status):
    async with answering("<html>Welcome to the hotel</html>", status=status) as url:
        asked = await probe(url).bot_token(BOT_TOKEN)

    assert "does not speak as expected" in told(asked.findings)["bot token"][1]


async def test_silence_is_told_after_the_time_limit(slack):
    slack.faults.order("auth.test", Fault(wait_seconds=NEVER))

    asked = await probe(slack.api_url, seconds=0.1).bot_token(BOT_TOKEN)

    assert told(asked.findings)["bot token"] == ("fail", "127.0.0.1 did not answer in time")


async def test_a_port_where_nothing_listens_is_told():
    asked = await probe("http://127.0.0.1:1/api/").bot_token(BOT_TOKEN)

    assert told(asked.findings)["bot token"] == ("fail", "nothing answers at 127.0.0.1")


async def test_a_name_that_does_not_resolve_is_told():
    asked = await probe("https://slack.invalid/api/").bot_token(BOT_TOKEN)

    assert told(asked.findings)["bot token"] == ("fail", "the name slack.invalid cannot be resolved")


async def test_a_certificate_that_nobody_knows_is_told(slack, tmp_path):
    async with tls_front(slack.url.removeprefix("http://"), tmp_path) as (address, _certificate):
        asked = await probe(f"https://{address}/api/").bot_token(BOT_TOKEN)

    [finding] = asked.findings
    assert finding.found == "the certificate of 127.0.0.1 is not trusted"
    assert "SSL_CERT_FILE" in finding.remedy


async def test_an_app_token_opens_a_connection_of_the_same_app(slack):
    findings = await probe(slack.api_url).app_token(APP_TOKEN, bot_app_id=APP_ID)

    assert told(findings) == {
        "app token": ("pass", f"opens a Socket Mode connection, the bot token's app {APP_ID}"),
        "connections": ("pass", "nobody else is connected with this app token"),
    }


async def test_the_doctors_connection_is_closed_again(slack):
    await probe(slack.api_url).app_token(APP_TOKEN, bot_app_id=APP_ID)

    async with asyncio.timeout(2):
        while slack.socket_mode.connections:  # noqa: ASYNC110  # the other side closes when it hears of it
            await asyncio.sleep(0.01)


async def test_another_process_with_the_same_app_token_is_told(slack):
    link = f"{slack.url.replace('http', 'ws', 1)}/link"
    async with aiohttp.ClientSession() as session, session.ws_connect(link) as other:
        await other.receive_json()

        findings = await probe(slack.api_url).app_token(APP_TOKEN, bot_app_id=APP_ID)

    assert told(findings)["connections"] == ("note", "1 other connection is open")


async def test_tokens_of_two_apps_are_told(slack):
    [finding, _] = await probe(slack.api_url).app_token(APP_TOKEN, bot_app_id="A0OTHER001")

    assert finding.found == "it belongs to another app than the bot token"
    assert APP_ID in finding.remedy


@pytest.mark.parametrize(
    ("code", "token", "words"),
    [
        ("missing_scope", APP_TOKEN, "it lacks the scope connections:write"),
        ("invalid_auth", APP_TOKEN, "Slack does not know it"),
    ],
)
async def test_an_app_token_that_slack_refuses_is_told(slack, code, token, words):
    slack.faults.order("apps.connections.open", Fault(error=code))

    [finding] = await probe(slack.api_url).app_token(token, bot_app_id="")

    assert (finding.state.value, finding.found) == ("fail", words)
    assert "connections:write" in finding.remedy


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (APP_TOKEN, "SLACK_BOT_TOKEN holds an app-level token"),
        (USER_TOKEN, "SLACK_BOT_TOKEN holds a user's token"),
        ("0f" * 16, "SLACK_BOT_TOKEN holds a signing secret"),
    ],
)
async def test_another_secret_in_place_of_the_bot_token_is_told_without_asking_anybody(slack, token, words):
    asked = await probe(slack.api_url).bot_token(token)

    assert [(one.state.value, one.found) for one in asked.findings] == [("fail", words)]
    assert not slack.web_api.calls


async def test_another_token_in_place_of_the_app_token_is_told_without_asking_anybody(slack):
    [finding] = await probe(slack.api_url).app_token(BOT_TOKEN, bot_app_id="")

    assert (finding.state.value, finding.found) == ("fail", "SLACK_APP_TOKEN holds a bot token")
    assert not slack.web_api.calls


async def test_ten_connections_leave_no_room(slack):
    slack.socket_mode.most_connections = 0

    [finding] = await probe(slack.api_url).app_token(APP_TOKEN, bot_app_id="")

    assert finding.found == "all ten connections of the app are taken"


async def test_a_socket_that_is_refused_is_told(slack):
    slack.socket_mode.handshakes_to_refuse = 1

    [finding] = await probe(slack.api_url).app_token(APP_TOKEN, bot_app_id="")

    assert finding.state.value == "fail"


async def test_the_channels_are_those_that_the_bot_is_in(slack):
    slack.add_channel("C0INC00001", name="inc-db", at_ts="1700000000.000000")
    slack.add_channel("C0TALK0001", name="talk", at_ts="1700000000.000000")
    slack.add_channel("C0OUT00001", name="inc-out", at_ts="1700000000.000000", bot_is_member=False)

    [finding] = await probe(slack.api_url).channels(BOT_TOKEN, watched=("inc-*",), user="copilot")

    assert (finding.state.value, finding.found) == ("pass", "in 2 channels, watched as a whole: #inc-db")


async def test_channels_that_may_not_be_listed_are_no_second_fault(slack):
    slack.faults.order("users.conversations", Fault(error="missing_scope"))

    assert await probe(slack.api_url).channels(BOT_TOKEN, watched=(), user="copilot") == []


async def test_channels_that_cannot_be_listed_now_are_told(slack):
    slack.faults.order("users.conversations", Fault(status=429, retry_after_seconds=30))
    slack.faults.order("users.conversations", Fault(body="reset"), times=2)  # aiohttp tries a GET twice

    limited = await probe(slack.api_url).channels(BOT_TOKEN, watched=(), user="copilot")
    broken = await probe(slack.api_url).channels(BOT_TOKEN, watched=(), user="copilot")

    assert told(limited) == {"channels": ("note", "Slack answered ratelimited")}
    assert broken[0].state.value == "fail"


def test_an_app_token_names_its_app_when_the_hello_does_not():
    assert app_id_in(APP_TOKEN) == APP_ID
    assert app_id_in(BOT_TOKEN) == ""


async def test_slack_is_reached_through_the_proxy(slack, monkeypatch):
    async with forward_proxy(slack.url.removeprefix("http://")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)

        asked = await probe("http://slack.test/api/").bot_token(BOT_TOKEN)

    assert asked.user == "copilot"
    assert set(proxy.asked) == {"slack.test"}


async def test_no_proxy_is_kept_to_although_the_sdk_does_not(slack, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", ".slack.com")

    asked = await probe(slack.api_url).bot_token(BOT_TOKEN)

    assert asked.user == "copilot"
    assert proxy_for("wss://wss-primary.slack.com/link") is None
    assert proxy_for("https://api.anthropic.com") == "http://127.0.0.1:1"


async def test_a_proxy_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

    [finding] = (await probe("https://slack.test/api/").bot_token(BOT_TOKEN)).findings

    assert finding.found == "the proxy on the way to slack.test does not answer"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", "the proxy on the way to slack.test wants a password"),
        ("403 Forbidden", "the proxy refuses the way to slack.test"),
        ("502 Bad Gateway", "the proxy refuses the way to slack.test"),
    ],
)
async def test_a_proxy_that_does_not_let_us_out_is_told(monkeypatch, status, words):
    async with forward_proxy("127.0.0.1:1", refuses=status) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)

        [finding] = (await probe("https://slack.test/api/").bot_token(BOT_TOKEN)).findings

    assert finding.found == words
    assert proxy.asked == ["slack.test:443"]
