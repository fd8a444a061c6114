"""The rules look at a board when its incident goes on: nothing is posted, old answers say what moved."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import board_replay, replay
from bot.adapters.fallback import RulesAnalyst
from bot.analysts import rules
from bot.answers import KeptBoardPost
from bot.boards import Boards
from bot.chosen import assumed
from bot.errors import BadInputError, ChannelUnreadableError
from bot.incident.board import Board
from bot.incident.hypotheses import Status
from bot.incident.replay import load_incident_file
from bot.models.catalogue import default_catalogue
from bot.naming import LocalAliases
from bot.replay import Telling
from bot.request import Request, RequestKind
from bot.reviewing import Reviewing
from bot.router import router_of
from bot.settings import Settings
from tests.end_to_end.conftest import INCIDENTS
from tests.fakes import FakeMemory, FakeWorkspace
from tests.test_boarding import answer, outgoing, seen

FILE = json.loads((INCIDENTS / "objectstore-key-rotation.json").read_text(encoding="utf-8"))
EARLIER = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    return Settings(_env_file=None)


@pytest.fixture
async def asked(settings):
    """What the rules said when it was asked, and the incident as it went on."""
    file = load_incident_file(FILE)
    _, finding = await replay.answered(file, Telling(until_ts=FILE["ask_at"]), settings)
    whole = replay.case_of(file, Telling(), settings, assumed(settings)).incident
    linked = (replace(m, permalink=f"https://acme.slack.com/archives/C1/p{m.ts}") for m in whole.messages)
    return finding.board, whole.with_messages(linked)


def reviewing(workspace, memory):
    boards = Boards(
        workspace=workspace, memory=memory, aliases=LocalAliases(), literals=(), outgoing=outgoing
    )
    router = router_of(default_catalogue().pair("5.5"))
    return Reviewing(boards=boards, router=router, rules=RulesAnalyst(rules.diagnose))


def request(ref):
    return Request(
        id="review:1",
        kind=RequestKind.REVIEW,
        team_id=ref.team_id,
        channel_id=ref.channel_id,
        asker_id="",
        text="",
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


async def test_what_was_expected_and_came_is_confirmed_on_the_board_and_on_the_old_answer(asked):
    board, whole = asked
    ref, workspace = whole.ref, FakeWorkspace(whole)
    old = answer(ts=FILE["ask_at"], incident_key=ref.key, hypothesis_ids=("H1", "H2"))
    post = KeptBoardPost(id="r1", channel_id="C1", ts="9.0", thread_ts=None, digest="", edited_at=EARLIER)
    memory = FakeMemory(
        boards={ref.key: replace(board, version=1)},
        answers_kept={"a1": old},
        board_posts={ref.key: post},
    )
    at = reviewing(workspace, memory)

    await at.handle(request(ref))
    await at.handle(request(ref))

    first = memory.boards[ref.key].hypotheses[0]
    assert (first.status, memory.boards[ref.key].version) == (Status.CONFIRMED, 2)
    told = {posted.ts: seen(blocks) for posted, blocks, _ in workspace.updates}
    assert told[old.ts].startswith("Updated 23:05: H1 confirmed [19] [20]: as expected at 22:24")
    assert "→ board" in told[old.ts]
    assert told["9.0"].startswith("Board · as of 23:05 UTC · 1 confirmed")
    assert len(workspace.updates) == 2
    assert workspace.replies == {}


async def test_an_incident_without_a_board_or_out_of_reach_is_left_alone(asked):
    board, whole = asked
    memory = FakeMemory()
    away = FakeWorkspace(whole, failure=ChannelUnreadableError(channel_id="C1", code="not_in_channel"))

    await reviewing(FakeWorkspace(whole), memory).handle(request(whole.ref))
    memory.boards[whole.ref.key] = board
    await reviewing(away, memory).handle(request(whole.ref))

    assert memory.boards == {whole.ref.key: board}


async def test_a_chain_of_a_model_is_not_told_anew_by_the_rules(asked):
    board, whole = asked
    by_model = tuple(replace(h, is_by_rules=False) for h in board.hypotheses)
    memory = FakeMemory(boards={whole.ref.key: Board(hypotheses=by_model)})

    await reviewing(FakeWorkspace(whole), memory).handle(request(whole.ref))

    kept = memory.boards[whole.ref.key].hypotheses
    assert [h.links for h in kept[: len(by_model)]] == [h.links for h in by_model]


async def test_a_board_is_replayed_with_what_people_do(settings):
    until = FILE["messages"][17]["ts"]
    acts = [
        json.dumps({"ts": until, "act": "suspect", "reason": "the cache in front", "by": "Fay"}),
        json.dumps({"ts": until, "act": "check", "hypothesis": "H1", "by": "Gus"}),
        json.dumps({"ts": until, "act": "result", "hypothesis": "H1", "reason": "old", "by": "Gus"}),
    ]

    result = await board_replay.board(FILE, board_replay.Course(until_ts=until), settings, acts=acts)

    suspicion = next(h for h in result.document["hypotheses"] if h["claim"] == "the cache in front")
    assert (suspicion["status"], suspicion["history"][0]["by"]) == ("proposed", "Fay")
    assert "the cache in front" in result.words
    first = result.document["hypotheses"][0]
    assert [one["act"] for one in first["history"]][-2:] == ["check_taken", "result"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "must be a JSON object"),
        ('{"ts": "1.0", "act": "dance"}', "must have `ts` and an `act` of suspect"),
        ('{"ts": "x", "act": "check"}', "`ts` must be like"),
        ('{"ts": "1.0", "act": "result", "outcome": "perhaps"}', "`outcome` yes, no or unclear"),
    ],
)
async def test_a_line_that_is_no_act_is_named(settings, line, problem):
    with pytest.raises(BadInputError, match=problem):
        await board_replay.board(FILE, board_replay.Course(), settings, acts=[line])
