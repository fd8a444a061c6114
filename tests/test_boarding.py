"""What people do to hypotheses, wherever they do it from: kept once, told to them, marked on old answers."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.answers import SavedAnswer
from bot.boarding import Boarding
from bot.boards import COMMITS, Boards
from bot.errors import BoardActError, EditFailedError, StoreUnavailableError
from bot.incident.board import Board
from bot.incident.hypotheses import Act, Status
from bot.lookups import FORGOTTEN, UNMARKED
from bot.naming import LocalAliases
from bot.outgoing import Outgoing
from bot.request import Request, RequestKind
from bot.slack.limits import visible_text
from bot.slack.texts import plain
from bot.superseded import Marker
from tests.fakes import FakeFence, FakeMemory, FakeWorkspace
from tests.slack.samples import H1, H2, clock, message
from tests.slack.samples import STORE as SHORT

STORE = SHORT.with_messages(
    sorted(
        (
            *SHORT.messages,
            message(9, 21, 52, "Cho", "storage nodes down? checking"),
            message(11, 22, 1, "Dev", "gateway had a code release at 14:00, rolling that back to be safe"),
        ),
        key=lambda one: one.at,
    )
)
SECRET = "hunter2-hunter2"
PRESSED = f"{int(clock(22, 26).timestamp())}.000001"


@dataclass
class Deaf(FakeWorkspace):
    """A workspace that does not let old messages be changed."""

    async def update(self, posted, blocks, *, text):
        raise EditFailedError(code="http_503")


def outgoing(redactor):
    return Outgoing(redactor=redactor, link_hosts=frozenset({"acme.slack.com"}))


def boarding(workspace, memory, **changes):
    boards = Boards(
        workspace=workspace,
        memory=memory,
        aliases=LocalAliases(),
        literals=(SECRET,),
        outgoing=outgoing,
    )
    return Boarding(boards=boards, **changes)


def answer(name="a1", ts="2.0", **changes):
    values = {
        "id": name,
        "incident_key": STORE.ref.key,
        "channel_id": "C1",
        "ts": ts,
        "question": "why?",
        "hypothesis_ids": ("H1", "H2"),
        "blocks": plain(f"answer {name}", answer_id=name),
        "text": "Likely",
    }
    return SavedAnswer(**{**values, **changes})


def request(kind, subject="|H1", text="", **changes):
    values = {
        "id": f"r-{kind}",
        "kind": kind,
        "team_id": "T1",
        "channel_id": "C1",
        "asker_id": "UBen",
        "text": text,
        "received_at": datetime(2026, 1, 1, tzinfo=UTC),
        "subject": subject,
        "pressed_ts": PRESSED,
    }
    return Request(**{**values, **changes})


def refutation(hypothesis="H1", text="it has the new pair", **changes):
    return request(RequestKind.REFUTE, f"a1|{hypothesis}", text, **changes)


@pytest.fixture
def memory():
    kept = {"a1": answer(), "a2": answer("a2", ts="3.0", hypothesis_ids=("H2",))}
    return FakeMemory(boards={STORE.ref.key: Board(hypotheses=(H1, H2))}, answers_kept=kept)


@pytest.fixture
def workspace():
    return FakeWorkspace(STORE)


@pytest.fixture
def acts(workspace, memory):
    at = boarding(workspace, memory)

    async def act(asked):
        await at.handle(asked, FakeFence())
        return memory.boards[STORE.ref.key]

    return act


def seen(blocks):
    return "\n".join(visible_text(block) for block in blocks)


def whispered(workspace):
    return [seen(blocks) for _, blocks, _ in workspace.whispers]


def found(board, name="H1"):
    return next(h for h in board.hypotheses if h.id == name)


async def test_an_answer_that_is_no_longer_kept_is_said_to_be(acts, workspace):
    await acts(request(RequestKind.REFUTE, "a9|H1", "no"))

    assert whispered(workspace) == [FORGOTTEN]


async def test_a_refutation_stands_on_every_answer_that_names_the_hypothesis(acts, workspace):
    await acts(refutation("H2"))

    assert [posted.ts for posted, _, _ in workspace.updates] == ["2.0", "3.0"]
    assert all(
        seen(blocks).startswith("Superseded 22:26: H2 refuted by Ben: it has")
        for _, blocks, _ in workspace.updates
    )
    assert "under your name" in whispered(workspace)[0]


async def test_a_second_refutation_keeps_the_first_on_the_line(acts, workspace):
    await acts(refutation("H1", "no 1"))
    await acts(refutation("H2", "no 2", id="r2", asker_id="UNOBODY"))

    _, blocks, _ = next(update for update in reversed(workspace.updates) if update[0].ts == "2.0")
    assert "H1 refuted by Ben: no 1; H2 refuted by a person: no 2" in seen(blocks)
    assert seen(blocks).count("Superseded") == 1


async def test_an_act_that_is_worked_twice_is_written_once(acts, workspace):
    await acts(refutation())
    board = await acts(refutation())

    assert len(found(board).history) == len(H1.history) + 1
    assert len(workspace.updates) == 1


async def test_an_act_without_slacks_time_has_ours(acts):
    board = await acts(refutation(pressed_ts=""))

    assert found(board).history[-1].at == datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_long_reason_with_a_secret_fits_and_leaves_redacted(acts, workspace, memory):
    await acts(refutation(text=f"{SECRET} " + "<!channel> very long " * 60))

    told = f"{workspace.updates} {workspace.whispers} {memory.boards}"
    assert SECRET not in told
    assert "<!channel>" not in workspace.updates[0][2]
    assert len(workspace.updates[0][2]) <= 280


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (refutation("H9"), "H9 is not on this incident's board; there is H1"),
        (request(RequestKind.CONFIRM, text="I saw it"), "name the message that shows H1"),
        (request(RequestKind.CHECK, ""), "say which one: `check H1`"),
        (request(RequestKind.SUSPECT, text="x"), "say what you suspect"),
        (request(RequestKind.REFUTE), "say what speaks against H1"),
        (request(RequestKind.REOPEN), "there is nothing to reopen"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_sentence(acts, asked, sentence):
    with pytest.raises(BoardActError, match=sentence):
        await acts(asked)


async def test_a_board_that_never_stands_still_is_tried_again_later(acts, memory):
    memory.rivals = [Board(hypotheses=(H1,), version=n) for n in range(COMMITS)]

    with pytest.raises(StoreUnavailableError):
        await acts(refutation())


async def test_a_change_is_made_anew_on_what_somebody_else_committed_first(acts, memory):
    memory.rivals = [Board(hypotheses=(replace(H1, claim="said anew"), H2), version=4)]

    board = await acts(refutation())

    assert (found(board).claim, found(board).status) == ("said anew", Status.REFUTED)


async def test_answers_that_cannot_be_marked_now_are_marked_the_next_time(memory):
    deaf = Deaf(STORE)
    at = boarding(deaf, memory)
    await at.handle(refutation(), FakeFence())
    workspace = FakeWorkspace(STORE)
    marker = Marker(workspace, memory, at.boards.gate(None))

    left = await marker.mark(STORE.ref, memory.boards[STORE.ref.key])
    await marker.mark(STORE.ref, memory.boards[STORE.ref.key])

    assert UNMARKED in whispered(deaf)[0]
    assert left == 0
    assert [posted.ts for posted, _, _ in workspace.updates] == ["2.0"]


async def test_a_suspicion_goes_on_the_board_under_its_name_with_the_message_that_raised_it(acts, workspace):
    asked = request(RequestKind.SUSPECT, "", "DNS at the edge, see [8]")

    board = await acts(asked)

    new = next(h for h in board.hypotheses if h.raised_by == "UBen")
    assert (new.claim, new.raised_in) == ("DNS at the edge, see [8]", ("m8",))
    assert f"{new.id} is on the board under your name" in whispered(workspace)[0]


async def test_who_suspects_what_was_ruled_out_is_told_by_whom_and_when(acts, workspace):
    await acts(request(RequestKind.SUSPECT, "", "the release [11]"))

    assert "refuted 22:10: rollback done, no change. reopen H" in whispered(workspace)[0]


async def test_who_takes_a_check_is_told_what_to_look_at_and_it_is_under_test(acts, workspace):
    board = await acts(request(RequestKind.CHECK))

    assert found(board).under_check.by_name == "Ben"
    assert whispered(workspace)[0].startswith("You look at H1: ")


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("yes", H1.status), ("unclear", H1.status), ("no", Status.REFUTED)],
)
async def test_the_result_of_a_check_ends_it(acts, outcome, status):
    await acts(request(RequestKind.CHECK))
    board = await acts(request(RequestKind.RESULT, f"|H1|{outcome}", "it is the old one [13]", id="r2"))

    last = found(board).history[-1]
    assert (last.act, last.because, found(board).status) == (Act.RESULT, ("m13",), status)
    assert found(board).under_check is None


async def test_who_had_hands_on_it_confirms_with_a_message(acts, workspace):
    board = await acts(request(RequestKind.CONFIRM, text="it shows [13]", asker_id="UCho"))

    last = found(board).history[-1]
    assert (last.status, last.because, last.reason) == (Status.CONFIRMED, ("m13",), "it shows [13]")


async def test_who_only_watched_does_not_confirm(workspace, memory):
    asked = request(RequestKind.CONFIRM, text="[13]", asker_id="UWATCHER")

    with pytest.raises(BoardActError, match="hands on it"):
        await boarding(workspace, memory).handle(asked, FakeFence())
    await boarding(workspace, memory, confirm_by="anyone").handle(asked, FakeFence())

    assert found(memory.boards[STORE.ref.key]).status is Status.CONFIRMED


async def test_what_a_person_reopened_is_live_again(acts):
    await acts(refutation())
    board = await acts(request(RequestKind.REOPEN, text="that was staging", id="r2"))

    assert (found(board).status, found(board).reopen_if) == (Status.PROPOSED, "")


async def test_the_board_is_posted_once_and_points_from_where_it_stood_before(acts, workspace, memory):
    await acts(request(RequestKind.BOARD, ""))
    first = memory.board_posts[STORE.ref.key]
    workspace.replies["r2"] = workspace.reply(request(RequestKind.BOARD, "", id="r2"), None, FakeFence())
    workspace.replies["r2"].posted = replace(workspace.replies["r-board"].posted, ts="1742596000.000001")
    await acts(request(RequestKind.BOARD, "", id="r2"))

    assert seen(workspace.replies["r-board"].final).startswith("Board · as of 22:24 UTC")
    assert [posted.ts for posted, _, _ in workspace.updates] == [first.ts]
    assert "stands here now" in seen(workspace.updates[0][1])


async def test_an_act_edits_the_board_that_stands_and_is_behind_where_it_was_just_edited(
    acts, workspace, memory
):
    await acts(request(RequestKind.BOARD, ""))
    await acts(refutation())
    post = memory.board_posts[STORE.ref.key]
    memory.board_posts[STORE.ref.key] = replace(post, edited_at="2026-01-01T00:00:00+00:00")
    await acts(refutation("H2", id="r2"))

    assert memory.behind == [STORE.ref.key]
    [(_, blocks, _)] = [update for update in workspace.updates if update[0].ts == post.ts]
    assert "H2 refuted" in seen(blocks)


@pytest.mark.parametrize(
    ("about", "told"),
    [("", "storage nodes"), ("storage nodes?", "storage nodes"), ("DNS", "Nothing about DNS was ruled out")],
)
async def test_what_was_ruled_out_is_told_to_whoever_asks(acts, workspace, about, told):
    await acts(request(RequestKind.RULED_OUT, "", about))

    assert told in whispered(workspace)[0]
