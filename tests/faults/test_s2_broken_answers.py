"""Row S2: Slack answers wrongly, too late or not at all, before and after the call took effect."""

import asyncio
from collections import Counter

import pytest
from aiohttp import ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import FAULTS
from bot.adapters.slack_retry import retry_handlers
from sandbox.faults import NEVER, Fault
from sandbox.server import running_sandbox
from tests.faults.product import CHANNEL, NOW, SECRET, Product, product
from tests.faults.row import Row, row

METHODS = ("conversations.replies", "chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update")
BROKEN = {
    "500": Fault(status=500),
    "502 HTML": Fault(status=502, body="html"),
    "503": Fault(status=503),
    "200 HTML": Fault(status=200, error="x", body="html"),
    "reset": Fault(body="reset"),
    "500, performed": Fault(status=500, is_performed=True),
    "reset, performed": Fault(body="reset", is_performed=True),
    "cut mid-body, performed": Fault(body="cut", is_performed=True),
    "slow body": Fault(body="slow", is_performed=True),
    "timeout": Fault(wait_seconds=NEVER),
    "timeout, performed": Fault(wait_seconds=NEVER, is_performed=True),
}
NAMES = """
account_inactive accesslimited channel_not_found duplicate_channel_not_found ekm_access_denied fatal_error
enterprise_is_restricted internal_error invalid_arguments invalid_auth invalid_blocks invalid_chunks
invalid_form_data is_archived missing_recipient_team_id missing_recipient_user_id missing_scope msg_too_long
no_permission no_text not_allowed_token_type not_authed not_in_channel org_login_required ratelimited
request_timeout restricted_action service_unavailable team_access_not_granted team_added_to_org token_expired
token_revoked two_factor_setup_required a_name_that_nobody_knows
"""


async def start(running: Product, store_url: str) -> None:
    """Receive over HTTP, and work."""
    running.sandbox.deliver_http(await running.listen(store_url), SECRET)
    await running.work(store_url)


async def settle(running: Product, counted: Row) -> None:
    """Wait until all is answered, and count."""
    await running.until_answered()
    await running.sandbox.delivery.settled()
    running.fill(counted)


@pytest.mark.parametrize("kind", BROKEN)
async def test_s2_a_broken_answer_of_any_method_leaves_one_finished_answer_each(
    valkey_url: str, kind: str
) -> None:
    async with product(call_seconds=0.6) as running, row("S2", f"{kind}, every method twice") as counted:
        await start(running, valkey_url)
        for method in METHODS:
            running.sandbox.faults.order(method, BROKEN[kind], times=2)
        running.ask(3)
        await settle(running, counted)


@pytest.mark.parametrize("kind", [kind for kind in BROKEN if "performed" in kind])
async def test_s2_a_post_whose_answer_was_lost_is_found_again(valkey_url: str, kind: str) -> None:
    async with product(call_seconds=0.6) as running, row("S2", f"chat.postMessage: {kind}") as counted:
        await start(running, valkey_url)
        running.sandbox.faults.order("chat.startStream", Fault(error="not_allowed_token_type"), times=100)
        running.sandbox.faults.order("chat.postMessage", BROKEN[kind], times=3)
        running.ask(3)
        await settle(running, counted)


async def test_s2_a_stream_refused_by_any_name_leaves_one_finished_answer_each(valkey_url: str) -> None:
    async with (
        product() as running,
        row("S2", f"chat.startStream: {len(NAMES.split())} error names") as counted,
    ):
        await start(running, valkey_url)
        for name in NAMES.split():
            running.sandbox.faults.order("chat.startStream", Fault(error=name))
        running.ask(len(NAMES.split()))
        await settle(running, counted)


async def test_s2_a_slack_that_cannot_be_read_for_good_gets_one_visible_end_each(valkey_url: str) -> None:
    async with product() as running, row("S2", "conversations.replies: 400 for good") as counted:
        await start(running, valkey_url)
        for method in ("conversations.replies", "conversations.history"):
            running.sandbox.faults.order(method, Fault(status=400, error="bad_request"), times=1_000_000)
        running.ask(3)
        told = running.sandbox.workspace.ephemerals
        async with asyncio.timeout(20):
            while len(told) < len(running.asked):  # noqa: ASYNC110  # the workspace tells nobody
                await asyncio.sleep(0.05)
        await running.sandbox.delivery.settled()
        counted.events, counted.posts = len(running.asked), len(told)
        counted.double = len(told) - len(running.asked) + sum(map(len, running.posts().values()))

    assert all("gave up" in str(whisper) for whisper in told.values())


@pytest.mark.parametrize("kind", BROKEN)
async def test_s2_a_post_is_never_repeated_blindly_and_a_read_is(kind: str) -> None:
    fault = BROKEN[kind]
    async with running_sandbox() as sandbox, ClientSession(timeout=ClientTimeout(total=0.3)) as session:
        channel = sandbox.add_channel(CHANNEL, name="faults", at_ts=NOW)
        client = AsyncWebClient(
            token="any", base_url=sandbox.api_url, session=session, retry_handlers=retry_handlers()
        )
        sandbox.faults.order("chat.postMessage", fault)
        sandbox.faults.order("users.list", fault)
        outcome = await asyncio.gather(
            client.chat_postMessage(channel=CHANNEL, text="x"), client.users_list(), return_exceptions=True
        )
        calls = Counter(call.method for call in sandbox.web_api.calls)
        stands = list(channel.everything())

    assert calls["chat.postMessage"] == 1
    assert len(stands) <= 1
    assert isinstance(outcome[0], FAULTS)
    assert not isinstance(outcome[1], BaseException)
