"""However long an answer is: Slack takes it, and what has no room is named and stands in the file."""

from dataclasses import replace
from string import ascii_lowercase

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.incident.hypotheses import Check, Evidence, Hypothesis, Impact, Link, Mitigation, Status, Trigger
from bot.slack.answer import Computed, answer
from bot.slack.limits import check, fits, simpler, visible_text
from bot.slack.whole import whole_answer
from sandbox.limits import check_text, checked_blocks
from tests.slack.samples import H1, H2, H3, NEW_PAIR, STORE, cite, clock, sample
from tests.slack.slackblocks_builder import rebuilt

MANY = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

WILD = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="a`<>&@|* \n👩🏽‍🚒🇩🇪é\u0301\u200d", max_size=400),
    st.sampled_from(["```\ncode\n``` " * 40, "<!channel> <@U1> " * 40, "https://a.b/c?d=e&f " * 40, ""]),
)
TAME = st.text(alphabet=ascii_lowercase + " ", min_size=12, max_size=300).map(str.strip).filter(bool)


def evidence():
    known = st.sampled_from([message.id for message in STORE.messages])
    return st.lists(st.builds(Evidence, id=known, quote=st.just("")), max_size=4).map(tuple)


def several(words, *, most):
    return st.lists(words, max_size=most, unique=True).map(tuple)


def hypotheses(words):
    links = st.builds(
        Link,
        cause=words,
        effect=words,
        mechanism=words,
        falsifier=words,
        evidence_for=evidence(),
        evidence_against=evidence(),
    )
    checks = st.builds(Check, do=words, expect_if_true=words, expect_if_false=words)
    one = st.builds(
        Hypothesis,
        id=st.just(""),
        claim=words,
        trigger=st.builds(Trigger, what=words, evidence=evidence()),
        links=st.lists(links, min_size=1, max_size=8).map(tuple),
        impact=st.builds(Impact, symptom=words),
        status=st.sampled_from([Status.PROPOSED, Status.SUPPORTED, Status.REFUTED]),
        does_not_explain=several(words, most=4),
        next_check=st.none() | checks,
        refuted_if=words,
        reopen_if=words,
        unseen=several(words, most=4),
    )
    named = st.lists(one, max_size=5)
    return named.map(lambda found: tuple(replace(h, id=f"H{n}") for n, h in enumerate(found, 1)))


def answers(words):
    return st.builds(
        sample,
        hypotheses=hypotheses(words),
        mitigations=several(st.builds(Mitigation, do=words, cites=st.just(("m1",))), most=4),
        open_questions=several(words, most=12),
        computed=several(st.builds(Computed, words=words, cites=st.just(("m13",))), most=12),
        unseen=several(words, most=5),
        unproposed=several(st.from_regex(r"H[1-9][0-9]", fullmatch=True), most=20),
        analyst=st.sampled_from(["claude", "rules"]),
        note=words,
        insufficient=words,
        cut_short=st.sampled_from(["", "Stopped by a person; best so far."]),
    )


def seen(blocks):
    return "\n".join(visible_text(block) for block in blocks)


@MANY
@given(answers(WILD), st.booleans())
def test_whatever_an_answer_says_slack_takes_it(said, has_file):
    made = answer(said, has_file=has_file)

    checked_blocks(made.blocks, new_id=lambda: "b")
    check_text(made.text)
    assert all(map(rebuilt, made.blocks))
    for form in simpler(made.blocks):
        checked_blocks(form, new_id=lambda: "b")


@MANY
@given(answers(TAME))
def test_what_an_answer_holds_is_in_the_message_or_in_its_file(said):
    made, alone = answer(said, has_file=True), answer(said)
    shown = seen(made.blocks)

    assert alone.whole == ""
    assert "attached" not in seen(alone.blocks)
    assert ("in the attached file" in shown) is bool(made.whole)
    for hypothesis in said.hypotheses:
        assert hypothesis.id in shown or f"## {hypothesis.id} " in made.whole
        for link in hypothesis.links[: None if hypothesis.is_live else 0]:
            assert told(link.effect, shown, made.whole)
    for words in (*said.open_questions, *(item.words for item in said.computed)):
        assert told(words, shown, made.whole)


def told(words, shown, whole):
    """Whole in the file, or in the message: there as much of it as fits, then an ellipsis."""
    words = " ".join(words.split())
    return words in whole or words in shown or (words[:10] in shown and "…" in shown)


WORDY = "word " * 60
WORDY_CHECK = Check(do=WORDY, expect_if_true=WORDY, expect_if_false=WORDY, splits=("H1", "H2"))
WORDY_H1 = replace(
    H1, claim=WORDY, links=(replace(H1.links[0], cause=WORDY, effect=WORDY),), next_check=WORDY_CHECK
)
CROWDED = {
    "hypotheses": (WORDY_H1, H2),
    "mitigations": (replace(NEW_PAIR, do=WORDY),),
    "cut_short": f"Stopped by {'n' * 80}; best so far.",
    "asked_at": clock(10, 0),
    "answered_at": clock(22, 0),
}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"hypotheses": tuple(replace(H1, id=f"H{n}") for n in range(1, 14))}, "2 more explanations"),
        ({"hypotheses": (replace(H1, links=H1.links * 3), H2)}, "5 more links"),
        ({"open_questions": tuple(f"what of {n}?" for n in range(6))}, "2 open questions"),
        ({"hypotheses": tuple(replace(H3, id=f"H{n}") for n in range(1, 7))}, "2 fallen explanations"),
        ({"computed": tuple(Computed(words=f"fact {n}") for n in range(7))}, "2 computed statements"),
        (CROWDED, "the end of the first part"),
    ],
)
def test_what_is_left_out_is_counted_and_stands_in_the_file(changes, named):
    made = answer(sample(**changes), has_file=True)

    assert f"{named}" in seen(made.blocks)
    assert "The whole answer is in the attached file." in seen(made.blocks)
    assert made.whole == whole_answer(sample(**changes))


def test_the_file_holds_every_part_in_full():
    long = (
        "a cause that takes far more than eighty characters to be told in full and is told all the same here"
    )
    first = replace(
        H1,
        links=(replace(H1.links[1], cause=long, mechanism="a cache answers", falsifier="it does not"),),
        conditions=("the cache is on",),
    )
    said = sample(
        hypotheses=(first, H2, H3),
        mitigations=(NEW_PAIR, Mitigation(do="roll back", cites=("m12",))),
        open_questions=("who deploys?",),
        computed=(Computed(words="not a policy denial", cites=("m13",)),),
    )

    text = whole_answer(said)

    assert text.startswith("# The answer in full\nAs of 2025-03-21 22:26 UTC\n\n## H1 · likely")
    for part in (
        f"- {long} → stops working late, cache in front · ",
        "[3] [16]",
        "  - Against: that was 20:37, an hour before [15]",
        "  - How: a cache answers",
        "  - Does not hold if: it does not",
        "- Under the condition: the cache is on",
        "- Check (1 min, read-only): When did the production gateway's storage secret last change?",
        "  - Expected if it holds: before 20:19",
        "- Does not explain: 79 min without a failure",
        "- Opens again if: the rollback left configuration behind",
        "- the new pair on production (under H1, H2) [1]",
        "- roll back [12]",
        "- who deploys?",
        "- not a policy denial [13]",
        "- storage audit log",
        "- [13] Ben 22:12:00 UTC https://acme.slack.com/archives/C1/p",
    ):
        assert part in text


def test_an_answer_without_an_explanation_has_a_file_of_what_it_has():
    text = whole_answer(sample(hypotheses=(), mitigations=(), unseen=(), open_questions=("since when?",)))

    assert text == "# The answer in full\nAs of 2025-03-21 22:26 UTC\n\n## Open questions\n\n- since when?\n"


def test_a_source_that_is_no_message_is_cited_and_not_listed():
    tool = replace(H2, links=(Link(cause="a", effect="b", evidence_for=(Evidence(id="t3"), cite(13))),))

    text = whole_answer(sample(hypotheses=(tool,)))

    assert "[13] Ben" in text
    assert "- [t3]" not in text


def test_a_message_fits_until_one_block_or_character_too_many():
    small = [{"type": "section", "text": {"type": "plain_text", "text": "x"}}]
    big = [{"type": "section", "text": {"type": "plain_text", "text": "x" * 2_600}}]

    assert fits(small * 50)
    assert not fits(small * 51)
    assert fits(big * 5)
    assert not fits([*big * 5, *small])


def test_plainer_forms_keep_the_words_and_the_sign_of_their_request():
    made = answer(sample())

    older, plain = simpler(made.blocks)

    assert [block["type"] for block in made.blocks if block not in older] == ["context_actions"]
    assert {block["type"] for block in plain} == {"section"}
    assert {block["block_id"].rpartition(":")[0] for block in plain} == {"cp:Ev0SAMPLE"}
    assert "production still uses the old key pair" in seen(plain)
    check(plain, made.text)


def test_controls_alone_have_one_plainer_form():
    assert simpler([{"type": "divider"}]) == ([{"type": "divider"}],)


def test_stopped_answers_say_so_first():
    made = answer(sample(cut_short="Stopped by Ben; best so far.", as_of=clock(22, 26)))

    assert seen(made.blocks).startswith("Stopped by Ben; best so far.")
