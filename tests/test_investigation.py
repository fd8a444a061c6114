"""What an answer tells of the board: what is proposed now, and what fell since it was proposed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.analysts.rules import diagnose
from bot.answers import Closing
from bot.errors import AnalystFailedError
from bot.incident.board import Board
from bot.incident.board_acts import Deed, refute
from bot.incident.hypotheses import Status
from bot.incident.messages import Incident, IncidentRef
from bot.incident.replay import load_incident_file
from bot.investigation import investigate
from bot.slack.reading import evidence_ts, read_messages
from tests.fakes import FakeAnalyst
from tests.incident.scripts import case

KEY_ROTATION = Path(__file__).parents[1] / "evals" / "data" / "incidents" / "objectstore-key-rotation.json"
CLOSING = Closing(analyst="rules")


@pytest.fixture(scope="module")
def told():
    file = load_incident_file(json.loads(KEY_ROTATION.read_text()))
    own = {"bot_user_id": "U0NONE", "bot_id": "B0NONE"}
    numbers = {ts: number for number, ts in enumerate(evidence_ts(file.messages, **own), 1)}
    read = read_messages(file.messages, numbers=numbers, names=file.users, permalink=lambda *_: "", **own)
    ref = IncidentRef(team_id="T1", channel_id=file.channel_id)
    return Incident(ref=ref, messages=read.messages, deleted=read.deleted)


async def asked(told, until, *, board=None, proposed=None, closing=CLOSING):
    """Ask at message `until` what the rules, or somebody who proposes `proposed`, have to say."""
    standing = board or Board()
    moment = case(told, board=standing.hypotheses, until=until)
    given = diagnose(moment).hypotheses if proposed is None else proposed
    return await investigate(moment, FakeAnalyst([*given, closing]), board=standing, on_verified=_nothing)


async def _nothing(_hypothesis):
    """Show nothing."""


def statuses(finding):
    return [(hypothesis.id, hypothesis.status) for hypothesis in finding.hypotheses]


async def test_a_rival_falls_in_sight_when_the_other_is_confirmed(told):
    during = await asked(told, 15)
    after = await asked(told, len(told.messages), board=during.board)

    assert statuses(during) == [("H1", "proposed"), ("H2", "proposed"), ("H3", "refuted")]
    assert statuses(after) == [("H1", "confirmed"), ("H2", "stale"), ("H3", "refuted")]
    lost = after.hypotheses[1].history[-1]
    assert (lost.because, lost.reason, lost.by) == (("m19", "m20"), "H1 is confirmed", "rule")


async def test_no_rival_falls_because_the_answer_was_cut_short(told):
    stopped = Closing(analyst="rules", cut_short="Stopped by a person; best so far.")
    during = await asked(told, 15)
    after = await asked(told, len(told.messages), board=during.board, closing=stopped)

    assert statuses(after) == [("H1", "confirmed"), ("H3", "refuted")]
    assert after.unproposed == ("H2",)


async def test_silence_about_a_rival_changes_nothing_while_nothing_is_proven(told):
    during = await asked(told, 15)
    again = await asked(told, 15, board=during.board, proposed=during.hypotheses[:1])

    assert statuses(again) == [("H1", "proposed"), ("H3", "refuted")]
    assert again.board.hypotheses[1].status is Status.PROPOSED
    assert (during.unproposed, again.unproposed) == ((), ("H2",))


async def test_what_a_person_refuted_is_told_though_nobody_proposes_it_again(told):
    during = await asked(told, 15)
    at = told.messages[14].at
    board = refute(during.board, "H1", Deed(reason="it has the new pair", by="U1", by_name="Ana", at=at))
    again = await asked(told, 15, board=board, proposed=())

    assert [h.history[-1].by for h in again.hypotheses if h.id == "H1"] == ["U1"]
    assert {h.status for h in again.hypotheses} == {Status.REFUTED}


async def test_what_passes_no_verification_is_told_as_dropped(told):
    during = await asked(told, 15)
    invented = replace(during.hypotheses[0], trigger=replace(during.hypotheses[0].trigger, evidence=()))
    finding = await asked(told, 15, proposed=(invented,))

    assert (finding.hypotheses, len(finding.dropped)) == ((), 1)


async def test_an_analyst_that_ends_without_a_word_has_failed(told):
    with pytest.raises(AnalystFailedError):
        await investigate(case(told, until=15), FakeAnalyst([]), board=Board(), on_verified=_nothing)
