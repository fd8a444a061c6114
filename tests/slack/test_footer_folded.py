"""What the last line of an answer says of a long incident."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.incident.compaction import unfolded
from bot.incident.digest import Chunk, Digest, Note, Pattern
from bot.incident.facts import FactKind
from bot.slack.footer import coverage_words, footer_blocks
from tests.adapters.claude_cases import a_message, an_incident
from tests.slack.samples import sample

AT = datetime(2025, 3, 21, tzinfo=UTC)
LONG = replace(an_incident(*(a_message(n, "words") for n in range(1, 1_201))), deleted=15)
NOTE = Note(kind=FactKind.CHANGE, at=AT, text="said", cites=("m1",))
PATTERN = Pattern(
    example_id="m2",
    example="slow",
    count=9,
    first_id="m2",
    first_at=AT,
    last_id="m3",
    last_at=AT,
    ids=("m2",),
)
CHUNK = Chunk(ids=tuple(f"m{n}" for n in range(1, 1_151)), prints=(), notes=(NOTE,) * 22, patterns=(PATTERN,))
FOLDED = replace(
    unfolded(LONG), digest=Digest(chunks=(CHUNK,)), kept=tuple(f"m{n}" for n in range(1_151, 1_201))
)


def words(**changes):
    return coverage_words(replace(sample(), incident=LONG, **changes))


@pytest.mark.parametrize(
    ("analyst", "said"),
    [
        (
            "claude",
            "50 read word for word, 1,150 older as 22 facts and 1 repetition, all citable",
        ),
        ("rules", "all read in full by code"),
    ],
)
def test_it_says_what_was_folded_for_whom(analyst, said):
    told = words(analyst=analyst, reading=FOLDED)

    assert f"read 1,200 of 1,215 messages (15 deleted) · {said} · " in told


@pytest.mark.parametrize("reading", [None, unfolded(LONG)])
@pytest.mark.parametrize(
    ("is_full", "analyst", "said"), [(True, "claude", True), (True, "rules", False), (False, "claude", False)]
)
def test_what_was_not_folded_is_told_to_who_asked_for_it_alone(reading, is_full, analyst, said):
    told = words(analyst=analyst, reading=reading, is_full=is_full)

    assert ("every message in full, as asked" in told) is said
    assert "folded" not in told


def test_without_a_model_nothing_is_offered_that_needs_one():
    blocks = footer_blocks(replace(sample(), analyst="rules", is_set_up=False))

    offered = [button["text"]["text"] for button in blocks[0]["elements"]]
    assert offered == ["I'll check", "Result…", "Evidence", "That's wrong…"]
    assert "No model is set up" in str(blocks)
    assert "would go to" not in str(blocks)
