"""What people thought of answers, as a file for evaluation: nobody is named in it."""

import pytest

from bot.adapters.store import RedisMemory
from bot.answers import LastRead, SavedAnswer
from bot.errors import BadInputError
from bot.feedback_report import rows
from bot.incident.messages import IncidentRef
from bot.settings import Settings

REF = IncidentRef(team_id="T1", channel_id="C1")
ANSWER = SavedAnswer(
    id="a1",
    incident_key=REF.key,
    channel_id="C1",
    ts="2.0",
    question="why?",
    hypothesis_ids=("H1",),
    claims={"H1": "the old pair was removed"},
    blocks=[],
    text="Likely",
    analyst="rules",
)


async def test_each_thumb_is_a_row_with_what_it_was_about(redis_client, valkey_url):
    memory = RedisMemory(redis_client)
    await memory.save_answer(ANSWER)
    await memory.save_feedback("a1", "UBEN", "bad:stale")
    await memory.save_feedback("a1", "UANA", "good")
    await memory.save_feedback("gone", "UANA", "bad")

    told = [row async for row in rows(Settings(redis_url=valkey_url))]

    assert [(row["answer"], row["verdict"], row["reason"]) for row in told] == [
        ("a1", "good", ""),
        ("a1", "bad", "stale"),
        ("gone", "bad", ""),
    ]
    assert told[0]["hypotheses"] == {"H1": "the old pair was removed"}
    assert told[0]["person"] == told[2]["person"] != told[1]["person"]
    assert "UANA" not in str(told)


async def test_without_a_store_it_says_where_to_run_it(tmp_path):
    with pytest.raises(BadInputError, match="holds no store"):
        [row async for row in rows(Settings(data_dir=tmp_path))]


async def test_it_is_kept_up_to_when_a_person_was_told_and_goes_with_the_incident(redis_client):
    memory = RedisMemory(redis_client)
    read = LastRead(asked_at="2026-01-01T00:00:00+00:00", since="", upto="2026-01-01T00:00:00+00:00")
    assert await memory.last_read(REF, "UBEN") is None
    await memory.save_read(REF, "UBEN", read)
    assert await memory.last_read(REF, "UBEN") == read
    assert await memory.last_read(REF, "UANA") is None
