"""Every incident that ships with the project, read and extracted for real, asked over HTTP."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.claude import ClaudeAnalyst
from bot.incident.case import Case
from bot.incident.extraction import extract
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import Incident, IncidentRef
from bot.models.catalogue import default_catalogue
from bot.slack.reading import evidence_ts, read_messages
from tests.adapters.claude_cases import a_route, steps_of
from tests.messages_api.diagnoses import any_incident, messages
from tests.messages_api.script import Turn
from tests.messages_api.server import stand_in

FILES = sorted((Path(__file__).parents[2] / "evals" / "data" / "incidents").glob("*.json"))
OWN = {"bot_user_id": "U0NOBODY", "bot_id": "B0NOBODY"}


def a_case(file: Path, model: str) -> Case:
    raw = json.loads(file.read_text())
    numbers = {ts: number for number, ts in enumerate(evidence_ts(raw["messages"], **OWN), 1)}
    reading = read_messages(
        raw["messages"], numbers=numbers, names={}, permalink=lambda _ts, _root: "", **OWN
    )
    ref = IncidentRef(team_id="T1", channel_id="C1")
    incident = Incident(ref=ref, messages=reading.messages, deleted=reading.deleted).until(raw["ask_at"])
    asked_at = incident.messages[-1].at + timedelta(seconds=5)
    facts = extract(incident, now=asked_at)
    return Case(
        question=raw["question"], asked_at=asked_at, incident=incident, facts=facts, route=a_route(model)
    )


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-sonnet-4-6"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_the_model_sees_every_message_and_cites_only_what_it_saw(file, model):
    case = a_case(file, model)

    async with stand_in([Turn(words=any_incident)]) as api:
        claude = ClaudeAnalyst(catalogue=default_catalogue(), api_key="test", base_url=api.base_url)
        steps = await steps_of(claude, case)
        await claude.close()

    assert api.refusals == []
    seen = {message["id"]: message["text"] for message in messages(api.bodies[0])}
    assert seen == {message.id: message.text for message in case.incident.messages}
    cited = [item for step in steps if isinstance(step, Hypothesis) for item in step.evidence]
    assert all(item.quote in seen[item.id] for item in cited)
