"""A cue finds what its whole pattern finds, whatever it did not search for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incident import alerts, cues, news, statements, suspects, verdicts
from bot.incident.needs import Cue, alternatives, needed
from evals.incidents import SHIPPED
from evals.recorded import load

CUES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": cue
    for module in (alerts, cues, news, statements, suspects, verdicts)
    for name, cue in vars(module).items()
    if isinstance(cue, Cue)
}
ODD = (
    "\u0130t \u0131s bac\u212a, \u017ftill failing",
    "ROLLED BACK",
    "rolled_back",
    "a" * 200,
    "",
    "_",
    "done",
    "x\n\ndone",
)


TOLD = sorted(
    {
        line
        for file in SHIPPED.glob("*.json")
        for message in load(file).incident.messages
        for line in (message.text[:300], *message.text.splitlines())
    }
)[::9]
OWN = [
    Cue(pattern)
    for pattern in (
        r"\b(?:rolled|reverted)(?: it)? back\b|^done[.,]?$",
        r"\bno (?:\w+ )?(?:change|effect)s?\b(?!x)",
        r"(?:un)?(?:auth)?ori[sz]ed\w*|x{2}y|[^a]b+",
        r"still\s+(?:failing|p\d\d)|->|\?\W*so",
    )
]


def shown(match):
    return match and (match.span(), match[0])


def same(cue, text):
    assert shown(cue.search(text)) == shown(cue._whole.search(text))


@pytest.mark.parametrize("cue", OWN)
@given(data=st.data())
def test_whatever_matches_a_pattern_is_found_in_the_midst_of_other_words(cue, data):
    one = st.from_regex(cue._whole)
    around = st.text(alphabet="a _-.\nS", max_size=3)

    same(cue, "".join(data.draw(st.tuples(around, one, around))))


@pytest.mark.parametrize("cue", CUES.values(), ids=CUES)
def test_a_cue_finds_what_its_pattern_finds_in_all_that_was_told(cue):
    for text in TOLD:
        same(cue, text)


@pytest.mark.parametrize("cue", CUES.values(), ids=CUES)
def test_letters_that_count_as_others_without_case_hide_nothing(cue):
    for text in ODD:
        same(cue, text)


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        (r"\b(?:rolled|reverted)\b", {("rolled", True, True), ("reverted", True, True)}),
        (r"deploy\w*", {("deploy", False, False)}),
        (r"\bdeploy\w*", {("deploy", True, False)}),
        (r"\bunauthori[sz]ed", {("unauthorised", True, False), ("unauthorized", True, False)}),
        (r"\bfix(?:es)?\b", {("fix", True, True), ("fixes", True, True)}),
        (r"is  +(?:fine)$", {("fine", True, True)}),
        (r"\?(?!\w)", {("?", True, True)}),
        (r"(?:\bgone\b){2}", {("gone", True, True)}),
        (r"(?<!x)\bgone(?=y)", {("gone", True, False)}),
    ],
)
def test_a_pattern_needs_the_words_that_no_match_can_do_without(pattern, parts):
    first = needed(pattern, re.IGNORECASE)[0]

    assert {(part.text, part.begins, part.ends) for part in first} == parts


@pytest.mark.parametrize(
    "pattern", [r"\d+", r"(?:gone)?", r"gone|\d", r"[a-z]+", r"(?:gone)*", r"(\w)\1", r"\u00fcber"]
)
def test_a_pattern_that_can_do_without_any_word_is_always_searched_for(pattern):
    assert needed(pattern, re.IGNORECASE) == []


def test_only_outermost_bars_part_alternatives():
    assert alternatives(r"a|(?:b|c)|[|]|\||d") == ["a", "(?:b|c)", "[|]", r"\|", "d"]


def test_the_first_match_counts_wherever_its_alternative_stands():
    assert Cue(r"\bnever\b", r"\bgone\b|\bgone by\b").search("it is gone by now, never back")[0] == "gone"


def test_all_matches_are_found_where_any_is():
    cue = Cue(r"\bgone\b")

    assert [len(list(cue.finditer(text))) for text in ("gone and gone", "gonest")] == [2, 0]
