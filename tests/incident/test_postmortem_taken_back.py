"""A draft of which words were taken back: what cannot be told is counted."""

import re
from dataclasses import replace

from bot.incident.postmortem import draft, to_markdown
from tests.incident.postmortem_samples import FACTS, H1, INCIDENT, NOW, cite


def part(number, *, hypotheses):
    """The text of a section."""
    made = to_markdown(draft(INCIDENT, FACTS, hypotheses, now=NOW))
    plain = re.sub(r"\[(\[\w+\])\]\([^)]*\)", r"\1", made)
    return plain.split(f"\n## {number} ")[1].split("\n## ")[0].partition("\n\n")[2]


def taken_back(hypothesis):
    """A confirmed hypothesis after words of a link, and its trigger's message, were taken back."""
    first, *others = hypothesis.links
    hollow = replace(hypothesis, links=(replace(first, cause=""), *others))
    return replace(hollow, claim="", trigger=replace(hollow.trigger, evidence=(cite(99),)))


def test_no_sentence_is_made_from_words_that_are_gone():
    lead = taken_back(H1)

    told = part(7, hypotheses=(lead,))
    assert "The trigger is left out: its message was deleted." in told
    assert "- 1 link left out: its message was edited." in told
    assert f"→ {lead.links[0].effect}" not in told
    assert part(1, hypotheses=(lead,)).startswith(
        "The leading explanation is left out: a message it rests on was deleted."
    )
    assert "H1 whose words were taken back" in part(6, hypotheses=(replace(lead, trigger=H1.trigger),))


def test_links_whose_messages_are_gone_are_counted():
    gone = tuple(replace(link, evidence_for=(cite(99),)) for link in H1.links[:2])

    told = part(7, hypotheses=(replace(H1, links=gone),))

    assert "- 2 links left out: their messages were deleted." in told
