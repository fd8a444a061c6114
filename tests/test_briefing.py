"""Briefs as they are asked for: told to the asker alone, the same when asked again, sent on when wanted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.boards import Boards
from bot.briefing import NOT_A_TIME, Briefing, since_of
from bot.errors import BriefError
from bot.incident.board import Board
from bot.incident.hypotheses import Status
from bot.incident.messages import File
from bot.incident.review_check import Finding, Kind
from bot.incident.wording import one_line
from bot.naming import LocalAliases
from bot.outgoing import Outgoing
from bot.request import Request, RequestKind
from bot.slack.brief import MOST_DRAFT_CHARS, check_message
from bot.slack.limits import visible_text
from bot.slack.modals import draft_modal
from tests.fakes import FakeFence, FakeMemory, FakeWorkspace
from tests.slack.samples import H1, H2, STORE
from tests.slack.slackblocks_builder import rebuilt, without_emoji_flags

SECRET = "hunter2-hunter2"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def outgoing(redactor):
    return Outgoing(redactor=redactor, link_hosts=frozenset({"acme.slack.com"}))


def desk(incident=STORE, *hypotheses):
    workspace, memory = FakeWorkspace(incident), FakeMemory()
    memory.boards[incident.ref.key] = Board(hypotheses=hypotheses)
    boards = Boards(
        workspace=workspace, memory=memory, aliases=LocalAliases(), literals=(SECRET,), outgoing=outgoing
    )
    return Briefing(boards=boards), workspace, memory


def request(subject, text="", **changes):
    values = {
        "id": f"r-{subject}",
        "kind": RequestKind.BRIEF,
        "team_id": "T1",
        "channel_id": "C1",
        "asker_id": "UBen",
        "text": text,
        "received_at": NOW,
        "subject": subject,
    }
    return Request(**{**values, **changes})


async def whispered(briefing, workspace, asked):
    await briefing.handle(asked, FakeFence())
    _, blocks, _ = workspace.whispers[-1]
    return one_line(visible_text(blocks))


@pytest.mark.parametrize("what", ["catchup", "summary", "timeline", "actions", "fixed"])
async def test_a_brief_is_told_to_the_asker_alone_and_can_be_sent_on(what):
    briefing, workspace, _ = desk(STORE, H1)

    told = await whispered(briefing, workspace, request(what))

    assert "as of" in told
    assert "no model asked" in told
    assert "Send to my DMs" in told
    assert workspace.replies == {}
    for block in workspace.whispers[-1][1]:
        assert without_emoji_flags(rebuilt(block)) == without_emoji_flags(block)


async def test_a_catch_up_begins_where_the_asker_last_wrote():
    briefing, workspace, _ = desk(STORE, H1)
    last = max(m.at for m in STORE.messages if m.author.id == "UBen")

    told = await whispered(briefing, workspace, request("catchup"))

    assert told.startswith(f"Since {last:%H:%M}, when you last wrote")


async def test_who_never_wrote_gets_all_and_the_next_time_what_is_new():
    briefing, workspace, _ = desk()
    first = request("catchup", asker_id="UZoe")
    assert (await whispered(briefing, workspace, first)).startswith("From the start")

    soon = request("catchup", "me", asker_id="UZoe", received_at=NOW + timedelta(minutes=5))
    assert (await whispered(briefing, workspace, soon)).startswith("From the start")

    later = request("catchup", asker_id="UZoe", received_at=NOW + timedelta(minutes=30))
    told = await whispered(briefing, workspace, later)
    assert "when you last caught up" in told


async def test_a_time_or_a_reader_may_be_named():
    briefing, workspace, _ = desk(STORE, H1)
    assert "as you asked" in await whispered(briefing, workspace, request("catchup", "15m"))
    assert "Weakest" not in await whispered(briefing, workspace, request("catchup", "exec"))
    assert "Seen" in await whispered(briefing, workspace, request("catchup", "sme"))
    with pytest.raises(BriefError) as caught:
        await whispered(briefing, workspace, request("catchup", "whenever"))
    assert caught.value.user_message == f"{NOT_A_TIME}."


def test_a_clock_time_is_the_last_such_one():
    now = datetime(2026, 1, 2, 0, 30, tzinfo=UTC)
    assert since_of("23:50", now=now) == datetime(2026, 1, 1, 23, 50, tzinfo=UTC)
    assert since_of("0:10", now=now) == datetime(2026, 1, 2, 0, 10, tzinfo=UTC)
    assert since_of("2h", now=now) == now - timedelta(hours=2)


async def test_a_handoff_stands_in_the_thread_and_a_copy_goes_where_it_is_wanted():
    briefing, workspace, _ = desk(STORE, H1)
    await briefing.handle(request("handoff"), FakeFence())
    (reply,) = workspace.replies.values()
    assert "Handoff" in visible_text(reply.final)
    assert "Send to my DMs" not in visible_text(reply.final)

    await briefing.handle(request("handoff|dm"), FakeFence())
    (direct,) = workspace.directs
    assert direct[0] == "UBen"
    assert len(workspace.replies) == 1
    assert "Sent to your direct messages." in workspace.whispers[-1][2]


async def test_an_update_is_a_draft_behind_a_button_and_posts_nothing():
    briefing, workspace, _ = desk(STORE, H1)
    told = await whispered(briefing, workspace, request("update", "customer"))
    assert "The draft for customers is ready. Nobody has seen it." in told
    assert "Only you can say: When is the next update?" in told
    (row,) = [b for b in workspace.whispers[-1][1] if b["type"] == "actions"]
    draft = row["elements"][0]["value"]
    assert "Investigating" in draft
    assert len(draft) <= MOST_DRAFT_CHARS
    assert "H1" not in draft
    assert draft_modal(draft)["blocks"][0]["element"]["initial_value"] == draft
    assert workspace.replies == {}
    assert workspace.directs == []


async def test_what_a_person_made_of_a_draft_goes_to_them_alone():
    briefing, workspace, _ = desk()
    await briefing.handle(request("note|dm", f"All is well. {SECRET}"), FakeFence())
    (direct,) = workspace.directs
    assert "All is well." in visible_text(direct[1])
    assert SECRET not in str(direct)


async def test_an_order_is_declined_with_a_text_to_send_and_how_the_belief_stands():
    briefing, workspace, _ = desk(STORE, H1)
    told = await whispered(briefing, workspace, request("declined", "Please roll it back!"))
    assert "I run nothing: I only read. A person decides." in told
    assert "Please roll it back. Asked for at" in told
    assert "(Ben)" in told
    assert "On the board: H1" in told

    fallen = replace(H2, claim="the gateway release broke it", status=Status.REFUTED)
    briefing, workspace, _ = desk(STORE, H1, fallen)
    told = await whispered(briefing, workspace, request("declined", "roll the gateway release back"))
    assert "On the board: H2 refuted" in told

    briefing, workspace, _ = desk(replace(STORE, messages=STORE.messages[:1]))
    told = await whispered(briefing, workspace, request("declined", "page payments", asker_id="UZoe"))
    assert "On the board" not in told
    assert "Please page payments" in told


async def test_a_human_draft_is_read_as_typed_or_as_the_newest_file():
    briefing, workspace, _ = desk(STORE, H1)
    told = await whispered(briefing, workspace, request("check", "The root cause was human error."))
    assert "things to look at in the draft" in told
    assert "one cause root cause" in told
    assert workspace.replies == {}

    file = File(name="review.md", head="Ana forgot to look. " * 20, is_partial=True)
    posted = replace(STORE.messages[-1], files=(File(name="a.png", is_binary=True), file))
    briefing, workspace, _ = desk(replace(STORE, messages=(*STORE.messages[:-1], posted)))
    told = await whispered(briefing, workspace, request("check"))
    assert "review.md: Slack shows its beginning only" in told

    briefing, workspace, _ = desk(replace(STORE, messages=STORE.messages[:1]))
    with pytest.raises(BriefError, match="post it in the thread"):
        await whispered(briefing, workspace, request("check"))


def test_a_draft_with_nothing_to_mend_says_so_and_a_bad_one_is_cut():
    assert check_message([], STORE, answer_id="r").text == "Nothing to mend was found"
    bad = [Finding(line=n, kind=Kind.BLAME, words="x", remedy="y") for n in range(20)]
    assert "5 more: mend these and ask again" in visible_text(check_message(bad, STORE, answer_id="r").blocks)


async def test_no_secret_of_the_thread_or_the_asker_gets_out():
    leaky = replace(STORE.messages[0], text=f"TODO: change the password {SECRET}")
    briefing, workspace, _ = desk(replace(STORE, messages=(leaky, *STORE.messages[1:])), H1)
    for what in ("catchup", "summary", "timeline", "actions", "fixed", "update", "declined"):
        await briefing.handle(request(what, f"restart {SECRET}" if what == "declined" else ""), FakeFence())
    assert SECRET not in str(workspace.whispers)


async def test_the_longest_incident_still_fits_on_a_phone():
    many = tuple(replace(m, text=f"{m.text} " + "and so on " * 200) for m in STORE.messages)
    briefing, workspace, _ = desk(replace(STORE, messages=many), H1)
    for what in ("catchup", "summary", "timeline", "handoff|dm"):
        await briefing.handle(request(what), FakeFence())
    assert len(workspace.directs) == 1
