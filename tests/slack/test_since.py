"""After the first answer only what moved is printed whole; what stands as it stood takes one line."""

from dataclasses import replace

import pytest

from bot.incident.hypotheses import Act, Change, Likelihood, Status
from bot.slack.answer import answer
from bot.slack.answer_values import Before
from bot.slack.as_text import as_text
from bot.slack.hypothesis_lines import standing_of
from tests.slack.samples import H1, H2, clock, sample

LINK = "https://acme.slack.com/archives/C1/p1"


def told(*hypotheses, was=(H1, H2)):
    before = Before(at=clock(22, 0), standing={h.id: standing_of(h) for h in was}, permalink=LINK)
    return as_text(answer(replace(sample(), hypotheses=hypotheses, before=before)).blocks)


def test_what_stands_as_it_stood_takes_one_line_that_leads_to_the_whole():
    words = told(H1, H2)

    assert "Since the answer of 22:00 UTC: nothing changed" in words
    assert "H2 · less likely · proposed · 1 of 2 links shown · as told at 22:00" in words
    assert "Refuted if" not in words


def test_the_first_answer_prints_everything():
    words = as_text(answer(sample()).blocks)

    assert "Since the answer" not in words
    assert "Refuted if" in words


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (replace(H1, likelihood=Likelihood.POSSIBLE), f"H1 {H1.likelihood} → possible"),
        (replace(H1, id="H3", claim="another"), "H3 new"),
        (replace(H1, links=H1.links[:-1]), "H1 3 of 4 links shown → "),
    ],
)
def test_what_moved_is_named_and_printed_whole(now, line):
    words = told(now)

    assert line in words
    assert "Refuted if" in words


def test_new_evidence_is_linked_and_a_new_status_names_what_moved_it():
    news = replace(H1.trigger.evidence[0], id="m12")
    more = replace(H1.links[0], evidence_for=(*H1.links[0].evidence_for, news))
    since = told(replace(H1, links=(more, *H1.links[1:]))).partition("Since the answer")[2]
    assert "[12]" in since.splitlines()[0]

    rise = Change(at=clock(22, 36), status=Status.SUPPORTED, because=("m15",), act=Act.RULED)
    assert "H1 proposed → supported [15]" in told(replace(H1, status=Status.SUPPORTED, history=(rise,)))
    fall = replace(rise, status=Status.REFUTED)
    assert "H2 proposed → refuted [15]" in told(H1, replace(H2, status=Status.REFUTED, history=(fall,)))


def test_what_had_fallen_before_and_was_not_in_that_answer_is_no_news():
    fell = replace(H2, id="H7", status=Status.REFUTED)

    assert "H7 new" not in told(H1, fell)
