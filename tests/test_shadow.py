"""Shadow mode: the copilot answers as ever, keeps the answer, and shows nothing to anybody."""

from bot.answers import Posted
from bot.request import RequestKind
from bot.shadow import NOWHERE, ShadowReply, ShadowWorkspace
from tests.fakes import FakeFence, FakeWorkspace
from tests.slack.samples import H1, STORE
from tests.test_copilot import RULES, copilot, request


async def test_an_answer_is_kept_and_nothing_of_it_is_shown():
    real = FakeWorkspace(STORE)
    bot = copilot(H1, RULES, workspace=ShadowWorkspace(real))
    asked = request()

    await bot.handle(asked, FakeFence())

    kept = bot.memory.answers_kept[asked.id]
    assert kept.claims == {"H1": H1.claim}
    assert kept.ts == asked.message_ts
    assert (real.replies, real.statuses, real.whispers) == ({}, [], [])


async def test_what_would_be_whispered_edited_or_shared_is_not():
    real = FakeWorkspace(STORE)
    shadow = ShadowWorkspace(real)
    asked = request(RequestKind.HELP)

    await shadow.whisper(asked, [], text="help")
    await shadow.update(Posted(channel_id="C1", ts="1.0"), [], text="edited")
    await shadow.remove_file("F1")
    files = [
        await share(asked, None, name="a.md", content="", comment="")
        for share in (shadow.attach, shadow.enclose)
    ]

    assert files == ["", ""]
    assert (real.whispers, real.statuses) == ([], [])


async def test_it_reads_what_the_real_workspace_reads():
    shadow = ShadowWorkspace(FakeWorkspace(STORE))
    asked = request()

    ref = await shadow.locate(asked)

    assert (await shadow.read(ref, until_ts=None)).messages == STORE.messages
    assert await shadow.admit(asked) == await FakeWorkspace(STORE).admit(asked)
    assert await shadow.active_thread(ref) == await FakeWorkspace(STORE).active_thread(ref)


async def test_an_answer_that_no_message_asked_for_stands_nowhere():
    reply = ShadowReply(request(message_ts=None), FakeFence())

    assert (reply.posted, reply.is_stopped, await reply.exists()) == (None, False, False)
    await reply.show([], text="facts")

    assert reply.posted == Posted(channel_id="C1", ts=NOWHERE)
