"""A human's draft of the review: what no message states, what blames, what was ruled out, what is missing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.incident.extraction import extract
from bot.incident.hypotheses import Act, Change, Status
from bot.incident.postmortem import draft, to_markdown
from bot.incident.postmortem_values import Material
from bot.incident.review_check import MOST_FINDINGS, Kind, check_review
from tests.incident.scripts import DAY, incident
from tests.slack.samples import H1, H2

THREAD = """
20:37 ana removed the old pair from vault-7
21:38 Datadog* Triggered: write availability 97.1 % on object-gateway
21:50 ben PUT and delete all failing everywhere
22:01 dev gateway had a code release at 14:00, rolling that back to be safe
22:10 dev rollback done, no change
22:45 Datadog* Recovered: write availability 99.9 % on object-gateway
"""
FELL = Change(
    at=DAY + timedelta(hours=22, minutes=10), status=Status.REFUTED, because=("m5",), by="rule", act=Act.RULED
)
RELEASE = replace(H2, claim="the gateway code release broke writes", status=Status.REFUTED, history=(FELL,))
WHOLE = """# Uploads failed
## Impact
PUT and delete all failing everywhere.
## Timeline
- 21:38 write availability 97.1 %
## Detection
The alert fired at 21:38.
## Contributing factors
The old pair was removed from vault-7.
## What we believed when
The gateway code release was suspected and ruled out.
## What surprised us
It lasted 67 min.
## Action items
- alert on old keys (owner: Ben)
"""


def material(*hypotheses):
    told = incident(THREAD)
    now = told.messages[-1].at
    return Material(incident=told, facts=extract(told, now=now), hypotheses=hypotheses, now=now)


def remarks(words, *hypotheses):
    return [one for one in check_review(words, material(*hypotheses)) if one.kind is not Kind.MISSING]


def test_a_good_draft_gets_no_remark():
    assert check_review(WHOLE, material(H1, RELEASE)) == ()


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("45 % of uploads failed.", Kind.UNFOUNDED, "45 %"),
        ("Zephyr paged Carlos at 21:41.", Kind.UNFOUNDED, "21:41"),
        ("Ana forgot to look.", Kind.BLAME, "forgot to"),
        ("Dev should have checked.", Kind.BLAME, "should have checked"),
        ("It was human error.", Kind.BLAME, "human error"),
        ("Obviously it was the pair.", Kind.HINDSIGHT, "Obviously"),
        ("The root cause was the pair.", Kind.ROOT_CAUSE, "root cause"),
        ("The gateway code release broke writes.", Kind.RULED_OUT, "the gateway code release broke writes"),
    ],
)
def test_a_line_is_told_with_its_words_and_what_would_help(line, kind, words):
    (found,) = [one for one in remarks(f"# Uploads\n\n{line}\n", RELEASE) if one.kind is kind]
    assert found.line == 3
    assert words in found.words
    assert found.remedy
    assert found.cites == (("m5",) if kind is Kind.RULED_OUT else ())


@pytest.mark.parametrize(
    "line",
    [
        "Production should have the new pair.",
        "The gateway code release was ruled out because nothing changed.",
        "- 14:00 gateway code release",
        "What should have noticed it at 20:37?",
        "The alert said write availability 97.1 % on object\\-gateway.",
        "```\n45 % of nothing, root cause, forgot to\n```",
        "The old pair [[1]](https://acme.slack.com/archives/C1/p1742589434000411) was removed.",
    ],
)
def test_what_is_said_quoted_or_told_as_an_event_gets_no_remark(line):
    assert remarks(f"# Uploads\n\n{line}\n", RELEASE) == []


def test_actions_want_an_owner_and_a_summary_five_sentences():
    words = "**Summary**\n" + "It failed. " * 6 + "\n## Action items\n- alert on old keys\n- look (Ben)\n"
    found = {one.kind: one for one in remarks(words)}
    assert found[Kind.OWNER].words == "- alert on old keys"
    assert found[Kind.LONG].line == 2
    assert "6 are not" in found[Kind.LONG].remedy


def test_an_empty_draft_misses_every_part():
    assert {one.kind for one in check_review("", material())} == {Kind.MISSING}
    assert len(check_review("", material())) == 7


def test_so_many_remarks_are_enough():
    assert len(check_review("root cause\n" * 100, material())) == MOST_FINDINGS


def test_our_own_draft_says_nothing_that_no_message_states():
    made = material(H1)
    own = to_markdown(draft(made.incident, made.facts, (), now=made.now))
    assert [one.words for one in check_review(own, made) if one.kind is Kind.UNFOUNDED] == []


def test_a_refutation_without_a_history_is_told_without_a_time():
    (found,) = remarks("The gateway code release broke writes.", replace(RELEASE, history=()))
    assert found.remedy.startswith("H2 was refuted: say so")
